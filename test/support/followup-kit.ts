import { systemIds } from '../../src/adapters/clock-ids.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { loadIncident } from '../../src/tools/support/load.ts';
import { createDeps } from '../../src/wire.ts';
import { createMemoryLog } from './memory-log.ts';
import type { TrackerStand } from './memory-tracker.ts';
import { tempRepo } from './repo.ts';

export const MINUTE_MS = 60_000;
const START = Date.parse('2026-01-05T14:00:00Z');

export interface Row {
  action: string;
  state: string;
  url: string | null;
  note: string;
}
interface Told {
  plan_id: string | null;
  issues: Row[];
  texts: {
    action: string;
    title: string;
    body: string;
    labels: string[];
    assignee: string | null;
    due: string;
  }[];
}

interface Wanted {
  config?: object;
  drill?: boolean;
  /** The record on a disk and a folder, for several processes; else all is in memory, which is faster. */
  onDisk?: boolean;
}

/** An incident in a repository, at a clock that the test turns. */
export async function followUpWorld(
  stand: TrackerStand | null,
  { config = {}, drill = false, onDisk = false }: Wanted = {},
) {
  const repo = tempRepo({ commits: 1 });
  repo.write('hotfix-pulse.config.json', JSON.stringify(config));
  const clock = { ms: START };
  const actor = { name: 'test-agent', kind: 'agent' } as const;
  const now = { now: () => clock.ms };
  const log = createMemoryLog({ clock: now, ids: systemIds });
  /** Another process on the same repository. */
  const connect = async () => {
    const deps = await createDeps({ root: repo.root, actor, env: {} }, { clock: now });
    if (!onDisk) {
      const refresh = async () => ({ files: [], notices: [] });
      Object.assign(deps, { log, git: null, workspace: { ...deps.workspace, refresh } });
    }
    return stand === null ? deps : Object.assign(deps, { tracker: stand.tracker });
  };
  const deps = await connect();
  const callOn =
    (its: typeof deps) =>
    (name: string, args: Record<string, unknown> = {}) => {
      const tool = TOOLS.find((known) => known.name === name);
      if (!tool) throw new Error(`${name} is not a tool`);
      return callTool(tool, args, its);
    };
  const call = callOn(deps);
  const follow = async (args: Record<string, unknown> = {}, its = deps) => {
    const { data, text, warnings } = await callOn(its)('create_followup_issues', args);
    return { ...(data as unknown as Told), text, warnings };
  };
  const record = (kind: string, text: string, more: Record<string, unknown> = {}) =>
    call('record_timeline_event', { kind, text, ...more });
  await call('create_hotfix_task', {
    description: "Users can't login - 500 error on auth endpoint",
    facts: ['service: degraded', 'flow: login', 'users: many', 'data: none', 'security: no', 'spreading: no'],
    ...(drill ? { drill: true } : {}),
  });
  const incident = async () => (await loadIncident('001', deps)).incident;
  /** The plan of everything, and the user's yes to it. */
  const approve = async (args: Record<string, unknown> = {}) => {
    const { plan_id } = await follow(args);
    return follow({ ...args, plan_id, approval: 'yes, create them' });
  };
  return { repo, deps, connect, clock, call, follow, record, incident, approve };
}
export type FollowUpWorld = Awaited<ReturnType<typeof followUpWorld>>;

/** The same with two action items. */
export async function withTwo(stand: TrackerStand | null, wanted: Wanted = {}): Promise<FollowUpWorld> {
  const world = await followUpWorld(stand, wanted);
  await world.record('action_added', 'Test a login without a token', {
    ...{ owner: '@ana', due: '2026-01-19', type: 'prevent' },
  });
  await world.record('action_added', 'Alert on failed logins', { owner: 'Ben', due: '+3d', type: 'detect' });
  return world;
}
