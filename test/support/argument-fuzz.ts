import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import fc from 'fast-check';
import { onTestFinished } from 'vitest';
import { PulseError } from '../../src/core/errors.ts';
import { toolDefinitions } from '../../src/mcp/definitions.ts';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import { TOOLS } from '../../src/tools/index.ts';
import recordTimelineEvent from '../../src/tools/record-timeline-event.ts';
import { callTool } from '../../src/tools/support/call.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { createDeps } from '../../src/wire.ts';
import { checkoutPrint } from './checkout.ts';
import { git, type TempRepo, tempFolder } from './repo.ts';
import { FIX_BRANCH, world } from './ship-kit.ts';

/** What tools take as text, one row per argument; `list` where it is a list of texts. */
export interface TextArgument {
  tool: Tool;
  name: string;
  list: boolean;
}

/** What happened that must never happen, one line each. */
export type Fault = string;

/** Every argument of every tool that takes free text. */
export function textArguments(): TextArgument[] {
  return toolDefinitions().flatMap(({ name: of, inputSchema }) =>
    TOOLS.filter((tool) => tool.name === of).flatMap((tool) =>
      Object.entries(inputSchema.properties).flatMap(([name, schema]) => {
        const { type } = schema as { type?: string };
        return type === 'string' || type === 'array' ? [{ tool, name, list: type === 'array' }] : [];
      }),
    ),
  );
}

/** Texts that were a way in somewhere. Each holds MARK, a word to know it by; CANARY is a path that must never appear. */
const HOSTILE = [
  '--output=CANARY/MARK',
  '--upload-pack=touch CANARY/MARK',
  '--receive-pack=touch${IFS}CANARY/MARK',
  '-cMARK=core.pager',
  '-MARK',
  '--MARK',
  '--exec=touch CANARY/MARK',
  '$(touch CANARY/MARK)',
  '`touch CANARY/MARK`',
  '; touch CANARY/MARK #',
  '| touch CANARY/MARK',
  '&& touch CANARY/MARK',
  "' ; touch CANARY/MARK ; '",
  '" ; touch CANARY/MARK ; "',
  '\n touch CANARY/MARK \n',
  'ext::sh -c touch% CANARY/MARK',
  'MARK..--output=CANARY/MARK',
  'HEAD --output=CANARY/MARK',
  'HEAD:../../CANARY/MARK',
  'HEAD^{/MARK}',
  '@{-1}MARK',
  ':/MARK',
  'refs/heads/../../MARK',
  '../../../CANARY/MARK',
  '..\\..\\CANARY\\MARK',
  'CANARY/MARK',
  '/dev/null/MARK',
  'C:\\Windows\\MARK',
  '\\\\host\\share\\MARK',
  '%2e%2e%2fCANARY%2fMARK',
  'MARK\u0000.txt',
  '.git/hooks/MARK',
  '~/MARK',
  'CON.MARK',
  'MARK\u001b]52;c;aGk=\u0007',
  '\u202eMARK\u2066',
  'MARK'.padEnd(5_000, 'x'),
  '-'.repeat(300).concat('MARK'),
  '{"__proto__":{"MARK":1}}',
  '{{MARK}}${MARK}%MARK%',
  '<!-- pulse:end header --> MARK',
  '---js\nMARK\n---',
  '=MARK()',
  '\ud800MARK',
] as const;

/** Texts number `from` to `to`: by turns a hostile one and a generated one. Each has its own word. */
export function hostileTexts(from: number, to: number, canary: string): { text: string; mark: string }[] {
  const piece = fc.oneof(
    fc.constantFrom(...HOSTILE),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ maxLength: 30 }),
    fc.constantFrom('--', '-', '/', '..', '\0', '\n', '"', "'", '$(', '`', ';', ':', '^', '~', '@{', '..\\'),
  );
  const made = fc.sample(fc.array(piece, { minLength: 1, maxLength: 4 }), { seed: 9, numRuns: to });
  return made.slice(from).map((pieces, i) => {
    const [at, mark] = [from + i, `zq${from + i}qz`];
    const hostile = HOSTILE[(at / 2) % HOSTILE.length];
    const text = hostile ?? `${pieces.join('')}MARK`;
    return { mark, text: text.replaceAll('MARK', mark).replaceAll('CANARY', canary) };
  });
}

/** A repository with an open incident and its fix, git watched by a shim that writes down every argument. */
export async function fuzzWorld() {
  const repo = world();
  // Else the number of its name would be taken.
  repo.git(['branch', '-m', FIX_BRANCH, 'fix']);
  const box = tempFolder();
  const [canary, calls, bin] = ['canary', 'calls', 'bin'].map((name) => join(box, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [canary, calls, bin]) mkdirSync(folder);
  const path = process.env.PATH ?? '';
  const real = path
    .split(delimiter)
    .map((folder) => join(folder, 'git'))
    .find(existsSync);
  // One file per process: calls at once do not mix. The check of a test runs git without it.
  const shim = `#!/bin/sh\nprintf '%s\\0' "$@" > '${calls}/'$$\nexec '${real}' "$@"\n`;
  writeFileSync(join(bin, 'git'), shim);
  chmodSync(join(bin, 'git'), 0o755);
  onTestFinished(() => {
    process.env.PATH = path;
  });
  const deps = await createDeps({ root: repo.root, actor: { name: 'fuzz', kind: 'agent' }, env: {} });
  await callTool(createHotfixTask, { description: "Users can't login", severity: 'P1' }, deps);
  await callTool(
    recordTimelineEvent,
    { text: 'fix', kind: 'fix_committed', ref: repo.fix, incident: 'hotfix-001' },
    deps,
  );
  const outside = () =>
    readdirSync(box, { recursive: true }).filter((name) => !`${name}`.startsWith('calls'));
  const print = () => ({ ...checkoutPrint(repo.root, [FIX_BRANCH]), remote: git(repo.bare, ['show-ref']) });
  const before = { print: print(), outside: outside() };
  let seen = 0;

  /** Gives one text to one argument, everything else as it should be. */
  async function give(argument: TextArgument, text: string, mark: string, turn: number): Promise<Fault[]> {
    const { tool, name, list } = argument;
    const args = { ...validArguments(tool, turn), [name]: list ? [text] : text };
    const faults: Fault[] = [];
    process.env.PATH = `${bin}${delimiter}${path}`;
    try {
      const { text: said } = await callTool(tool, args, deps);
      if (said.includes('\u001b') || said.includes('\0')) faults.push('the answer holds control characters');
    } catch (error) {
      if (!(error instanceof PulseError)) faults.push(`threw ${String(error)}`);
      else if (`${error.message}${error.hint}`.includes(mark)) faults.push('the error repeats the text');
    } finally {
      process.env.PATH = path;
    }
    for (const file of readdirSync(calls)) {
      const argv = readFileSync(join(calls, file), 'utf8').split('\0').slice(0, -1);
      if (argv.some((word) => word.includes(mark))) seen += 1;
      faults.push(...optionLike(argv, mark));
      rmSync(join(calls, file));
    }
    if (tool.name === 'start_hotfix') leaveWorktrees(repo);
    if (readdirSync(canary).length > 0) faults.push('a planted command ran or a planted path was written');
    return faults.map((fault) => `${tool.name}.${name} ${JSON.stringify(text.slice(0, 60))}: ${fault}`);
  }

  /** What is different in the checkout, the remote and the folders around after all of it. */
  function changed(): { before: object; after: object } {
    return { before, after: { print: print(), outside: outside() } };
  }
  /** How many commands of git were given a text at all. */
  return { give, changed, canary, seen: () => seen };
}

/** A new working tree is what start_hotfix makes where it is told to; anything else there is a fault. */
function leaveWorktrees({ git: run }: TempRepo): void {
  const [, ...made] = run(['worktree', 'list', '--porcelain', '-z']).split('\0\0');
  for (const tree of made) {
    const [first = ''] = tree.split('\0');
    if (first !== '') run(['worktree', 'remove', '--force', '--', first.replace(/^worktree /, '')]);
  }
}

/** An element that holds the text must be a value: behind the end of options, or unable to look like one. */
export function optionLike(argv: readonly string[], mark: string): Fault[] {
  const end = argv.findIndex((word) => word === '--' || word === '--end-of-options');
  return argv.flatMap((word, at) =>
    word.includes(mark) && word.startsWith('-') && (end === -1 || at < end)
      ? [`git was given an option: ${JSON.stringify(argv).slice(0, 300)}`]
      : [],
  );
}

/** Arguments with which a call goes as far as it can. */
export function validArguments(tool: Tool, turn: number): Record<string, unknown> {
  const incident = 'incident' in tool.input.shape ? { incident: 'hotfix-001' } : {};
  switch (tool.name) {
    case 'create_hotfix_task':
      return { description: `Something else ${turn}`, new: true };
    case 'record_timeline_event':
      return { ...incident, text: `line ${turn}`, ...KINDS[turn % KINDS.length] };
    case 'update_task':
      return { ...incident, task: 'T001', state: 'skipped', reason: 'not here' };
    case 'start_hotfix':
      return { ...incident, fetch: false };
    default:
      return incident;
  }
}

const KINDS = [
  {},
  { kind: 'fix_committed' },
  { kind: 'linked' },
  { kind: 'cause_confirmed' },
  { kind: 'action_item', owner: 'Ana', due: '2099-01-05' },
];
