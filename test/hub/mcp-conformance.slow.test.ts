import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished } from 'vitest';
import { startMcpHub, tokenFor } from '../support/mcp-hub.ts';
import { tempFolder, tempRepo } from '../support/repo.ts';
import { CONFORMANCE, itIf } from '../support/requires.ts';

/**
 * The MCP project's own suite. Most of its scenarios call fixtures of a test server (`test_simple_text`, ...) and say
 * nothing about any other; these are the ones that apply to every server, with what fails and why it may.
 */

/** It paints what it prints. */
const PAINT = /\u001b\[\d+m/g;

/** What the whole suite finds missing here, with the reason. */
const BASELINE = fileURLToPath(new URL('mcp-conformance.yml', import.meta.url));

/** They ask for tools that a test server has, and say so. */
const NOT_TESTABLE = [
  'sep-2575-http-server-no-independent-requests-on-stream',
  'sep-2575-missing-capability-http-400',
  'sep-2575-server-no-log-without-loglevel',
  'sep-2575-server-rejects-undeclared-capability',
];

const SCENARIOS: [name: string, version: string, passed: number, fails: readonly string[]][] = [
  ['server-initialize', '2025-11-25', 2, []],
  ['ping', '2025-11-25', 2, []],
  ['tools-list', '2025-11-25', 3, []],
  ['resources-list', '2025-11-25', 2, []],
  ['prompts-list', '2025-11-25', 2, []],
  ['dns-rebinding-protection', '2025-11-25', 2, []],
  ['tools-list', '2026-07-28', 4, []],
  ['server-stateless', '2026-07-28', 24, NOT_TESTABLE],
  ['http-header-validation', '2026-07-28', 14, []],
  ['sep-2164-resource-not-found', '2026-07-28', 3, []],
  ['caching', '2026-07-28', 7, []],
  ['input-required-result-unsupported-methods', '2026-07-28', 2, []],
];

/** It cannot be told to send a token. */
async function withToken(port: number, text: string): Promise<number> {
  const proxy = createServer((req, res) => {
    const headers = { ...req.headers, authorization: `Bearer ${text}` };
    const up = request(
      { ...{ host: '127.0.0.1', port, agent: false }, method: req.method, path: req.url, headers },
      (got) => {
        res.writeHead(got.statusCode ?? 500, got.headers);
        got.pipe(res);
      },
    );
    up.on('error', () => res.destroy());
    req.pipe(up);
  });
  await new Promise<void>((done) => {
    proxy.listen(0, '127.0.0.1', done);
  });
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return (proxy.address() as AddressInfo).port;
}

/** A hub whose door asks nobody for a token. */
async function hubForAnyone(): Promise<{ port: number }> {
  const { root } = tempRepo({ commits: 1 });
  const hub = await startMcpHub({ root });
  // Its time runs fast, so that nobody is slowed down: the suite asks more in a second than anybody may.
  const time = setInterval(() => {
    hub.clock.ms += 30_000;
  }, 20);
  onTestFinished(() => clearInterval(time));
  return { port: await withToken(hub.port, (await tokenFor(root, 'agent', 'write')).text) };
}

const told = (args: readonly string[], program = CONFORMANCE.program): Promise<string> =>
  new Promise((done) => {
    const options = { env: { PATH: process.env.PATH, HOME: tempFolder(), NO_COLOR: '1' }, timeout: 60_000 };
    execFile(CONFORMANCE.node, [program, ...args], options, (_error, out, err) => done(`${out}${err}`));
  });

describe('the MCP conformance suite', () => {
  itIf('conformance')(
    'passes where it applies to any server',
    async () => {
      const { port } = await hubForAnyone();
      for (const [name, version, passed, fails] of SCENARIOS) {
        const url = `http://127.0.0.1:${port}/mcp`;
        const text = await told(['server', '--url', url, '--scenario', name, '--spec-version', version]);
        const plain = text.replace(PAINT, '');
        const failed = [...plain.matchAll(/\[([\w-]+) *\] FAILURE/g)].map(([, id]) => id);
        const count = Number(/Passed: (\d+)\/\d+/.exec(plain)?.[1]);
        expect({ name, version, count, failed: failed.sort() }).toEqual({
          ...{ name, version, count: passed, failed: [...fails] },
        });
      }
    },
    120_000,
  );

  itIf('conformance')(
    'fails where the baseline says so, and nowhere else',
    async () => {
      const { port } = await hubForAnyone();
      const url = `http://127.0.0.1:${port}/mcp`;
      const failed = new Set<string>();
      for (const [version, program] of [
        ['2025-11-25', CONFORMANCE.older],
        ['2025-11-25', CONFORMANCE.program],
        ['2026-07-28', CONFORMANCE.program],
      ] as const) {
        const args = ['server', '--url', url, '--suite', 'all', '--spec-version', version];
        const text = (await told([...args, '--expected-failures', BASELINE], program)).replace(PAINT, '');
        expect(text).toMatch(/^Total: \d+ passed/m);
        expect(listed(text, 'Unexpected failures (not in baseline):')).toEqual([]);
        for (const name of listed(text, 'Expected failures (in baseline):')) failed.add(name);
      }
      const lines = readFileSync(BASELINE, 'utf8').matchAll(/^ {2}- (\S+)$/gm);
      expect([...failed].sort()).toEqual([...lines].map(([, name]) => name).sort());
    },
    240_000,
  );
});

/** The names below a heading of the suite's summary. */
function listed(text: string, heading: string): string[] {
  const [, rest = ''] = text.split(`${heading}\n`);
  const [part = ''] = rest.split('\n\n');
  return [...part.matchAll(/^ {2}\S (\S+)/gm)].map(([, name = '']) => name);
}
