import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

const report = process.env.HOTFIX_PULSE_NET_REPORT ?? '';
const reached = () => readFileSync(report, 'utf8');
afterEach(() => rmSync(report, { force: true }));

describe('the guard of the tests', () => {
  it.each([
    ['a name', () => fetch('https://example.org/')],
    ['an address', () => fetch('http://192.0.2.1/')],
    ['an address in numbers of IPv6', () => fetch('http://[2001:db8::1]/')],
    ['a plain connection', () => new Promise((_, fail) => connect(80, '192.0.2.1').on('error', fail))],
  ])('refuses %s, and tells', async (_, reach) => {
    await expect(reach()).rejects.toThrow();
    expect(reached()).toMatch(/connection to|look-up of/);
  });

  it('holds in processes that a test starts', () => {
    const script = "fetch('http://192.0.2.1/').catch((e) => console.log(e.cause.code))";
    const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    expect(stdout.trim()).toBe('ENETUNREACH');
    expect(reached()).toContain('connection to 192.0.2.1');
  });

  it('lets this machine be reached', async () => {
    const server = createServer((_, res) => res.end('here')).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const { port } = server.address() as AddressInfo;
    for (const host of ['127.0.0.1', 'localhost']) {
      expect(await (await fetch(`http://${host}:${port}/`)).text()).toBe('here');
    }
    server.close();
  });
});
