import { describe, expect, it } from 'vitest';
import { closeGate } from '../../src/core/gates.ts';
import { nextStep } from '../../src/core/next-step.ts';
import { matrixOf, rowOf } from '../../src/core/severity.ts';
import { hours, type Story, story } from '../support/events.ts';

const verified = (s: Story) => s.add('deploy_verified', { evidence: ['metric: 5xx 0.1 %'] });
const mitigated = () => story('P1').add('mitigation_applied');
const resolved = () => verified(mitigated()).add('resolved', { minute: 60 });
const COMMIT = '1a2b3c4d5e';
const fixed = () =>
  story('P1')
    .add('hotfix_started')
    .add('fix_committed', { data: { commit: COMMIT } });
const checks = (outcome: 'passed' | 'failed') => ({ data: { outcome, commit: COMMIT } });
const ROWS: [string, Story, number, RegExp][] = [
  ['nothing but a description', story(), 1, /^Set the severity from facts/],
  ['a severity', story('P1'), 1, /^Mitigate first, before the cause is known/],
  ['a cause but no mitigation', story('P1').add('cause_identified'), 1, /^Mitigate first/],
  ['a mitigation', mitigated(), 1, /^Verify that the harm has stopped/],
  ['a mitigation before any severity', story().add('mitigation_applied'), 1, /^Verify/],
  ['a rollback', story('P1').add('rolled_back'), 1, /^Verify/],
  ['a rollback verified', verified(story('P1').add('rolled_back')), 1, /^Find the cause/],
  ['a mitigation verified', verified(mitigated()), 1, /^Find the cause/],
  ['a deploy after that', verified(mitigated()).add('cause_identified').add('deployed'), 1, /^Verify/],
  ['the cause known', verified(mitigated()).add('cause_identified'), 1, /^Fix what is left .*start_hotfix/],
  [
    'a branch as the only way',
    story('P1').add('hotfix_started'),
    1,
    /^Commit the smallest fix.*check_hotfix/,
  ],
  [
    'a branch beside a mitigation',
    verified(mitigated()).add('cause_identified').add('hotfix_started'),
    1,
    /^Commit the smallest fix/,
  ],
  ['a branch beside an unverified one', mitigated().add('hotfix_started'), 1, /^Verify that the harm/],
  ['a commit', fixed(), 1, /^Look at the fix and run the checks.*check_hotfix/],
  ['a commit that failed', fixed().add('checks_run', checks('failed')), 1, /^Look at the fix/],
  [
    'a commit that passed',
    fixed().add('checks_run', checks('passed')),
    1,
    /^Rehearse the way back.*plan_mitigation/,
  ],
  [
    'a way back',
    fixed()
      .add('checks_run', checks('passed'))
      .add('rollback_planned', { data: { rehearsed: true } }),
    1,
    /^Plan the deploy.*deploy_hotfix/,
  ],
  [
    'a hotfix that was taken back',
    fixed()
      .add('deployed')
      .add('rolled_back', { data: { target: 'hotfix' } }),
    1,
    /^Mitigate first/,
  ],
  ['the mitigation gone', verified(mitigated()).add('mitigation_removed'), 1, /^Mitigate first/],
  ['resolved', resolved(), 2, /^To close: tell stakeholders/],
  ['only time missing', resolved().add('update_posted'), 2, /^To close: wait: stable for 24 h/],
  ['nothing missing', resolved().add('update_posted'), 30, /^Close it: close_incident\.$/],
  ['closed', resolved().add('closed'), 30, /^Follow up on the action items/],
  ['cancelled', story('P1').add('cancelled'), 1, /^Nothing: the incident was cancelled/],
  ['reopened though a mitigation is still on', resolved().add('reopened'), 2, /^Mitigate first/],
];

describe('the next step', () => {
  it.each(ROWS)('after %s', (_what, s, hour, says) => {
    const row = rowOf(matrixOf('default'), 'P1');
    const closing = closeGate(s.fold(), {
      ...{
        row,
        settings: { stability_h: 24 },
        nowMs: hours(hour),
        postmortemErrors: 0,
        secretsFound: [],
        branchesWithoutFix: [],
      },
    });
    expect(nextStep(s.fold(), closing)).toMatch(says);
  });
});
