// Where the CPU time of a start and of a first call goes: what it costs to load each part of the source, bundled alone.
// A part includes what it imports, so the rows overlap; none starts git or has code that V8 kept of an earlier start. Usage: node bench/parts.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import {
  precomputed,
  withoutAjv,
  withoutEval,
  withoutExpress,
  withoutUnusedSchemas,
} from '../scripts/build-plugins.mjs';
import { cleanEnv } from './client.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const ROUNDS = 5;

const FRONT =
  "export { stdioTransport } from './mcp/stdio.ts'; export { createFront } from './mcp/front.ts';";
const PROTOCOL = "export { createMcpServer } from './mcp/server.ts';";
const ADAPTERS = "export { createDeps, findRepository } from './wire.ts';";
const ONE_TOOL = "export { default as tool } from './tools/list-incidents.ts';";
const ALL_TOOLS = "export { TOOLS } from './tools/index.ts';";
const CALL = "export { callTool } from './tools/support/call.ts';";
const PARTS = [
  { name: 'nothing: Node.js itself', source: '' },
  { name: 'the front: all that tools/list needs', source: FRONT },
  { name: 'the SDK and its schemas', source: PROTOCOL },
  { name: 'settings, log and git adapters', source: ADAPTERS },
  { name: 'these and one tool', source: ADAPTERS + CALL + ONE_TOOL },
  { name: 'these and the SDK: all that a first call needs', source: ADAPTERS + CALL + ONE_TOOL + PROTOCOL },
  { name: 'with all tools instead of one', source: ADAPTERS + CALL + ALL_TOOLS + PROTOCOL },
];

const NO_TOOLS = { file: 'src/mcp/definitions.ts', name: 'toolDefinitions', value: [] };

/** What only some calls need stays out, as in the built program, where it runs on first use. */
const loadedLater = {
  name: 'loaded-later',
  setup(esbuild) {
    esbuild.onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};

/** Rows of `{ name, kb, cpu_ms }`, the least of a few rounds; CPU of the whole process up to the part's end. */
export async function measureParts() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hotfix-pulse-bench-')));
  try {
    const rows = [];
    for (const [index, { name, source }] of PARTS.entries()) {
      const file = join(folder, `${index}.mjs`);
      await build({
        ...{ absWorkingDir: root, outfile: file, bundle: true, platform: 'node', format: 'esm' },
        ...{ target: 'node20', minify: true, legalComments: 'none', logLevel: 'error' },
        define: { __VERSION__: '"0.0.0"' },
        stdin: { contents: source, resolveDir: join(root, 'src'), loader: 'ts' },
        banner: {
          js: "import{createRequire as $require}from'node:module';const require=$require(import.meta.url);",
        },
        footer: {
          js: "const {user,system}=process.cpuUsage();process.stdout.write(user+system+' '+(await import('node:fs')).statSync(new URL(import.meta.url)).size);",
        },
        plugins: [
          loadedLater,
          precomputed([NO_TOOLS]),
          withoutAjv,
          withoutEval,
          withoutExpress,
          withoutUnusedSchemas,
        ],
      });
      rows.push({ name, file, kb: 0, cpu_ms: Infinity });
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const row of rows) {
        const env = cleanEnv(folder);
        const out = execFileSync(process.execPath, [row.file], { encoding: 'utf8', env });
        const [microseconds, bytes] = out.split(' ').map(Number);
        row.cpu_ms = Math.min(row.cpu_ms, microseconds / 1000);
        row.kb = bytes / 1024;
      }
    }
    return rows.map(({ name, kb, cpu_ms }) => ({ name, kb, cpu_ms, x: cpu_ms / rows[0].cpu_ms }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  for (const { name, kb, cpu_ms, x } of await measureParts())
    process.stdout.write(
      `${name.padEnd(46)}${kb.toFixed(0).padStart(6)} KB${cpu_ms.toFixed(1).padStart(8)} ms ${x.toFixed(2)} x\n`,
    );
}
