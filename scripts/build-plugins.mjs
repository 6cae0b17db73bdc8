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

/** The SDK would bring AJV along only to check what a client answers to an elicitation; Zod checks here. */
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
