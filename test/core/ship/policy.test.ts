import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEVELS, type Level } from '../../../src/core/severity.ts';
import { PLAN_ACTIONS, type PlanAction } from '../../../src/core/ship/plan.ts';
import {
  isEnough,
  MAY_SKIP,
  NEEDS,
  type Need,
  needOf,
  needWords,
  PolicySettings,
  STRENGTHS,
  type Strength,
} from '../../../src/core/ship/policy.ts';

describe('the yes that an action needs', () => {
  // Source: the table of the domain page, section 3.
  const TABLE: [PlanAction, ...Need[]][] = [
    ['rollback', 'word', 'word', 'terminal', 'terminal'],
    ['deploy', 'terminal', 'terminal', 'terminal', 'terminal'],
    ['backport', 'word', 'word', 'word', 'word'],
  ];
  const CELLS = TABLE.flatMap(([action, ...row]) =>
    row.map((need, at): [PlanAction, Level, Need] => [action, LEVELS[at] ?? 'P0', need]),
  );
  it.each(CELLS)('%s at %s: %s', (action, level, need) => {
    expect(needOf(action, level, {})).toBe(need);
  });

  it('has a row for every action and a cell for every level', () => {
    expect(CELLS).toHaveLength(PLAN_ACTIONS.length * LEVELS.length);
  });

  it.each([
    ['rollback', 'terminal'],
    ['deploy', 'terminal'],
    ['backport', 'word'],
  ] as const)('without a severity %s needs the strictest: %s', (action, need) => {
    expect(needOf(action, null, {})).toBe(need);
  });

  it('is what the settings say, cell by cell; the others stay', () => {
    const settings: PolicySettings = { rollback: { P0: 'named', P3: 'word' }, backport: { P2: 'review' } };
    expect(LEVELS.map((level) => needOf('rollback', level, settings))).toEqual([
      ...['named', 'word', 'terminal', 'word'],
    ]);
    expect(LEVELS.map((level) => needOf('deploy', level, settings))).toEqual(Array(4).fill('terminal'));
    expect(needOf('rollback', null, settings)).toBe('named');
    expect(needOf('backport', null, settings)).toBe('review');
  });

  it('without a severity is never weaker than with one', () => {
    const row = fc.dictionary(fc.constantFrom(...LEVELS), fc.constantFrom(...NEEDS), { maxKeys: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...PLAN_ACTIONS), row, (action, cells) => {
        const settings = PolicySettings.parse({ [action]: cells });
        const strictest = needOf(action, null, settings);
        for (const level of LEVELS) {
          const need = needOf(action, level, settings);
          expect(isEnough(strictest, need)).toBe(true);
        }
      }),
    );
  });
});

describe('how a yes was given', () => {
  const ENOUGH: Record<Need, Strength[]> = {
    word: ['word', 'elicitation', 'terminal', 'named', 'review'],
    terminal: ['elicitation', 'terminal', 'named', 'review'],
    named: ['named', 'review'],
    review: ['review'],
  };
  it.each(NEEDS)('%s is met by itself and by what is stronger, nothing else', (need) => {
    expect(STRENGTHS.filter((given) => isEnough(given, need))).toEqual(ENOUGH[need]);
  });

  it('is told in words', () => {
    expect(new Set(NEEDS.map(needWords)).size).toBe(NEEDS.length);
    // An agent can allocate a terminal, so it is never called a person.
    expect(needWords('terminal')).not.toContain('person');
  });
});

describe('what a severity may pass over', () => {
  it('is both looks at P0 and the second review at P1', () => {
    expect(MAY_SKIP).toEqual({ staging: ['P0'], second_review: ['P0', 'P1'] });
  });
});

describe('the settings', () => {
  it.each([
    [{ rollback: { P0: 'nobody' } }],
    [{ rollback: { P9: 'word' } }],
    [{ deploy: 'word' }],
    // A dialog cannot be asked for alone: not every client has one.
    [{ deploy: { P0: 'elicitation' } }],
    [{ staging: 'skip' }],
    [{ approvals: 'off' }],
  ])('refuse %j', (settings) => {
    expect(PolicySettings.safeParse(settings).success).toBe(false);
  });

  it('may be partial', () => {
    const settings = { deploy: { P0: 'word' }, staging: 'off', second_review: 'required' };
    expect(PolicySettings.parse(settings)).toEqual(settings);
  });
});
