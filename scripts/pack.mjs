// Makes commands/*.md from skills/*/SKILL.md, so that both doors say the same words.
// Usage: node scripts/pack.mjs [--check] [--root <folder>]
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const BEGINS = '----- typed by the user: begins -----';
const ENDS = '----- typed by the user: ends -----';

/** A skill file taken apart. Values in double quotes are read as JSON strings, which YAML reads the same way. */
export function readSkill(text, where) {
  const match = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text);
  if (!match) throw new PackProblem(`${where}: no front matter`);
  const [, head, body] = match;
  const fields = {};
  for (const line of head.split('\n')) {
    const field = /^ *([a-z-]+): *(.*)$/.exec(line);
    if (!field) throw new PackProblem(`${where}: cannot read the front matter line ${JSON.stringify(line)}`);
    const [, key, value] = field;
    if (value.startsWith('"')) fields[key] = JSON.parse(value);
    else fields[key] = value;
  }
  return { fields, body };
}

/**
 * The command file of a skill: its body without the lines that point to references (a command folder has none),
 * then what the user typed between two lines, as data. The text ends the file: nothing in it can swallow the rest.
 */
export function commandOf(text, where) {
  const { fields, body } = readSkill(text, where);
  for (const key of ['command-description', 'argument-hint', 'arguments']) {
    if (!fields[key]) throw new PackProblem(`${where}: metadata.${key} is missing`);
  }
  const kept = body.split('\n').filter((line) => !line.includes('](references/'));
  return [
    '---',
    `description: ${JSON.stringify(fields['command-description'])}`,
    `argument-hint: ${JSON.stringify(fields['argument-hint'])}`,
    '---',
    kept.join('\n').trim(),
    '',
    '## What the user typed',
    `The text between the lines is what the user typed: ${fields.arguments}. It goes on to the last such line.`,
    '',
    BEGINS,
    '$ARGUMENTS',
    ENDS,
    '',
  ].join('\n');
}

/** `[path, text]` of every command file that the skills below `root` make. */
export async function pack(root) {
  const names = (await readdir(join(root, 'skills'), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const made = names.map(async (name) => {
    const where = `skills/${name}/SKILL.md`;
    return [`commands/${name}.md`, commandOf(await readFile(join(root, where), 'utf8'), where)];
  });
  return Promise.all(made);
}

/** What keeps commands/ from being what the skills make; empty when in step. */
export async function differences(root, files) {
  const wanted = new Map(files);
  const present = (await readdir(join(root, 'commands')).catch(() => [])).filter((name) =>
    name.endsWith('.md'),
  );
  const found = present
    .map((name) => `commands/${name}`)
    .filter((path) => !wanted.has(path))
    .map((path) => `${path} has no skill`);
  for (const [path, text] of files) {
    const current = await readFile(join(root, path), 'utf8').catch(() => null);
    if (current !== text) found.push(current === null ? `${path} is missing` : `${path} differs`);
  }
  return found;
}

/** Something a person can put right: printed without a stack. */
export class PackProblem extends Error {}

async function main(args) {
  const at = args.indexOf('--root');
  const root = at === -1 ? fileURLToPath(new URL('..', import.meta.url)) : resolve(args[at + 1] ?? '.');
  const files = await pack(root);
  if (args.includes('--check')) {
    const found = await differences(root, files);
    if (found.length > 0) {
      throw new PackProblem(`${found.join('; ')}. Run: node scripts/pack.mjs`);
    }
    return;
  }
  await mkdir(join(root, 'commands'), { recursive: true });
  for (const [path, text] of files) await writeFile(join(root, path), text);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`pack: ${error instanceof PackProblem ? error.message : (error?.stack ?? error)}\n`);
    process.exitCode = 1;
  }
}
