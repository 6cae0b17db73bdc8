// What the bundles leave out or compute early. Each plugin fails the build when the file it expects has changed.
import { readFile } from 'node:fs/promises';

/** Replaces src/mcp/definitions.ts by its own result, so that no schema is computed at start-up. */
export function precomputedDefinitions(definitions) {
  const json = JSON.stringify(JSON.stringify(definitions));
  return {
    name: 'precomputed-definitions',
    setup(build) {
      build.onLoad({ filter: /[\\/]src[\\/]mcp[\\/]definitions\.ts$/ }, () => ({
        contents: `export function toolDefinitions() { return JSON.parse(${json}); }`,
        loader: 'js',
      }));
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
