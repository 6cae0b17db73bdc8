import { asks, inFolder, keepsNoSecret, listed, mitigation, refused } from './acts.ts';
import { issuesCreated, issueTexts } from './follow-ups.ts';
import {
  all,
  checklist,
  closeNeeds,
  fact,
  level,
  message,
  postmortem,
  postmortemPart,
  recorded,
  shows,
  showsAt,
  skill,
  status,
  step,
  task,
  tickedAt,
  under,
} from './producers.ts';
import { rowsOf, type SeedTable } from './rows.ts';
import { FACTS_OF } from './story.ts';

const TRIAGE = 'hotfix/references/triage.md';

/** Six steps from severity to follow-up issues, and a definition of done. */
export const SEED_002: SeedTable = {
  seed: '002',
  preset: 'hatch3r',
  sha256: 'ca7bf8ad20c6e00ad0f5f0411b7d4d7d9df41ac6fb40dd50d24065dc6d913e51',
  noRequirement: [],
  rows: [
    ...rowsOf('002', 'start', [
      ['id', [2], 'a skill with a name of its own', skill('hotfix/SKILL.md', 'name: hotfix')],
      [
        'description',
        [3],
        'taken for problems in production, outages and security incidents',
        skill('hotfix/SKILL.md', 'Use when production is broken', 'an outage', 'a security breach'),
      ],
      ['title', [5], 'a workflow', skill('hotfix/SKILL.md', '# Hotfix: from a report to a postmortem')],
      [
        'quick-start',
        [7, 10],
        'progress as a list of boxes',
        showsAt('opened', 'tasks.md', '# Tasks: Hotfix - ', '- [ ] **T002**'),
      ],
      ['step-1', [11], 'box: severity from impact', task('T001', 'severity_changed', /share of users/)],
      [
        'step-2',
        [12],
        'box: triage',
        all(
          task('T001', 'severity_changed', /service down or degraded/),
          under('hotfix.md', '### Users Affected', '**Systems**', '**Blast radius**'),
        ),
      ],
      [
        'step-3',
        [13],
        'box: mitigated and verified',
        all(task('T006', 'mitigation_applied'), status('mitigated', 'monitoring')),
      ],
      ['step-4', [14], 'box: cause', task('T005', 'cause_identified')],
      [
        'step-5',
        [15],
        'box: postmortem with timeline, cause and action items',
        task('T022', 'postmortem_written', 'Timeline, causes, lessons, action items'),
      ],
      ['step-6', [16], 'box: follow-ups', task('T023', 'action_added')],
    ]),
    ...rowsOf('002', 'severity', [
      ['heading', [19], 'severity is classified', skill('hotfix/SKILL.md', 'Call `classify_severity`')],
      [
        'columns',
        ['21.1-3'],
        'level, definition, examples',
        skill('hotfix/references/severity.md', '| | word | when |'),
      ],
      [
        'p0',
        ['23.1-3'],
        'P0: everything out, data lost or exposed, security breached',
        all(
          level('P0', FACTS_OF.P0, [/Complete outage/, /data loss/, /security breach/]),
          level('P0', { security: 'yes' }),
          level('P0', { data: 'exposed' }),
          level('P0', { service: 'down', flow: 'login', users: 'all' }),
        ),
      ],
      [
        'p1',
        ['24.1-3'],
        'P1: many users, or more than one per cent of errors',
        all(
          level('P1', FACTS_OF.P1, [/Major degradation/, /user impact/, /1 %/]),
          level('P1', { ...FACTS_OF.P1, flow: 'payment' }),
          level('P1', { ...FACTS_OF.P2, error_rate: '5%', workaround: 'no' }),
        ),
      ],
      [
        'p2',
        ['25.1-3'],
        'P2: partial, limited',
        level('P2', FACTS_OF.P2, [/Partial degradation/, /limited impact/]),
      ],
      ['p3', ['26.1-3'], 'P3: minor, with a way round', level('P3', FACTS_OF.P3, [/Minor/, /workaround/])],
      [
        'prior',
        [28],
        'earlier incidents and related issues are looked up',
        all(skill(TRIAGE, 'earlier incidents here, and the issue tracker'), listed()),
      ],
      [
        'library-docs',
        [29],
        "documents of a library are read by the project's own rules",
        skill(TRIAGE, 'for a library, the documents of the version in use'),
      ],
    ]),
    ...rowsOf('002', 'triage', [
      ['heading', [31], 'triage', skill(TRIAGE, '# Triage: confirm, capture, ask')],
      [
        'systems',
        [33],
        'which systems',
        all(
          asks('affected_systems', /frontend, backend, database, auth, payment, third part/),
          fact('affected_systems', /frontend.*database.*payment.*third parties/),
        ),
      ],
      ['users', [34], 'how many users', all(asks('users', /how many/), fact('users', /40%/))],
      [
        'flows',
        [34],
        'which flows',
        all(asks('flow', /which flow/), under('hotfix.md', '### Users Affected', '- **Flow**: login')),
      ],
      [
        'plans',
        [34],
        'which plans, free or paid',
        all(
          asks('plans', /free, paid/),
          under('hotfix.md', '### Users Affected', '- **Plans**: free and paid'),
        ),
      ],
      [
        'blast-radius',
        [35],
        'contained or spreading',
        all(
          asks('blast_radius', /contained/),
          asks('spreading', /worse/),
          fact('blast_radius', /contained/),
          fact('spreading', /no/),
        ),
      ],
      [
        'data',
        [36],
        'data corrupted, lost or exposed',
        all(
          asks('data', /lost, corrupted or exposed/),
          under('hotfix.md', '### Data Loss/Corruption', '- **Data**: none'),
        ),
      ],
      [
        'privacy-specs',
        [36],
        'what follows is in the privacy and security documents',
        skill(TRIAGE, "The project's privacy and security documents say what follows"),
      ],
      [
        'since',
        [37],
        'since when',
        all(asks('started', /since when/), shows('hotfix.md', '- **Incident Start**: 2026-01-05 13:40 UTC')),
      ],
      [
        'changes',
        [37],
        'deploys, configuration, dependencies',
        all(
          asks('what_changed', /deploy, configuration or dependency/),
          fact('what_changed', /no configuration change, no dependency update/),
        ),
      ],
    ]),
    ...rowsOf('002', 'mitigate', [
      [
        'heading',
        [39],
        'mitigation before the cause',
        skill('hotfix/SKILL.md', '## 3. Mitigate (before the cause)'),
      ],
      ['rollback', [41], 'roll back the last deploy', mitigation('rollback')],
      ['flag', [41], 'switch a flag off', mitigation('feature_flag')],
      ['config', [41], 'put a setting back', mitigation('config_change')],
      ['scale', [41], 'scale up', mitigation('scale_up')],
      ['hotfix', [41], 'or a hotfix', mitigation('hotfix')],
      [
        'verification',
        [42],
        'error rate falls, the flow works again',
        all(
          recorded('deploy_verified', {}, /metric: login errors 0\.1 %/),
          refused(
            'Mitigated, not verified',
            [{ kind: 'mitigation_applied', type: 'scale_up', text: 'More hosts' }],
            'record_timeline_event',
            { kind: 'resolved', text: 'Fine' },
            /verified_with_evidence/,
          ),
        ),
      ],
      [
        'stakeholders',
        [43],
        'stakeholders hear of P0 and P1',
        all(
          closeNeeds('stakeholders_told'),
          skill('hotfix/references/updates.md', 'P0 and P1: stakeholders are told'),
        ),
      ],
      [
        'channel',
        [43],
        'the status stands in the channel or issue',
        all(recorded('linked', { type: 'chat' }), message('initial', 'Status: Investigating')),
      ],
      [
        'stabilise',
        [44],
        'stable first, perfect later',
        all(
          skill('hotfix/SKILL.md', 'stop the harm first, before the cause is known'),
          skill('hotfix/references/fix.md', 'Perfect comes later'),
        ),
      ],
    ]),
    ...rowsOf('002', 'cause', [
      ['heading', [46], 'the cause', showsAt('identified', 'hotfix.md', '## Root Cause (Quick Analysis)')],
      [
        'chain',
        [48],
        'what changed, what failed, why',
        all(
          skill(TRIAGE, 'what changed, what failed because of it, why'),
          recorded('cause_identified', {}, /src\/auth\.js reads the session/),
        ),
      ],
      [
        'logs',
        [49],
        'logs with correlation and user ids',
        all(
          skill(TRIAGE, 'error or correlation ids', 'along its correlation id'),
          recorded('fact_recorded', { name: 'reproduced' }, /output: POST \/auth 500/),
        ),
      ],
      [
        'metrics',
        [49],
        'metrics',
        recorded('fact_recorded', { name: 'error_rate' }, /metric: 5xx on \/auth 38 %/),
      ],
      ['deploy-history', [49], 'history of deploys', skill(TRIAGE, 'Recent deployments and their diffs')],
      [
        'adrs',
        [50],
        'decision records of the project',
        skill(TRIAGE, 'Decision records and project documents for why it is built like this'),
      ],
      [
        'library-docs',
        [51],
        "documents of a library, by the project's own rules",
        skill(TRIAGE, "by the project's own rules for looking things up"),
      ],
    ]),
    ...rowsOf('002', 'postmortem', [
      [
        'heading',
        [53, 55],
        'a structured document',
        postmortem(
          /^# Post-Mortem: Users can/m,
          /(?:## (?:Summary|Timeline|Root cause|Impact|Action items|Lessons learned)\n[\s\S]*?){6}/,
        ),
      ],
      [
        'summary',
        [57],
        'one paragraph',
        postmortemPart('## Summary', 'After release v1.1.0 users without a session could not log in.'),
      ],
      [
        'timeline',
        [58],
        'key events with times',
        postmortemPart('## Timeline', /13:55: Detection/, /14:20: Mitigation/, /15:30: Resolution/),
      ],
      [
        'root-cause',
        [59],
        'what went wrong and why',
        postmortemPart('## Root cause', 'src/auth.js reads the session', 'release v1.1.0'),
      ],
      ['impact-users', [60], 'users', postmortemPart('## Impact', '**Users affected**: 40%')],
      ['impact-duration', [60], 'duration', postmortemPart('## Impact', '**Duration**: 1 hour 42 minutes')],
      [
        'impact-business',
        [60],
        'business',
        postmortemPart('## Impact', '**Business impact**: no sales for new sessions'),
      ],
      [
        'actions-fixes',
        [61],
        'action items: fixes that last',
        postmortemPart('## Action items', 'Test logins without a session'),
      ],
      [
        'actions-preventive',
        [61],
        'action items: prevention',
        postmortemPart('## Action items', 'Alert on failed logins within 5 minutes'),
      ],
      [
        'actions-process',
        [61],
        'action items: process',
        postmortemPart('## Action items', 'Agree who owns the auth service'),
      ],
      [
        'lessons',
        [62],
        'what is done differently',
        all(
          postmortemPart('## Lessons learned', 'A new field in the token needs a test without it.'),
          skill('hotfix/references/postmortem.md', 'what we do differently'),
        ),
      ],
      [
        'stored',
        [64],
        'kept with the project, or shared as a page',
        all(
          inFolder('post-mortem.md'),
          skill('hotfix/references/postmortem.md', 'Share the document where the team keeps such documents'),
        ),
      ],
    ]),
    ...rowsOf('002', 'follow-up', [
      ['heading', [66], 'every action item is followed up', task('T028', 'action_added')],
      [
        'issues',
        [68],
        'an issue for each',
        all(
          skill('hotfix/references/postmortem.md', "Each becomes an issue in the team's tracker"),
          recorded('action_added', { action: 'AI-001' }),
          issueTexts(/^> \S/m),
        ),
      ],
      [
        'labels',
        [69],
        'with labels for follow-up and severity',
        all(
          skill('hotfix/references/postmortem.md', '`incident-follow-up` and the severity'),
          issueTexts(/^Labels: incident-follow-up, P1$/m),
        ),
      ],
      [
        'links',
        [70],
        'linked to the postmortem and each other',
        all(
          skill('hotfix/references/postmortem.md', 'linked to the postmortem and to its sisters'),
          issueTexts(/\*\*Postmortem\*\*: specs\/hotfix-\d{3}\S+\/post-mortem\.md/, /^- AI-\d{3} \S/m),
        ),
      ],
      [
        'owners',
        [71],
        'with owner and due date',
        all(
          recorded('action_added', { owner: 'Ana', due: '2026-01-20' }),
          issueTexts(/\*\*Owner\*\*: (?!UNKNOWN)\S/, /^Due: \d{4}-\d\d-\d\d$/m),
          refused(
            'Loose',
            [
              { kind: 'action_added', text: 'Somebody should' },
              { kind: 'deploy_verified', text: 'Fine', evidence: ['metric: 0 errors'] },
              { kind: 'resolved', text: 'Over' },
            ],
            'close_incident',
            {},
            /action_items/,
          ),
        ),
      ],
      [
        'create',
        [72],
        'made through a tool',
        all(issuesCreated(), skill('postmortem/SKILL.md', 'Call `create_followup_issues`')),
      ],
    ]),
    ...rowsOf('002', 'done', [
      ['heading', [74], 'a definition of done', closeNeeds('postmortem')],
      [
        'mitigated',
        [76],
        'box: mitigated and verified',
        checklist('checklist', 'opened', 'closed', /[Mm]itigated/),
      ],
      [
        'postmortem',
        [77],
        'box: postmortem',
        checklist('checklist', 'resolved', 'closed', /[Pp]ost-?mortem .*(?:timeline|written)/),
      ],
      [
        'follow-ups',
        [78],
        'box: follow-ups',
        checklist('checklist', 'resolved', 'closed', /[Ff]ollow-?ups?|[Aa]ction items/),
      ],
      [
        'notified',
        [79],
        'box: stakeholders told when P0 or P1',
        checklist('checklist', 'opened', 'closed', /[Ss]takeholders/),
      ],
      [
        'no-secrets',
        [80],
        'box: nothing secret or personal in document and logs',
        all(tickedAt('checklist', 'closed', /[Nn]o sensitive data/), keepsNoSecret()),
      ],
    ]),
    ...rowsOf('002', 'resources', [
      [
        'heading',
        [82],
        'where the project says more',
        skill(TRIAGE, 'Decision records and project documents'),
      ],
      [
        'privacy',
        [84],
        'privacy and security',
        all(
          skill(TRIAGE, "The project's privacy and security documents"),
          skill('hotfix/references/security.md', '# When it may be a breach'),
        ),
      ],
      ['observability', [85], 'logging and correlation', skill(TRIAGE, 'error or correlation ids')],
      ['error-handling', [86], "the project's patterns for errors", step('T005', /why no test caught it/)],
    ]),
  ],
};
