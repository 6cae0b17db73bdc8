import { describe, expect, it } from 'vitest';
import { KIND_NAMES, type Kind } from '../../src/core/kinds.ts';
import { allowedNow, isLegal, nextStatus, STATUSES, type Status } from '../../src/core/status.ts';
import { story, type Told } from '../support/events.ts';

const LETTER: Record<string, Status> = {
  i: 'investigating',
  d: 'identified',
  m: 'mitigated',
  o: 'monitoring',
  r: 'resolved',
  c: 'closed',
  x: 'cancelled',
};
/** Columns: investigating, identified, mitigated, monitoring, resolved, closed, cancelled. `!`: may not be recorded there. */
const KEEPS = 'i d m o r c! x!';
const ALWAYS = 'i d m o r c x';
const TABLE: Record<Kind, string> = {
  opened: 'i! d! m! o! r! c! x!',
  acknowledged: KEEPS,
  noted: ALWAYS,
  severity_changed: KEEPS,
  role_assigned: KEEPS,
  fact_recorded: KEEPS,
  hypothesis_stated: KEEPS,
  hypothesis_refuted: KEEPS,
  cause_identified: 'd d m o r c! x!',
  mitigation_applied: 'm m m m r c! x!',
  mitigation_removed: 'i i i i r c! x!',
  rollback_planned: KEEPS,
  hotfix_started: KEEPS,
  fix_committed: KEEPS,
  checks_run: KEEPS,
  regression_proven: KEEPS,
  approval_given: KEEPS,
  deployed: 'o o o o r c! x!',
  deploy_verified: 'o o o o r c! x!',
  rolled_back: 'm m m m r c! x!',
  backported: KEEPS,
  update_drafted: KEEPS,
  update_posted: KEEPS,
  resolved: 'r r r r r! c! x!',
  reopened: 'i! i! i i i i i',
  stability_confirmed: KEEPS,
  task_done: KEEPS,
  task_skipped: KEEPS,
  action_added: ALWAYS,
  action_changed: ALWAYS,
  postmortem_written: ALWAYS,
  linked: ALWAYS,
  gate_overridden: KEEPS,
  cancelled: 'x x x x x c! x!',
  marked_duplicate: 'x x x x x c! x!',
  purged: ALWAYS,
  closed: 'c! c! c! c! c c! x!',
};
const context = { causeStands: false, activeMitigations: 0 };
const eventOf = (kind: Kind, told: Told<Kind> = {}) => story().add(kind, told).last(kind);

const rows = KIND_NAMES.flatMap((kind) =>
  TABLE[kind].split(' ').map((cell, column) => {
    const [letter = ''] = cell;
    return { kind, from: STATUSES[column] ?? 'closed', to: LETTER[letter], legal: !cell.endsWith('!') };
  }),
);

describe('every status and every kind', () => {
  it('has a cell for each', () => {
    expect(rows).toHaveLength(STATUSES.length * KIND_NAMES.length);
  });

  it.each(rows)('$from, $kind -> $to (may be recorded: $legal)', ({ kind, from, to, legal }) => {
    expect(nextStatus(from, eventOf(kind), context)).toBe(to);
    expect(isLegal(from, kind)).toBe(legal);
    expect(allowedNow(from, [kind])).toEqual(legal ? [kind] : []);
  });
});

describe('what a kind alone does not decide', () => {
  const staging = { data: { environment: 'staging' } };
  const hotfix = { data: { target: 'hotfix' as const } };
  it.each([
    ['deployed', staging, 'identified', context, 'identified'],
    ['deploy_verified', staging, 'mitigated', context, 'mitigated'],
    ['rolled_back', hotfix, 'monitoring', context, 'investigating'],
    ['rolled_back', hotfix, 'monitoring', { causeStands: true, activeMitigations: 1 }, 'identified'],
    ['mitigation_removed', {}, 'mitigated', { causeStands: true, activeMitigations: 0 }, 'identified'],
    ['mitigation_removed', {}, 'mitigated', { causeStands: true, activeMitigations: 1 }, 'mitigated'],
    ['mitigation_removed', {}, 'monitoring', { causeStands: false, activeMitigations: 2 }, 'monitoring'],
  ] as const)('%s %j from %s with %j -> %s', (kind, told, from, given, to) => {
    expect(nextStatus(from, eventOf(kind, told), given)).toBe(to);
  });

  it('is derived by the fold with all of that', () => {
    const s = story('P1')
      .add('mitigation_applied')
      .add('mitigation_applied', { data: { type: 'scale_up' } });
    expect(s.add('mitigation_removed').fold().status).toBe('mitigated');
    expect(s.add('cause_identified').add('mitigation_removed').fold().status).toBe('identified');
    expect(s.add('deployed').fold().status).toBe('monitoring');
    expect(s.add('rolled_back', hotfix).fold().status).toBe('identified');
    expect(s.add('deployed').add('resolved').add('reopened').fold().status).toBe('investigating');
  });
});

describe('the end', () => {
  const late: Kind[] = ['cause_identified', 'mitigation_applied', 'mitigation_removed', 'deployed'];
  it.each([...late, 'deploy_verified', 'rolled_back', 'regression_proven'] as Kind[])(
    '%s recorded after resolved does not un-resolve',
    (kind) => {
      const s = story('P1').add('mitigation_applied').add('resolved');
      expect(s.add(kind).fold().status).toBe('resolved');
    },
  );

  it.each(['closed', 'cancelled'] as const)(
    'what raced with %s does not undo it; only reopened does',
    (end) => {
      const s = story('P1').add('mitigation_applied').add('resolved').add(end);
      for (const kind of KIND_NAMES) if (kind !== 'reopened') s.add(kind);
      expect(s.fold().status).toBe(end);
      expect(s.add('reopened').fold().status).toBe('investigating');
    },
  );

  it('a duplicate is cancelled and says of what, until reopened', () => {
    const s = story('P1').add('marked_duplicate');
    expect(s.fold()).toMatchObject({ status: 'cancelled', duplicateOf: 'hotfix-002' });
    expect(s.add('reopened').fold()).toMatchObject({ status: 'investigating', duplicateOf: null });
  });
});
