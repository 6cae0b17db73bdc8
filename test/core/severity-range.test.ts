import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify } from '../../src/core/classify.ts';
import { compare, type Level, matrixOf } from '../../src/core/severity.ts';
import { type Assignment, type Known, LADDERS, type SeverityFacts } from '../../src/core/severity-facts.ts';
import { levelOf, plausible, possibleErrorRates, rangeOf } from '../../src/core/severity-range.ts';

const matrix = matrixOf('default');

/** Stated facts without contradictions (a working service with many errors) and in production. */
const statedFacts: fc.Arbitrary<SeverityFacts> = fc
  .record(
    {
      service: fc.constantFrom('down', 'degraded', 'working', 'unknown'),
      users: fc.constantFrom(
        'all',
        'most',
        'many',
        'some',
        'few',
        'one',
        'none',
        'unknown',
        '40%',
        '3 %',
        '0.2%',
      ),
      error_rate: fc.constantFrom('0%', '0.4 %', '1%', '5%', '60%', '12%', 'unknown'),
      flow: fc.constantFrom('login', 'payment', 'data_write', 'checkout', 'other', 'none', 'unknown'),
      data: fc.constantFrom('none', 'at_risk', 'lost_or_corrupted', 'exposed', 'unknown'),
      security: fc.constantFrom('yes', 'no', 'suspected', 'unknown'),
      workaround: fc.constantFrom('yes', 'no', 'unknown'),
      spreading: fc.constantFrom('yes', 'no', 'unknown'),
    },
    { requiredKeys: [] },
  )
  .filter(({ service, users, error_rate: rate }) => {
    const high = Number.parseFloat(rate ?? '') > 1;
    return !(high && (service === 'working' || ['few', 'one', 'none', '0.2%'].includes(users ?? '')));
  });

const texts = fc.constantFrom(
  undefined,
  "Users can't login",
  'site is down for all users',
  'slow for some users, no data loss',
  'planned maintenance',
);

const inside = (level: Level, range: { lowest: Level; highest: Level }): boolean =>
  compare(range.highest, level) <= 0 && compare(level, range.lowest) <= 0;

/** Every complete assignment that the known facts leave open. */
function* completions(known: Known): Generator<Assignment> {
  const choose = <T>(value: T | undefined, all: readonly T[]): readonly T[] =>
    value === undefined ? all : [value];
  for (const service of choose(known.service, LADDERS.service))
    for (const users of choose(known.users, LADDERS.users))
      for (const error_rate of choose(known.error_rate, possibleErrorRates(known)))
        for (const flow of choose(known.flow, LADDERS.flow))
          for (const data of choose(known.data, LADDERS.data))
            for (const security of choose(known.security, LADDERS.security))
              for (const workaround of choose(known.workaround, LADDERS.workaround))
                for (const spreading of choose(known.spreading, LADDERS.spreading))
                  yield {
                    service,
                    users,
                    error_rate,
                    flow,
                    data,
                    security,
                    workaround,
                    spreading,
                    environment: 'production',
                  };
}

describe('range', () => {
  it('is what trying every assignment gives', () => {
    const some: readonly Known[] = [
      {},
      { service: 'degraded' },
      { service: 'working', users: 'all' },
      { users: 'few' },
      { flow: 'login', data: 'none' },
      { error_rate: 5, security: 'no' },
      { security: 'suspected', service: 'working' },
      { data: 'none', security: 'no', spreading: 'yes' },
      { data: 'none', security: 'no', workaround: 'yes', users: 'many' },
      { data: 'at_risk', security: 'no', users: 'one' },
    ];
    for (const known of some) {
      const all = [...completions(known)];
      const lowest = all
        .map((a) => levelOf(a, 'least'))
        .sort(compare)
        .at(-1);
      const highest = all.map((a) => levelOf(a)).sort(compare)[0];
      expect(rangeOf(known), JSON.stringify(known)).toEqual({ lowest, highest });
    }
  });

  it('never gives a milder level for a worse value of any fact', () => {
    for (const a of completions({ error_rate: 0 })) {
      for (const fact of ['data', 'service', 'users', 'flow', 'workaround', 'spreading'] as const) {
        const ladder: readonly Assignment[typeof fact][] = LADDERS[fact];
        const worse = ladder[ladder.indexOf(a[fact]) + 1];
        if (worse === undefined) continue;
        if (compare(levelOf({ ...a, [fact]: worse }), levelOf(a)) > 0) {
          expect.fail(`${fact} ${worse} is milder than ${a[fact]} in ${JSON.stringify(a)}`);
        }
      }
    }
  });

  it('always holds the severity, and plausible values never fall below the best case', () => {
    fc.assert(
      fc.property(statedFacts, texts, (facts, description) => {
        const answer = classify({ facts, matrix, ...(description === undefined ? {} : { description }) });
        expect(inside(answer.severity, answer.range)).toBe(true);
        if (answer.confirmed) expect(answer.range.lowest).toBe(answer.range.highest);
      }),
      { numRuns: 500 },
    );
    expect(inside(levelOf(plausible({})), rangeOf({}))).toBe(true);
  });

  it('only narrows when more facts are stated', () => {
    fc.assert(
      fc.property(statedFacts, fc.subarray(Object.keys(LADDERS)), (facts, dropped) => {
        const fewer = Object.fromEntries(Object.entries(facts).filter(([fact]) => !dropped.includes(fact)));
        const before = classify({ facts: fewer, matrix }).range;
        const after = classify({ facts, matrix }).range;
        expect(inside(after.lowest, before) && inside(after.highest, before)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is never confirmed by text', () => {
    fc.assert(
      fc.property(statedFacts, texts, (facts, description) => {
        const withText = classify({ facts, matrix, ...(description === undefined ? {} : { description }) });
        if (withText.confirmed) expect(classify({ facts, matrix }).confirmed).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
