import type { Level } from './severity.ts';
import { type Assignment, atLeast, type FactName } from './severity-facts.ts';

type Ceiling = 'workaround' | 'not-production';

/** One line of the rubric: when its condition holds, the severity is at least `level`. */
interface Rule {
  id: string;
  /** The facts that the condition reads, the leading one first. */
  facts: readonly [FactName, ...FactName[]];
  when(a: Assignment): boolean;
  level: Level;
  /** A suspicion counts as true until it is ruled out: the level shown, while `level` stays the best case. */
  until_ruled_out?: Level;
  reason: string;
  /** The ceilings that this rule gives way to; the others leave it alone. */
  gives_way_to: readonly Ceiling[];
}

const CRITICAL_FLOWS: readonly string[] = ['login', 'payment', 'data_write', 'checkout'];
const isCritical = (a: Assignment): boolean => CRITICAL_FLOWS.includes(a.flow);
const isHurt = (a: Assignment): boolean => a.service !== 'working';
const PRODUCTION_ONLY = ['not-production'] as const;

/**
 * The rubric. Adding a rule: a worse value of any fact must never make it stop firing
 * (a test compares the range with every possible assignment). Sources: seed 001 and 002 (levels),
 * seed 002 (over 1 % errors), seed 003 (workaround).
 */
export const RULES: readonly Rule[] = [
  {
    id: 'data-lost',
    facts: ['data'],
    when: (a) => a.data === 'lost_or_corrupted',
    level: 'P0',
    reason: 'data was lost or corrupted',
    gives_way_to: PRODUCTION_ONLY,
  },
  {
    id: 'data-exposed',
    facts: ['data'],
    when: (a) => a.data === 'exposed',
    level: 'P0',
    reason: 'data was exposed, wherever it was kept',
    gives_way_to: [],
  },
  {
    id: 'security-breach',
    facts: ['security'],
    when: (a) => a.security === 'yes',
    level: 'P0',
    reason: 'there is a security breach',
    gives_way_to: [],
  },
  {
    id: 'outage',
    facts: ['service', 'users'],
    when: (a) => a.service === 'down' && atLeast(a.users, 'many'),
    level: 'P0',
    reason: 'the service is down for many users or more',
    gives_way_to: PRODUCTION_ONLY,
  },
  {
    id: 'critical-flow-for-all',
    facts: ['flow', 'users', 'workaround'],
    when: (a) => isCritical(a) && a.users === 'all' && a.workaround === 'no',
    level: 'P0',
    reason: 'a critical flow is hit for everybody and there is no way around it',
    gives_way_to: PRODUCTION_ONLY,
  },
  {
    id: 'security-suspected',
    facts: ['security'],
    when: (a) => a.security === 'suspected',
    level: 'P1',
    until_ruled_out: 'P0',
    reason: 'a security breach is suspected',
    gives_way_to: [],
  },
  {
    id: 'data-at-risk',
    facts: ['data'],
    when: (a) => a.data === 'at_risk',
    level: 'P1',
    reason: 'data is at risk',
    gives_way_to: PRODUCTION_ONLY,
  },
  {
    id: 'outage-for-some',
    facts: ['service', 'users'],
    when: (a) => a.service === 'down' && atLeast(a.users, 'some'),
    level: 'P1',
    reason: 'the service is down for some users or more',
    gives_way_to: PRODUCTION_ONLY,
  },
  {
    id: 'critical-flow',
    facts: ['flow', 'users'],
    when: (a) => isCritical(a) && atLeast(a.users, 'some'),
    level: 'P1',
    reason: 'a critical flow (login, payment, data write, checkout) is hit',
    gives_way_to: PRODUCTION_ONLY,
  },
  {
    id: 'error-rate',
    facts: ['error_rate'],
    when: (a) => a.error_rate > 1,
    level: 'P1',
    reason: 'more than 1 % of requests fail',
    gives_way_to: PRODUCTION_ONLY,
  },
  {
    id: 'major-degradation',
    facts: ['service', 'users'],
    when: (a) => isHurt(a) && atLeast(a.users, 'many'),
    level: 'P1',
    reason: 'the service is degraded for many users or more',
    gives_way_to: ['workaround', 'not-production'],
  },
  {
    id: 'spreading',
    facts: ['spreading', 'service', 'users'],
    when: (a) => a.spreading === 'yes' && isHurt(a) && atLeast(a.users, 'some'),
    level: 'P1',
    reason: 'it already hits some users and is spreading',
    gives_way_to: PRODUCTION_ONLY,
  },
  {
    id: 'outage-for-few',
    facts: ['service'],
    when: (a) => a.service === 'down',
    level: 'P2',
    reason: 'the service is down, even if for few',
    gives_way_to: PRODUCTION_ONLY,
  },
  {
    id: 'critical-flow-for-few',
    facts: ['flow', 'users'],
    when: (a) => isCritical(a) && atLeast(a.users, 'one'),
    level: 'P2',
    reason: 'a critical flow is hit, even if for few',
    gives_way_to: PRODUCTION_ONLY,
  },
  {
    id: 'partial-degradation',
    facts: ['service', 'users'],
    when: (a) => isHurt(a) && atLeast(a.users, 'few'),
    level: 'P2',
    reason: 'the service is degraded with limited impact or with a workaround',
    gives_way_to: PRODUCTION_ONLY,
  },
  {
    id: 'spreading-early',
    facts: ['spreading', 'service'],
    when: (a) => a.spreading === 'yes' && isHurt(a),
    level: 'P2',
    reason: 'it is small but spreading',
    gives_way_to: PRODUCTION_ONLY,
  },
  {
    id: 'minor',
    facts: ['service', 'users'],
    when: (a) => a.service === 'working' || !atLeast(a.users, 'few'),
    level: 'P3',
    reason: 'the service works, or hardly anybody is hit',
    gives_way_to: [],
  },
];

/** What lowers a level: rules that give way to a ceiling count at most as `level`. */
export const CEILINGS: readonly (Omit<Rule, 'id' | 'gives_way_to' | 'until_ruled_out'> & { id: Ceiling })[] =
  [
    {
      id: 'workaround',
      facts: ['workaround'],
      when: (a) => a.workaround === 'yes',
      level: 'P2',
      reason: 'users have a workaround (does not lower an outage, a critical flow or harm to data)',
    },
    {
      id: 'not-production',
      facts: ['environment'],
      when: (a) => a.environment !== 'production',
      level: 'P3',
      reason: 'it is not in production (does not lower a breach or exposed data)',
    },
  ];
