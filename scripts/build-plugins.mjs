// What the bundles leave out or compute early. Each plugin fails the build when the file it expects has changed.
import { readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { build as esbuild, transform } from 'esbuild';

/** Replaces modules by the result of their one function, so that none of it is computed at start-up. */
export function precomputed(modules) {
  return {
    name: 'precomputed',
    setup(build) {
      build.onLoad({ filter: /[\\/]src[\\/]mcp[\\/][\w-]+\.ts$/ }, ({ path }) => {
        const found = modules.find(({ file }) => path.replaceAll(sep, '/').endsWith(`/${file}`));
        if (!found) return undefined;
        const json = JSON.stringify(found.value);
        // V8 reads one string sooner than many objects; texts need no reading.
        const value = Array.isArray(found.value) ? `JSON.parse(${JSON.stringify(json)})` : json;
        return { contents: `export function ${found.name}() { return ${value}; }`, loader: 'js' };
      });
    },
  };
}

/** In a door: what it loads later comes from the program beside it, run by src/load.ts. */
export function behindDoors(root, { serving, load, program }) {
  return {
    name: 'behind-doors',
    setup(build) {
      build.onResolve({ filter: /\/serving\.ts$/ }, ({ resolveDir, path }) =>
        resolve(resolveDir, path) === join(root, serving) ? { path, namespace: 'program' } : undefined,
      );
      build.onLoad({ filter: /./, namespace: 'program' }, () => ({
        contents: `
          import { fileURLToPath } from 'node:url';
          import { loadCompiled } from ${JSON.stringify(join(root, load))};
          export async function createServing(options) {
            const { exports, keep } = loadCompiled(fileURLToPath(new URL(${JSON.stringify(program)}, import.meta.url)));
            const { createServing } = await exports.serving();
            return createServing({ ...options, onCall: keep });
          }`,
        resolveDir: root,
        loader: 'js',
      }));
    },
  };
}

/**
 * Packages in files of their own: big, and wanted by few calls. None of them exports a default in ES form, since
 * that is not found again across CommonJS.
 */
const APART =
  /^(?:undici|gray-matter|pino|prom-client|bottleneck\/light\.js|@slack\/[\w-]+|@octokit\/[\w-]+)$/;

const ES_MODULE = /^@(?:octokit|modelcontextprotocol)\//;

/** The plugin that leaves them out, and what builds those that were left out. */
export function packagesApart(folder) {
  const wanted = new Map();
  const fileOf = (name) => `${name.replace(/^@|\.js$/g, '').replace('/', '-')}.js`;
  const leftOut = (prefix, self) => ({
    name: 'packages-apart',
    setup(build) {
      build.onResolve({ filter: APART }, ({ path, resolveDir, kind }) => {
        if (path === self || kind === 'entry-point') return undefined;
        if (!wanted.has(path)) wanted.set(path, resolveDir);
        return { path: `${prefix}${fileOf(path)}`, external: true };
      });
    },
  });
  return {
    plugin: leftOut(`./${folder}/`, null),
    async build(shipped, outdir, plugins) {
      const done = new Map();
      // Each may want others.
      while (done.size < wanted.size) {
        for (const [name, resolveDir] of [...wanted].filter(([one]) => !done.has(one))) {
          const quoted = JSON.stringify(name);
          const contents = ES_MODULE.test(name)
            ? `export * from ${quoted};`
            : `module.exports = require(${quoted});`;
          done.set(
            name,
            await esbuild({
              ...shipped,
              stdin: { contents, resolveDir, loader: 'js' },
              outfile: join(outdir, fileOf(name)),
              plugins: [leftOut('./', name), ...plugins],
            }),
          );
        }
      }
      return [...done.values()];
    },
  };
}

/** The SDKs would bring AJV along only to check what a client answers to an elicitation; Zod checks here. */
export const withoutAjv = {
  name: 'without-ajv',
  setup(build) {
    build.onLoad(
      { filter: /[\\/]@modelcontextprotocol[\\/]sdk[\\/]dist[\\/]\w+[\\/]validation[\\/]ajv-provider\.js$/ },
      () => ({
        contents:
          'export class AjvJsonSchemaValidator { getValidator() { return (data) => ({ valid: true, data, errorMessage: undefined }); } }',
        loader: 'js',
      }),
    );
    build.onLoad(
      { filter: /[\\/]@modelcontextprotocol[\\/]server[\\/]dist[\\/]shimsNode\.mjs$/ },
      async ({ path }) => {
        const source = await readFile(path, 'utf8');
        if (!source.includes('AjvJsonSchemaValidator as DefaultJsonSchemaValidator'))
          throw new Error(`${path} has changed: its AJV was not found`);
        const contents =
          "import process from 'node:process'; export { process }; export class DefaultJsonSchemaValidator { getValidator() { return (data) => ({ valid: true, data, errorMessage: undefined }); } }";
        return { contents, loader: 'js' };
      },
    );
  },
};

const IMPORT = /^import \* as z from .*;\n/m;

/**
 * The SDK makes a schema of everything that MCP knows while it loads. Here each is marked as free of effects, so that
 * those which nothing uses are left out; and none is compiled on its first use, which costs more than it saves in messages.
 */
export const withoutUnusedSchemas = {
  name: 'without-unused-schemas',
  setup(build) {
    build.onLoad(
      { filter: /[\\/]@modelcontextprotocol[\\/]sdk[\\/]dist[\\/]esm[\\/]types\.js$/ },
      async ({ path }) => {
        const { code } = await transform(await readFile(path, 'utf8'), { legalComments: 'none' });
        let marked = 0;
        const contents = code.replace(
          /^((?:export )?const \w+ = )((?:z|\w+Schema)\.[\s\S]*?);$(?=\n(?:export|const|class|function)\b)/gm,
          (_, name, value) => {
            marked += 1;
            return `${name}/* @__PURE__ */ (() => ${value})();`;
          },
        );
        if (marked < 100 || !IMPORT.test(code))
          throw new Error(`${path} has changed: its schemas were not found`);
        const quiet = (is) => `z.config({ jitless: ${is} });`;
        return { contents: `${contents}\n${quiet(false)}`.replace(IMPORT, `$&${quiet(true)}`), loader: 'js' };
      },
    );
  },
};

/** gray-matter evaluates `---js` front matter by default: the shipped files hold no eval at all. */
export const withoutEval = {
  name: 'without-eval',
  setup(build) {
    build.onLoad({ filter: /[\\/]gray-matter[\\/]lib[\\/]engines\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replace(
        'return eval(str) || {};',
        "throw new Error('JavaScript front matter is off');",
      );
      if (contents === source) throw new Error(`${path} has changed: its eval was not found`);
      return { contents, loader: 'js' };
    });
  },
};

/**
 * Bolt would bring Express along for a server of its own, and tables of every old character set to read bodies as text;
 * ours listens, and bodies are taken as bytes.
 */
export const withoutExpress = {
  name: 'without-express',
  setup(build) {
    const leftOut = { express: /[\\/]@slack[\\/]bolt[\\/]/, 'iconv-lite': /[\\/]raw-body[\\/]/ };
    build.onResolve({ filter: /^(?:express|iconv-lite)$/ }, ({ path, importer }) => {
      if (!leftOut[path].test(importer)) throw new Error(`${importer} wants ${path}`);
      return { path, namespace: 'left-out' };
    });
    build.onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({
      contents: `module.exports = () => { throw new Error(${JSON.stringify(`${path} is not part of this program`)}); };`,
      loader: 'js',
    }));
  },
};
