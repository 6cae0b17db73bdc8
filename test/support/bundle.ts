import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Makes one runnable file of a TypeScript script in this folder, for tests that need real processes. */
export async function bundle(script: string, folder: string): Promise<string> {
  const outfile = join(folder, script.replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [fileURLToPath(new URL(script, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // Packages in the old form ask for Node's own modules by `require`.
    banner: { js: "import{createRequire as $r}from'node:module';const require=$r(import.meta.url);" },
    define: { __VERSION__: '"0.0.0-test"' },
    logLevel: 'error',
  });
  return outfile;
}
