import { describe, expect, it } from 'vitest';
import { fetchNews, hotfixTrailer, nextCommands } from '../../../src/core/ship/hotfix-start.ts';

describe('fetchNews', () => {
  it('is quiet when all went well, and warns when the base may be old', () => {
    const fine = { state: 'fetched', remote: 'origin', shallow: false, tags_differ: false } as const;
    expect(fetchNews(fine)).toEqual({ lines: ['Fetched origin.'], warnings: [] });
    expect(fetchNews({ ...fine, shallow: true, tags_differ: true }).warnings).toHaveLength(2);
    const failed = fetchNews({ state: 'failed', remote: 'origin', fault: 'timed_out' });
    expect(failed.lines).toEqual([]);
    expect(failed.warnings[0]).toMatch(/^Could not fetch from origin: it did not answer in time\./);
    expect(fetchNews({ state: 'no_remote' }).warnings).toEqual([]);
    expect(fetchNews(null).lines[0]).toContain('Not fetched');
  });
});

describe('nextCommands', () => {
  const start = { branch: 'hotfix/001-x', number: 1, at: null, submodules: false };

  it('goes into the branch, then the fix, then the record', () => {
    expect(nextCommands(start)).toEqual([
      'git switch hotfix/001-x',
      'git commit -m "fix: [HOTFIX] <description>" --trailer "Hotfix: hotfix-001"',
      expect.stringContaining('--kind fix_committed'),
    ]);
    expect(hotfixTrailer(1)).toBe('Hotfix: hotfix-001');
  });

  it.each([
    ['/srv/fix', 'cd /srv/fix'],
    ['/srv/a b', "cd '/srv/a b'"],
    ["/srv/$(x)'y", "cd '/srv/$(x)'\\''y'"],
  ])('quotes %s', (at, command) => {
    expect(nextCommands({ ...start, at, submodules: true }).slice(0, 2)).toEqual([
      command,
      'git submodule update --init --recursive',
    ]);
  });
});
