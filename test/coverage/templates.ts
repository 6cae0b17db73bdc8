import { all, checklist, shows, showsAt, tickedAt, under } from './producers.ts';
import { rowsOf, type SeedTable } from './rows.ts';
import { BRANCH, COMMIT } from './story.ts';

/** The hotfix spec that document 004 refers to. It lies in no file here: its parts are listed in the domain page, 4.2. */
export const HOTFIX_TEMPLATE: Pick<SeedTable, 'preset' | 'rows'> = {
  preset: 'spec-kit',
  rows: rowsOf('hotfix.md', 'template', [
    ['title', [], 'title', shows('hotfix.md', /^# Hotfix: Users can/m)],
    ['id', [], 'id', shows('hotfix.md', '**Hotfix ID**: hotfix-001')],
    ['branch', [], 'branch', shows('hotfix.md', `**Branch**: ${BRANCH}`)],
    [
      'severity',
      [],
      'severity as boxes',
      shows('hotfix.md', /\*\*Severity\*\*: \[ \] P0 \(.*\) \| \[X\] P1 \(.*\) \| \[ \] P2 \(.*\)/),
    ],
    [
      'status',
      [],
      'status as boxes',
      shows(
        'hotfix.md',
        '**Status**: [ ] Investigating | [ ] Fix Deployed | [ ] Monitoring | [X] Post-Mortem Complete',
      ),
    ],
    [
      'status-investigating',
      [],
      'box while investigating',
      showsAt('opened', 'hotfix.md', '[X] Investigating'),
    ],
    ['status-monitoring', [], 'box while monitoring', showsAt('resolved', 'hotfix.md', '[X] Monitoring')],
    [
      'timeline',
      [],
      'seven lines of the timeline',
      under(
        'hotfix.md',
        '## Incident Timeline',
        '- **Incident Start**: 2026-01-05 13:40 UTC',
        '- **Detection**: 2026-01-05 13:55 UTC, by pager alert auth-5xx',
        '- **Investigation Start**: 2026-01-05 14:04 UTC',
        '- **Root Cause Identified**: 2026-01-05 14:30 UTC',
        '- **Fix Deployed**: 2026-01-05 15:20 UTC',
        '- **Incident End**: 2026-01-05 15:22 UTC',
        '- **Total Duration**: 1 hour 42 minutes',
      ),
    ],
    [
      'input',
      [],
      'the words of the report',
      under('hotfix.md', '## Input', 'User description:', "> Users can't login"),
    ],
    ['fix', [], 'the fix', shows('hotfix.md', '## Immediate Fix Applied')],
    [
      'what-changed',
      [],
      'files, summary, commit',
      under(
        'hotfix.md',
        '### What Changed',
        '- **Change Summary**: fix: \\[HOTFIX\\] a missing session is a new one',
        `- **Commit SHA**: ${COMMIT}`,
      ),
    ],
    [
      'files',
      [],
      'files of the commit',
      under('hotfix.md', '### What Changed', '- **Files Modified**: src/auth.js'),
    ],
    ['why-this-fix', [], 'why this fix', shows('hotfix.md', '### Why This Fix')],
    ['users', [], 'users', under('hotfix.md', '## Impact', '### Users Affected')],
    [
      'downtime',
      [],
      'downtime',
      under(
        'hotfix.md',
        '### Downtime',
        '- **From**: 2026-01-05 13:40 UTC',
        '- **To**: 2026-01-05 15:22 UTC',
      ),
    ],
    ['data', [], 'data', under('hotfix.md', '### Data Loss/Corruption', '- **Data**: none')],
    [
      'business',
      [],
      'business, with the breach of an agreement',
      under(
        'hotfix.md',
        '### Business Impact',
        '- **Revenue**: no sales for new sessions',
        /SLA|Resolution target/,
      ),
    ],
    [
      'cause',
      [],
      'cause',
      under('hotfix.md', '## Root Cause (Quick Analysis)', '### What Happened', '### Why It Happened'),
    ],
    [
      'not-caught',
      [],
      'six boxes why it was not caught',
      (world) => {
        const text = world.moment('closed').files['hotfix.md'] ?? '';
        const from = text.indexOf("### Why It Wasn't Caught Earlier");
        const boxes = text.slice(from, text.indexOf('\n## ', from)).match(/^- \[ \] /gm) ?? [];
        if (from < 0 || boxes.length !== 6) throw new Error(`${boxes.length} boxes`);
      },
    ],
    [
      'rollback',
      [],
      'rollback plan',
      under('hotfix.md', '## Rollback Plan', '### How to Undo This Fix', '### Rollback Testing'),
    ],
    [
      'rollback-tested',
      [],
      'whether it was tried',
      under('hotfix.md', '### Rollback Testing', '- **Rehearsed**: no'),
    ],
    [
      'rollback-estimate',
      [],
      'how long going back takes',
      under('hotfix.md', '### Rollback Testing', '- **Time estimate**: about 4 minutes'),
    ],
    [
      'rollback-trigger',
      [],
      'what makes us go back',
      under('hotfix.md', '### Rollback Testing', '- **Trigger**: login errors above 1 % for 5 minutes'),
    ],
    [
      'checks',
      [],
      'four boxes before the deploy',
      under(
        'hotfix.md',
        '### Pre-Deployment Checks',
        '- [x] Checks passed on the commit (T008)',
        '(T009)',
        '- [x] Rollback planned (T010)',
        '- [x] Verified in staging (T011)',
      ),
    ],
    [
      'steps',
      [],
      'steps that were taken',
      under('hotfix.md', '### Deployment Steps Taken', 'Deployed (staging', 'Deployed (production'),
    ],
    [
      'monitoring',
      [],
      'metrics and how long',
      under(
        'hotfix.md',
        '### Post-Deployment Monitoring',
        'metric: login errors 0.1 %',
        'flat for two hours',
      ),
    ],
    [
      'bypass',
      [],
      'what was skipped, four boxes',
      under('hotfix.md', '### Normal Process Skipped', /(?:^- \[[ x]\] .*\n?){4}/m),
    ],
    [
      'justification',
      [],
      'why',
      under('hotfix.md', '### Justification', 'The user said: I saw the regression test fail'),
    ],
    [
      'compliance',
      [],
      'what is done afterwards, four boxes',
      under('hotfix.md', '### Post-Fix Compliance', /(?:^- \[[ x]\] .*\n?){4}/m),
    ],
    [
      'postmortem',
      [],
      'postmortem',
      under(
        'hotfix.md',
        '## Post-Mortem (Complete within 48 hours)',
        '- **Due**: 2026-01-07 15:30 UTC',
        /\*\*Meeting\*\*: (?!UNKNOWN)\S/,
      ),
    ],
    ['prevention', [], 'prevention tasks', under('hotfix.md', '### Prevention Tasks', '**AI-001**')],
    ['related', [], 'related work', under('hotfix.md', '### Related Features/Bugs', 'Linked (')],
    [
      'checklist',
      [],
      'nine boxes of verification',
      all(under('hotfix.md', '## Verification Checklist', /(?:^- \[[ x]\] .*\n?){9}/m)),
    ],
  ]),
};

const well = (heading: string, ...texts: (string | RegExp)[]) => under('post-mortem.md', heading, ...texts);
const header = (line: string | RegExp) => shows('post-mortem.md', line);

/** The postmortem and the gates that go with it, listed in the same place. */
export const POSTMORTEM_TEMPLATE: Pick<SeedTable, 'preset' | 'rows'> = {
  preset: 'spec-kit',
  rows: [
    ...rowsOf('post-mortem.md', 'template', [
      ['id', [], 'id', header('**Hotfix ID**: hotfix-001')],
      ['incident-date', [], 'day of the incident', header('**Incident Date**: 2026-01-05')],
      [
        'date',
        [],
        'day of the document, within 48 hours',
        header(/\*\*Post-Mortem Date\*\*: 2026-01-06 .*within 48 hours/),
      ],
      ['participants', [], 'who took part', header('**Participants**: Ana, Ben, Cleo, Dan, Eve, Finn')],
      ['commander', [], 'commander', header('**Incident Commander**: Ana')],
      ['summary', [], 'summary for everybody', well('## Executive Summary', 'After release v1.1.0')],
      ['happened', [], 'what happened', well('### What Happened', "Users can't login", 'Release v1.1.0.')],
      [
        'impact-users',
        [],
        'impact on users',
        well('#### Users', '40%', 'free and paid', '1 hour 42 minutes'),
      ],
      ['impact-business', [], 'on the business', well('#### Business', 'no sales for new sessions')],
      ['impact-engineering', [], 'on engineering', well('#### Engineering', 'frontend and auth service')],
      [
        'timeline',
        [],
        'nine rows of time, event, person and notes',
        well(
          '### Timeline (UTC)',
          '| Time | Event | Who | Notes |',
          /(?:^\| 2026-01-0\d \d\d:\d\d \| [^|]+ \| [^|]+ \| [^|]+ \|\n){9}/m,
        ),
      ],
      ['technical', [], 'technical cause', well('### Technical Root Cause', 'src/auth.js reads the session')],
      [
        'contributing',
        [],
        'what contributed',
        well('### Contributing Factors', 'No test covers a user without a session.'),
      ],
      [
        'whys',
        [],
        'five whys',
        well('### Five Whys', '**Why 1**: Logins failed', '**Why 2**: Nobody had written down'),
      ],
      [
        'well',
        [],
        'what went well, in four parts',
        well(
          '## What Went Well',
          '### Detection',
          '### Response',
          '### Communication',
          '### Remediation',
          'The last release was one command away.',
        ),
      ],
      [
        'wrong',
        [],
        'what went wrong, in four parts',
        well(
          '## What Went Wrong',
          '### Detection Issues',
          '### Response Issues',
          '### Communication Issues',
          '### Remediation Issues',
          'The alert named the wrong service.',
        ),
      ],
      [
        'actions',
        [],
        'action items by when',
        well(
          '## Action Items',
          '### Immediate (This Week)',
          '### Short-Term (This Month)',
          '### Long-Term (This Quarter)',
        ),
      ],
      [
        'action',
        [],
        'each with owner, date and reason',
        well(
          '### Short-Term (This Month)',
          /- \[ \] \*\*AI-001\*\*: Test logins without a session.*\n {2}- \*\*Owner\*\*: Ana\b.*\n {2}- \*\*Due\*\*: 2026-01-20\b.*\n {2}- \*\*Why\*\*: \S/,
        ),
      ],
      ['prevention-tests', [], 'tests', well('### Tests Added', 'AI-001')],
      ['prevention-monitoring', [], 'monitoring', well('### Monitoring Added', 'AI-002')],
      ['prevention-process', [], 'process', well('### Process Changes', 'AI-003')],
      ['prevention-architecture', [], 'architecture', well('### Architecture Changes', 'AI-004')],
      ['prevention-documentation', [], 'documentation', header('### Documentation Updates')],
      [
        'lessons',
        [],
        'lessons in three parts',
        well(
          '## Lessons Learned',
          '### Technical Lessons',
          '### Process Lessons',
          '### Communication Lessons',
          'Watch what users do.',
        ),
      ],
      ['thanks', [], 'thanks', well('## Acknowledgments', 'Ana, Ben')],
      [
        'appendix',
        [],
        'appendix with links and evidence',
        well('## Appendix', 'grafana.example.com/d/auth', 'metric: login errors 0.1 %'),
      ],
    ]),
    ...rowsOf('spec-kit', 'must', [
      ['severity', [], 'severity first', tickedAt('pre-deploy', 'ready', /MUST: severity/)],
      [
        'rollback',
        [],
        'rollback plan before the deploy',
        checklist('pre-deploy', 'opened', 'ready', /MUST: rollback plan/),
      ],
      [
        'verified',
        [],
        'verified before tests are written',
        checklist('checklist', 'opened', 'closed', /MUST: fix deployed and verified/),
      ],
      [
        'postmortem',
        [],
        'postmortem within 48 hours',
        checklist('checklist', 'resolved', 'closed', /MUST: post-mortem/),
      ],
      [
        'regression',
        [],
        'regression test after the deploy',
        checklist('checklist', 'resolved', 'closed', /MUST: regression test/),
      ],
    ]),
  ],
};
