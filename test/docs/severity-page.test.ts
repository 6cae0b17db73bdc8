import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CEILINGS, RULES } from '../../src/core/severity-rules.ts';
import { POINTS_FOR } from '../../src/core/text-score.ts';
import { TEXT_SIGNS } from '../../src/core/text-signs.ts';
import { describeIf } from '../support/requires.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/severity.md'), 'utf8');
const yardstick = (...args: string[]): string =>
  execFileSync(process.execPath, [join(root, 'scripts/yardstick.mjs'), ...args], {
    encoding: 'utf8',
    stdio: 'pipe',
  });

interface Row {
  label: number;
  shown: number;
  lowest: number;
  highest: number;
}
interface Measures {
  kappa(pairs: readonly (readonly [number, number])[]): number | undefined;
  measure(rows: readonly Row[]): Record<string, number | undefined>;
  detection(rows: readonly { planned: boolean; told: boolean }[]): Record<string, number | undefined>;
}
const measures: Measures = await import(pathToFileURL(join(root, 'scripts/yardstick-measures.mjs')).href);

describe('docs/severity.md', () => {
  it('has one row for every rule, ceiling and sign', () => {
    const ids = [...page.matchAll(/^\| (?:at (?:least|most) [^|]+ \| )?`([a-z0-9-]+)` \|/gm)].map(
      ([, id]) => id,
    );
    expect(ids).toEqual([...RULES, ...CEILINGS, ...TEXT_SIGNS].map(({ id }) => id));
  });

  it('says how many points make a level', () => {
    for (const [points, level] of POINTS_FOR) expect(page).toContain(`${level} from ${points} points`);
  });

  it('has the tables that the code gives (else: npm run yardstick -- --write)', () => {
    expect(yardstick('--check', '--data', '/nowhere')).toContain('nothing is measured');
  });
});

describeIf('shared')('figures in docs/severity.md', () => {
  it('are what the yardstick measures (else: npm run yardstick -- --write)', () => {
    expect(page).toContain(yardstick('--check').trimEnd());
  });

  it('meet the goals that they claim to meet', () => {
    const goals = page.slice(page.indexOf('| goal,')).split('\n\n')[0] ?? '';
    expect(goals.match(/\(met\)/g)).toHaveLength(6);
    expect(goals.match(/\(missed\)/g)).toHaveLength(1);
  });
});

describe('measures', () => {
  it('weigh disagreement by its square', () => {
    const { kappa } = measures;
    expect(
      kappa([
        [0, 0],
        [1, 1],
        [2, 2],
        [3, 3],
      ]),
    ).toBe(1);
    expect(
      kappa([
        [0, 3],
        [3, 0],
      ]),
    ).toBe(-1);
    expect(
      kappa([
        [0, 1],
        [1, 1],
        [2, 1],
      ]),
    ).toBe(0);
    // By hand: observed 1 + 1; expected from the margins (8 + 8 + 8) / 4.
    expect(
      kappa([
        [0, 0],
        [1, 0],
        [1, 2],
        [2, 2],
      ]),
    ).toBeCloseTo(1 - 2 / 6, 10);
    expect(
      kappa([
        [1, 1],
        [1, 1],
      ]),
    ).toBeUndefined();
  });

  it('count P0 by range and by shown level, what the range holds, and its width', () => {
    const rows: Row[] = [
      { label: 3, shown: 1, lowest: 1, highest: 3 },
      { label: 3, shown: 1, lowest: 0, highest: 2 },
      { label: 1, shown: 2, lowest: 1, highest: 2 },
      { label: 0, shown: 1, lowest: 1, highest: 3 },
    ];
    expect(measures.measure(rows)).toMatchObject({
      ...{
        rows: 4,
        p0: 2,
        missedByRange: 0.5,
        missedByShown: 1,
        holds: 0.5,
        steps: 1.75,
        under: 0.5,
        over: 0.5,
      },
    });
    expect(measures.measure(rows.slice(2)).missedByRange).toBeUndefined();
  });

  it('tell precision from recall', () => {
    const rows = [
      { planned: true, told: true },
      { planned: true, told: false },
      { planned: true, told: false },
      { planned: false, told: false },
      { planned: false, told: true },
    ];
    expect(measures.detection(rows)).toMatchObject({ precision: 1 / 2, recall: 1 / 3, told: 2, planned: 3 });
  });
});
