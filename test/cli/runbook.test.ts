import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realCli } from '../support/real-cli.ts';
import { tempRepo } from '../support/repo.ts';

const ENTRY = 'docs/runbooks/users-cant-login.md';

async function incident() {
  const repo = tempRepo({ commits: 1 });
  const cli = realCli(repo.root, '2026-01-05T13:00:00Z');
  await cli.json('open', "Users can't login", '--severity', 'P1');
  await cli.json('record', 'POST /auth without a session', '--kind', 'fact_recorded', '--type', 'reproduced');
  await cli.json('record', 'Put v1 back', '--kind', 'mitigation_applied', '--type', 'rollback');
  const at = (path: string) => join(repo.root, path);
  /** Git itself decides whether the diff is one. */
  const apply = (diff: string) =>
    execFileSync('git', ['apply', '-'], { cwd: repo.root, input: diff, encoding: 'utf8' });
  return { repo, cli, at, apply, read: (path: string) => readFileSync(at(path), 'utf8') };
}

describe('hotfix-pulse runbook', () => {
  it('shows both changes as one diff that git applies, and writes nothing itself', async () => {
    const { repo, cli, at, apply, read } = await incident();
    const { code, out, err } = await cli.run('runbook');
    expect(code, err).toBe(0);
    expect(err).toContain('nothing was written');
    expect(existsSync(at(ENTRY))).toBe(false);
    expect(repo.git(['status', '--porcelain'])).toBe('');
    apply(out);
    const text = read(ENTRY);
    for (const part of [
      '## Symptom',
      '## Check',
      '## Mitigation',
      '## Verify',
      'From hotfix-001 (P1, 2026-01-05)',
    ])
      expect(text).toContain(part);
    expect(text).toContain('- How to reproduce: POST /auth without a session');
    expect(text).toContain('- rollback: Put v1 back');
    expect(text).toContain('- Cause then: UNKNOWN');
    expect(text).toMatch(/## Verify\n\n- UNKNOWN\n$/);
    expect(read('AGENTS.md')).toMatch(new RegExp(`^- Known failure .*${ENTRY}\\.\n$`));
    // A second time there is nothing to add.
    expect((await cli.json('runbook')).diff).toBe('');
  });

  it.each([
    ['empty', ''],
    ['one line', '# Agents\n'],
    ['no line break at the end', '# Agents\n\none\ntwo'],
    ['one line without its break', '# Agents'],
    ['many lines', `${'line\n'.repeat(50)}`],
    ['line ends of Windows', '# Agents\r\n\r\none\r\ntwo\r\n'],
    ['those without the last one', '# Agents\r\nfour'],
    ['a byte order mark, quotes and emoji', '\ufeff# "Agents" 🔴\ttab\n'],
  ])('adds its line to an AGENTS.md: %s', async (_name, before) => {
    const { cli, at, apply, read } = await incident();
    writeFileSync(at('AGENTS.md'), before);
    apply((await cli.run('runbook')).out);
    const after = read('AGENTS.md');
    const end = before.includes('\r\n') ? '\r\n' : '\n';
    const kept = before === '' || before.endsWith('\n') ? before : `${before}${end}`;
    expect(after.startsWith(kept)).toBe(true);
    expect(after.slice(kept.length)).toMatch(/^- Known failure [^\r\n]+\r?\n$/);
    expect(after.endsWith(end)).toBe(true);
  });

  it('adds a section to an entry that an earlier incident left', async () => {
    const { cli, at, apply, read } = await incident();
    mkdirSync(at('docs/runbooks'), { recursive: true });
    writeFileSync(at(ENTRY), '# Our own entry\n\nWords of a person.\n');
    apply((await cli.run('runbook')).out);
    expect(read(ENTRY)).toMatch(/^# Our own entry\n\nWords of a person\.\n\n## Users can't login\n/);
  });

  it('goes to the configured folder, and only to one below the root', async () => {
    const { cli, at, apply } = await incident();
    const config = (folder: string) =>
      writeFileSync(at('hotfix-pulse.config.json'), JSON.stringify({ runbook: { folder } }));
    config('ops/books');
    apply((await cli.run('runbook')).out);
    expect(existsSync(at('ops/books/users-cant-login.md'))).toBe(true);
    for (const folder of ['../x', '/x', 'a/../b', '.git/hooks', '.GIT', 'a b', 'a//b', '']) {
      config(folder);
      expect([folder, (await cli.run('runbook')).code]).toEqual([folder, 2]);
    }
  });

  it('never proposes a change through a link', async () => {
    const { cli, at, apply, read } = await incident();
    writeFileSync(at('CLAUDE.md'), '# For agents\n');
    symlinkSync('CLAUDE.md', at('AGENTS.md'));
    apply((await cli.run('runbook')).out);
    expect(read('CLAUDE.md')).toContain(ENTRY);
    const other = await incident();
    mkdirSync(other.at('elsewhere'));
    symlinkSync('elsewhere', other.at('docs'));
    expect((await other.cli.run('runbook')).code).toBe(8);
  });
});
