import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

describe('README', () => {
  it('shows what the first command prints and what the built server lists', () => {
    const check = () =>
      execFileSync(process.execPath, ['scripts/docs.mjs', '--check'], { cwd: root, stdio: 'pipe' });
    expect(check).not.toThrow();
  }, 60_000);

  it('stays short', () => {
    expect(readme.split('\n').length).toBeLessThan(200);
  });

  it('names only commands, files and exit codes that exist', () => {
    const help = execFileSync(process.execPath, ['dist/hotfix-pulse.js', 'help'], {
      cwd: root,
      encoding: 'utf8',
    });
    const named = [...readme.matchAll(/^hotfix-pulse ([a-z-]+)/gm)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(4);
    for (const command of named) expect(help).toContain(command);
    for (const [, path = ''] of readme.matchAll(/\]\(((?:docs|[A-Z]+)[\w/.-]*)\)/g)) {
      expect(() => readFileSync(join(root, path))).not.toThrow();
    }
  });
});
