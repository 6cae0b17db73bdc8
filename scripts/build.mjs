// Bundles everything into dist/: hotfix-pulse.js (the bin), one small file per door, the program behind both doors in
// one file whose parts run on first use, and the packages that few calls need. Usage: node scripts/build.mjs
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build as esbuild } from 'esbuild';
import {
  behindDoors,
  packagesApart,
  precomputed,
  withoutAjv,
  withoutEval,
  withoutExpress,
  withoutUnusedSchemas,
} from './build-plugins.mjs';
import { bundledPackages, thirdPartyNotices } from './notices.mjs';

const DOORS = { mcp: 'src/mcp/main.ts', cli: 'src/cli/main.ts' };
/** Modules that run once, here, and are replaced by what their one function gives. */
const EARLY = [
  { file: 'src/mcp/definitions.ts', name: 'toolDefinitions' },
  { file: 'src/mcp/front-answers.ts', name: 'frontAnswers' },
];
const SERVING = 'src/mcp/serving.ts';
const LOAD = 'src/load.ts';
const PACKAGES = 'packages';
const MIGRATIONS = 'migrations';
const CACHE = 'cache';
const MUST_NOT_SHIP = /\/(ajv|ajv-formats|vitest|typescript|esbuild)$/;

// An ES module knows its own address, CommonJS only its path.
const URL_BANNER = "const $url=require('node:url').pathToFileURL(__filename).href;";

/** Builds `root` into `out` and returns `[file, bytes]` rows. */
export async function build(root, out) {
  const pkg = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  for (const entry of [...EARLY.map(({ file }) => file), ...Object.values(DOORS), SERVING, LOAD]) {
    if (!existsSync(join(root, entry))) throw new BuildProblem(`${entry} is missing; the build needs it`);
  }
  const shared = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    write: false,
    logLevel: 'warning',
    define: { __VERSION__: JSON.stringify(pkg.version) },
    // Its CommonJS form asks for its parts in a way that no bundler follows.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  };
  const early = await Promise.all(EARLY.map((one) => evaluated(root, shared, one)));
  checkDefinitions(early[0].value);
  const shipped = {
    ...shared,
    // Starts sooner than ES modules do, and V8 keeps compiled code of it.
    format: 'cjs',
    supported: { 'dynamic-import': false },
    define: { ...shared.define, 'import.meta.url': '$url' },
    banner: { js: URL_BANNER },
    minify: true,
    metafile: true,
    legalComments: 'none',
  };
  const trims = [withoutAjv, withoutEval, withoutExpress, withoutUnusedSchemas];
  const apart = packagesApart(PACKAGES);
  const program = await esbuild({
    ...shipped,
    stdin: {
      contents: `export const cli = () => import('./${DOORS.cli}'); export const serving = () => import('./${SERVING}');`,
      resolveDir: root,
    },
    outfile: join(out, 'program.js'),
    plugins: [precomputed(early), apart.plugin, ...trims],
  });
  const text = inAscii(program.outputFiles[0].text);
  const programName = `program-${createHash('sha256').update(text).digest('hex').slice(0, 8)}.js`;
  const doors = await esbuild({
    ...shipped,
    entryPoints: { mcp: DOORS.mcp },
    outdir: out,
    plugins: [precomputed(early), behindDoors(root, { serving: SERVING, load: LOAD, program: programName })],
  });
  const packages = await apart.build(shipped, join(out, PACKAGES), trims);
  const results = [program, doors, ...packages];
  const bundled = [...new Set(results.flatMap(({ metafile }) => bundledPackages(root, metafile)))];
  const unwanted = bundled.filter((folder) => MUST_NOT_SHIP.test(folder));
  if (unwanted.length > 0) throw new BuildProblem(`must not be bundled: ${unwanted.join(', ')}`);

  const outputs = [doors, ...packages].flatMap(({ outputFiles }) => outputFiles);
  const files = [
    ['package.json', '{"type":"commonjs"}\n'],
    ['hotfix-pulse.js', entryScript(pkg)],
    ['cli.js', `require('./${programName}').cli();\n`],
    ...outputs.map((file) => [relative(out, file.path).split(sep).join('/'), file.text]).sort(),
    [programName, text],
    ['THIRD_PARTY_NOTICES.txt', thirdPartyNotices(bundled)],
    ...(await migrationsOf(root)),
  ];
  for (const folder of [PACKAGES, MIGRATIONS]) await mkdir(join(out, folder), { recursive: true });
  for (const [name, contents] of files) await replaceFile(join(out, name), contents);
  await chmod(join(out, 'hotfix-pulse.js'), 0o755);
  // Whatever the umask: beside a program that others may write to, no compiled code is kept (src/load.ts).
  await chmod(out, 0o755);
  await removeOthers(out, new Set(files.map(([name]) => name)));
  return files.map(([name, contents]) => [name, Buffer.byteLength(contents)]);
}

/**
 * The program is read as Latin-1, which is quicker and half as big in memory. What esbuild leaves as it is stands in
 * regular expressions, where the escape means the same.
 */
function inAscii(text) {
  return text.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What an earlier build has left, and what V8 has kept of it. */
async function removeOthers(out, kept) {
  for (const entry of await readdir(out, { recursive: true, withFileTypes: true })) {
    const name = relative(out, join(entry.parentPath ?? entry.path, entry.name))
      .split(sep)
      .join('/');
    const isOld = /\.(?:js|sql|bin)$/.test(name) && !kept.has(name);
    if (entry.isFile() && isOld) await rm(join(out, name), { force: true });
  }
  await rm(join(out, CACHE), { recursive: true, force: true });
  await rm(join(out, 'chunks'), { recursive: true, force: true });
}

/** Something a person can put right: printed without a stack. */
export class BuildProblem extends Error {}

/** Runs one module in this process; what its function gives must be plain JSON. */
async function evaluated(root, shared, { file: entry, name }) {
  const { outputFiles } = await esbuild({
    ...shared,
    format: 'esm',
    entryPoints: [entry],
    packages: 'external',
  });
  // Under node_modules, so that its imports of packages resolve.
  const folder = join(root, 'node_modules', '.cache', 'hotfix-pulse');
  const file = join(folder, `${name}-${process.pid}-${Date.now()}.mjs`);
  await mkdir(folder, { recursive: true });
  await writeFile(file, outputFiles[0].contents);
  try {
    const made = (await import(pathToFileURL(file).href))[name];
    if (typeof made !== 'function') throw new BuildProblem(`${entry} must export ${name}()`);
    return { file: entry, name, value: await made() };
  } finally {
    await rm(file, { force: true });
  }
}

function checkDefinitions(definitions) {
  if (!Array.isArray(definitions) || definitions.length === 0) {
    throw new BuildProblem('toolDefinitions() must return a list with at least one tool');
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
require(process.argv[2] === 'mcp' ? './mcp.js' : './cli.js');
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
