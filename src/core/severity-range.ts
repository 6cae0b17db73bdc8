import { higher, type Level, lower } from './severity.ts';
import { type Assignment, atLeast, type Known, LADDERS } from './severity-facts.ts';
import { CEILINGS, RULES } from './severity-rules.ts';

/** The level of a complete assignment; `shown` counts a suspicion as true, `least` does not. */
export function levelOf(a: Assignment, view: 'shown' | 'least' = 'shown'): Level {
  const ceilings = CEILINGS.filter((ceiling) => ceiling.when(a));
  let level: Level = 'P3';
  for (const rule of RULES) {
    if (!rule.when(a)) continue;
    let own = view === 'shown' ? (rule.until_ruled_out ?? rule.level) : rule.level;
    for (const ceiling of ceilings) {
      if (rule.gives_way_to.includes(ceiling.id)) own = lower(own, ceiling.level);
    }
    level = higher(level, own);
  }
  return level;
}

/**
 * Fills what is unknown with what the known facts make plausible, rounded up: production, degraded,
 * many users, no workaround. Harm to data, a breach and spreading are never assumed (every incident
 * would be P0); they widen the range, forbid confirmation and are asked for.
 */
export function plausible(known: Known): Assignment {
  const rate = known.error_rate ?? 0;
  const service = known.service ?? (rate >= 50 ? 'down' : 'degraded');
  const smallRate = known.error_rate !== undefined && rate <= 1;
  const users = known.users ?? (service === 'down' || rate >= 50 ? 'all' : smallRate ? 'some' : 'many');
  return {
    service,
    users,
    error_rate: rate,
    flow: known.flow ?? 'other',
    data: known.data ?? 'none',
    security: known.security ?? 'no',
    workaround: known.workaround ?? 'no',
    spreading: known.spreading ?? 'no',
    environment: known.environment ?? 'production',
  };
}

/**
 * The unknown error rates worth considering: a working service, or one that hurts a few users at most,
 * does not fail more than 1 % of its requests. Without this every cosmetic bug could be P1.
 */
export function possibleErrorRates(known: Known): readonly number[] {
  const quiet = known.service === 'working' || (known.users !== undefined && !atLeast(known.users, 'some'));
  return quiet ? LADDERS.error_rate.slice(0, 1) : LADDERS.error_rate;
}

/** The mildest and the worst level that the unknown facts still allow. Environment unknown is production. */
export function rangeOf(known: Known): { lowest: Level; highest: Level } {
  const environment = known.environment ?? 'production';
  const mildest: Assignment = {
    service: 'working',
    users: 'none',
    error_rate: 0,
    flow: 'none',
    data: 'none',
    security: 'no',
    workaround: 'yes',
    spreading: 'no',
    ...known,
    environment,
  };
  const worst: Assignment = {
    service: 'down',
    users: 'all',
    error_rate: possibleErrorRates(known).at(-1) ?? 0,
    flow: 'login',
    data: 'exposed',
    security: 'yes',
    workaround: 'no',
    spreading: 'yes',
    ...known,
    environment,
  };
  return { lowest: levelOf(mildest, 'least'), highest: levelOf(worst) };
}
