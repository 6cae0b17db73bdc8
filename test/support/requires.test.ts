import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { describeIf, itIf, missing, requires } from './requires.ts';

const here = () => ({ ok: true, why: '' });
const absent = (tool: string) => ({ ok: false, why: `${tool} is missing` });

describe('requires', () => {
  it.each([
    ['all here', here, 'all', []],
    ['all here, nothing demanded', here, undefined, []],
    ['missing, nothing demanded', absent, undefined, ['strace is missing', 'tmux is missing']],
    ['missing, another demand', absent, 'some', ['strace is missing', 'tmux is missing']],
  ])('%s', (_, check, must, wanted) => {
    expect(missing(['strace', 'tmux'], check, must ?? '')).toEqual(wanted);
  });

  it('a missing tool is an error when everything is demanded', () => {
    expect(() => missing(['strace', 'tmux'], absent, 'all')).toThrow(/strace is missing; tmux is missing/);
  });

  it('gives a reason exactly when a tool is not here', () => {
    for (const tool of ['strace', 'prlimit', 'tmux', 'root', 'shared', 'agents'] as const) {
      const { ok, why } = requires(tool);
      expect([tool, why === '']).toEqual([tool, ok]);
    }
  });

  const seen: string[] = [];
  describeIf()('without needs', () => {
    itIf()('runs', () => {
      seen.push('ran');
    });
  });
  it('needs nothing, skips nothing', () => {
    expect(seen).toEqual(['ran']);
  });
});

describe('the closing line of CI', () => {
  const script = fileURLToPath(new URL('../../scripts/count-tests.mjs', import.meta.url));
  const passing = { success: true, numPassedTests: 5, numFailedTests: 0, testResults: [] };
  const file = (status: string, ...tests: string[]) => ({
    status,
    assertionResults: tests.map((s) => ({ status: s })),
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['nothing ran', {}, '0 passed, 0 failed'],
    ['two runs', { 'a.json': passing, 'b.json': passing }, '10 passed, 0 failed'],
    [
      'a failing test',
      {
        'a.json': { ...passing, success: false, numFailedTests: 1, testResults: [file('failed', 'failed')] },
      },
      '5 passed, 1 failed',
    ],
    [
      'a file that does not load',
      { 'a.json': { ...passing, success: false, testResults: [file('failed')] } },
      '5 passed, 1 failed',
    ],
    ['an error outside the tests', { 'a.json': { ...passing, success: false } }, '5 passed, 1 failed'],
    ['a run without report', { 'a.json': passing, 'b.json': null }, '5 passed, 1 failed'],
  ])('%s', (_, reports, line) => {
    const folder = mkdtempSync(join(tmpdir(), 'count-'));
    try {
      for (const [name, report] of Object.entries(reports)) {
        writeFileSync(join(folder, name.replace('.json', '.expected')), '');
        if (report) writeFileSync(join(folder, name), JSON.stringify(report));
      }
      expect(execFileSync(process.execPath, [script, folder], { encoding: 'utf8' })).toBe(`${line}\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
