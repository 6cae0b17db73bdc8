import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { describeIf, SHARED } from '../support/requires.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Row {
  number: number;
  cells: string[];
  tests: { file: string; title: string }[];
}

const rows: Row[] = readFileSync(join(root, 'docs/threats.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => {
    const cells = line.slice(2, -2).split(' | ');
    const tests = [...(cells[3] ?? '').matchAll(/`(test\/[^`]+)` "([^"]+)"/g)];
    return {
      number: Number(cells[0]),
      cells,
      tests: tests.map(([, file = '', title = '']) => ({ file, title })),
    };
  });

/** Whether a file has a test, or a group of tests, of that title. */
function has(file: string, title: string): boolean {
  if (!existsSync(join(root, file))) return false;
  const text = readFileSync(join(root, file), 'utf8');
  return ["'", '"', '`'].some((quote) => text.includes(`${quote}${title}${quote}`));
}

describe('docs/threats.md', () => {
  it('has four cells in every row, in order of their numbers', () => {
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.map(({ number }) => number)).toEqual(rows.map((_, i) => i + 1));
    expect(rows.filter(({ cells }) => cells.length !== 4 || cells.some((cell) => cell === ''))).toEqual([]);
  });

  it.each(rows)('row $number names a test, and nothing that is not there', ({ cells, tests }) => {
    expect(tests.filter(({ file, title }) => !has(file, title))).toEqual([]);
    expect(tests.length).toBeGreaterThan(0);
    // Every file that is named has its title beside it.
    expect(cells.join().match(/`test\//g)?.length).toBe(tests.length);
  });

  it('would notice: a title that no file has, and a file that is not there', () => {
    expect(has('test/core/slug.test.ts', 'is always a safe name of at most 60 characters')).toBe(true);
    expect(has('test/core/slug.test.ts', 'is always a safe name')).toBe(false);
    expect(has('test/core/slugs.test.ts', 'is always a safe name of at most 60 characters')).toBe(false);
  });
});

describeIf('shared')('the design', () => {
  it('has no row that the page has not', () => {
    const design = readFileSync(join(SHARED, 'design/threats.md'), 'utf8');
    const numbers = [...design.matchAll(/^\| (\d+) \| \d+ \|/gm)].map(([, number]) => Number(number));
    expect(numbers.length).toBeGreaterThan(30);
    expect(rows.map(({ number }) => number)).toEqual(numbers);
  });
});
