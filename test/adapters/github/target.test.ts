import { describe, expect, it } from 'vitest';
import { addressParts, targetOf } from '../../../src/adapters/github/target.ts';
import { tempRepo } from '../../support/repo.ts';

function at(url: string | null, wanted?: string, env: Record<string, string> = {}) {
  const repo = tempRepo({ commits: 1 });
  if (url !== null) repo.git(['remote', 'add', 'origin', url]);
  return targetOf(repo.root, wanted, env);
}
const GHE = { GH_HOST: 'ghe.example.com' };

describe('the repository of the remote', () => {
  it.each([
    'https://github.com/Acme/Shop.git',
    'https://github.com/Acme/Shop',
    'https://GitHub.com/Acme/Shop/',
    'https://user:secret@github.com/Acme/Shop.git',
    'git@github.com:Acme/Shop.git',
    'github.com:Acme/Shop',
    'ssh://git@github.com/Acme/Shop.git',
    'ssh://git@ssh.github.com:443/Acme/Shop.git',
    'git+ssh://git@github.com:22/Acme/Shop',
  ])('%s', async (url) => {
    expect(await at(url)).toEqual({
      ...{ host: 'github.com', api: 'https://api.github.com', web: 'https://github.com' },
      ...{ owner: 'Acme', repo: 'Shop' },
    });
  });

  it.each([
    ['https://ghe.example.com/acme/shop.git', 'ghe.example.com'],
    ['git@GHE.example.com:acme/shop.git', 'ghe.example.com'],
    ['ssh://git@ghe.example.com:2222/acme/shop', 'ghe.example.com'],
    ['https://ghe.example.com:8443/acme/shop', 'ghe.example.com:8443'],
  ])('on a server of its own: %s', async (url, host) => {
    expect(await at(url, undefined, { GH_HOST: host })).toMatchObject({
      ...{ host, api: `https://${host}/api/v3`, web: `https://${host}`, owner: 'acme', repo: 'shop' },
    });
  });

  it('of a customer on ghe.com', async () => {
    expect(await at('git@acme.ghe.com:acme/shop.git')).toMatchObject({
      ...{ host: 'acme.ghe.com', api: 'https://api.acme.ghe.com' },
    });
  });

  it.each<[string, string | null, Record<string, string>]>([
    ['another host', 'https://gitlab.com/acme/shop.git', {}],
    ['a server that GH_HOST does not name', 'https://ghe.example.com/acme/shop', {}],
    ['another server than GH_HOST names', 'https://evil.example/acme/shop', GHE],
    ['a host that ends like GitHub', 'https://notgithub.com/acme/shop', {}],
    ['a host that begins like GitHub', 'https://github.com.evil.example/acme/shop', {}],
    ['a host below a customer of ghe.com', 'https://a.b.ghe.com/acme/shop', {}],
    ['no remote', null, {}],
    ['a folder', '/srv/git/shop.git', {}],
    ['an address without a repository', 'https://github.com/acme', {}],
    ['an address with more', 'https://github.com/acme/shop/tree/main', {}],
    ['a name that is none', 'https://github.com/acme/..', {}],
    [
      'GH_HOST with an address in it',
      'https://ghe.example.com/acme/shop',
      { GH_HOST: 'https://ghe.example.com' },
    ],
  ])('is none for %s', async (_, url, env) => {
    await expect(at(url, undefined, env)).rejects.toMatchObject({ code: 'not_configured' });
  });
});

describe('the repository of the settings', () => {
  it.each<[string | null, Record<string, string>, string]>([
    ['git@github.com:acme/shop.git', {}, 'github.com'],
    ['https://gitlab.com/acme/shop.git', {}, 'github.com'],
    [null, {}, 'github.com'],
    [null, GHE, 'ghe.example.com'],
    ['git@ghe.example.com:acme/shop.git', GHE, 'ghe.example.com'],
    ['git@github.com:acme/shop.git', GHE, 'github.com'],
  ])('with the remote %s and %o is on %s', async (url, env, host) => {
    expect(await at(url, 'team/incidents', env)).toMatchObject({ host, owner: 'team', repo: 'incidents' });
  });
});

describe('the address of the API', () => {
  it('is that of GITHUB_API_URL, when it is set', async () => {
    const env = { GITHUB_API_URL: 'https://proxy.example.com/github/' };
    expect((await at('git@github.com:a/b', undefined, env)).api).toBe('https://proxy.example.com/github');
  });

  it.each(['http://proxy.example.com', 'https://user:pass@proxy.example.com', 'ftp://x', 'https://x/?a=1'])(
    'is never %s',
    async (GITHUB_API_URL) => {
      const failed = at('git@github.com:a/b', undefined, { GITHUB_API_URL });
      await expect(failed).rejects.toMatchObject({ code: 'not_configured' });
      await expect(failed).rejects.not.toMatchObject({ message: expect.stringContaining('pass') });
    },
  );
});

describe('parts of an address', () => {
  it.each([
    ['C:\\work\\shop'],
    ['c:/work/shop'],
    ['../shop'],
    ['file:///srv/shop'],
    ['github.com'],
    [''],
    ['ext::sh -c x'],
  ])('%s has none', (address) => {
    expect(addressParts(address)).toBeNull();
  });
});
