// Bundles the doors into dist/: one file each, what several share and what is loaded on first use in dist/chunks/. Usage: node scripts/build.mjs
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build as esbuild } from 'esbuild';
import { precomputedDefinitions, withoutAjv, withoutEval, withoutExpress } from './build-plugins.mjs';
import { bundledPackages, thirdPartyNotices } from './notices.mjs';

const DEFINITIONS = 'src/mcp/definitions.ts';
const DOORS = { mcp: 'src/mcp/main.ts', cli: 'src/cli/main.ts' };
const CHUNKS = 'chunks';
const MIGRATIONS = 'migrations';
const MUST_NOT_SHIP = /\/(ajv|ajv-formats|vitest|typescript|esbuild)$/;

// Packages in CommonJS call `require` for Node's own modules, which an ES module does not have.
const BANNER = "import{createRequire as $require}from'node:module';const require=$require(import.meta.url);";

/** Builds `root` into `out` and returns `[file, bytes]` rows. */
export async function build(root, out) {
  const pkg = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  for (const entry of [DEFINITIONS, ...Object.values(DOORS)]) {
    if (!existsSync(join(root, entry))) throw new BuildProblem(`${entry} is missing; the build needs it`);
  }
  const shared = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    write: false,
    logLevel: 'warning',
    define: { __VERSION__: JSON.stringify(pkg.version) },
    // Its CommonJS form asks for its parts in a way that no bundler follows.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  };
  const definitions = await computeDefinitions(root, shared);
  const result = await esbuild({
    ...shared,
    entryPoints: DOORS,
    outdir: out,
    // What only some calls need, such as the clients of services, is not even read at start.
    splitting: true,
    chunkNames: `${CHUNKS}/[name]-[hash]`,
    minify: true,
    metafile: true,
    legalComments: 'none',
    banner: { js: BANNER },
    plugins: [precomputedDefinitions(definitions), withoutAjv, withoutEval, withoutExpress],
  });
  const packages = bundledPackages(root, result.metafile);
  const unwanted = packages.filter((folder) => MUST_NOT_SHIP.test(folder));
  if (unwanted.length > 0) throw new BuildProblem(`must not be bundled: ${unwanted.join(', ')}`);

  const files = [
    ['hotfix-pulse.js', entryScript(pkg)],
    ...result.outputFiles.map(({ path, text }) => [relative(out, path).split(sep).join('/'), text]).sort(),
    ['THIRD_PARTY_NOTICES.txt', thirdPartyNotices(packages)],
    ...(await migrationsOf(root)),
  ];
  for (const folder of [CHUNKS, MIGRATIONS]) await mkdir(join(out, folder), { recursive: true });
  for (const [name, contents] of files) await replaceFile(join(out, name), contents);
  await chmod(join(out, 'hotfix-pulse.js'), 0o755);
  const kept = new Set(files.map(([name]) => name));
  for (const folder of [CHUNKS, MIGRATIONS])
    for (const name of await readdir(join(out, folder)))
      if (!kept.has(`${folder}/${name}`)) await rm(join(out, folder, name), { force: true });
  return files.map(([name, contents]) => [name, Buffer.byteLength(contents)]);
}

/** Something a person can put right: printed without a stack. */
export class BuildProblem extends Error {}

/** Runs src/mcp/definitions.ts once, in this process, and checks that its result is plain JSON. */
async function computeDefinitions(root, shared) {
  const { outputFiles } = await esbuild({ ...shared, entryPoints: [DEFINITIONS], packages: 'external' });
  // Under node_modules, so that its imports of packages resolve.
  const folder = join(root, 'node_modules', '.cache', 'hotfix-pulse');
  const file = join(folder, `definitions-${process.pid}-${Date.now()}.mjs`);
  await mkdir(folder, { recursive: true });
  await writeFile(file, outputFiles[0].contents);
  try {
    const { toolDefinitions } = await import(pathToFileURL(file).href);
    if (typeof toolDefinitions !== 'function') {
      throw new BuildProblem(`${DEFINITIONS} must export toolDefinitions()`);
    }
    const definitions = toolDefinitions();
    if (!Array.isArray(definitions) || definitions.length === 0) {
      throw new BuildProblem('toolDefinitions() must return a list with at least one tool');
    }
    return definitions;
  } finally {
    await rm(file, { force: true });
  }
}

/** Read when a database is set up; as files, since their hashes are pinned. */
async function migrationsOf(root) {
  const folder = join(root, MIGRATIONS);
  const names = existsSync(folder)
    ? (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
    : [];
  return Promise.all(
    names.map(async (name) => [`${MIGRATIONS}/${name}`, await readFile(join(folder, name), 'utf8')]),
  );
}

/** The bin: checks the Node version in syntax that old versions can read, then opens one door. */
function entryScript(pkg) {
  const [major, minor] = pkg.engines.node.match(/\d+/g);
  return `#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < ${major} || (major === ${major} && minor < ${minor})) {
  process.stderr.write('hotfix-pulse needs Node.js ${major}.${minor} or newer; this is ' + process.versions.node + '. Install a newer one from https://nodejs.org and try again.\\n');
  process.exit(1);
}
import(process.argv[2] === 'mcp' ? './mcp.js' : './cli.js');
`;
}

/** Writes beside and renames, so that a process starting meanwhile never reads half a file. */
async function replaceFile(path, contents) {
  const beside = `${path}.${process.pid}.tmp`;
  await writeFile(beside, contents);
  await rename(beside, path);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  try {
    for (const [name, bytes] of await build(root, join(root, 'dist'))) {
      process.stderr.write(`${`dist/${name}`.padEnd(32)}${(bytes / 1024).toFixed(1).padStart(8)} KB\n`);
    }
  } catch (error) {
    process.stderr.write(
      `build: ${error instanceof BuildProblem ? error.message : (error?.stack ?? error)}\n`,
    );
    process.exitCode = 1;
  }
}
