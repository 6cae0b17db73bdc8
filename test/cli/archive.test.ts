import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realCli } from '../support/real-cli.ts';
import { git, tempRepo } from '../support/repo.ts';

const MARKER = 'the customer list of Example Ltd';

/** An incident (P3: no postmortem asked for) closed after its day of stability. */
async function closed() {
  const repo = tempRepo({ commits: 1 });
  const cli = realCli(repo.root, '2026-01-05T13:00:00Z');
  const { uid } = await cli.json('open', 'Footer is wrong', '--severity', 'P3');
  const { event } = await cli.json('record', MARKER);
  await cli.json('record', 'Put v1 back', '--kind', 'mitigation_applied', '--type', 'rollback');
  await cli.json('record', 'over', '--kind', 'resolved', '--evidence', 'metric: 5xx 0 %');
  const page = join(repo.root, 'specs/hotfix-001-footer-is-wrong/hotfix.md');
  writeFileSync(page, `${readFileSync(page, 'utf8')}\nWords of a person.\n`);
  cli.at('2026-01-06T13:01:00Z');
  const { warnings, ...done } = await cli.json('close');
  expect(done).toMatchObject({ closed: true });
  expect(String(warnings)).not.toContain('could not be archived');
  const archive = join(repo.root, '.git/hotfix-pulse', String(uid), 'archive');
  return { repo, cli, archive, event: String(event), names: () => readdirSync(archive).sort() };
}

describe('the archive of a close', () => {
  it('keeps the final documents, prose included, with a manifest beside the live log', async () => {
    const { archive, names } = await closed();
    const [name = ''] = names();
    expect(names()).toEqual([expect.stringMatching(/^[0-9A-Z]{26}$/)]);
    const place = join(archive, name);
    expect(readdirSync(place).sort()).toEqual(['hotfix.md', 'manifest.json', 'tasks.md', 'timeline.jsonl']);
    const { files } = JSON.parse(readFileSync(join(place, 'manifest.json'), 'utf8'));
    expect(files).toHaveLength(3);
    for (const { file, sha256, bytes } of files) {
      const content = readFileSync(join(place, file));
      expect([file, createHash('sha256').update(content).digest('hex')]).toEqual([file, sha256]);
      expect(content.length).toBe(bytes);
      expect(statSync(join(place, file)).mode & 0o077).toBe(0);
    }
    expect(readFileSync(join(place, 'hotfix.md'), 'utf8')).toContain('Words of a person.');
    expect(readFileSync(join(place, 'timeline.jsonl'), 'utf8')).toContain('"kind":"closed"');
  });

  it.each<[string, (place: string) => void, RegExp]>([
    [
      'an edited document',
      (place) => writeFileSync(join(place, 'hotfix.md'), 'x'),
      /hotfix\.md.*not as it was kept/,
    ],
    ['a missing one', (place) => rmSync(join(place, 'tasks.md')), /tasks\.md.*missing/],
    ['a missing manifest', (place) => rmSync(join(place, 'manifest.json')), /manifest\.json.*missing/],
  ])('verify finds %s', async (_name, harm, says) => {
    const { cli, archive, names } = await closed();
    expect((await cli.run('verify')).code).toBe(0);
    harm(join(archive, names()[0] ?? ''));
    const { code, out } = await cli.run('verify');
    expect(code).toBe(11);
    expect(out).toMatch(says);
  });

  it('a purge reaches it: only the log stays in the old one, a new one is made without the text', async () => {
    const { repo, cli, archive, event, names } = await closed();
    await cli.json('purge', event, '--reason', 'customer data', '--yes');
    const [old = '', later = ''] = names();
    expect(readdirSync(join(archive, old)).sort()).toEqual(['manifest.json', 'timeline.jsonl']);
    expect(readdirSync(join(archive, later))).toContain('hotfix.md');
    expect(() => git(repo.root, ['grep', '--no-index', '-l', MARKER])).toThrow();
    const everywhere = readdirSync(repo.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .filter((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').includes(MARKER));
    expect(everywhere.map(({ name }) => name)).toEqual([]);
    expect((await cli.run('verify')).code).toBe(0);
  });

  it('a second close after a reopening is kept beside the first', async () => {
    const { cli, names } = await closed();
    await cli.json('record', 'again', '--kind', 'reopened', '--reason', 'it is back', '--incident', '1');
    await cli.json('record', 'over', '--kind', 'resolved', '--evidence', 'metric: 5xx 0 %');
    cli.at('2026-01-07T13:02:00Z');
    await cli.json('close');
    await cli.json('close', '1');
    expect(names()).toHaveLength(2);
  });
});

describe('a debt', () => {
  it('comes back in status and in the answer that opens the next incident, until it is paid', async () => {
    const repo = tempRepo({ commits: 1 });
    const cli = realCli(repo.root, '2026-01-05T13:00:00Z');
    await cli.json('open', 'Footer is wrong', '--severity', 'P3');
    await cli.json('record', 'fixed', '--kind', 'deployed', '--ref', '1a2b3c4d');
    await cli.json('record', 'over', '--kind', 'resolved', '--evidence', 'metric: 5xx 0 %');
    await cli.json('record', 'Test it', '--kind', 'action_added', '--owner', 'Ana', '--due', '2026-01-10');
    cli.at('2026-01-06T13:01:00Z');
    await cli.json('close', '--override-reason', 'the test follows', '--override-until', '2026-01-20');
    const status = await cli.run('status');
    expect(status.code).toBe(0);
    expect(status.out).toContain('Debt: close gate: regression, long_lived_branches, until 2026-01-20');
    expect((await cli.json('show', '1')).debts).toEqual([
      'close: regression, long_lived_branches until 2026-01-20',
    ]);
    cli.at('2026-01-12T09:00:00Z');
    expect((await cli.run('status')).code).toBe(10);
    const next = await cli.run('open', 'Header is wrong', '--severity', 'P3');
    expect(next.out).toContain(
      'Still owed from earlier: hotfix-001 debt regression, long_lived_branches (until 2026-01-20); hotfix-001 AI-001 overdue since 2026-01-10.',
    );
    expect((await cli.run('open', 'Sidebar is wrong', '--drill')).out).not.toContain('Still owed');
  });
});
