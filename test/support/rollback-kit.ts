import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRollbacks } from '../../src/adapters/git/rollbacks.ts';
import type { Rehearsal, RollbackScope } from '../../src/core/ship/rollback.ts';
import { byHandCommands } from '../../src/core/ship/rollback-steps.ts';
import type { Rollbacks } from '../../src/ports-ship.ts';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import planMitigation from '../../src/tools/plan-mitigation.ts';
import recordTimelineEvent from '../../src/tools/record-timeline-event.ts';
import rollbackChange from '../../src/tools/rollback-change.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { loadIncident } from '../../src/tools/support/load.ts';
import type { Deps, Tool } from '../../src/tools/tool.ts';
import { createDeps } from '../../src/wire.ts';
import { git, type TempRepo, tempFolder, tempRepo } from './repo.ts';

export interface Production extends TempRepo {
  /** Path of the remote; empty without one. */
  bare: string;
  rollbacks: Rollbacks;
  /** Writes files (null deletes) and commits them; the answer is the commit. */
  change(message: string, files: Readonly<Record<string, string | null>>): string;
  /** Pushes main and the tags. */
  push(): void;
  rehearse(scope: RollbackScope, good?: string | null): ReturnType<Rollbacks['rehearse']>;
  tree(ref: string): string;
}

/** `v1.0.0` with a few files on main, in a checkout with a bare remote. */
export function production(options: { remote?: boolean } = {}): Production {
  const repo = tempRepo();
  const { root } = repo;
  const bare = options.remote === false ? '' : tempRepo({ bare: true }).root;
  if (bare !== '') repo.git(['remote', 'add', 'origin', bare]);
  const rollbacks = createRollbacks(root, join(root, '.git/hotfix-pulse'), { PATH: process.env.PATH });
  const self: Production = {
    ...repo,
    ...{ bare, rollbacks },
    change(message, files) {
      for (const [name, text] of Object.entries(files)) {
        const path = join(root, name);
        mkdirSync(dirname(path), { recursive: true });
        if (text === null) repo.git(['rm', '-q', '--', name]);
        else writeFileSync(path, text);
      }
      repo.git(['add', '-A', '--', ...Object.keys(files).filter((name) => files[name] !== null)]);
      repo.git(['commit', '-q', '--allow-empty', '-m', message]);
      return repo.git(['rev-parse', 'HEAD']);
    },
    push() {
      if (bare !== '') repo.git(['push', '-q', '--tags', 'origin', 'main']);
    },
    rehearse: (scope, good = null) =>
      rollbacks.rehearse({ scope, tip: repo.git(['rev-parse', 'main']), good, label: 'hotfix-001' }),
    tree: (ref) => repo.git(['rev-parse', `${ref}^{tree}`]),
  };
  self.change('first', { 'app.txt': lines('app'), 'other.txt': 'other\n' });
  repo.git(['tag', '-a', 'v1.0.0', '-m', 'release']);
  self.push();
  return self;
}

/** Twenty lines, so that changes at both ends do not meet. */
export function lines(word: string, changed: Readonly<Record<number, string>> = {}): string {
  return Array.from({ length: 20 }, (_, at) => `${changed[at + 1] ?? `${word} ${at + 1}`}\n`).join('');
}

/** Runs printed commands in a clone of their own, as a person would, with nothing but git; they push to a copy of the remote. */
export function runByHand(bare: string, commands: readonly (readonly string[])[]): string {
  const root = join(tempFolder(), 'clone');
  const copy = join(tempFolder(), 'copy.git');
  git(tempFolder(), ['clone', '-q', '--bare', bare, copy]);
  git(tempFolder(), ['clone', '-q', copy, root]);
  for (const name of ['user.name', 'user.email']) git(root, ['config', name, 'ben@example.com']);
  for (const [program, ...args] of commands) {
    if (program !== 'git') throw new Error('only git is expected');
    git(root, args);
  }
  return root;
}

/** What git itself makes of the same changes, by the commands that a person is given. */
export function treeByHand(repo: Production, { changes }: Rehearsal): string {
  repo.push();
  const where = { remote: 'origin', branch: 'main', from: 'here', label: 'hotfix-001' } as const;
  const root = runByHand(repo.bare, byHandCommands({ ...where, changes, good: null, prepared: null }));
  git(root, ['fetch', '-q']);
  return git(root, ['rev-parse', 'origin/main^{tree}']);
}

/** Exactly what a plan of this rehearsal pushes. */
export function pushOf({ commit, tip }: Rehearsal) {
  const moves = [{ ref: 'refs/heads/main', old: tip, new: String(commit) }];
  const names = { remote: 'origin', branch: 'main', hotfix_branch: 'revert/001-x', commit: String(commit) };
  return { ...names, moves, skip_hooks: false };
}

/** `rollbacks: undefined`: as without git. */
type Overrides = Omit<Partial<Deps>, 'rollbacks'> & { rollbacks?: Rollbacks | undefined };

/** An incident about the release, with the calls that a test needs. Starts no job: the work is soon done. */
export async function incidentOf(
  repo: Production,
  options: { severity?: string; drill?: boolean; env?: Readonly<Record<string, string>> } = {},
) {
  const clock = { ms: Date.parse('2026-01-05T14:00:00Z') };
  const { root } = repo;
  const actor = { name: 'test-agent', kind: 'agent' } as const;
  const env = { PATH: process.env.PATH ?? '', ...options.env };
  const wired = await createDeps({ root, actor, env }, { clock: { now: () => (clock.ms += 1000) } });
  const rollbacks = createRollbacks(root, join(root, '.git/hotfix-pulse'), env);
  const deps: Deps & { rollbacks: Rollbacks } = { ...wired, settings: wired.settings, rollbacks };
  const severity = options.severity ?? 'P1';
  await callTool(
    createHotfixTask,
    { description: "Users can't login", severity, drill: options.drill === true },
    deps,
  );
  const call =
    (tool: Tool) =>
    async (args: Record<string, unknown> = {}, over: Overrides = {}) =>
      callTool(tool, args, { ...deps, ...over } as Deps);
  return {
    ...{ deps, mitigate: call(planMitigation), rollback: call(rollbackChange) },
    record: (kind: string, text: string, more: Record<string, unknown> = {}) =>
      callTool(recordTimelineEvent, { kind, text, ...more }, deps),
    incident: async () => (await loadIncident('001', deps)).incident,
    async events(kind: string) {
      const { incident } = await loadIncident('001', deps);
      return incident.recorded.filter((event) => event.kind === kind);
    },
  };
}
