import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

const PAGE = new URL('../../docs/redaction.md', import.meta.url);

/**
 * Holds a share to its target, and to what docs/redaction.md prints in the row that begins with `row`. `exact: false`
 * is for texts that change with every commit or installation: there the page prints the target only.
 */
export function expectFigure(row: string, share: number, target: number, { exact = true } = {}): void {
  // Rounded down: only what is whole is printed as 100 %.
  const percent = `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
  expect(share, `${row}: ${percent}`).toBeGreaterThanOrEqual(target);
  const line = readFileSync(PAGE, 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`| ${row} |`));
  const [, , wanted, measured] = (line ?? '').split('|').map((cell) => cell.trim());
  expect(wanted, `the target in the row "${row}" of docs/redaction.md`).toBe(`${target * 100} %`);
  expect(measured, `the figure in the row "${row}" of docs/redaction.md`).toBe(
    exact ? percent : 'above the target',
  );
}
