import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tokenFor } from '../../../src/adapters/github/token.ts';
import { tempFolder } from '../../support/repo.ts';

const GH = 'gho_ofghcli00000000000000000000000000';
const none = { PATH: '/nowhere' };

/** An environment whose gh does that. */
function withGh(script: string) {
  const folder = tempFolder();
  writeFileSync(join(folder, 'gh'), `#!/bin/sh\necho "$@" > "${folder}/asked"\n${script}\n`);
  chmodSync(join(folder, 'gh'), 0o755);
  return { env: { PATH: `${folder}:/usr/bin:/bin` }, asked: join(folder, 'asked') };
}

describe('the token of a host', () => {
  it.each<[string, Record<string, string>, string]>([
    ['github.com', { GH_TOKEN: 'a', GITHUB_TOKEN: 'b', GH_ENTERPRISE_TOKEN: 'c' }, 'a'],
    ['github.com', { GITHUB_TOKEN: ' b\n', GH_ENTERPRISE_TOKEN: 'c' }, 'b'],
    ['github.com', { GH_TOKEN: '  ', GITHUB_TOKEN: 'b' }, 'b'],
    ['acme.ghe.com', { GH_TOKEN: 'a' }, 'a'],
    ['ghe.example.com', { GH_TOKEN: 'a', GH_ENTERPRISE_TOKEN: 'c', GITHUB_ENTERPRISE_TOKEN: 'd' }, 'c'],
    ['ghe.example.com', { GITHUB_TOKEN: 'b', GITHUB_ENTERPRISE_TOKEN: 'd' }, 'd'],
  ])('%s with %o is %s', async (host, env, token) => {
    expect(await tokenFor(host, { ...none, ...env })).toBe(token);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'github.com',
      { GH_ENTERPRISE_TOKEN: 'c' },
      'set GH_TOKEN or GITHUB_TOKEN in the environment, or sign in with: gh auth login --hostname github.com',
    ],
    [
      'ghe.example.com',
      { GH_TOKEN: 'a', GITHUB_TOKEN: 'b' },
      'set GH_ENTERPRISE_TOKEN or GITHUB_ENTERPRISE_TOKEN in the environment, or sign in with: gh auth login --hostname ghe.example.com',
    ],
  ])('%s never gets that of another host', async (host, env, hint) => {
    await expect(tokenFor(host, { ...none, ...env })).rejects.toMatchObject({ code: 'not_configured', hint });
  });

  it('is never one that would end the header, and is not repeated', async () => {
    const failed = tokenFor('github.com', { GH_TOKEN: 'ghp_secret\r\nX-Evil: 1' });
    await expect(failed).rejects.toMatchObject({
      code: 'not_configured',
      message: 'GitHub: GH_TOKEN is no token',
    });
    await expect(failed).rejects.not.toMatchObject({ hint: expect.stringContaining('secret') });
  });
});

describe('the token of gh', () => {
  it('is asked for that host, and taken from among its words', async () => {
    const { env } = withGh(`echo "A new release of gh is available: 2.1 to 2.2" >&2; echo ${GH}`);
    expect(await tokenFor('ghe.example.com', env)).toBe(GH);
  });

  it('is not asked for when the environment has one', async () => {
    const { env, asked } = withGh(`echo ${GH}`);
    expect(await tokenFor('github.com', { ...env, GH_TOKEN: 'own' })).toBe('own');
    expect(existsSync(asked)).toBe(false);
  });

  it.each<[string, string]>([
    ['is not signed in', 'echo "no oauth token found for github.com" >&2; exit 1'],
    ['says nothing', 'exit 0'],
    ['says only words', 'echo "please sign in first"'],
    ['fails with a token', `echo ${GH}; exit 1`],
  ])('is none when gh %s', async (_, script) => {
    await expect(tokenFor('github.com', withGh(script).env)).rejects.toMatchObject({
      code: 'not_configured',
    });
  });

  it('is none without gh', async () => {
    await expect(tokenFor('github.com', none)).rejects.toMatchObject({ code: 'not_configured' });
  });
});
