import { describe, expect, it } from 'vitest';
import { PulseError } from '../../src/core/errors.ts';
import {
  buildMatrix,
  compare,
  higher,
  inAllPresets,
  LEVEL_ALIASES,
  LEVELS,
  type Level,
  lower,
  MatrixOverride,
  matrixOf,
  PRESETS,
  type PresetName,
  parseLevel,
  rowOf,
} from '../../src/core/severity.ts';

// [respond, resolve, first update, then every (minutes), postmortem (hours)], written out from the sources.
type Clock = readonly [number | null, number | null, number | null, number | null, number | null];
const P0: Clock = [5, 60, 15, 15, 48];
const P1: Clock = [15, 240, 15, 30, 48];
const P2: Clock = [240, 480, 60, 120, 48];
const P3: Clock = [1440, null, null, null, null];
const CLOCKS: Record<PresetName, readonly Clock[]> = {
  default: [P0, P1, P2, P3],
  pulse: [P0, P1, [240, 480, 15, 120, 48], [1440, null, 15, null, 48]],
  'incident-hotfix': [P0, [60, 240, 15, 30, 48], P2, [1440, null, null, null, 48]],
  hatch3r: [P0, P1, P2, P3],
  pokayokay: [
    [5, 60, 15, 15, null],
    [15, 1440, 15, 30, null],
    [240, 10080, 60, 120, null],
  ],
  'spec-kit': [P0, P1, P2],
};
const WORDS: Record<PresetName, readonly string[]> = {
  default: ['🔴 Blocker', '🟠 High', '🟡 Medium', '🟢 Low'],
  pulse: ['🔴 Blocker', '🟠 High', '🟡 Medium', '🟢 Low'],
  'incident-hotfix': ['🔴 System down', '🟠 Major feature broken', '🟡 Feature degraded', '🟢 Minor issue'],
  hatch3r: ['🔴 Complete outage', '🟠 Major degradation', '🟡 Partial degradation', '🟢 Minor issue'],
  pokayokay: ['🔴 Service down', '🟠 Major feature broken', '🟡 Minor issue'],
  'spec-kit': ['🔴 Critical', '🟠 Major', '🟡 Significant'],
};

describe('presets', () => {
  it.each(PRESETS)('%s has the clocks and words of its source', (preset) => {
    const { levels } = matrixOf(preset);
    expect(
      levels.map((row) => [
        row.respond_within_min,
        row.resolve_within_min,
        row.first_update_min,
        row.update_every_min,
        row.postmortem_within_h,
      ]),
    ).toEqual(CLOCKS[preset]);
    expect(levels.map((row) => `${row.colour} ${row.word}`)).toEqual(WORDS[preset]);
    expect(levels.map((row) => row.level)).toEqual(LEVELS.slice(0, levels.length));
  });

  it('hands out copies', () => {
    const first = matrixOf('default');
    for (const row of first.levels) row.word = 'changed';
    expect(matrixOf('default').levels.map((row) => row.word)).not.toContain('changed');
  });

  it.each([
    ['default', 'P3', 'P3'],
    ['pokayokay', 'P3', 'P2'],
    ['spec-kit', 'P3', 'P2'],
    ['spec-kit', 'P1', 'P1'],
  ] as const)('%s answers %s with its row %s', (preset, level, row) => {
    expect(rowOf(matrixOf(preset), level).level).toBe(row);
  });

  it('writes a level as each preset does', () => {
    expect(inAllPresets('P1')).toEqual({
      default: 'P1 High',
      pulse: '🟠 High',
      'incident-hotfix': 'P1 Major feature broken',
      hatch3r: 'P1 Major degradation',
      pokayokay: 'P1 Major feature broken',
      'spec-kit': 'P1 Major - Key feature broken',
    });
    expect(inAllPresets('P3')['spec-kit']).toBe('P2 Significant - Workaround available');
  });
});

describe('buildMatrix', () => {
  it('is the default without an override', () => {
    expect(buildMatrix({})).toEqual(matrixOf('default'));
  });

  it('changes only what it names; null switches a clock off', () => {
    const override = MatrixOverride.parse({
      preset: 'spec-kit',
      levels: { P1: { word: 'Serious', resolve_within_min: null } },
    });
    const matrix = buildMatrix(override);
    expect(rowOf(matrix, 'P1')).toEqual({
      ...rowOf(matrixOf('spec-kit'), 'P1'),
      word: 'Serious',
      resolve_within_min: null,
    });
    expect(rowOf(matrix, 'P0')).toEqual(rowOf(matrixOf('spec-kit'), 'P0'));
  });

  it('refuses a level that the preset does not have', () => {
    const attempt = () => buildMatrix({ preset: 'pokayokay', levels: { P3: { word: 'Tiny' } } });
    expect(attempt).toThrow(PulseError);
    expect(attempt).toThrow(/no level P3/);
  });

  it.each([
    [{ preset: 'mine' }],
    [{ levels: { P4: {} } }],
    [{ levels: { P0: { respond_within_min: 0 } } }],
    [{ levels: { P0: { respond_within_min: 2.5 } } }],
    [{ levels: { P0: { respond: 5 } } }],
    [{ level: {} }],
  ])('refuses %j', (override) => {
    expect(MatrixOverride.safeParse(override).success).toBe(false);
  });
});

describe('parseLevel', () => {
  const spellings: readonly [string, Level][] = LEVELS.flatMap((level) =>
    LEVEL_ALIASES[level].map((alias): [string, Level] => [alias, level]),
  );
  it.each([
    ...spellings,
    ['SEV1', 'P0'],
    ['SEV-4', 'P3'],
    ['sev 2', 'P1'],
    ['S3', 'P2'],
    ['  Blocker ', 'P0'],
    ['HIGH', 'P1'],
    ['Medium', 'P2'],
    ['Low', 'P3'],
    ['Critical', 'P0'],
    ['Major', 'P1'],
    ['minor', 'P2'],
    ['TRIVIAL', 'P3'],
    ['🔴', 'P0'],
    ['🟠', 'P1'],
    ['🟡', 'P2'],
    ['🟢', 'P3'],
    ['Red', 'P0'],
    ['orange', 'P1'],
    ['Yellow', 'P2'],
    ['green', 'P3'],
  ] as const)('%s is %s', (input, level) => {
    expect(parseLevel(input)).toBe(level);
  });

  it('has no alias twice', () => {
    expect(new Set(spellings.map(([alias]) => alias)).size).toBe(spellings.length);
  });

  it.each(['', 'P4', 'SEV0', 'urgent', 'p', 'x'.repeat(100_000)])(
    'refuses %.20s, listing the valid ones',
    (input) => {
      try {
        parseLevel(input);
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(PulseError);
        expect(error).toMatchObject({ code: 'invalid_input', message: 'This is not a severity.' });
        for (const alias of ['p0', 'sev1', 'critical', 'low', 'green'])
          expect(error).toHaveProperty('hint', expect.stringContaining(alias));
      }
    },
  );
});

describe('order', () => {
  it('puts the more severe first', () => {
    expect((['P2', 'P0', 'P3', 'P1'] satisfies Level[]).sort(compare)).toEqual(LEVELS);
    expect([higher('P2', 'P1'), higher('P0', 'P3'), higher('P2', 'P2')]).toEqual(['P1', 'P0', 'P2']);
    expect([lower('P2', 'P1'), lower('P0', 'P3')]).toEqual(['P2', 'P3']);
  });
});
