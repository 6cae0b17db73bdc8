import { join } from 'node:path';
import { PulseError } from '../../src/core/errors.ts';
import backportHotfix from '../../src/tools/backport-hotfix.ts';
import checkHotfix from '../../src/tools/check-hotfix.ts';
import deployHotfix from '../../src/tools/deploy-hotfix.ts';
import findSuspectChanges from '../../src/tools/find-suspect-changes.ts';
import planMitigation from '../../src/tools/plan-mitigation.ts';
import proveRegression from '../../src/tools/prove-regression.ts';
import rollbackChange from '../../src/tools/rollback-change.ts';
import startHotfix from '../../src/tools/start-hotfix.ts';
import { callTool } from '../../src/tools/support/call.ts';
import type { Deps, Tool } from '../../src/tools/tool.ts';
import { type Bench, FIX, put, TRACE } from './bench-repos.ts';
import { git } from './repo.ts';

/** The whole way through an incident, in order. */
export const STEPS = [
  ...['suspects', 'release', 'start', 'check', 'proof', 'rehearsal'],
  ...['deploy_plan', 'deploy', 'backport_plan', 'backport', 'rollback_plan', 'rollback'],
] as const;
export type Step = (typeof STEPS)[number];

export type Data = Record<string, unknown>;

/** One repository on its way, and what earlier steps left for later ones. */
export interface Way {
  bench: Bench;
  deps: Deps;
  /** Files of the fix; the usual ones, when left out. */
  fix: Readonly<Record<string, string>> | undefined;
  /** The commit of the fix. */
  commit: string;
  /** The last plan of an action; null when none was given. */
  plans: Partial<Record<'deploy' | 'backport' | 'rollback', unknown>>;
  /** The text of the last answer. */
  text: string;
}

/** Takes one step and gives what was seen of it in a few words, or the whole refusal. */
export async function take(step: Step, way: Way, args: Data = {}): Promise<string> {
  try {
    return await TAKE[step](way, args);
  } catch (error) {
    if (!(error instanceof PulseError)) throw error;
    return `${error.code}: ${error.message}; ${error.hint}`;
  }
}

/** Calls to the end, as an agent that asks for its job. */
async function call(tool: Tool, args: Data, way: Way) {
  let answer = await callTool(tool, args, way.deps);
  while (isRunning(answer.data.job)) {
    answer = await callTool(tool, { job: answer.data.job.id }, way.deps);
  }
  way.text = answer.text;
  return answer;
}

const isRunning = (job: unknown): job is { id: string } =>
  typeof job === 'object' && job !== null && 'id' in job;
const list = (value: unknown): Data[] => (Array.isArray(value) ? value : []);
const object = (value: unknown): Data => (typeof value === 'object' && value !== null ? { ...value } : {});
const short = (ref: unknown): string =>
  String(ref)
    .replace(/ .*/, '')
    .replace(/^refs\/(?:heads|tags)\//, '');
/** What a rehearsal says, or why there is none. */
const rehearsed = (data: Data, text: string): string => {
  const { outcome, class: kind, equal_to_good: equal } = object(data.rollback);
  if (outcome === undefined)
    return /No rollback planned: .*|(?<=: )not rehearsed\n.*/.exec(text)?.[0] ?? 'nothing';
  return `${outcome}, ${kind}${equal === true ? ', as it was before' : ''}`;
};

const TAKE: Record<Step, (way: Way, args: Data) => Promise<string>> = {
  async suspects(way, args) {
    const { data, warnings } = await call(findSuspectChanges, { hints: TRACE, ...args }, way);
    const top = list(data.suspects).map(({ commit }) => String(commit));
    const isTop = (bad: string): boolean => top.slice(0, 3).some((commit) => bad.startsWith(commit));
    return way.bench.bad.some(isTop) ? 'found' : ['not found', ...warnings].join('; ');
  },
  async release(way, args) {
    const { data, text } = await call(planMitigation, { target: 'release', ...args }, way);
    return rehearsed(data, text);
  },
  async start(way, args) {
    const { bench, fix } = way;
    const { data } = await call(startHotfix, { worktree: '../fix', ...args }, way);
    const { commit, ref } = object(data.base);
    if (commit !== bench.release) return `at ${commit}, and not at the release`;
    const at = join(bench.folder, 'fix');
    put(at, fix ?? FIX);
    git(at, ['add', '-A', '--sparse']);
    git(at, ['commit', '-q', '-m', 'fix: [HOTFIX] keep the plus sign', '-m', String(data.trailer)]);
    way.commit = git(at, ['rev-parse', 'HEAD']);
    return `at ${ref}`;
  },
  async check(way, args) {
    const { data } = await call(checkHotfix, args, way);
    if (data.commit !== way.commit) return `checked ${data.commit}`;
    const why = [data.reason, ...list(data.checks).map(({ reason }) => reason)].filter((text) => text !== '');
    return [data.outcome, ...why].join('; ');
  },
  async proof(way, args) {
    const { data } = await call(proveRegression, { tests: ['test/plus.test.js'], ...args }, way);
    if (data.base !== way.bench.release) return `compared with ${data.base}`;
    if (data.outcome !== 'proven') return `${data.outcome}; ${data.reason}`;
    return data.base_exit === 1 && data.fix_exit === 0 ? 'proven' : 'proven, with other exit codes';
  },
  async rehearsal(way, args) {
    const { data, text } = await call(planMitigation, { target: 'hotfix', ...args }, way);
    return rehearsed(data, text);
  },
  async deploy_plan(way, args) {
    way.plans.deploy = null;
    const before = refsOf(way.bench);
    const { data } = await call(deployHotfix, args, way);
    if (moved(before, refsOf(way.bench)) !== '') return 'the plan alone has moved refs';
    way.plans.deploy = data.plan_id;
    const closed = list(object(data.gate).items).filter(({ id, ok }) => ok !== true && id !== 'approval');
    const gate = closed.length === 0 ? '' : `; gate: ${closed.map(({ id }) => id).join(', ')}`;
    return `${data.state}: ${list(data.moves).map(short).join(', ')}${gate}`;
  },
  async deploy(way) {
    if (typeof way.plans.deploy !== 'string') return 'no plan';
    const before = refsOf(way.bench);
    const { data } = await call(deployHotfix, { plan_id: way.plans.deploy }, way);
    const after = refsOf(way.bench);
    return [`${data.state}: ${moved(before, after)}`, ...shipFaults(way, before, after)].join('; ');
  },
  async backport_plan(way, args) {
    way.plans.backport = null;
    const { data } = await call(backportHotfix, args, way);
    way.plans.backport = data.plan_id;
    const rows = list(data.branches).map(({ branch, state, how }) => `${branch}: ${how ?? state}`);
    return [...rows, ...(data.plan_id === null ? [] : ['planned'])].join(', ');
  },
  async backport(way) {
    if (typeof way.plans.backport !== 'string') return 'no plan';
    const before = refsOf(way.bench);
    const yes = { plan_id: way.plans.backport, approval: 'yes, there too' };
    const { data } = await call(backportHotfix, yes, way);
    const rows = list(data.results).map(({ branch, outcome }) => `${branch}: ${outcome}`);
    return `${rows.join(', ')}; moved ${moved(before, refsOf(way.bench))}`;
  },
  async rollback_plan(way, args) {
    const { data } = await call(rollbackChange, args, way);
    way.plans.rollback = data.plan_id;
    return `${data.state}: ${object(data.rollback).target}, by ${object(data.rollback).way}`;
  },
  async rollback(way) {
    const { bench } = way;
    const before = refsOf(bench);
    const yes = { plan_id: way.plans.rollback, approval: 'take it back' };
    const { data } = await call(rollbackChange, yes, way);
    const isBack = git(bench.bare, ['diff', '--name-only', bench.release, 'main']) === '';
    return `${data.state}: ${moved(before, refsOf(bench))}${isBack ? ', as it was before' : ''}`;
  },
};

type Refs = ReadonlyMap<string, string>;

/** Branches and tags of the remote, by short name. */
function refsOf({ bare }: Bench): Refs {
  if (bare === '') return new Map();
  const out = git(bare, ['for-each-ref', '--format=%(refname) %(objectname)']);
  return new Map(out.split('\n').map((row) => [short(row), row.split(' ')[1] ?? '']));
}

function moved(before: Refs, after: Refs): string {
  const other = [...after].filter(([name, object]) => before.get(name) !== object).map(([name]) => name);
  const gone = [...before.keys()].filter((name) => !after.has(name)).map((name) => `${name} is gone`);
  return [...other, ...gone].join(', ');
}

/** Production has to be its old end and the fix, merged, with an annotated tag on it. */
function shipFaults({ bench, commit }: Way, before: Refs, after: Refs): string[] {
  if (bench.bare === '') return [];
  const run = (...args: string[]): string => git(bench.bare, args);
  const isMoved = before.get('main') !== after.get('main');
  const isMerge = !isMoved || run('rev-parse', 'main^@') === `${before.get('main')}\n${commit}`;
  const tags = [...after.keys()].filter((name) => /\d\.\d\.\d$/.test(name) && !before.has(name));
  const wrong = tags.filter((name) => {
    const holds = run('rev-parse', `refs/tags/${name}^{commit}`);
    const isAnnotated = run('cat-file', '-t', `refs/tags/${name}`) === 'tag';
    const hasFix = run('merge-base', commit, holds) === commit;
    return !isAnnotated || !hasFix || (isMoved && holds !== after.get('main'));
  });
  return [...(isMerge ? [] : ['main is another merge']), ...wrong.map((name) => `${name} is wrong`)];
}
