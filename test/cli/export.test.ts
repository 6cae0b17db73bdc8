import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXPORT_FORMS } from '../../src/core/interchange/export-forms.ts';
import { realCli } from '../support/real-cli.ts';
import { tempFolder, tempRepo } from '../support/repo.ts';

async function world() {
  const repo = tempRepo({ commits: 1 });
  const cli = realCli(repo.root, '2026-01-05T14:00:00Z');
  await cli.json(
    'open',
    'Users cannot log in',
    '--severity',
    'P1',
    '--detected-at',
    '-5m',
    '--detected-by',
    'an alert',
  );
  await cli.json('record', 'Test logins', '--kind', 'action_added', '--owner', 'Ben', '--due', '2026-01-12');
  return { repo, cli, to: tempFolder() };
}

async function exported(cli: ReturnType<typeof realCli>, form: string, to: string) {
  const { files } = await cli.json('export', 'hotfix-001', '--form', form, '--to', to);
  return files as { path: string; result: string }[];
}

describe('export', () => {
  it('writes each of the five forms, and again nothing', async () => {
    const { cli, to } = await world();
    for (const form of EXPORT_FORMS) {
      const folder = join(to, form);
      const files = await exported(cli, form, folder);
      expect(files.map(({ result }) => result)).toEqual(files.map(() => 'written'));
      const text = files.map(({ path }) => readFileSync(join(folder, path), 'utf8')).join('\n');
      for (const word of ['Users cannot log in', 'Test logins', 'Ben', '2026-01-12'])
        expect([form, text.includes(word)]).toEqual([form, true]);
      const again = await exported(cli, form, folder);
      expect(again.map(({ result }) => result)).toEqual(files.map(() => 'unchanged'));
    }
  });

  it('is read by import in another repository, and written over when the record has grown', async () => {
    const { cli, to } = await world();
    await exported(cli, 'hatch3r', to);
    await cli.json('record', 'Errors on /auth');
    const [file] = await exported(cli, 'hatch3r', to);
    expect(file?.result).toBe('written');
    const other = tempRepo({ commits: 1 });
    other.write('taken.md', readFileSync(join(to, file?.path ?? ''), 'utf8'));
    const there = realCli(other.root, '2026-01-05T15:00:00Z');
    expect(await there.json('import', 'taken.md')).toMatchObject({
      problems: [],
      records: [{ result: 'new' }],
    });
    const { out } = await there.run('print', 'hotfix.md', 'hotfix-001');
    for (const word of ['Users cannot log in', 'Test logins', 'Ben', '13:55']) expect(out).toContain(word);
  });

  it('leaves alone what it did not write, what somebody changed, and links', async () => {
    const { cli, to } = await world();
    const run = () => cli.run('export', '--form', 'hatch3r', '--to', to);
    expect((await run()).code).toBe(0);
    const [name = ''] = readdirSync(to);
    const file = join(to, name);
    writeFileSync(file, `${readFileSync(file, 'utf8')}My words.\n`);
    await cli.json('record', 'Errors on /auth');
    const refused = await run();
    expect([refused.code, refused.out]).toEqual([4, expect.stringContaining(`${name}: kept`)]);
    expect(refused.err).toContain('was changed since');
    expect(readFileSync(file, 'utf8')).toContain('My words.');

    const target = join(tempFolder(), 'theirs.md');
    writeFileSync(target, 'theirs');
    const linked = tempFolder();
    symlinkSync(target, join(linked, name));
    expect((await cli.run('export', '--form', 'hatch3r', '--to', linked)).code).toBe(4);
    expect([readFileSync(target, 'utf8'), lstatSync(join(linked, name)).isSymbolicLink()]).toEqual([
      'theirs',
      true,
    ]);
  });

  it('needs a form it knows and a place', async () => {
    const { cli, to } = await world();
    expect((await cli.run('export', '--form', 'word', '--to', to)).code).toBe(2);
    expect((await cli.run('export', '--form', 'pulse')).code).toBe(2);
    writeFileSync(join(to, 'x'), '');
    expect((await cli.run('export', '--form', 'pulse', '--to', join(to, 'x'))).code).toBe(8);
    expect(existsSync(join(to, 'x', 'y'))).toBe(false);
  });
});
