import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answer, readBody } from '../../src/hub/body.ts';
import type { HubDoor } from '../../src/hub/door.ts';
import { createHubLog } from '../../src/hub/hub-log.ts';
import type { Limits } from '../../src/hub/limits.ts';
import { createHubServer } from '../../src/hub/server.ts';
import { ask, raw, settle } from '../support/hub-kit.ts';

interface Wanted {
  door?: HubDoor['handle'];
  ready?: boolean;
  limits?: Partial<Limits>;
  behindProxy?: boolean;
}

const echo: HubDoor['handle'] = async (req, res) => {
  res.end((await readBody(req)).toString('utf8'));
};

async function hub({ door = echo, ready = true, limits = {}, behindProxy = false }: Wanted = {}) {
  const lines: string[] = [];
  const clock = { ms: 0 };
  const server = createHubServer({
    doors: [{ name: 'echo', paths: ['/echo'], handle: door }],
    names: ['localhost', '127.0.0.1', 'hooks.example.com'],
    behindProxy,
    isReady: async () => ready,
    log: createHubLog((line) => void lines.push(line), { json: false, now: () => 0 }),
    now: () => clock.ms,
    limits,
  });
  const port = await server.listen('127.0.0.1', 0);
  onTestFinished(() => server.drain(100));
  return { server, port, lines, clock };
}

const POST = { method: 'POST', path: '/echo' };

describe('paths and methods', () => {
  it.each([
    ['GET', '/healthz', 200, 'alive\n'],
    ['HEAD', '/healthz', 200, ''],
    ['GET', '/readyz?verbose=1', 200, 'ready\n'],
    ['POST', '/echo', 200, 'x'],
    ['POST', '/healthz', 405, ''],
    ['GET', '/echo', 405, ''],
    ['DELETE', '/echo', 405, ''],
    ['POST', '/echo/', 404, ''],
    ['POST', '//echo', 404, ''],
    ['POST', '/ECHO', 404, ''],
    ['POST', '/%65cho', 404, ''],
    ['POST', '/x/../echo', 404, ''],
    ['POST', 'http://127.0.0.1/echo', 404, ''],
    ['GET', '/', 404, ''],
  ])('%s %s is %i', async (method, path, status, body) => {
    const { port } = await hub();
    const got = await ask(port, { method, path, ...(method === 'POST' ? { body: 'x' } : {}) });
    expect(got).toMatchObject({ status, body });
    if (status === 405) expect(got.headers.allow).toBe(path === '/echo' ? 'POST' : 'GET, HEAD');
    expect(got.headers).not.toHaveProperty('x-powered-by');
  });

  it('is not ready when the record cannot be read', async () => {
    const { port } = await hub({ ready: false });
    expect(await ask(port, { path: '/readyz' })).toMatchObject({ status: 503, body: 'not ready\n' });
    expect(await ask(port)).toMatchObject({ status: 200 });
  });

  it.each([{ host: 'evil.example' }, { origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])(
    '%j is 403 without a word',
    async (headers) => {
      const { port } = await hub();
      for (const path of ['/healthz', '/echo', '/nothing'])
        expect(await ask(port, { path, headers })).toMatchObject({ status: 403, body: '' });
      expect(await ask(port, { ...POST, headers, body: 'x' })).toMatchObject({ status: 403, body: '' });
    },
  );

  it('two doors cannot have one path', () => {
    const door = { name: 'a', paths: ['/a'], handle: echo };
    const options = {
      names: [],
      behindProxy: false,
      isReady: async () => true,
      log: () => undefined,
      now: () => 0,
    };
    expect(() => createHubServer({ ...options, doors: [door, { ...door, name: 'b' }] })).toThrow('b');
  });
});

describe('bodies', () => {
  const MB = 1024 * 1024;

  it('of exactly the limit come through', async () => {
    const { port } = await hub();
    const body = 'x'.repeat(MB);
    expect(await ask(port, { ...POST, body })).toMatchObject({ status: 200, body });
  });

  it('that say that they are larger are not read', async () => {
    let read = false;
    const { port } = await hub({
      door: (_req, res) => {
        read = true;
        answer(res, 200);
      },
    });
    const told = await raw(port, (write) =>
      write(`POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${MB + 1}\r\n\r\nx`),
    );
    expect(told).toMatch(/^HTTP\/1\.1 413 /);
    expect(read).toBe(false);
  });

  it('that turn out to be larger are cut off, whatever reads them', async () => {
    let failed: unknown = null;
    const { port, lines } = await hub({
      async door(req, res) {
        try {
          for await (const _ of req);
        } catch (error) {
          failed = error;
          throw error;
        }
        answer(res, 200);
      },
    });
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const told = await raw(port, (write) => {
      write('POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
      for (let i = 0; i < 20; i++) write(chunk);
    });
    expect(told).toMatch(/^HTTP\/1\.1 413 /);
    await settle();
    expect(failed).not.toBeNull();
    expect(lines.join('')).toContain('status=413');
  });

  it('that never end are given up', async () => {
    const { port } = await hub({ limits: { requestMs: 300, headersMs: 200 } });
    const begun = Date.now();
    const told = await raw(port, (write) =>
      write('POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nx'),
    );
    expect(told).toMatch(/^HTTP\/1\.1 408 /);
    expect(Date.now() - begun).toBeLessThan(5_000);
  });

  it('heads that never end are given up', async () => {
    const { port } = await hub({ limits: { requestMs: 300, headersMs: 200 } });
    const told = await raw(port, (write) => write('POST /echo HTTP/1.1\r\nHost: localhost\r\nX-A: '));
    expect(told).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('heads that are too large are refused', async () => {
    const { port } = await hub();
    const told = await raw(port, (write) =>
      write(`GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: ${'x'.repeat(20_000)}\r\n\r\n`),
    );
    expect(told).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('what is no HTTP is refused', async () => {
    const { port } = await hub();
    expect(await raw(port, (write) => write('\x16\x03\x01\x02\r\n\r\n'))).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('a door that fails', () => {
  it('answers 500 without words, and the log has no words of the request', async () => {
    const { port, lines } = await hub({
      async door(req) {
        throw new TypeError(`cannot read ${(await readBody(req)).toString('utf8')}`);
      },
    });
    const got = await ask(port, { ...POST, body: 'customer secret' });
    expect(got).toMatchObject({ status: 500, body: '' });
    const told = lines.join('');
    expect(told).toContain('error a door failed door=echo kind=TypeError');
    expect(told).not.toContain('customer');
    expect(await ask(port)).toMatchObject({ status: 200 });
  });

  it('because the caller went away is no news', async () => {
    const { port, lines } = await hub();
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nx', () =>
        setTimeout(() => socket.destroy(), 30),
      ),
    );
    await settle(150);
    expect(lines.join('')).toContain('answered door=echo status=0');
    expect(lines.join('')).not.toContain('failed');
  });

  it('after it has answered changes nothing', async () => {
    const { port } = await hub({
      async door(_req, res) {
        answer(res, 204);
        throw new Error('late');
      },
    });
    expect((await ask(port, POST)).status).toBe(204);
  });
});

describe('too many refusals', () => {
  it('close the door for the rest of the minute, but not the look at health', async () => {
    const { port, clock } = await hub({ limits: { refusedPerMinute: 3 } });
    for (let i = 0; i < 3; i++) expect((await ask(port, { path: '/x' })).status).toBe(404);
    await settle();
    const refused = await ask(port, { ...POST, body: 'x' });
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBe('60');
    expect((await ask(port)).status).toBe(200);
    clock.ms = 60_000;
    expect((await ask(port, { ...POST, body: 'x' })).status).toBe(200);
  });

  it('count those of a door, and not those of the next address behind the proxy', async () => {
    const { port } = await hub({
      ...{ behindProxy: true, limits: { refusedPerMinute: 2 } },
      door: (_req, res) => answer(res, 403),
    });
    const from = (address: string) =>
      ask(port, { ...POST, headers: { 'x-forwarded-for': `1.1.1.1, ${address}` } });
    for (let i = 0; i < 2; i++) expect((await from('203.0.113.9')).status).toBe(403);
    await settle();
    expect((await from('203.0.113.9')).status).toBe(429);
    expect((await from('203.0.113.10')).status).toBe(403);
  });
});

describe('the end', () => {
  it('lets a request under way finish and takes no other', async () => {
    let go = (): void => undefined;
    const { server, port } = await hub({
      door: (_req, res) =>
        new Promise((done) => {
          go = () => {
            answer(res, 200);
            done();
          };
        }),
    });
    const under = ask(port, POST);
    await settle(50);
    const drained = server.drain(5_000);
    await expect(ask(port)).rejects.toThrow(/ECONNREFUSED/);
    go();
    const got = await under;
    expect(got.status).toBe(200);
    const begun = Date.now();
    await drained;
    expect(Date.now() - begun).toBeLessThan(1_000);
  });

  it('does not wait for the next request of a connection that had one under way', async () => {
    let go = (): void => undefined;
    const { server, port } = await hub({
      limits: { keepAliveMs: 4_000 },
      door: (_req, res) =>
        new Promise((done) => {
          go = () => {
            answer(res, 200);
            done();
          };
        }),
    });
    const told = raw(port, (write) =>
      write('POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n'),
    );
    await settle(50);
    const drained = server.drain(10_000);
    go();
    const begun = Date.now();
    await drained;
    expect(Date.now() - begun).toBeLessThan(2_000);
    expect(await told).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('cuts off what takes too long', async () => {
    const { server, port } = await hub({ door: () => new Promise(() => undefined) });
    const under = ask(port, POST).catch((error: unknown) => error);
    await settle(50);
    await server.drain(100);
    expect(await under).toBeInstanceOf(Error);
  });

  it('does not wait for a connection that only stays open', async () => {
    const { server, port } = await hub();
    const idle = raw(port, (write) => write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'));
    await settle(50);
    const begun = Date.now();
    await server.drain(5_000);
    expect(Date.now() - begun).toBeLessThan(1_000);
    expect(await idle).toContain('alive');
  });
});

describe('a port that is taken', () => {
  it('is told in our own words', async () => {
    const { port } = await hub();
    const options = {
      names: [],
      behindProxy: false,
      isReady: async () => true,
      log: () => undefined,
      now: () => 0,
    };
    const second = createHubServer({ ...options, doors: [] });
    await expect(second.listen('127.0.0.1', port)).rejects.toMatchObject({ code: 'conflict' });
  });
});
