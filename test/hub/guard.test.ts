import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { callerOf, checkCallers, checkedAddress, isForUs } from '../../src/hub/guard.ts';
import { createRefusals } from '../../src/hub/limits.ts';

const HERE = ['localhost', '127.0.0.1', '[::1]'];

describe('where the hub may listen', () => {
  const at =
    (host: string, behindProxy = false, publicHosts: string[] = []) =>
    () =>
      checkedAddress({ host, behindProxy, publicHosts });

  it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('%s is this machine', (host) => {
    expect(at(host)()).toEqual(HERE);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '192.168.1.2', '2001:db8::1', '128.0.0.1'])(
    '%s is refused without a proxy',
    (host) => {
      expect(at(host)).toThrowError(expect.objectContaining({ code: 'unsafe' }));
      expect(at(host, false, ['hooks.example.com'])).toThrowError(
        expect.objectContaining({ code: 'unsafe' }),
      );
    },
  );

  it('behind a proxy it has to know its name', () => {
    expect(at('0.0.0.0', true)).toThrowError(/public name/);
    expect(at('0.0.0.0', true, ['Hooks.Example.com'])()).toEqual([...HERE, 'hooks.example.com']);
  });

  it.each(['example.com', 'x', '127.0.0.1:80', ''])('%j is no address', (host) => {
    expect(at(host, true, ['a.example'])).toThrowError(/--host/);
  });
  it.each(['https://a.example', 'a.example:443', 'a.example/x', '*.example', '', 'a b'])(
    '%j is no name',
    (name) => {
      expect(at('127.0.0.1', false, [name])).toThrowError(/--public-host/);
    },
  );
});

describe('a hub that nobody can come in to', () => {
  it('is refused at an address of the network, and starts on this machine', async () => {
    const somebody = async (): Promise<boolean> => true;
    const nobody = async (): Promise<boolean> => false;
    for (const host of ['0.0.0.0', '::', '10.0.0.1']) {
      await expect(checkCallers({ host }, nobody)).rejects.toMatchObject({
        ...{ code: 'not_configured', hint: expect.stringContaining('token create') },
      });
      await expect(checkCallers({ host }, somebody)).resolves.toBeUndefined();
    }
    for (const host of ['127.0.0.1', '::1', 'localhost'])
      await expect(checkCallers({ host }, nobody)).resolves.toBeUndefined();
  });
});

describe('a request', () => {
  const req = (headers: Record<string, string>, more: object = {}): IncomingMessage =>
    ({
      ...{ headers, rawHeaders: Object.entries(headers).flat(), socket: { remoteAddress: '127.0.0.1' } },
      ...more,
    }) as IncomingMessage;
  const names = [...HERE, 'hooks.example.com'];

  it.each([
    { host: '127.0.0.1:8137' },
    { host: 'LOCALHOST' },
    { host: '[::1]:8137' },
    { host: 'hooks.example.com' },
    { host: 'hooks.example.com', origin: 'https://hooks.example.com' },
    { host: 'localhost', 'sec-fetch-site': 'same-origin' },
  ])('%j is for us', (headers) => {
    expect(isForUs(req(headers), names)).toBe(true);
  });

  it.each([
    {},
    { host: '' },
    { host: 'evil.example' },
    { host: 'hooks.example.com.evil.example' },
    { host: 'evil.example:8137' },
    { host: '127.0.0.1.evil.example' },
    { host: 'localhost@evil.example' },
    { host: 'localhost', origin: 'https://evil.example' },
    { host: 'localhost', origin: 'null' },
    { host: 'localhost', 'sec-fetch-site': 'cross-site' },
    { host: 'localhost', 'sec-fetch-site': 'same-site' },
  ])('%j is not', (headers) => {
    expect(isForUs(req(headers), names)).toBe(false);
  });

  describe('that follows a link of another site', () => {
    const link = {
      ...{ host: 'localhost', 'sec-fetch-site': 'cross-site' },
      ...{ 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    };
    const at = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
      isForUs(req({ ...link, ...headers }, { url, method }), names);

    it.each(['/board', '/board?incident=01K00000000000000000000000', '/board/ended', '/board/sign-in'])(
      'is for us at %s',
      (url) => {
        expect(at(url)).toBe(true);
        expect(at(url, { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'Navigate' })).toBe(true);
      },
    );

    it.each(['/board/open?key=x', '/board/events', '/board/act', '/board/script.js', '/mcp', '/', '/boards'])(
      'is not at %s',
      (url) => {
        expect(at(url)).toBe(false);
      },
    );

    it.each<[string, Record<string, string>]>([
      ['a frame', { 'sec-fetch-dest': 'iframe' }],
      ['an object', { 'sec-fetch-dest': 'object' }],
      ['a picture', { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' }],
      ['a script', { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' }],
      ['no word of how', { 'sec-fetch-mode': '', 'sec-fetch-dest': '' }],
      ['another name', { host: 'evil.example' }],
      ['an origin', { origin: 'https://evil.example' }],
    ])('is not as %s', (_what, headers) => {
      expect(at('/board', headers)).toBe(false);
    });

    it('is not when it is a form', () => {
      expect(at('/board', {}, 'POST')).toBe(false);
      expect(at('/board', {}, 'HEAD')).toBe(false);
    });
  });

  it('with two hosts is not', () => {
    const two = req({ host: 'localhost' }, { rawHeaders: ['Host', 'localhost', 'host', 'evil.example'] });
    expect(isForUs(two, names)).toBe(false);
  });

  it('comes from where our own proxy says, and from nowhere that the caller says', () => {
    const forged = { 'x-forwarded-for': '10.0.0.1, 203.0.113.9' };
    expect(callerOf(req(forged), true)).toBe('203.0.113.9');
    expect(callerOf(req(forged), false)).toBe('127.0.0.1');
    expect(callerOf(req({ 'x-forwarded-for': 'x' }), true)).toBe('127.0.0.1');
  });
});

describe('refusals', () => {
  it('are counted by address, for a minute', () => {
    const clock = { ms: 0 };
    const refusals = createRefusals(() => clock.ms, 3);
    for (let i = 0; i < 3; i++) refusals.count('203.0.113.9');
    expect(refusals.waitS('203.0.113.9')).toBe(60);
    expect(refusals.waitS('203.0.113.8')).toBe(0);
    clock.ms = 59_001;
    expect(refusals.waitS('203.0.113.9')).toBe(1);
    clock.ms = 60_000;
    expect(refusals.waitS('203.0.113.9')).toBe(0);
    refusals.count('203.0.113.9');
    expect(refusals.waitS('203.0.113.9')).toBe(0);
  });

  it('see one network in its IPv6 addresses, and one IPv4 address in both of its forms', () => {
    const refusals = createRefusals(() => 0, 2);
    refusals.count('2001:db8::1');
    refusals.count('2001:db8:0:0:ffff::2');
    refusals.count('::ffff:203.0.113.9');
    refusals.count('203.0.113.9');
    expect(refusals.waitS('2001:db8:0:0:1:2:3:4')).toBe(60);
    expect(refusals.waitS('2001:db8:0:1::1')).toBe(0);
    expect(refusals.waitS('203.0.113.9')).toBe(60);
  });

  it('remember a bounded number of addresses', () => {
    const refusals = createRefusals(() => 0, 1);
    for (let i = 0; i < 10_001; i++) refusals.count(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    expect(refusals.waitS('10.0.0.0')).toBe(0);
    expect(refusals.waitS('10.0.0.1')).toBe(60);
  });
});
