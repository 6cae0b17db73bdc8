import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { describeIf } from '../support/requires.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every incident of ../shared/data. The script fails on anything refused, wrong or not traced. */
describeIf('shared')('all real incidents', () => {
  it('play without a failure, and docs/replay.md says what came out', async () => {
    const script = join(root, 'scripts', 'replay.mjs');
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script], { maxBuffer: 1e8 });
    expect(stderr).toContain('0 failure(s)');
    expect(stdout).toBe(readFileSync(join(root, 'docs', 'replay.md'), 'utf8'));
  }, 600_000);
});
