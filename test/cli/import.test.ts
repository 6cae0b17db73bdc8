import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realCli } from '../support/real-cli.ts';
import { tempRepo } from '../support/repo.ts';

const PAGE = `# Postmortem: Users cannot log in

**Date**: 2026-01-05
**Severity**: P1

## Timeline
- 13:55: Incident detected
- 15:30: Incident resolved

## Root Cause
The token ghp_${'a1B2'.repeat(9)} was in the log

## Action Items
- [ ] Alert on failed logins
`;
const PATH = '.claude/postmortems/2026-01-05-login.md';

function world(files: Record<string, string> = { [PATH]: PAGE }) {
  const repo = tempRepo({ commits: 1 });
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(repo.root, path)), { recursive: true });
    writeFileSync(join(repo.root, path), text);
  };
  for (const [path, text] of Object.entries(files)) put(path, text);
  return { repo, put, cli: realCli(repo.root, '2026-11-20T12:00:00Z') };
}

describe('a postmortem', () => {
  it('becomes a closed incident of history; the file stays, secrets do not come along', async () => {
    const { cli, repo } = world();
    const answer = await cli.json('import', PATH, '--zone', 'UTC');
    expect(answer).toMatchObject({ incident: 'hotfix-001', status: 'closed', severity: 'P1', problems: [] });
    expect(answer.records).toMatchObject([{ source: PATH, form: 'postmortem', result: 'new' }]);
    expect(readFileSync(join(repo.root, PATH), 'utf8')).toBe(PAGE);
    expect(repo.git(['status', '--porcelain', '--', 'specs'])).toBe('');
    const { out } = await cli.run('print', 'post-mortem.md', 'hotfix-001');
    expect(out).toContain('13:55');
    expect(out).not.toContain('ghp_');
    expect(String(answer.warnings)).toContain('taken out');
    expect((await cli.run('verify')).code).toBe(0);
  });

  it('the same again adds nothing, also from another place; a changed one adds what is new', async () => {
    const { cli, put } = world();
    const first = await cli.json('import', PATH, '--zone', 'UTC');
    const events = async () => String((await cli.run('timeline', 'hotfix-001')).out);
    const before = await events();
    expect(await cli.json('import', PATH, '--zone', 'UTC')).toMatchObject({
      imported: 0,
      records: [{ result: 'nothing', uid: first.uid }],
    });
    put('docs/moved.md', PAGE);
    expect(await cli.json('import', 'docs/moved.md', '--zone', 'UTC')).toMatchObject({
      imported: 0,
      records: [{ result: 'nothing', uid: first.uid }],
    });
    expect(await events()).toBe(before);
    put(PATH, `${PAGE}- [ ] Test logins without a session\n`);
    expect(await cli.json('import', PATH, '--zone', 'UTC')).toMatchObject({
      incident: 'hotfix-001',
      records: [{ result: 'added', events: 2 }],
    });
    const shown = await cli.json('show', 'hotfix-001');
    expect(JSON.stringify(shown)).toContain('Test logins without a session');
    expect(shown.status).toBe('closed');
  });

  it('without a zone keeps times as reported and says how to have them read; --check writes nothing', async () => {
    const { cli } = world();
    const checked = await cli.json('import', PATH, '--check');
    expect(checked).toMatchObject({
      checked: true,
      problems: [
        `${PATH} line 7: the zone is not stated; kept as reported`,
        `${PATH} line 8: the zone is not stated; kept as reported`,
      ],
    });
    expect(String(checked.warnings)).toContain('--zone');
    expect((await cli.json('list')).incidents).toEqual([]);
    await cli.json('import', PATH);
    const { out } = await cli.run('timeline', 'hotfix-001');
    expect(out).toContain('[reported at "13:55"] Incident detected');
  });

  it('several at once: all are read before the first is written', async () => {
    const { cli } = world({
      'a.md': PAGE,
      'b.md': PAGE.replace('log in', 'pay').replaceAll('13:55', '13:54'),
    });
    expect((await cli.run('import', 'a.md', 'b.md', 'c.md')).code).not.toBe(0);
    expect((await cli.json('list')).incidents).toEqual([]);
    const { records } = await cli.json('import', 'a.md', 'b.md', '--zone', 'CET');
    expect(records).toMatchObject([{ incident: 'hotfix-001' }, { incident: 'hotfix-002' }]);
  });

  it.each([
    ['a link', 'link.md', 8],
    ['front matter that is code', 'code.md', 8],
    ['nothing', 'gone.md', 3],
    ['no Markdown', 'app.txt.gz', 2],
    ['a way out', '../x.md', 8],
  ])('%s is refused', async (_what, path, code) => {
    const { cli, repo, put } = world();
    put('code.md', '---js\nprocess.exit(1)\n---\n# X\n');
    symlinkSync(join(repo.root, PATH), join(repo.root, 'link.md'));
    const result = await cli.run('import', path);
    expect([result.code, result.err]).toEqual([code, expect.any(String)]);
    expect((await cli.json('list')).incidents).toEqual([]);
  });

  it.each(['CST', 'Mars/Olympus', ''])('the zone %j is refused', async (zone) => {
    expect((await world().cli.run('import', PATH, `--zone=${zone}`)).code).toBe(2);
  });
});

describe('a folder of spec-kit', () => {
  const HOTFIX =
    '# Hotfix: Checkout is slow\n\n**Hotfix ID**: hotfix-003\n**Severity**: [ ] P0 | [X] P1 | [ ] P2\n\n## Incident Timeline\n- **Detection**: 2026-01-05 13:55 UTC\n';
  const files = (folder: string) => ({
    [`${folder}/hotfix.md`]: HOTFIX,
    [`${folder}/tasks.md`]: '- [x] T001 Assess severity and impact\n',
    [`${folder}/review.md`]: '**Status**: Approved\n',
  });

  it.each(['specs/hotfix-003-checkout-is-slow', 'specs/hotfix/003-checkout-is-slow'])(
    '%s',
    async (folder) => {
      const { cli, repo } = world(files(folder));
      for (const name of ['spec.md', 'plan.md']) symlinkSync('hotfix.md', join(repo.root, folder, name));
      const answer = await cli.json('import', folder);
      expect(answer).toMatchObject({ incident: 'hotfix-003', severity: 'P1', status: 'investigating' });
      expect(answer.problems).toEqual(
        ['spec.md', 'plan.md'].map(
          (name) => `${folder}/${name}: a link or no ordinary text: not read, and never written through`,
        ),
      );
      expect(await cli.json('import', folder)).toMatchObject({
        imported: 0,
        records: [{ result: 'nothing' }],
      });
      expect(readFileSync(join(repo.root, folder, 'hotfix.md'), 'utf8')).toBe(HOTFIX);
      // An approval in a file is history and opens nothing.
      const shown = JSON.stringify(await cli.json('show', 'hotfix-003'));
      expect(shown).not.toContain('approval_given');
      expect((await cli.json('open', 'Another thing broke')).incident).toBe('hotfix-004');
    },
  );

  it('that hotfix-pulse rendered itself is the incident that is there', async () => {
    const { cli } = world({});
    const { folder, uid } = await cli.json('open', 'Users cannot log in');
    expect(await cli.json('import', String(folder))).toMatchObject({
      imported: 0,
      records: [{ result: 'nothing', uid }],
    });
  });
});
