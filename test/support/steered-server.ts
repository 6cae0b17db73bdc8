import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { build } from 'esbuild';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** The real MCP server over real stdio, with the clock in the test's hand. */
export interface SteeredServer {
  client: Client;
  /** Sets the time, RFC 3339. */
  at(time: string): void;
  call(
    name: string,
    args?: Record<string, unknown>,
  ): Promise<{ text: string; data: Record<string, unknown>; refused: boolean }>;
}

/** Bundles the server once per suite. */
export async function bundleSteered(folder: string): Promise<string> {
  const outfile = join(folder, 'server.mjs');
  await build({
    absWorkingDir: checkout,
    entryPoints: ['src/mcp/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: "import{createRequire as $r}from'node:module';const require=$r(import.meta.url);" },
    define: { __VERSION__: '"0.0.0-test"' },
    plugins: [
      {
        name: 'steered-clock',
        setup({ onResolve }) {
          onResolve({ filter: /\/clock-ids\.ts$/ }, () => ({
            path: join(checkout, 'test/support/steered-clock-ids.ts'),
          }));
        },
      },
    ],
    logLevel: 'error',
  });
  return outfile;
}

export async function startSteered(
  server: string,
  repo: string,
  clock: string,
  salt = 0,
): Promise<SteeredServer> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [server, 'mcp', '--repo', repo],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      TEST_CLOCK: clock,
      TEST_SALT: String(salt),
      GIT_CONFIG_GLOBAL: '/dev/null',
    },
    stderr: 'inherit',
  });
  const client = new Client({ name: 'test-agent', version: '1' });
  await client.connect(transport);
  return {
    client,
    at: (time) => writeFileSync(clock, time),
    async call(name, args = {}) {
      const result = await client.callTool({ name, arguments: args });
      const [first] = result.content as { text: string }[];
      return {
        text: first?.text ?? '',
        data: Object(result.structuredContent),
        refused: result.isError === true,
      };
    },
  };
}
