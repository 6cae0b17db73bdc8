import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { createDeps } from '../../src/wire.ts';
import type { Bench } from './bench-repos.ts';
import { type Data, STEPS, type Step, take, type Way } from './bench-steps.ts';
import { checkoutPrint } from './checkout.ts';
import { git } from './repo.ts';

export const BRANCH = 'hotfix/001-users-cant-login';

type Seen = string | RegExp;

export interface Row {
  name: string;
  bench: () => Bench;
  /** Files of the fix; the usual ones, when left out. */
  fix?: Readonly<Record<string, string>>;
  /** Happens elsewhere, before a step. */
  before?: Partial<Record<Step, (bench: Bench) => void>>;
  /** What a person does after a step; then it is taken again (a deploy from its plan on), with these arguments. */
  again?: Partial<Record<Step, { mend?: (bench: Bench, said: string, text: string) => void; args?: Data }>>;
  /** Where it differs from the usual way; a list where a step is taken again. */
  expect?: Partial<Record<Step, Seen | readonly Seen[]>>;
  /** Ends with a rollback that is carried out. */
  takenBack?: true;
}

/** Nothing is in the way. */
const USUAL: Record<Exclude<Step, 'rollback'>, string> = {
  suspects: 'found',
  release: 'applies, reversible, as it was before',
  start: 'at v1.1.0',
  check: 'passed',
  proof: 'proven',
  rehearsal: 'applies, reversible, as it was before',
  deploy_plan: 'planned: main, v1.1.1',
  deploy: 'deployed: main, v1.1.1',
  backport_plan: 'develop: missing, planned',
  backport: 'develop: pushed; moved develop',
  rollback_plan: 'planned: hotfix, by push',
};
const TAKEN_BACK = 'rolled_back: main, as it was before';

/** The whole way through the wired operations, each step against what the row expects. */
export async function playRow(row: Row): Promise<void> {
  const bench = row.bench();
  const wanted = { ...USUAL, ...(row.takenBack ? { rollback: TAKEN_BACK } : {}), ...row.expect };
  const asMatcher = (seen: Seen): unknown => (typeof seen === 'string' ? seen : expect.stringMatching(seen));
  const matchers = Object.entries(wanted).map(([step, seen]) => [
    step,
    typeof seen === 'string' || seen instanceof RegExp ? asMatcher(seen) : seen.map(asMatcher),
  ]);
  expect(await play(row, bench)).toEqual(Object.fromEntries(matchers));
}

async function play(row: Row, bench: Bench): Promise<Record<string, string | string[]>> {
  const way = await opened(bench, row.fix);
  const commits = reachable(bench);
  let print = prints(bench);
  const said: Record<string, string | string[]> = {};
  for (const step of STEPS.filter((one) => one !== 'rollback' || row.takenBack)) {
    row.before?.[step]?.(bench);
    const first = await take(step, way);
    said[step] = first;
    const again = row.again?.[step];
    if (!again) continue;
    expectSame(bench, print);
    again.mend?.(bench, first, way.text);
    print = prints(bench);
    await way.refresh();
    const steps: readonly Step[] = step === 'deploy' ? ['deploy_plan', 'deploy'] : [step];
    const more: string[] = [];
    for (const one of steps) more.push(await take(one, way, again.args));
    said[step] = [first, ...more];
  }
  expectSame(bench, print);
  expect(leftovers(bench)).toEqual([]);
  expect(reachable(bench)).toEqual(expect.arrayContaining(commits));
  return said;
}

/** An open incident in the repository of a bench, as an agent works on it; a person says yes to every plan. */
export async function opened(bench: Bench, fix?: Row['fix']): Promise<Way & { refresh(): Promise<void> }> {
  vi.stubEnv('TMPDIR', join(bench.folder, 'tmp'));
  const before = prints(bench);
  const actor = { name: 'test-agent', kind: 'agent' } as const;
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  const wired = await createDeps({ root: bench.root, actor, env });
  const by = { name: 'Ana', kind: 'human' } as const;
  const approvals = { ask: async () => ({ answer: 'yes', strength: 'terminal', by }) as const };
  const deps = Object.assign(wired, { approvals });
  await callTool(createHotfixTask, { description: "Users can't login", severity: 'P1' }, deps);
  expectSame(bench, before);
  return { bench, deps, fix, commit: '', plans: {}, text: '', refresh: () => wired.refresh() };
}

function reachable({ bare }: Bench): string[] {
  return bare === '' ? [] : git(bare, ['rev-list', '--all']).split('\n');
}

/** The user's checkouts to the byte, each with its index, stash, branches and what is half done in it. */
export function prints({ checkouts }: Bench): Record<string, string>[] {
  return checkouts.map((root) => {
    const folder = join(git(root, ['rev-parse', '--absolute-git-dir']), 'rebase-merge');
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const rebase = names.map((name) => `${name}: ${readFileSync(join(folder, name), 'utf8')}`);
    return { ...checkoutPrint(root, [BRANCH]), rebase: rebase.join('\n') };
  });
}

/** A fetch brings new tags of the remote along; nothing else may differ. */
export function expectSame(bench: Bench, before: readonly Record<string, string>[]): void {
  const far = bench.bare === '' ? '' : git(bench.bare, ['for-each-ref', '--format=%(refname) %(objectname)']);
  const tags = far.split('\n').filter((row) => row.startsWith('refs/tags/'));
  const known = (before[0]?.refs ?? '').split('\n');
  const isFetched = (row: string): boolean => tags.includes(row) && !known.includes(row);
  const now = prints(bench).map((print) => {
    const refs = (print.refs ?? '').split('\n').filter((row) => !isFetched(row));
    return { ...print, refs: refs.join('\n') };
  });
  expect(now).toEqual(before);
}

/** Temporary working trees that are still there: in the folder for temporary files, for git, or in our own list. */
export function leftovers({ folder, root }: Bench): string[] {
  const common = git(root, ['rev-parse', '--path-format=absolute', '--git-common-dir']);
  const ours = join(common, 'hotfix-pulse', 'worktrees');
  const trees = git(root, ['worktree', 'list', '--porcelain']).split('\n');
  return [
    ...readdirSync(join(folder, 'tmp')),
    ...(existsSync(ours) ? readdirSync(ours) : []),
    ...trees.filter((line) => line.includes('hotfix-pulse-wt-')),
  ];
}
