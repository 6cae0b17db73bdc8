import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import backportHotfix from '../../src/tools/backport-hotfix.ts';
import checkHotfix from '../../src/tools/check-hotfix.ts';
import closeIncident from '../../src/tools/close-incident.ts';
import createFollowupIssues from '../../src/tools/create-followup-issues.ts';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import deployHotfix from '../../src/tools/deploy-hotfix.ts';
import planMitigation from '../../src/tools/plan-mitigation.ts';
import postUpdate from '../../src/tools/post-update.ts';
import proveRegression from '../../src/tools/prove-regression.ts';
import recordTimelineEvent from '../../src/tools/record-timeline-event.ts';
import rollbackChange from '../../src/tools/rollback-change.ts';
import startHotfix from '../../src/tools/start-hotfix.ts';
import { callTool } from '../../src/tools/support/call.ts';
import type { Tool } from '../../src/tools/tool.ts';
import writePostmortem from '../../src/tools/write-postmortem.ts';
import { createDeps } from '../../src/wire.ts';
import { type Bench, copyOf, FIX, put, service, settings, TRACE } from './bench-repos.ts';
import { startGateway, TOKEN } from './github-gateway.ts';
import { git } from './repo.ts';

/** A call that changes something, and the state of a repository in which it goes all the way. */
export interface CrashCase {
  tool: string;
  args: Record<string, unknown>;
  bench: Bench;
  /** The call asks GitHub. */
  asksGitHub: boolean;
  /** What a whole second call may add: it is no retry with a key, but the same work once more. */
  mayRepeat: boolean;
  /** How the answer says that it was done, where it may also say that it could not be. */
  done: RegExp;
}

type Data = Record<string, unknown>;
const DAY_MS = 86_400_000;
const INCIDENT = 'hotfix-001';
const YES = 'yes, do it';
const TEST = 'test/plus.sh';
const KEY = 'crash-points-1';
/** Quick, and started by the real code. */
const SHIP = {
  checks: [{ name: 'test', command: ['sh', '-c', 'exit 0'] }],
  test: ['sh', '{files}'],
  policy: { staging: 'off', second_review: 'off', deploy: { P1: 'word' }, post: { internal: 'word' } },
};
const POSTMORTEM = {
  incident: INCIDENT,
  summary: 'Users could not log in after a release.',
  impact: 'Everybody with a plus sign in the name.',
  contributing_factors: ['No test had such a name.'],
  went_well: ['The last release was one command away.'],
  went_wrong: ['The alert came late.'],
  got_lucky: ['It was a quiet afternoon.'],
  lessons: ['Names need more kinds of tests.'],
};

/** Every tool that changes something, each with its own state; made along two incidents and two that go to GitHub. */
export async function crashCases(): Promise<CrashCase[]> {
  return [...(await shipped()), ...(await ended()), ...(await outward())];
}

/** Takes down what the repository was like before a call. */
function notes(bench: Bench, more: NodeJS.ProcessEnv = {}) {
  const cases: CrashCase[] = [];
  const call = async (tool: Tool, args: Data): Promise<Data> => {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...more };
    const wired = await createDeps({ root: bench.root, actor: { name: 'crash-points', kind: 'agent' }, env });
    const by = { name: 'Ana', kind: 'human' } as const;
    const approvals = { ask: async () => ({ answer: 'yes', strength: 'terminal', by }) as const };
    return (await callTool(tool, args, Object.assign(wired, { approvals }))).data;
  };
  const record = (text: string, more: Data = {}) =>
    call(recordTimelineEvent, { incident: INCIDENT, text, ...more });
  const take = (tool: string, args: Data, more: Partial<CrashCase> = {}) => {
    cases.push({ tool, args, bench: copyOf(bench), asksGitHub: false, mayRepeat: false, done: /./, ...more });
  };
  return { cases, call, record, take };
}

async function shipped(): Promise<CrashCase[]> {
  const bench = service({ files: settings(SHIP) });
  const { cases, call, record, take } = notes(bench);
  const opening = { description: 'Users cannot log in', severity: 'P1', idempotency_key: KEY };
  take('create_hotfix_task', opening);
  await call(createHotfixTask, opening);
  await record('It began with the release');
  take('record_timeline_event', { incident: INCIDENT, text: 'One more thing', idempotency_key: `${KEY}-2` });
  take('update_task', { incident: INCIDENT, task: 'T005', state: 'skipped', reason: 'there is none' });
  take('draft_update', { incident: INCIDENT, text: 'We look into it.' });
  take('get_incident', { incident: INCIDENT });
  // It writes the folder again when somebody has taken it away.
  for (const { bench: copy } of cases.slice(-1)) rmSync(join(copy.root, 'specs'), { recursive: true });
  take('find_suspect_changes', { incident: INCIDENT, hints: TRACE }, { mayRepeat: true });
  take('start_hotfix', { incident: INCIDENT, fetch: false });

  const { branch, trailer } = await call(startHotfix, { incident: INCIDENT, fetch: false });
  git(bench.root, ['checkout', '-q', String(branch)]);
  put(bench.root, { 'src/login.js': FIX['src/login.js'] ?? '', [TEST]: 'grep -q String src/login.js\n' });
  git(bench.root, ['add', '-A']);
  git(bench.root, ['commit', '-q', '-m', 'fix: [HOTFIX] keep the plus sign', '-m', String(trailer)]);
  git(bench.root, ['checkout', '-q', 'develop']);
  await record('The fix is there', {
    kind: 'fix_committed',
    ref: git(bench.root, ['rev-parse', String(branch)]),
  });
  take('check_hotfix', { incident: INCIDENT }, { mayRepeat: true });
  take('prove_regression', { incident: INCIDENT, tests: [TEST] }, { mayRepeat: true });
  const applies = /"outcome":"applies"/;
  take('plan_mitigation', { incident: INCIDENT, target: 'hotfix' }, { mayRepeat: true, done: applies });
  await call(checkHotfix, { incident: INCIDENT });
  await call(proveRegression, { incident: INCIDENT, tests: [TEST] });
  await call(planMitigation, { incident: INCIDENT, target: 'hotfix' });

  const yes = async (tool: Tool, more: Data = {}): Promise<Data> => {
    const { plan_id } = await call(tool, { incident: INCIDENT, ...more });
    return { incident: INCIDENT, plan_id, approval: YES };
  };
  const deploy = await yes(deployHotfix);
  take('deploy_hotfix', deploy);
  await call(deployHotfix, deploy);
  take('backport_hotfix', await yes(backportHotfix), { done: /"outcome":"(?:pushed|already)"/ });
  take('rollback_change', await yes(rollbackChange), { done: /"state":"rolled_back"/ });
  return cases;
}

/** An incident of three days ago, since an end has to wait. */
async function ended(): Promise<CrashCase[]> {
  const bench = service({ files: settings(SHIP) });
  const { cases, call, record, take } = notes(bench);
  const now = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now: now - 3 * DAY_MS });
  try {
    await call(createHotfixTask, { description: 'Users cannot log in', severity: 'P1' });
    await record('The flag is off', { kind: 'mitigation_applied', type: 'feature_flag' });
    await record('Logins work', { kind: 'deploy_verified', evidence: ['metric: errors 0.1 %'] });
    await record('Logins are back', { kind: 'resolved', evidence: ['metric: errors 0.1 %'] });
    await record('It is over. Sorry.', { kind: 'update_posted', type: 'public' });
    // Without an answer for longer than two calls count as one, it is written once more.
    take('write_postmortem', POSTMORTEM, { mayRepeat: true });
    await call(writePostmortem, POSTMORTEM);
    vi.setSystemTime(now - DAY_MS);
    await record('No recurrence', { kind: 'stability_confirmed', evidence: ['metric: errors 0.1 %'] });
  } finally {
    vi.useRealTimers();
  }
  const until = new Date(now + 7 * DAY_MS).toISOString().slice(0, 10);
  const close = { incident: INCIDENT, override_reason: 'the rest is on its way', override_until: until };
  take('close_incident', close);
  await call(closeIncident, close);
  return cases;
}

/** What goes to GitHub is planned, and the calls that are tried carry it out, each at a GitHub that has nothing yet. */
async function outward(): Promise<CrashCase[]> {
  const gateway = await startGateway();
  const github = { repo: 'ops-bot/shop', show: 'ask' };
  const bench = service({ files: settings({ ...SHIP, github }) });
  const env = { GH_TOKEN: TOKEN, GITHUB_API_URL: gateway.url };
  const { cases, call, record, take } = notes(bench, env);
  await call(createHotfixTask, { description: 'Users cannot log in', severity: 'P1' });
  await record('Test such names', { kind: 'action_added', owner: '@ana', due: '+2w' });
  const post = await call(postUpdate, { incident: INCIDENT, text: 'We look into it.' });
  const posting = { incident: INCIDENT, plan_id: post.plan_id, approval: YES };
  take('post_update', posting, { asksGitHub: true, done: /"state":"posted"/ });
  const planned = await call(createFollowupIssues, { incident: INCIDENT });
  const following = { incident: INCIDENT, plan_id: planned.plan_id, approval: YES };
  take('create_followup_issues', following, { asksGitHub: true, done: /"state":"(?:created|tracked)"/ });
  await gateway.close();
  return cases;
}

/** A copy to spoil; `address` is where GitHub listens. */
export function placeOf({ bench }: CrashCase, address: string) {
  const copy = copyOf(bench);
  const { folder, root } = copy;
  const env = {
    ...{ PATH: process.env.PATH, HOME: folder, XDG_STATE_HOME: folder, TMPDIR: join(folder, 'tmp') },
    ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', NODE_OPTIONS: process.env.NODE_OPTIONS },
    ...(address === '' ? {} : { GH_TOKEN: TOKEN, GITHUB_API_URL: address }),
  };
  return { folder, root, env };
}
