import * as z from 'zod/v4';
import { PulseError } from './errors.ts';
import { PRESET_ROWS } from './severity-presets.ts';

/** The four severity levels, most severe first. */
export const LEVELS = ['P0', 'P1', 'P2', 'P3'] as const;
export type Level = (typeof LEVELS)[number];

/** `default`, then one preset per source document (seeds 000 to 004). */
export const PRESETS = ['default', 'pulse', 'incident-hotfix', 'hatch3r', 'pokayokay', 'spec-kit'] as const;
export type PresetName = (typeof PRESETS)[number];

/** One level with its words and its clock. Minutes and hours are wall-clock; null means no such clock. */
export interface LevelRow {
  level: Level;
  word: string;
  /** The colour as an emoji. */
  colour: string;
  definition: string;
  respond_within_min: number | null;
  resolve_within_min: number | null;
  first_update_min: number | null;
  update_every_min: number | null;
  /** Hours after resolution; null means that a postmortem is optional. */
  postmortem_within_h: number | null;
}

/** The severity matrix in force. Three-level presets have three rows (no P3). */
export interface Matrix {
  preset: PresetName;
  levels: LevelRow[];
}

const minutes = z.int().min(1).max(525_600).nullable().optional();
const LevelOverride = z.strictObject({
  word: z.string().min(1).max(40).optional(),
  colour: z.string().min(1).max(8).optional(),
  definition: z.string().min(1).max(200).optional(),
  respond_within_min: minutes,
  resolve_within_min: minutes,
  first_update_min: minutes,
  update_every_min: minutes,
  postmortem_within_h: z.int().min(1).max(8760).nullable().optional(),
});

/** The `severity` part of `hotfix-pulse.config.json`: a preset, then changes per level. */
export const MatrixOverride = z.strictObject({
  preset: z.enum(PRESETS).optional(),
  levels: z
    .strictObject({
      P0: LevelOverride.optional(),
      P1: LevelOverride.optional(),
      P2: LevelOverride.optional(),
      P3: LevelOverride.optional(),
    })
    .optional(),
});
export type MatrixOverride = z.infer<typeof MatrixOverride>;

/** The matrix of a preset, as a fresh copy. */
export function matrixOf(preset: PresetName): Matrix {
  return { preset, levels: PRESET_ROWS[preset].map((row) => ({ ...row })) };
}

/**
 * The matrix that a configuration describes.
 * @throws PulseError `invalid_input` when it changes a level that its preset does not have.
 */
export function buildMatrix(override: MatrixOverride): Matrix {
  const matrix = matrixOf(override.preset ?? 'default');
  for (const level of LEVELS) {
    const changes = override.levels?.[level];
    if (changes === undefined) continue;
    const row = matrix.levels.find((candidate) => candidate.level === level);
    if (row === undefined) {
      throw new PulseError(
        'invalid_input',
        `The preset ${matrix.preset} has no level ${level}.`,
        `Change one of ${matrix.levels.map((known) => known.level).join(', ')}, or choose a preset with four levels.`,
      );
    }
    // An absent key must not overwrite, while null must: it switches a clock off.
    Object.assign(
      row,
      Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
    );
  }
  return matrix;
}

/**
 * The row that speaks for a level. A level that the preset lacks (P3 in a three-level preset)
 * uses the nearest more severe row: its mildest level is where that scale puts minor things.
 */
export function rowOf(matrix: Matrix, level: Level): LevelRow {
  for (let i = LEVELS.indexOf(level); i >= 0; i--) {
    const row = matrix.levels.find((candidate) => candidate.level === LEVELS[i]);
    if (row !== undefined) return row;
  }
  throw new PulseError(
    'invalid_input',
    'The severity matrix has no row for this level or above.',
    'Give the matrix at least a row for P0.',
  );
}

/** Every accepted spelling of each level, lower case without spaces and dashes. Input only, never output. */
export const LEVEL_ALIASES: Record<Level, readonly string[]> = {
  P0: ['p0', 'sev1', 's1', 'critical', 'blocker', '🔴', 'red'],
  P1: ['p1', 'sev2', 's2', 'major', 'high', '🟠', 'orange'],
  P2: ['p2', 'sev3', 's3', 'minor', 'medium', '🟡', 'yellow'],
  P3: ['p3', 'sev4', 's4', 'trivial', 'low', '🟢', 'green'],
};

/**
 * A level from its name or an alias; letter case, spaces, dashes and underscores do not matter.
 * @throws PulseError `invalid_input` listing the valid ones.
 */
export function parseLevel(input: string): Level {
  const key = input
    .slice(0, 40)
    .toLowerCase()
    .replace(/[\s_-]/g, '');
  const found = LEVELS.find((level) => LEVEL_ALIASES[level].includes(key));
  if (found !== undefined) return found;
  throw new PulseError(
    'invalid_input',
    'This is not a severity.',
    `Use one of: ${LEVELS.map((level) => LEVEL_ALIASES[level].join(' = ')).join('; ')}.`,
    { valid: [...LEVELS] },
  );
}

/** Sorts the more severe level first: negative when `a` is more severe than `b`. */
export function compare(a: Level, b: Level): number {
  return LEVELS.indexOf(a) - LEVELS.indexOf(b);
}

/** The more severe of the two. */
export function higher(a: Level, b: Level): Level {
  return compare(a, b) <= 0 ? a : b;
}

/** The less severe of the two. */
export function lower(a: Level, b: Level): Level {
  return compare(a, b) <= 0 ? b : a;
}

/** How each source writes a level: seed 000 by colour, seed 004 as "word - definition", the others by P and word. */
const SPELLING: Partial<Record<PresetName, (row: LevelRow) => string>> = {
  pulse: (row) => `${row.colour} ${row.word}`,
  'spec-kit': (row) => `${row.level} ${row.word} - ${row.definition}`,
};

/** The same level as every preset writes it. */
export function inAllPresets(level: Level): Record<PresetName, string> {
  const spell = (preset: PresetName): string => {
    const row = rowOf(matrixOf(preset), level);
    return SPELLING[preset]?.(row) ?? `${row.level} ${row.word}`;
  };
  return {
    default: spell('default'),
    pulse: spell('pulse'),
    'incident-hotfix': spell('incident-hotfix'),
    hatch3r: spell('hatch3r'),
    pokayokay: spell('pokayokay'),
    'spec-kit': spell('spec-kit'),
  };
}
