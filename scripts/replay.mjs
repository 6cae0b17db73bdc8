// Plays real incidents from ../shared/data through the server's own operations and judges what comes out.
// Usage: npm run replay [-- --limit N] [-- --json] [-- --write]   (--write replaces docs/replay.md)
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const data = join(root, '..', 'shared', 'data');
const BANNER = "import{createRequire as $require}from'node:module';const require=$require(import.meta.url);";

function numberAfter(flag) {
  const at = process.argv.indexOf(flag);
  return at < 0 ? null : Number(process.argv[at + 1]);
}

async function bundled(work) {
  // Under node_modules, so that nothing of it is ever committed.
  const folder = join(root, 'node_modules', '.cache', 'hotfix-pulse');
  const outfile = join(folder, `replay-${process.pid}.mjs`);
  await mkdir(folder, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['test/support/replay-run.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: BANNER },
    define: { __VERSION__: '"replay"' },
    logLevel: 'error',
  });
  try {
    return await work(await import(pathToFileURL(outfile).href), outfile);
  } finally {
    await rm(outfile, { force: true });
  }
}

/** One part of the rows in a process of its own; progress on stderr, the result as JSON on stdout. */
function part(outfile, index, count, limit) {
  const code = `import(${JSON.stringify(pathToFileURL(outfile).href)}).then((run) => run.printPart(...JSON.parse(process.argv[1])))`;
  const args = ['-e', code, JSON.stringify([data, index, count, limit])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((done, fail) => {
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.on('error', fail);
    child.on('close', (status) =>
      status === 0
        ? done(JSON.parse(Buffer.concat(chunks).toString('utf8')))
        : fail(new Error(`a part of the replay ended with ${status}`)),
    );
  });
}

if (!existsSync(data)) {
  process.stderr.write('replay: the folder ../shared/data is missing\n');
  process.exitCode = 5;
} else {
  const limit = numberAfter('--limit');
  const parts = Math.min(2, availableParallelism());
  await bundled(async (run, outfile) => {
    const played = await Promise.all(
      Array.from({ length: parts }, (_, index) => part(outfile, index, parts, limit)),
    );
    const { results, report, failures } = await run.finish(data, played, limit);
    process.stdout.write(process.argv.includes('--json') ? `${JSON.stringify(results, null, 2)}\n` : report);
    if (process.argv.includes('--write')) await writeFile(join(root, 'docs', 'replay.md'), report);
    process.stderr.write(`\n${failures.length} failure(s)\n`);
    process.exitCode = failures.length === 0 ? 0 : 1;
  });
}
