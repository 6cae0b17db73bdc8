import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tempFolder } from './support/repo.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Budget {
  id: string;
  what: string;
  most?: number;
  least?: number;
  today?: number;
  elsewhere?: string;
}
type Figures = Record<string, number | null>;
interface Budgets {
  BUDGETS: readonly Budget[];
  judged(figures: Figures, flushMs: number): Figures;
  verdict(budget: Budget, figures: Figures): string;
  farBeyond(figures: Figures, budgets?: readonly Budget[]): string[];
  failedTwice(run: () => Promise<Figures>, budgets?: readonly Budget[]): Promise<string[]>;
}
interface Page {
  BEGIN: string;
  END: string;
  renewed(page: string, text: string): string;
}
const load = (name: string) => import(pathToFileURL(join(root, 'bench', name)).href);
const { BUDGETS, judged, verdict, farBeyond, failedTwice }: Budgets = await load('budgets.mjs');
const { BEGIN, END, renewed }: Page = await load('page.mjs');

const measured = BUDGETS.filter(({ elsewhere }) => elsewhere === undefined).map(({ id }) => id);
const TABLE: Budget[] = [
  { id: 'start', what: 'a start', most: 2 },
  { id: 'share', what: 'a share', least: 60 },
];

describe('budgets', () => {
  it.each([
    [{ start: 2, share: 60 }, ['met', 'met']],
    [{ start: 2.01, share: 59 }, ['missed', 'missed']],
    [{ start: null }, ['unknown', 'unknown']],
  ])('%j is %j', (figures: Figures, verdicts) => {
    expect(TABLE.map((budget) => verdict(budget, figures))).toEqual(verdicts);
  });

  it.each([
    [{ start: 3, share: 40 }, []],
    [{ start: 3.01, share: 40 }, ['start']],
    [{ start: 3, share: 39 }, ['share']],
  ])('far beyond in %j are %j', (figures: Figures, ids) => {
    expect(farBeyond(figures, TABLE)).toEqual(ids);
  });

  it('what is not reached yet is held where it stands, and still called missed', () => {
    const table = [
      { id: 'start', what: 'a start', most: 2, today: 4 },
      { id: 'share', what: 'a share', least: 60, today: 15 },
    ];
    expect(farBeyond({ start: 6, share: 10 }, table)).toEqual([]);
    expect(farBeyond({ start: 6.01, share: 9.9 }, table)).toEqual(['start', 'share']);
    expect(table.map((budget) => verdict(budget, { start: 3, share: 20 }))).toEqual(['missed', 'missed']);
  });

  it('what a flush is part of is not judged where nothing reaches a disk', () => {
    const figures = { start_to_list: 9, record_p50: 90, events_share: 1 };
    expect(farBeyond(judged(figures, 0.02))).toEqual(['start_to_list']);
    expect(farBeyond(judged(figures, 0.2))).toEqual(['start_to_list', 'record_p50', 'events_share']);
  });

  it('no reached figure stands where the budget itself would hold it', () => {
    for (const { id, most, least, today } of BUDGETS) {
      if (today === undefined) continue;
      expect(today > (most ?? Infinity) || today < (least ?? -Infinity), id).toBe(true);
    }
  });

  it.each([
    ['one good run is enough', [{ start: 1, share: 90 }], []],
    [
      'one bad run is not',
      [
        { start: 9, share: 90 },
        { start: 1, share: 90 },
      ],
      [],
    ],
    [
      'two other figures are not',
      [
        { start: 9, share: 90 },
        { start: 1, share: 1 },
      ],
      [],
    ],
    [
      'the same figure twice fails',
      [
        { start: 9, share: 1 },
        { start: 9, share: 90 },
      ],
      ['start'],
    ],
  ])('%s', async (_, runs: Figures[], ids) => {
    const left = [...runs];
    expect(await failedTwice(async () => left.shift() ?? {}, TABLE)).toEqual(ids);
    expect(left).toEqual([]);
  });
});

describe('npm run bench', () => {
  it('finds a figure for every budget that it measures, and writes what it prints', () => {
    const json = join(tempFolder(), 'bench.json');
    const flags = ['--rounds', '1', '--calls', '5', '--no-peers', '--json', json];
    const printed = execFileSync(process.execPath, [join(root, 'bench/run.mjs'), ...flags], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const { figures, starts } = JSON.parse(readFileSync(json, 'utf8'));
    expect(Object.keys(figures).sort()).toEqual(measured.toSorted());
    for (const id of measured) expect(figures[id], id).toBeGreaterThan(0);
    expect(starts.rows.map(({ name }: { name: string }) => name)).toEqual(['echo', 'hotfix-pulse']);
    for (const { what } of BUDGETS) expect(printed).toContain(`| ${what} |`);
  }, 60_000);
});

describe('docs/performance.md', () => {
  const page = readFileSync(join(root, 'docs/performance.md'), 'utf8');
  const generated = page.slice(page.indexOf(BEGIN), page.indexOf(END));

  it('shows every budget, in the generated part', () => {
    for (const { what } of BUDGETS) expect(generated).toContain(`| ${what} |`);
  });

  it('says which commands measure, check and renew it', () => {
    for (const command of ['npm run bench', 'npm run bench -- --check', 'npm run bench -- --docs'])
      expect(page).toContain(command);
  });

  it('is renewed without touching what people wrote', () => {
    const written = `before\n${BEGIN}\nold\n${END}\nafter\n`;
    expect(renewed(written, 'new')).toBe(`before\n${BEGIN}\nnew\n${END}\nafter\n`);
    expect(() => renewed('before\n', 'new')).toThrow('has lost the line');
  });
});
