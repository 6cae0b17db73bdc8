import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeIf } from '../support/requires.ts';
import { blankWorld } from './blank.ts';
import { claimed, type Row, type SeedTable } from './rows.ts';
import { SEED_000 } from './seed-000.ts';
import { SEED_001 } from './seed-001.ts';
import { SEED_002 } from './seed-002.ts';
import { SEED_003 } from './seed-003.ts';
import { SEED_004 } from './seed-004.ts';
import { parseSeed, readSeed, timesIn } from './seed-lines.ts';
import { HOTFIX_TEMPLATE, POSTMORTEM_TEMPLATE } from './templates.ts';
import { playWorld, type World } from './world.ts';

/**
 * Everything that the five documents name is produced by something that runs: one row each, in our own words. The
 * rows of a document run in an incident that was played under that document's preset.
 */
const SEEDS: readonly SeedTable[] = [SEED_000, SEED_001, SEED_002, SEED_003, SEED_004];
const TABLES: readonly { name: string; preset: SeedTable['preset']; rows: readonly Row[] }[] = [
  ...SEEDS.map(({ seed, preset, rows }) => ({ name: seed, preset, rows })),
  { name: 'hotfix.md', ...HOTFIX_TEMPLATE },
  { name: 'post-mortem.md', ...POSTMORTEM_TEMPLATE },
];
const ALL = TABLES.flatMap(({ rows }) => rows);

/** Each preset is played once, all at the same time. */
const worlds = new Map<SeedTable['preset'], World>();
beforeAll(async () => {
  const presets = [...new Set(TABLES.map(({ preset }) => preset))];
  await Promise.all(presets.map(async (preset) => worlds.set(preset, await playWorld(preset))));
}, 120_000);
afterAll(() => {
  for (const world of worlds.values()) world.remove();
});

function worldOf(preset: SeedTable['preset']): World {
  const world = worlds.get(preset);
  if (world === undefined) throw new Error('the story could not be played');
  return world;
}

describe.each(TABLES)('document $name under the preset $preset', ({ preset, rows }) => {
  it.each([...rows])('$id: $needs', async (row) => {
    await row.by(worldOf(preset), row);
  });

  it('no row passes where nothing is produced', async () => {
    const blank = blankWorld(preset, worldOf(preset).deps);
    const passed: string[] = [];
    for (const row of rows) {
      try {
        await row.by(blank, row);
        passed.push(row.id);
      } catch {
        // As it must be.
      }
    }
    expect(passed).toEqual([]);
  });
});

describe('the table', () => {
  it('has one name per row, and says what each is about', () => {
    const ids = ALL.map(({ id }) => id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    for (const { id, needs } of ALL) expect(needs.trim(), id).not.toBe('');
  });

  afterAll(() => {
    const lines = TABLES.map(({ name, preset, rows }) => `${name} (${preset}): ${rows.length} rows produced`);
    process.stdout.write(`coverage of the documents\n${lines.map((line) => `  ${line}\n`).join('')}`);
  });
});

describeIf('shared')('the documents themselves', () => {
  describe.each(SEEDS)('$seed', ({ seed, sha256, rows, noRequirement }) => {
    // Not read before it is known that the folder is here.
    const document = () => readSeed(seed);

    it('is the one whose lines are counted', () => {
      expect(document().sha256).toBe(sha256);
    });

    it('has no line, field or cell that nothing claims', () => {
      const known = new Set([...rows, ...noRequirement].flatMap(claimed));
      expect(document().units.filter((unit) => !known.has(unit))).toEqual([]);
    });

    it('is claimed only where it says something, and not both as asking and as not asking', () => {
      const units = new Set(document().units);
      const asking = rows.flatMap(claimed);
      const not = noRequirement.flatMap(claimed);
      expect([...asking, ...not].filter((unit) => !units.has(unit))).toEqual([]);
      expect(not.filter((unit) => asking.includes(unit))).toEqual([]);
      for (const { why } of noRequirement) expect(why).not.toBe('');
    });

    it('names no time that its rows do not check, and they check no other', () => {
      const { times: all } = document();
      for (const [line, times] of all) {
        const named = rows.flatMap((row) =>
          claimed(row).some((unit) => unit.split('.')[0] === `${line}`) ? row.minutes : [],
        );
        expect(
          [...new Set(named)].sort((a, b) => a - b),
          `line ${line}`,
        ).toEqual([...new Set(times)].sort((a, b) => a - b));
      }
      const timed = new Set([...all.keys()].map(String));
      const idle = rows.filter(
        (row) => row.minutes.length > 0 && !claimed(row).some((unit) => timed.has(unit.split('.')[0] ?? '')),
      );
      expect(idle.map(({ id }) => id)).toEqual([]);
    });
  });
});

describe('the reader of the documents', () => {
  it('takes lines, cells of tables and times, and leaves out what only shapes the page', () => {
    const text = [
      '# A',
      '',
      '---',
      '| a | b |',
      '|---|---|',
      '| 1 |  |',
      '```bash',
      'run',
      '```',
      '- < 4 hours',
    ].join('\n');
    const { units, times } = parseSeed(text);
    expect(units).toEqual(['1', '4.1', '4.2', '6.1', '8', '10']);
    expect([...times]).toEqual([[10, [240]]]);
  });

  it.each<[string, number[]]>([
    ['(<15 min)', [15]],
    ['for 24 hrs', [1440]],
    ['(≤ 48 hrs)', [2880]],
    ['5-10 minutes max', [5, 10]],
    ['(48+ hours)', [2880]],
    ['48-hour stability', [2880]],
    ['P0 Target: < 1 hour', [60]],
    ['T001, v1.2.4, hotfix-001, P1', []],
  ])('%s', (line, minutes) => {
    expect(timesIn(line)).toEqual(minutes);
  });
});
