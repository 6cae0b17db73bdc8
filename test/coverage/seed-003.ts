import { asks, example, file, mitigation, reviewed } from './acts.ts';
import { boarded } from './board.ts';
import {
  all,
  checklist,
  command,
  completion,
  fact,
  level,
  levels,
  matrix,
  next,
  notNeeded,
  postmortem,
  postmortemPart,
  recorded,
  shows,
  showsAt,
  skill,
  status,
  step,
  task,
  under,
} from './producers.ts';
import { rowsOf, type SeedTable } from './rows.ts';
import { BRANCH, FACTS_OF } from './story.ts';

const FIX = 'hotfix/references/fix.md';
const TRIAGE = 'hotfix/references/triage.md';

/** A slash command in nine steps, a completion block, a checklist before the deploy. */
export const SEED_003: SeedTable = {
  seed: '003',
  preset: 'pokayokay',
  sha256: 'f59ec08693c8499102258190e4700faeabdfac3dc25000fe50216689d4f40c90',
  noRequirement: [],
  rows: [
    ...rowsOf('003', 'start', [
      [
        'description',
        [2],
        'a command for an urgent fix in production',
        command('hotfix.md', 'description: ', 'production incident'),
      ],
      [
        'argument-hint',
        [3],
        'that takes the description of the incident',
        command('hotfix.md', 'argument-hint: ', 'what is broken'),
      ],
      [
        'title',
        [6],
        'a workflow for a hotfix',
        command('hotfix.md', '# Hotfix: from a report to a postmortem'),
      ],
      [
        'arguments',
        [8],
        'what was typed reaches the record as it is',
        all(
          command('hotfix.md', '$ARGUMENTS'),
          showsAt('opened', 'hotfix.md', "> Users can't login - 500 error on auth endpoint"),
        ),
      ],
    ]),
    ...rowsOf('003', 'philosophy', [
      [
        'heading',
        [10],
        'rules above all steps',
        skill('hotfix/SKILL.md', 'Standing rules, for the whole incident'),
      ],
      [
        'mitigate',
        [12],
        'stop the harm before the cause',
        all(
          skill('hotfix/SKILL.md', 'stop the harm first, before the cause is known'),
          next('opened', /^Mitigate first, before the cause is known/),
        ),
      ],
      [
        'communicate',
        [13],
        'keep people informed',
        all(skill('hotfix/SKILL.md', 'keeps the people who wait informed'), task('T014', 'update_posted')),
      ],
      [
        'safely',
        [14],
        'make nothing worse',
        all(skill('hotfix/SKILL.md', 'Never** `git reset --hard`'), task('T010', 'rollback_planned')),
      ],
      ['learn', [15], 'a postmortem keeps it from coming back', task('T022', 'postmortem_written')],
    ]),
    ...rowsOf('003', 'triage', [
      ['heading', [17, 19], 'steps; first the severity', skill('hotfix/SKILL.md', '## 2. Size it')],
      [
        'columns',
        ['21.1-3'],
        'severity, impact, response',
        matrix('P0', { level: 'P0', word: 'Service down' }),
      ],
      ['p0', ['23.1-2'], 'P0: down, or data lost', level('P0', FACTS_OF.P0, [/Service down/, /data loss/])],
      [
        'p0-response',
        ['23.3'],
        'everything else is dropped: we read five minutes',
        matrix('P0', { respond_within_min: 5 }),
      ],
      ['p1', ['24.1-2'], 'P1: a major feature', level('P1', FACTS_OF.P1, [/Major feature broken/])],
      ['p1-response', ['24.3'], 'today', matrix('P1', { resolve_within_min: 1440 })],
      [
        'p2',
        ['25.1-2'],
        'P2: minor, with a way round',
        level('P2', FACTS_OF.P2, [/Minor/, /workaround exists/]),
      ],
      ['p2-response', ['25.3'], 'this week', matrix('P2', { resolve_within_min: 10_080 })],
      ['three-levels', ['25.1'], 'no fourth level', levels('P0', 'P1', 'P2')],
    ]),
    ...rowsOf('003', 'task', [
      [
        'create',
        [27, 29],
        'a task for the incident, its title the incident, its priority the severity',
        all(
          showsAt('opened', 'tasks.md', /^# Tasks: Hotfix - Users can/m),
          shows('tasks.md', '**Severity**: P1'),
        ),
      ],
      [
        'start',
        [30],
        'which is started',
        all(
          recorded('acknowledged', { person: 'Ana' }),
          shows('hotfix.md', '- **Investigation Start**: 2026-01-05 14:04 UTC'),
        ),
      ],
      ['ohno', [29, 30, 72], 'created, started and finished in the task manager of that document', boarded()],
    ]),
    ...rowsOf('003', 'impact', [
      ['heading', [33], 'impact is looked into', skill(TRIAGE, '## Questions')],
      [
        'who',
        [34],
        'who and what is affected',
        all(
          asks('users', /how many/),
          asks('affected_systems', /./),
          under('hotfix.md', '### Users Affected', '- **Users**: 40%'),
        ),
      ],
      [
        'since',
        [35],
        'since when',
        all(asks('started', /since when/), shows('hotfix.md', '- **Incident Start**: 2026-01-05 13:40 UTC')),
      ],
      ['worse', [36], 'whether it gets worse', all(asks('spreading', /worse/), fact('spreading', /^no$/))],
      ['changed', [37], 'what changed', all(asks('what_changed', /./), fact('what_changed', /v1\.1\.0/))],
    ]),
    ...rowsOf('003', 'mitigate', [
      ['heading', [39, 40], 'mitigation, if any is possible', status('mitigated', 'monitoring')],
      ['flag', [41], 'flag off', mitigation('feature_flag')],
      ['rollback', [42], 'rollback', mitigation('rollback')],
      ['scale', [43], 'more resources', mitigation('scale_up')],
      ['database', [44], 'database fix', mitigation('database_fix')],
      ['redirect', [45], 'redirect or workaround', mitigation('redirect')],
      [
        'documented',
        [47, 49, 50],
        'what was done is written down under a heading of its own',
        under(
          'hotfix.md',
          '### Mitigations',
          'Mitigation applied (rollback): Put v1.0.0 back for half of the hosts',
        ),
      ],
    ]),
    ...rowsOf('003', 'cause', [
      [
        'heading',
        [53, 54],
        'the cause, quickly',
        showsAt('identified', 'hotfix.md', '## Root Cause (Quick Analysis)'),
      ],
      [
        'changed',
        [55],
        'what changed',
        under('hotfix.md', '### Why It Happened', '- **What changed**: release v1.1.0'),
      ],
      [
        'logs',
        [56],
        'what the error logs say',
        all(
          skill(TRIAGE, 'error logs'),
          recorded('cause_identified', {}, /output: TypeError at src\/auth\.js:12/),
        ),
      ],
      [
        'staging',
        [57],
        'whether staging shows it',
        all(skill(TRIAGE, 'Can staging show it?'), task('T003', 'fact_recorded')),
      ],
    ]),
    ...rowsOf('003', 'fix', [
      ['heading', [59], 'the fix', task('T007', 'fix_committed')],
      [
        'branch',
        [60],
        'on a branch of its own',
        all(
          showsAt('opened', 'hotfix.md', `**Branch**: ${BRANCH}`),
          recorded('hotfix_started', { branch: BRANCH }),
        ),
      ],
      ['minimal', [61], 'minimal', step('T007', 'Smallest change that ends the harm')],
      ['tested', [62], 'tested before it is merged', task('T008', 'checks_run')],
      [
        'commit',
        [63],
        'with a commit message of a fixed form',
        all(
          skill(FIX, '`fix: [HOTFIX] <description>`'),
          under('hotfix.md', '### What Changed', 'fix: \\[HOTFIX\\] a missing session is a new one'),
        ),
      ],
    ]),
    ...rowsOf('003', 'deploy', [
      ['heading', [65], 'the deploy', task('T012', 'deployed')],
      [
        'procedures',
        [66],
        "by the repository's own procedure",
        skill(FIX, "Merge and deploy the repository's own way"),
      ],
      [
        'monitor',
        [67],
        'watched afterwards',
        all(
          task('T015', 'fact_recorded'),
          under('hotfix.md', '### Post-Deployment Monitoring', 'errors and latency flat for two hours'),
        ),
      ],
      ['verify', [68], 'verified in production', task('T013', 'deploy_verified')],
    ]),
    ...rowsOf('003', 'complete', [
      [
        'done',
        [70, 72],
        'finished with notes on mitigation, fix and deploy',
        all(
          completion(
            /- Mitigated: .*Put v1\.0\.0 back/,
            /- Fixed: .*a missing session is a new one/,
            /- Deployed: .*v1\.1\.1 to production/,
          ),
          task('T027', 'closed'),
        ),
      ],
    ]),
    ...rowsOf('003', 'postmortem', [
      [
        'recommended',
        [75],
        'recommended, not asked for',
        all(matrix('P0', { postmortem_within_h: null }), notNeeded('postmortem')),
      ],
      [
        'file',
        [76],
        'written to a second place as well, named by date and subject',
        file(/^\.claude\/postmortems\/2026-01-0\d-[a-z0-9-]+\.md$/),
      ],
      ['title', [79], 'title', postmortem(/^# Postmortem: Users can/m)],
      ['date', [81], 'date', postmortem(/\*\*Date\*\*: 2026-01-05/)],
      [
        'duration',
        [82],
        'from start to resolution',
        postmortem(/\*\*Duration\*\*: .*13:40.* - .*15:(?:22|30)/),
      ],
      ['severity', [83], 'severity', postmortem(/\*\*Severity\*\*: P1/)],
      ['impact', [84], 'impact', postmortem(/\*\*Impact\*\*: .*(?:error page|40%)/)],
      ['timeline', [86], 'timeline', postmortem('## Timeline')],
      ['detected', [87], 'detected', postmortemPart('## Timeline', /13:55( UTC)?\**: Incident detected/)],
      [
        'investigation',
        [88],
        'investigation begun',
        postmortemPart('## Timeline', /14:04( UTC)?\**: Investigation started/),
      ],
      ['mitigation', [89], 'mitigated', postmortemPart('## Timeline', /14:20( UTC)?\**: Mitigation applied/)],
      ['cause', [90], 'cause', postmortemPart('## Timeline', /14:30( UTC)?\**: Root cause identified/)],
      ['deployed', [91], 'fix out', postmortemPart('## Timeline', /15:20( UTC)?\**: Fix deployed/)],
      ['resolved', [92], 'resolved', postmortemPart('## Timeline', /15:30( UTC)?\**: Incident resolved/)],
      [
        'root-cause',
        [94, 95],
        'root cause',
        postmortemPart('## Root Cause', 'src/auth.js reads the session'),
      ],
      [
        'resolution',
        [97, 98],
        'resolution',
        postmortemPart('## Resolution', /v1\.1\.1|a hotfix was deployed/),
      ],
      [
        'lessons',
        [100, 101, 102],
        'lessons',
        postmortemPart(
          '## Lessons Learned',
          'A new field in the token needs a test without it.',
          'Watch what users do.',
        ),
      ],
      [
        'actions',
        [104, 105, 106],
        'action items as boxes',
        postmortemPart(
          '## Action Items',
          /- \[ \] .*Test logins without a session/,
          /- \[ \] .*Alert on failed logins/,
        ),
      ],
    ]),
    ...rowsOf('003', 'output', [
      ['heading', [109, 112], 'a block that is said in the end', completion('## Hotfix Complete')],
      ['incident', [114], 'incident', completion(/\*\*Incident\*\*: .*Users can.t login/)],
      ['severity', [115], 'severity', completion(/\*\*Severity\*\*: P1/)],
      ['duration', [116], 'duration', completion(/\*\*Duration\*\*: .*1 hour 42 minutes/)],
      ['status', [117], 'status', completion(/\*\*Status\*\*: (?:Resolved|Closed)/)],
      ['timeline', [119], 'timeline', completion('### Timeline')],
      ['detected', [120], 'detected', completion(/13:55.*: Detected/)],
      ['mitigated', [121], 'mitigated', completion(/14:20.*: Mitigated/)],
      ['fixed', [122], 'fixed', completion(/15:2[02].*: Fixed/)],
      ['fix', [124, 125], 'the fix', completion(/### Fix\n+.*a missing session is a new one/)],
      [
        'postmortem',
        [127, 128],
        'the postmortem, or that it is pending',
        completion(/### Postmortem\n+.*post-mortem\.md/),
      ],
    ]),
    ...rowsOf('003', 'related', [
      [
        'heading',
        [131],
        'neighbouring ways of working are named',
        skill('incident/SKILL.md', 'To open a new incident use the hotfix skill', 'use the postmortem skill'),
      ],
      [
        'fix',
        [133],
        'an ordinary bug goes another way',
        skill('hotfix/SKILL.md', 'an ordinary bug that hurts nobody now'),
      ],
      ['work', [134], 'ordinary work is taken up again', next('closed', /Follow up on the action items/)],
      [
        'review',
        [135],
        'patterns over incidents',
        all(skill('incident-review/SKILL.md', 'repeat causes'), reviewed()),
      ],
    ]),
    ...rowsOf('003', 'examples', [
      ['heading', [137], 'examples are incidents', skill('hotfix/SKILL.md', 'character for character')],
      [
        'login',
        [140],
        'nobody can log in',
        example("Users can't login - 500 error on auth endpoint", /^P[01]/),
      ],
      ['payment', [141], 'payments fail', example('Payment processing failing for Stripe webhook', /^P[01]/)],
      [
        'database',
        [142],
        'the connection pool is empty',
        example('Database connection pool exhausted', /^P[012]/),
      ],
    ]),
    ...rowsOf('003', 'checklist', [
      [
        'heading',
        [145, 147],
        'a list before the deploy',
        skill(FIX, '`hotfix-pulse print pre-deploy` prints the list'),
      ],
      ['cause', [148], 'box: cause known', checklist('pre-deploy', 'opened', 'ready', /[Cc]ause/)],
      ['local', [149], 'box: tested locally', checklist('pre-deploy', 'opened', 'ready', /locally/)],
      [
        'staging',
        [150],
        'box: tested in staging, if there is time',
        checklist('pre-deploy', 'opened', 'ready', /staging/),
      ],
      ['rollback', [151], 'box: rollback plan', checklist('pre-deploy', 'opened', 'ready', /[Rr]ollback/)],
      ['monitoring', [152], 'box: monitoring', checklist('pre-deploy', 'opened', 'ready', /[Mm]onitoring/)],
    ]),
  ],
};
