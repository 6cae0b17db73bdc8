import { PulseError } from '../../src/core/errors.ts';
import type { Backports } from '../../src/ports-ship.ts';
import backportHotfix from '../../src/tools/backport-hotfix.ts';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import recordTimelineEvent from '../../src/tools/record-timeline-event.ts';
import { branchesWithoutFix } from '../../src/tools/support/branches-without-fix.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { loadIncident } from '../../src/tools/support/load.ts';
import { createDeps } from '../../src/wire.ts';
import type { Flow } from './backport-kit.ts';
import { git } from './repo.ts';

export async function refusal(call: Promise<unknown>): Promise<PulseError> {
  const error = await call.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof PulseError) return error;
  throw error;
}

export interface Row {
  branch: string;
  state: string;
  how: string | null;
}

/** An open P1 whose fix is committed, and deployed unless told otherwise. */
export async function shipped(
  repo: Flow,
  options: { deployed?: boolean; drill?: boolean; backports?: Partial<Backports> } = {},
) {
  const actor = { name: 'test-agent', kind: 'agent' } as const;
  const clock = { ms: Date.now() };
  const wired = await createDeps(
    { root: repo.root, actor, env: {} },
    { clock: { now: () => (clock.ms += 10) } },
  );
  // A busy machine must not turn an answer into "not looked at in time".
  const patient: Backports = {
    ...repo.backports,
    states: (wanted, look) => repo.backports.states(wanted, look),
    tryPicks: (targets) => repo.backports.tryPicks(targets),
  };
  const deps = { ...wired, settings: wired.settings, backports: { ...patient, ...options.backports } };
  const record = (kind: string, text: string, more: Record<string, unknown> = {}) =>
    callTool(recordTimelineEvent, { kind, text, ...more }, deps);
  await callTool(
    createHotfixTask,
    { description: 'Users cannot log in', severity: 'P1', drill: options.drill === true },
    deps,
  );
  await record('fix_committed', 'Read the token', { ref: repo.fix });
  if (options.deployed !== false) await record('deployed', 'v1.0.1 to production', { ref: repo.fix });
  const incident = async () => (await loadIncident('001', deps)).incident;
  const call = async (args: Record<string, unknown> = {}) => {
    const answer = await callTool(backportHotfix, args, deps);
    const rows = answer.data.branches as Row[];
    return { ...answer, states: Object.fromEntries(rows.map((row) => [row.branch, row.how ?? row.state])) };
  };
  return {
    ...{ deps, record, incident, call, clock },
    async backported() {
      return (await incident()).recorded.flatMap((event) =>
        event.kind === 'backported' ? [{ ...event.data, basis: event.basis }] : [],
      );
    },
    without: async () => branchesWithoutFix(await incident(), deps),
  };
}

export const tipOf = (repo: Flow, branch: string) => git(repo.bare, ['--git-dir=.', 'rev-parse', branch]);
