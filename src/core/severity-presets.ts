import type { LevelRow, PresetName } from './severity.ts';

type Words = Pick<LevelRow, 'level' | 'word' | 'definition'>;
type Clock = Omit<LevelRow, keyof Words | 'colour'>;

const COLOURS = { P0: '🔴', P1: '🟠', P2: '🟡', P3: '🟢' } as const;

const DEFAULT_CLOCKS: Record<LevelRow['level'], Clock> = {
  P0: {
    respond_within_min: 5, // "at once": five minutes is the time a page needs
    resolve_within_min: 60,
    first_update_min: 15,
    update_every_min: 15,
    postmortem_within_h: 48,
  },
  P1: {
    respond_within_min: 15,
    resolve_within_min: 240,
    first_update_min: 15,
    update_every_min: 30,
    postmortem_within_h: 48,
  },
  P2: {
    respond_within_min: 240,
    resolve_within_min: 480,
    first_update_min: 60,
    update_every_min: 120,
    postmortem_within_h: 48,
  },
  P3: {
    respond_within_min: 1440,
    resolve_within_min: null,
    first_update_min: null,
    update_every_min: null,
    postmortem_within_h: null,
  },
};

/** What a source is silent about keeps the default's clock; `own` is what it says itself. */
const row = (
  level: LevelRow['level'],
  word: string,
  definition: string,
  own: Partial<Clock> = {},
): LevelRow => ({
  level,
  word,
  colour: COLOURS[level],
  definition,
  ...DEFAULT_CLOCKS[level],
  ...own,
});

/** Rows per preset, most severe first. Sources: the default matrix; seeds 000 to 004 in this order. */
export const PRESET_ROWS: Record<PresetName, readonly LevelRow[]> = {
  default: [
    row('P0', 'Blocker', 'Complete outage, data loss or corruption, security breach'),
    row(
      'P1',
      'High',
      'Major feature broken or major degradation, many users (login, payment, over 1 % errors)',
    ),
    row('P2', 'Medium', 'Partial degradation, limited impact, or a workaround exists'),
    row('P3', 'Low', 'Minor, cosmetic, edge case'),
  ],
  // Seed 000: four colours; first update within 15 minutes and postmortem within 48 hours for all of them.
  pulse: [
    row('P0', 'Blocker', 'Complete outage, data loss or security breach'),
    row('P1', 'High', 'Major feature broken for many users'),
    row('P2', 'Medium', 'Partial or limited impact', { first_update_min: 15 }),
    row('P3', 'Low', 'Minor or cosmetic', { first_update_min: 15, postmortem_within_h: 48 }),
  ],
  // Seed 001: response times; a postmortem within 48 hours whatever the level.
  'incident-hotfix': [
    row('P0', 'System down', 'Complete outage, data loss'),
    row('P1', 'Major feature broken', 'Auth broken, payments failing', { respond_within_min: 60 }),
    row('P2', 'Feature degraded', 'Slow performance, partial outage', { respond_within_min: 240 }),
    row('P3', 'Minor issue', 'UI bug, non-critical error', {
      respond_within_min: 1440,
      postmortem_within_h: 48,
    }),
  ],
  // Seed 002: definitions only, no times of its own.
  hatch3r: [
    row('P0', 'Complete outage', 'Complete outage, data loss, security breach'),
    row('P1', 'Major degradation', 'Major degradation, significant user impact, over 1 % error rate'),
    row('P2', 'Partial degradation', 'Partial degradation, limited impact'),
    row('P3', 'Minor issue', 'Minor issue, workaround available'),
  ],
  // Seed 003: three levels; "today" and "this week" say by when it is dealt with; postmortem recommended only.
  pokayokay: [
    row('P0', 'Service down', 'Service down, data loss', { postmortem_within_h: null }),
    row('P1', 'Major feature broken', 'Major feature broken', {
      resolve_within_min: 1440,
      postmortem_within_h: null,
    }),
    row('P2', 'Minor issue', 'Minor issue, workaround exists', {
      resolve_within_min: 10_080,
      postmortem_within_h: null,
    }),
  ],
  // Seed 004: three levels with resolution targets.
  'spec-kit': [
    row('P0', 'Critical', 'Service down', { resolve_within_min: 60 }),
    row('P1', 'Major', 'Key feature broken', { resolve_within_min: 240 }),
    row('P2', 'Significant', 'Workaround available', { resolve_within_min: 480 }),
  ],
};
