import { execFile } from 'node:child_process';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished } from 'vitest';
import { startMcpHub, tokenFor } from '../support/mcp-hub.ts';
import { tempFolder, tempRepo } from '../support/repo.ts';
import { CONFORMANCE, itIf } from '../support/requires.ts';

/**
 * The MCP project's own suite. Most of its scenarios call fixtures of a test server (`test_simple_text`, ...) and say
 * nothing about any other; these are the ones that apply to every server, with what fails and why it may.
 */

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

const told = (args: readonly string[]): Promise<string> =>
  new Promise((done) => {
    const options = { env: { PATH: process.env.PATH, HOME: tempFolder(), NO_COLOR: '1' }, timeout: 60_000 };
    execFile(CONFORMANCE.node, [CONFORMANCE.program, ...args], options, (_error, out, err) =>
      done(`${out}${err}`),
    );
  });

describe('the MCP conformance suite', () => {
  itIf('conformance')(
    'passes where it applies to any server',
    async () => {
      const { root } = tempRepo({ commits: 1 });
      const hub = await startMcpHub({ root });
      const time = setInterval(() => {
        hub.clock.ms = Date.now();
      }, 50);
      onTestFinished(() => clearInterval(time));
      const port = await withToken(hub.port, (await tokenFor(root, 'agent', 'write')).text);
      for (const [name, version, passed, fails] of SCENARIOS) {
        const url = `http://127.0.0.1:${port}/mcp`;
        const text = await told(['server', '--url', url, '--scenario', name, '--spec-version', version]);
        // It paints what it prints.
        const plain = text.replace(/\u001b\[\d+m/g, '');
        const failed = [...plain.matchAll(/\[([\w-]+) *\] FAILURE/g)].map(([, id]) => id);
        const count = Number(/Passed: (\d+)\/\d+/.exec(plain)?.[1]);
        expect({ name, version, count, failed: failed.sort() }).toEqual({
          ...{ name, version, count: passed, failed: [...fails] },
        });
      }
    },
    120_000,
  );
});
