import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realCli } from '../support/real-cli.ts';
import { tempRepo } from '../support/repo.ts';

async function world() {
  const { root } = tempRepo({ commits: 1 });
  const cli = realCli(root, '2026-01-05T13:00:00Z');
  await cli.json('open', '=Users cannot log in, 500 on /auth', '--severity', 'P1');
  return { root, cli, read: (name: string) => readFileSync(join(root, name), 'utf8') };
}

describe('hotfix-pulse review as files', () => {
  it('writes the page and the table, and says so', async () => {
    const { cli, read } = await world();
    const { code, out, err } = await cli.run(
      'review',
      '--since',
      '-90d',
      '--html',
      'r.html',
      '--csv',
      'r.csv',
    );
    expect(code, err).toBe(0);
    expect(out).toBe('');
    expect(err).toContain('written: r.csv');
    expect(err).toContain('written: r.html');
    expect(read('r.html')).toMatch(/^<!doctype html>[\s\S]*=Users cannot log in, 500 on \/auth/);
    expect(read('r.csv').split('\r\n')[1]).toMatch(
      /^hotfix-001,[0-9A-Z]{26},"'=Users cannot log in, 500 on \/auth",P1,/,
    );
  });

  it('gives one of them to standard output', async () => {
    const { cli } = await world();
    const { code, out } = await cli.run('review', '--csv', '-');
    expect(code).toBe(0);
    expect(out).toMatch(/^incident,uid,title,.*\r\nhotfix-001,/);
    expect((await cli.run('review', '--csv', '-', '--html', '-')).code).toBe(2);
  });

  it('keeps to the period', async () => {
    const { cli } = await world();
    const { out } = await cli.run('review', '--until', '2025-12-31', '--csv', '-');
    expect(out.split('\r\n')).toHaveLength(2);
  });

  it('never writes over a file, nor into a folder that is not there', async () => {
    const { root, cli, read } = await world();
    writeFileSync(join(root, 'mine.html'), 'mine');
    const over = await cli.run('review', '--html', 'mine.html');
    expect([over.code, over.err]).toEqual([4, expect.stringContaining('conflict')]);
    expect(read('mine.html')).toBe('mine');
    expect((await cli.run('review', '--csv', 'nowhere/r.csv')).code).toBe(2);
    expect(existsSync(join(root, 'nowhere'))).toBe(false);
  });

  it('is the ordinary review without them', async () => {
    const { cli } = await world();
    expect((await cli.run('review')).out).toMatch(/^1 incident\(s\) from the first one to 2026-01-05/);
    expect(await cli.json('review', '--deployments', '10')).toMatchObject({
      deployments: { stated_deployments: 10, rework_rate: 0 },
    });
    expect((await cli.run('list', 'login', 'auth')).out).toContain('hotfix-001 · P1');
  });
});
