import type { FactName, Kind, MITIGATIONS } from '../kinds.ts';
import type { MitigationSignal } from './mitigation-signals.ts';

export type Mitigation = (typeof MITIGATIONS)[number];

/** What to find out, and where to put it: a fact, a kind of event or an operation. */
export interface OpenQuestion {
  record: FactName | Kind | 'plan_mitigation';
  ask: string;
}

export interface MitigationRule {
  signal: MitigationSignal;
  is: 'yes' | 'no';
  points: number;
  /** A reason when the points are positive, else a risk. */
  says: string;
}

interface OptionRow {
  /** Where it stands while nothing is known: what is quick, and easily undone, comes first. */
  base: number;
  rules: readonly MitigationRule[];
  /** Holds whatever is known. */
  risk: string;
  step: string;
}

const rule = (
  signal: MitigationSignal,
  is: MitigationRule['is'],
  points: number,
  says: string,
): MitigationRule => ({
  ...{ signal, is, points, says },
});

/** Sources: seed 001 step 3 (rollback is safest when the cause is unclear), seed 003 step 4, seed 004 T006, issue 4. */
export const OPTIONS: Record<Mitigation, OptionRow> = {
  rollback: {
    base: 30,
    rules: [
      rule('deploy', 'yes', 20, 'something went live before the harm'),
      rule('deploy', 'no', -40, 'nothing went live, so there is nothing to go back to'),
      rule('cause', 'no', 10, 'it needs no cause'),
      rule('rollback_applies', 'yes', 15, 'it was rehearsed'),
      rule('rollback_applies', 'no', -30, 'it does not apply as it is'),
      rule('schema_stays', 'yes', -20, 'older code meets the newer schema'),
      rule('data_is_gone', 'yes', -45, 'going back does not bring the data back, and a person has to decide'),
      rule('data', 'yes', -5, 'writes go on meanwhile: stop them first'),
    ],
    risk: 'everything else in the range goes too',
    step: 'plan_mitigation rehearses it; rollback_change does it after a yes',
  },
  feature_flag: {
    base: 22,
    rules: [
      rule('flag', 'yes', 40, 'it is behind a flag'),
      rule('flag', 'no', -60, 'it is not behind a flag'),
      rule('cause', 'yes', 5, 'the cause says what to turn off'),
      rule('spreading', 'yes', 5, 'it takes effect at once'),
    ],
    risk: 'data written while it was on stays as it is',
    step: 'turn the flag off in production, then record mitigation_applied with type feature_flag',
  },
  config_change: {
    base: 16,
    rules: [
      rule('config', 'yes', 40, 'configuration is at fault'),
      rule('config', 'no', -20, 'configuration did not change'),
    ],
    risk: 'no review or test sees a setting changed by hand',
    step: 'note the value of now, set the last known good one, then record mitigation_applied with type config_change',
  },
  scale_up: {
    base: 10,
    rules: [
      rule('load', 'yes', 40, 'load is part of it'),
      rule('load', 'no', -15, 'load is not part of it'),
      rule('database', 'yes', -5, 'more instances press harder on a database that is short'),
    ],
    risk: 'it costs, and hides a leak instead of ending it',
    step: 'add capacity where it is short, then record mitigation_applied with type scale_up',
  },
  redirect: {
    base: 8,
    rules: [
      rule('third_party', 'yes', 35, 'a part that can be bypassed is at fault'),
      rule('workaround', 'yes', 20, 'there is another way for users'),
      rule('workaround', 'no', -10, 'users have no other way'),
    ],
    risk: 'the other way must bear the traffic',
    step: 'send users or traffic the other way, then record mitigation_applied with type redirect',
  },
  traffic_gate: {
    base: 6,
    rules: [
      rule('data', 'yes', 60, 'writes do harm: stop them before anything else'),
      rule('data', 'no', -5, 'no data is at risk'),
      rule('security', 'yes', 55, 'somebody may be inside: close the way in'),
      rule('spreading', 'yes', 10, 'it spreads'),
      rule('load', 'yes', 10, 'less traffic relieves it'),
    ],
    risk: 'users in front of the gate are turned away',
    step: 'stop writes or close the affected entry, then record mitigation_applied with type traffic_gate',
  },
  hotfix: {
    base: 12,
    rules: [
      rule('cause', 'yes', 25, 'the cause is known'),
      rule('cause', 'no', -10, 'without a cause a fix is a guess'),
      rule('rollback_applies', 'no', 15, 'going back does not work as it is'),
      rule('data_is_gone', 'yes', 10, 'going back does not help the data'),
      rule('deploy', 'no', 10, 'nothing went live that could be taken back'),
    ],
    risk: 'new code under pressure; it takes longest',
    step: 'start_hotfix makes the branch from production; the smallest change, with a test that fails before it',
  },
  database_fix: {
    base: 4,
    rules: [
      rule('database', 'yes', 15, 'the database is part of it'),
      rule('database', 'no', -10, 'the database is not part of it'),
      rule('schema_stays', 'yes', 15, 'the schema moved and has to be mended forward'),
      rule('data_is_gone', 'yes', 15, 'data has to come from a backup'),
    ],
    risk: 'a wrong statement makes it worse, and there is no undo without a backup',
    step: 'take a backup, try the statement in a transaction on a copy, then record mitigation_applied with type database_fix',
  },
};

/** What settles each signal. */
export const ASKS: Record<MitigationSignal, OpenQuestion> = {
  cause: { record: 'cause_identified', ask: 'what the cause is' },
  deploy: { record: 'what_changed', ask: 'what was deployed or released before it, or "nothing"' },
  flag: { record: 'what_changed', ask: 'whether it is behind a feature flag' },
  config: { record: 'what_changed', ask: 'whether configuration changed' },
  data: { record: 'data', ask: 'whether data is lost, corrupted, exposed or at risk' },
  load: { record: 'observation', ask: 'whether traffic or a resource is at its limit' },
  database: { record: 'affected_systems', ask: 'whether the database is affected' },
  third_party: { record: 'affected_systems', ask: 'whether a third party, region or provider is affected' },
  security: { record: 'security', ask: 'whether it is a security breach' },
  spreading: { record: 'spreading', ask: 'whether it gets worse' },
  workaround: { record: 'workaround', ask: 'whether users have another way' },
  rollback_applies: {
    record: 'plan_mitigation',
    ask: 'whether the revert applies: rehearse it, with range if need be',
  },
  schema_stays: { record: 'plan_mitigation', ask: 'which migrations the range holds: rehearse it' },
  data_is_gone: { record: 'plan_mitigation', ask: 'which migrations the range holds: rehearse it' },
};
