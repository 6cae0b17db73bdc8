import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const BANNER = "import{createRequire as $r}from'node:module';const require=$r(import.meta.url);";

const stubbed: Plugin = {
  name: 'stubbed',
  setup({ onResolve }) {
    onResolve({ filter: /\/(definitions|operations|wire)\.ts$/ }, ({ importer }) =>
      /[\\/]src[\\/]mcp[\\/]/.test(importer)
        ? { path: join(checkout, 'test/support/mcp-door-stubs.ts') }
        : undefined,
    );
  },
};

/** Bundles the MCP door into `file` (an .mjs); with stub tools, or as it is. */
export async function bundleDoor(file: string, tools: 'stubs' | 'real'): Promise<void> {
  await build({
    absWorkingDir: checkout,
    entryPoints: ['src/mcp/main.ts'],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: BANNER },
    define: { __VERSION__: '"9.9.9"' },
    plugins: tools === 'stubs' ? [stubbed] : [],
    logLevel: 'error',
  });
}
