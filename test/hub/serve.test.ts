import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { PulseError } from '../../src/core/errors.ts';
import { answer, readBody } from '../../src/hub/body.ts';
import type { HubDoor } from '../../src/hub/door.ts';
import type { Doors } from '../../src/hub/doors.ts';
import { freePort } from '../support/free-port.ts';
import { ask, settle, startHub } from '../support/hub-kit.ts';
import { tempRepo } from '../support/repo.ts';

const doorsOf = (...doors: HubDoor[]): Doors =>
  Object.fromEntries(doors.map((door) => [door.name, async () => async () => door]));
const missing =
  (name: string): Doors[string] =>
  async () =>
  async () => {
    throw new PulseError('not_configured', `${name} is not set`, `set ${name}`);
  };
const echo = (more: Partial<HubDoor> = {}): HubDoor => ({
  ...{ name: 'echo', paths: ['/echo'] },
  handle: async (req, res) => {
    await readBody(req);
    answer(res, 200);
  },
  ...more,
});

describe('the start', () => {
  it('tells the address and the doors, and answers', async () => {
    const hub = await startHub({ doors: { ...doorsOf(echo()), absent: async () => async () => null } });
    expect(hub.lines.join('')).toMatch(
      new RegExp(
        `^2026-11-20T14:00:00\\.000Z info listening address=http://127\\.0\\.0\\.1:${hub.port} doors=/echo proxy=false\n$`,
      ),
    );
    expect(await ask(hub.port, { path: '/readyz' })).toMatchObject({ status: 200 });
    expect(await ask(hub.port, { method: 'POST', path: '/echo', body: 'x' })).toMatchObject({ status: 200 });
  });

  it('speaks JSON when asked to', async () => {
    const hub = await startHub({ doors: doorsOf(echo()), options: { json: true } });
    await hub.stop();
    const lines = hub.lines.join('').trimEnd().split('\n');
    const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told.map(({ message }) => message)).toEqual(['listening', 'stopping', 'stopped']);
    expect(told[0]).toMatchObject({ level: 'info', doors: '/echo', at: '2026-11-20T14:00:00.000Z' });
  });

  it('without a door says so, and runs', async () => {
    const hub = await startHub();
    expect(hub.lines.join('')).toContain('warn no service calls in');
    expect((await ask(hub.port)).status).toBe(200);
  });

  it('is refused when secrets are missing, with all of them', async () => {
    const doors = { a: missing('A_SECRET'), echo: async () => async () => echo(), b: missing('B_SECRET') };
    await expect(startHub({ doors })).rejects.toMatchObject({
      ...{ code: 'not_configured', message: 'A_SECRET is not set; B_SECRET is not set' },
      hint: 'set A_SECRET; set B_SECRET',
    });
  });

  it('is refused at an address that others can reach', async () => {
    await expect(startHub({ options: { host: '0.0.0.0' } })).rejects.toMatchObject({ code: 'unsafe' });
  });

  it('is refused there behind a proxy too, while nobody can come in', async () => {
    const { root } = tempRepo({ commits: 1 });
    const options = { host: '0.0.0.0', behindProxy: true, publicHosts: ['hub.example.com'] };
    const doors = doorsOf(echo({ name: 'mcp', paths: ['/mcp'] }));
    await expect(startHub({ root, doors, options })).rejects.toMatchObject({ code: 'not_configured' });
  });

  it('ends when a door does not start, and stops those that did', async () => {
    const told: string[] = [];
    const first = echo({ name: 'first', paths: ['/1'], stop: async () => void told.push('stopped') });
    const broken = echo({
      async start() {
        throw new TypeError('token xoxb-1');
      },
    });
    const failure = await startHub({ doors: doorsOf(first, broken) }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'upstream', message: 'The door for echo does not start.' });
    expect(told).toEqual(['stopped']);
  });

  it('is alive, and not ready before all doors have started', async () => {
    let go = (): void => undefined;
    const slow = echo({
      start: () =>
        new Promise((done) => {
          go = done;
        }),
    });
    const port = await freePort();
    const starting = startHub({ doors: doorsOf(slow), options: { port } });
    await vi.waitFor(async () => expect(await ask(port, { path: '/readyz' })).toMatchObject({ status: 503 }));
    expect((await ask(port)).status).toBe(200);
    go();
    await starting;
    expect((await ask(port, { path: '/readyz' })).status).toBe(200);
  });

  it('is not ready when the record cannot be read', async () => {
    const { root } = tempRepo({ commits: 1 });
    const hub = await startHub({ root });
    expect((await ask(hub.port, { path: '/readyz' })).status).toBe(200);
    writeFileSync(join(root, 'hotfix-pulse.config.json'), '{');
    expect((await ask(hub.port, { path: '/readyz' })).status).toBe(503);
  });
});

describe('ticks', () => {
  it('come again and again, never two at once, and one that fails stops nothing', async () => {
    const told: string[] = [];
    let release = (): void => undefined;
    const slow = echo({
      name: 'slow',
      paths: ['/slow'],
      tick: () => {
        told.push('slow');
        return new Promise((done) => {
          release = done;
        });
      },
    });
    const failing = echo({
      async tick() {
        told.push('failing');
        throw new RangeError('incident text');
      },
    });
    const hub = await startHub({
      doors: doorsOf(slow, failing),
      everyTick: () => async () => void told.push('every'),
    });
    await settle();
    expect(told).toEqual(['slow', 'failing', 'every']);
    await hub.tick();
    expect(told).toHaveLength(3);
    release();
    await settle();
    await hub.tick();
    expect(told).toEqual(['slow', 'failing', 'every', 'slow', 'failing', 'every']);
    expect(hub.lines.join('')).toContain('error a tick failed of=echo kind=RangeError');
    expect(hub.lines.join('')).not.toContain('incident text');
    release();
  });
});

describe('the end', () => {
  it('waits for a request and for the doors, in this order', async () => {
    const told: string[] = [];
    let go = (): void => undefined;
    const door = echo({
      async handle(_req, res) {
        await new Promise<void>((done) => {
          go = done;
        });
        told.push('answered');
        answer(res, 200);
      },
      async stop() {
        await settle(30);
        told.push('stopped');
      },
    });
    const hub = await startHub({ doors: doorsOf(door) });
    const under = ask(hub.port, { method: 'POST', path: '/echo' });
    await settle(50);
    hub.interrupt();
    await settle();
    await expect(ask(hub.port)).rejects.toThrow();
    go();
    expect((await under).status).toBe(200);
    await hub.ended;
    expect(told).toEqual(['answered', 'stopped']);
  });

  it('does not wait for a tick that hangs, nor for a door that does not stop', async () => {
    const door = echo({ tick: () => new Promise(() => undefined), stop: () => new Promise(() => undefined) });
    const hub = await startHub({ doors: doorsOf(door) });
    hub.interrupt();
    await settle(50);
    // The pause that the doors are given.
    await hub.tick();
    await hub.ended;
    expect(hub.lines.join('')).toContain('warn a door takes too long');
  });
});
