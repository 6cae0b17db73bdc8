import { asks, mitigation } from './acts.ts';
import { checklistThread, failedTwice, tagged } from './hooks.ts';
import {
  all,
  checklist,
  clock,
  closeNeeds,
  fact,
  level,
  message,
  postmortem,
  postmortemPart,
  printed,
  pulse,
  recorded,
  shows,
  showsAt,
  skill,
  status,
  task,
  under,
  within,
} from './producers.ts';
import { rowsOf, type SeedTable } from './rows.ts';
import { COMMIT, FACTS_OF } from './story.ts';

/** The pulse document: header, four stages, mini postmortem, hooks, completion criteria. */
export const SEED_000: SeedTable = {
  seed: '000',
  preset: 'pulse',
  sha256: '87a9155a17f9f5a6f48b8cb313cb9c7d5e5a9b4af6ff35037aab2d37014c5e24',
  noRequirement: [{ lines: [84], why: 'announces another template of its authors' }],
  rows: [
    ...rowsOf('000', 'start', [
      [
        'title',
        [1],
        'an incident is triaged and a hotfix made in one record with a pulse',
        showsAt('opened', 'hotfix.md', /^# Hotfix: /m, '**Pulse status**'),
      ],
      [
        'use',
        [3],
        'taken for any unplanned outage, rollback of a deploy or critical bug',
        skill(
          'hotfix/SKILL.md',
          'Use when production is broken',
          'an outage',
          'a failed deploy',
          'a rollback',
        ),
      ],
      [
        'purpose',
        [5],
        'facts are kept from the first minute, service comes back, learning is written',
        all(
          status('mitigated', 'monitoring'),
          recorded('opened', {}, /Incident opened/),
          postmortem(/Prevent repeat/),
        ),
      ],
    ]),
    ...rowsOf('000', 'header', [
      [
        'heading',
        [9],
        'the record begins with a header',
        showsAt('opened', 'hotfix.md', '<!-- pulse:begin header -->'),
      ],
      [
        'hash-id',
        [10],
        'an id that never changes, beside the label',
        showsAt('opened', 'hotfix.md', (world) => `- **Hash ID**: ${world.uid}`),
      ],
      [
        'reported-at',
        [11],
        'when it was reported',
        showsAt('opened', 'hotfix.md', '- **Reported at**: 2026-01-05 14:00 UTC'),
      ],
      [
        'detected-by',
        [12],
        'who or what noticed it',
        showsAt('opened', 'hotfix.md', '- **Detected by**: pager alert auth-5xx'),
      ],
      ['severity-blocker', [13], 'red: blocker', level('P0', FACTS_OF.P0, [/^Blocker/])],
      [
        'severity-high',
        [13],
        'orange: high, shown in the header',
        all(level('P1', FACTS_OF.P1, [/^High/]), shows('hotfix.md', '- **Severity**: 🟠 High (P1)')),
      ],
      ['severity-medium', [13], 'yellow: medium', level('P2', FACTS_OF.P2, [/^Medium/])],
      ['severity-low', [13], 'green: low', level('P3', FACTS_OF.P3, [/^Low/])],
      [
        'pulse-initial',
        [14],
        'two dots at first, once the severity is known',
        pulse('triaged', '🟢🟢⚪️⚪️⚪️', /confirmed and triaged/),
      ],
      [
        'pulse-resolved',
        [14],
        'five dots and a tick in the end',
        pulse('closed', '🟢🟢🟢🟢🟢✅', /verified and stable/),
      ],
    ]),
    ...rowsOf('000', 'detection', [
      [
        'stage',
        [18],
        'the first stage ends with the second dot',
        pulse('triaged', '🟢🟢⚪️⚪️⚪️', /confirmed and triaged/),
      ],
      [
        'confirm',
        [19],
        'the problem is confirmed by repeating or watching it',
        all(
          task('T003', 'fact_recorded'),
          skill('hotfix/references/triage.md', 'Confirm that it exists', 'replicate', 'observe'),
        ),
      ],
      [
        'capture',
        [20],
        'logs, error ids, commit and environment are kept with the record',
        all(
          recorded(
            'fact_recorded',
            { name: 'environment', value: 'production' },
            /output: POST \/auth 500.*commit:1a2b3c4d/,
          ),
          under('hotfix.md', '### Users Affected', '- **Environment**: production'),
          skill(
            'hotfix/references/triage.md',
            'error or correlation ids',
            'the commit that runs',
            'the environment',
          ),
        ),
      ],
      [
        'tag-responders',
        [21],
        'responders are named and called',
        all(
          recorded('role_assigned', { role: 'responder', person: 'Finn' }, /responder: Finn/),
          skill('hotfix/references/triage.md', 'tag the people who should respond'),
        ),
      ],
      [
        'thread',
        [22],
        'one thread for the incident, every line with its time, linked',
        all(
          recorded('linked', { type: 'chat' }, /2026-01-05 14:06 \| Linked \(chat\)/),
          skill('hotfix/references/triage.md', 'Start one thread', 'a time on every line'),
        ),
      ],
      [
        'need-eyes',
        [24],
        'not knowing is said, with the system and its expert',
        message('need_eyes', "I don't know yet - need eyes on", 'auth service', 'Eve'),
      ],
    ]),
    ...rowsOf('000', 'contain', [
      [
        'stage',
        [28],
        'the second stage ends with the third dot',
        pulse('mitigated', '🟢🟢🟢⚪️⚪️', /contained/),
      ],
      ['disable', [29], 'the faulty deploy is switched off', mitigation('feature_flag')],
      [
        'rollback',
        [29],
        'or rolled back',
        all(mitigation('rollback'), recorded('mitigation_applied', { type: 'rollback' })),
      ],
      [
        'gate-traffic',
        [30],
        'new traffic can be gated',
        all(mitigation('traffic_gate'), skill('hotfix/SKILL.md', 'shed or gate traffic')),
      ],
      [
        'scope-users',
        [31],
        'how many users',
        all(asks('users', /how many/), under('hotfix.md', '### Users Affected', '- **Users**: 40%')),
      ],
      [
        'scope-data',
        [31],
        'which data',
        all(
          asks('data', /lost, corrupted or exposed/),
          under('hotfix.md', '### Data Loss/Corruption', '- **Data**: none'),
        ),
      ],
      [
        'scope-integrations',
        [31],
        'which integrations',
        all(
          asks('affected_systems', /third part/),
          under('hotfix.md', '### Users Affected', /\*\*Systems\*\*: .*third parties/),
        ),
      ],
      [
        'first-update',
        [32],
        'the first update is due within 15 minutes',
        all(clock('next_update', 'opened', 'opened'), within('P3', FACTS_OF.P3, 'first_update_min')),
        [15],
      ],
      [
        'public-or-internal',
        [32],
        'it goes inside or outside',
        all(
          recorded('update_posted', { audience: 'internal' }),
          recorded('update_posted', { audience: 'public' }),
          message('initial', 'Investigating'),
          message('initial-public', 'Investigating'),
        ),
      ],
      [
        'comms-owner',
        [33],
        'one person owns communication',
        all(
          recorded('role_assigned', { role: 'communications_owner' }),
          showsAt('triaged', 'hotfix.md', '- **communications owner**: Ben'),
          skill('hotfix/references/roles.md', 'exactly one owns communication'),
        ),
      ],
    ]),
    ...rowsOf('000', 'repair', [
      [
        'stage',
        [37],
        'the third stage ends with the fourth dot',
        pulse('deployed', '🟢🟢🟢🟢⚪️', /repaired and deployed/),
      ],
      [
        'last-known-good',
        [38],
        'the last good commit or configuration',
        all(
          fact('last_known_good', /v1\.0\.0/),
          under('hotfix.md', '### Why It Happened', '- **Last known good**: v1.0.0'),
          checklist('pre-deploy', 'opened', 'triaged', /Last known good/),
          skill('hotfix/references/triage.md', 'which commit or configuration was the last known good one?'),
        ),
      ],
      [
        'pair-review',
        [39],
        'two people look at logs and differences',
        all(
          task('T009', 'skipped'),
          printed('pre-deploy', /^- \[ \] Logs and code changes reviewed in a pair/m),
          skill('hotfix/references/triage.md', 'Two read the same logs and diffs together'),
        ),
      ],
      ['patch-committed', [40], 'the fix is committed', task('T007', 'fix_committed')],
      [
        'tested-in-staging',
        [40],
        'and tested in staging',
        all(
          task('T011', 'deploy_verified'),
          checklist('pre-deploy', 'identified', 'ready', /tested in staging/),
        ),
      ],
      [
        'ci-green',
        [41],
        'the checks are green',
        all(
          task('T008', 'checks_run'),
          checklist('pre-deploy', 'identified', 'ready', /CI green/),
          under('hotfix.md', '### Checks', `Checks run (passed on ${COMMIT})`),
        ),
      ],
      [
        'approval',
        [42],
        'deployed after somebody agreed',
        all(
          printed('pre-deploy', /^- \[ \] Approved for production/m),
          skill('hotfix/SKILL.md', 'Ask before you act on production', 'a deploy'),
          recorded('noted', {}, /The user said: yes, deploy it/),
        ),
      ],
      [
        'telemetry',
        [42],
        'and telemetry was looked at',
        all(
          task('T013', 'deploy_verified'),
          under('hotfix.md', '### Post-Deployment Monitoring', 'metric: login errors 0.1 %'),
        ),
      ],
    ]),
    ...rowsOf('000', 'after', [
      [
        'stage',
        [46],
        'the fourth stage ends with the tick',
        pulse('closed', '🟢🟢🟢🟢🟢✅', /verified and stable/),
      ],
      [
        'stable',
        [47],
        'stability is watched for 24 hours',
        all(clock('stability', 'resolved', 'resolved'), closeNeeds('stability')),
        [1440],
      ],
      [
        'runbooks',
        [48],
        'documentation and runbooks are brought up to date',
        task('T025', 'linked', /Runbook/),
      ],
      [
        'regression-test',
        [49],
        'a regression test is added',
        all(
          task('T018', 'regression_proven'),
          showsAt('resolved', 'hotfix.md', '- [ ] Regression test proven (T018)'),
        ),
      ],
      [
        'schedule-postmortem',
        [50],
        'the postmortem is arranged within 48 hours',
        all(clock('postmortem', 'resolved', 'resolved'), task('T021', 'linked', 'Within 48 hours')),
        [2880],
      ],
      [
        'stakeholders',
        [51],
        'those affected hear that it is closed',
        all(closeNeeds('stakeholders_told'), message('closure', 'closed')),
      ],
    ]),
    ...rowsOf('000', 'postmortem', [
      [
        'heading',
        [55],
        'a small postmortem of six parts',
        postmortemPart(
          '## 🧠 Post-Mortem Mini-Template',
          /(?:^\| (?:Summary|Timeline|Root cause|What worked|What failed|Prevent repeat) \|.*\n?){6}/m,
        ),
      ],
      [
        'columns',
        ['57.1-2'],
        'parts with what belongs in each',
        all(
          postmortemPart('## 🧠 Post-Mortem Mini-Template', '| Section | Prompt |'),
          skill('hotfix/references/postmortem.md', '| argument | what belongs there |'),
        ),
      ],
      [
        'summary',
        ['59.1-2'],
        'one plain line',
        all(
          postmortemPart(
            '## 🧠 Post-Mortem Mini-Template',
            /\| Summary \| After release v1\.1\.0 users without a session could not log in\./,
          ),
          skill('hotfix/references/postmortem.md', 'first sentence plain enough'),
        ),
      ],
      [
        'timeline',
        ['60.1-2'],
        'detection, response, fix, restore',
        postmortemPart(
          '## 🧠 Post-Mortem Mini-Template',
          /\| Timeline \| Detection .*13:55.* → Response .*14:04.* → Fix .*15:20.* → Restore .*15:30.* \|/,
        ),
      ],
      [
        'root-cause',
        ['61.1-2'],
        'human and technical factors',
        all(
          postmortemPart(
            '## 🧠 Post-Mortem Mini-Template',
            /\| Root cause \| .*src\/auth\.js reads the session.*The review had one afternoon\./,
          ),
          skill('hotfix/references/postmortem.md', 'human and technical'),
        ),
      ],
      [
        'worked',
        ['62.1-2'],
        'what worked',
        all(
          postmortemPart(
            '## 🧠 Post-Mortem Mini-Template',
            /\| What worked \| .*The last release was one command away\./,
          ),
          skill('hotfix/references/postmortem.md', 'Quick alert, good messages, a script that was ready'),
        ),
      ],
      [
        'failed',
        ['63.1-2'],
        'what failed',
        all(
          postmortemPart(
            '## 🧠 Post-Mortem Mini-Template',
            /\| What failed \| .*The alert named the wrong service\./,
          ),
          skill('hotfix/references/postmortem.md', 'a missed alert, unclear ownership'),
        ),
      ],
      [
        'prevent',
        ['64.1-2'],
        'code, process and automation that keep it from coming back',
        postmortemPart(
          '## 🧠 Post-Mortem Mini-Template',
          /\| Prevent repeat \| .*Test logins without a session.*Alert on failed logins.*Agree who owns the auth service/,
        ),
      ],
    ]),
    ...rowsOf('000', 'hooks', [
      ['github', [68, 69], 'a second failed run in a row opens an issue', failedTwice()],
      ['clickup', [70], 'a label opens it, assigns the ops lead and makes subtasks', tagged()],
      ['slack', [71], 'a command posts a checklist that stays up to date', checklistThread()],
    ]),
    ...rowsOf('000', 'completion', [
      [
        'heading',
        [75],
        'a list says when it is over',
        checklist('checklist', 'resolved', 'closed', /[Mm]eter|[Pp]ulse/),
      ],
      [
        'metrics-normal',
        [76],
        'metrics are normal',
        checklist('checklist', 'opened', 'closed', /[Mm]etrics/),
      ],
      [
        'fix-deployed',
        [77],
        'the fix is merged, verified and deployed',
        checklist('checklist', 'opened', 'closed', /[Ff]ix/),
      ],
      [
        'postmortem-shared',
        [78],
        'the postmortem is written and shared',
        checklist('checklist', 'resolved', 'closed', /[Pp]ost-?mortem/),
      ],
      [
        'learnings',
        [79],
        'lessons and actions are in the knowledge base',
        all(
          checklist('checklist', 'resolved', 'closed', /[Ll]earn|[Ll]esson/),
          skill('hotfix/references/postmortem.md', 'put what was learned into the knowledge base'),
        ),
      ],
      [
        'meter',
        [80],
        'the meter shows five dots and a tick',
        all(
          checklist('checklist', 'resolved', 'closed', /[Mm]eter|[Pp]ulse/),
          pulse('closed', '🟢🟢🟢🟢🟢✅', /verified and stable/),
        ),
      ],
    ]),
  ],
};
