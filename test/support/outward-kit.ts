import { systemIds } from '../../src/adapters/clock-ids.ts';
import type { OutwardSettings } from '../../src/core/outward/services.ts';
import type { PolicySettings } from '../../src/core/ship/policy.ts';
import type { Outward } from '../../src/ports-outward.ts';
import type { Tracker } from '../../src/ports-tracker.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { loadIncident } from '../../src/tools/support/load.ts';
import { sendWaiting } from '../../src/tools/support/mirror.ts';
import type { Deps } from '../../src/tools/tool.ts';
import { createDeps } from '../../src/wire.ts';
import { createMemoryLog } from './memory-log.ts';
import { memoryOutbox, type SurfaceStand } from './memory-surface.ts';
import { tempRepo } from './repo.ts';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
const START = Date.parse('2026-01-05T14:00:00Z');

interface Wanted {
  settings?: OutwardSettings;
  policy?: PolicySettings;
  faults?: Outward['faults'];
  drill?: boolean;
  facts?: string[];
  tracker?: Tracker;
}

const FACTS = [
  'service: degraded',
  'flow: login',
  'users: many',
  'data: none',
  'security: no',
  'spreading: no',
];

/** An incident whose repository is connected to services, at a clock that the test turns. */
export async function outwardWorld(stands: readonly Pick<SurfaceStand, 'surface'>[], wanted: Wanted = {}) {
  const {
    settings = { github: { show: 'auto' } },
    policy = {},
    faults = [],
    drill = false,
    facts = FACTS,
  } = wanted;
  const repo = tempRepo({ commits: 1 });
  const clock = { ms: START };
  const now = { now: () => clock.ms };
  const log = createMemoryLog({ clock: now, ids: systemIds });
  const outbox = memoryOutbox();
  const wired = await createDeps(
    { root: repo.root, actor: { name: 'test-agent', kind: 'agent' }, env: {} },
    { clock: now },
  );
  const outward: Outward = {
    surfaces: stands.map(({ surface }) => surface),
    outbox,
    faults,
    ...(wanted.tracker ? { tracker: wanted.tracker } : {}),
  };
  const refresh = async () => ({ files: [], notices: [] });
  /** Another process on the same record. */
  const connect = (more: Partial<Deps> = {}): Deps => ({
    ...wired,
    ...{ log, git: null, workspace: { ...wired.workspace, refresh } },
    settings: { ...wired.settings, outward: settings, ship: { ...wired.settings.ship, policy } },
    outward: async () => outward,
    ...more,
  });
  const deps = connect();
  const call = (name: string, args: Record<string, unknown> = {}, its: Deps = deps) => {
    const tool = TOOLS.find((known) => known.name === name);
    if (!tool) throw new Error(`${name} is not a tool`);
    return callTool(tool, args, its);
  };
  const record = (kind: string, text: string, more: Record<string, unknown> = {}) =>
    call('record_timeline_event', { kind, text, ...more });
  const opened = await call('create_hotfix_task', {
    ...{ description: "Users can't login - 500 error on auth endpoint", facts },
    ...(drill ? { drill: true } : {}),
  });
  const incident = async () => (await loadIncident('001', deps)).incident;
  /** One more look at everything that waits, as the next call would take it. */
  const next = async (minutes = 0, its: Deps = deps) => {
    clock.ms += minutes * MINUTE_MS;
    return sendWaiting((await incident()).uid, its);
  };
  const kinds = async (kind: string) => (await incident()).recorded.filter((event) => event.kind === kind);
  return { repo, clock, deps, connect, outbox, opened, call, record, incident, next, kinds };
}
export type OutwardWorld = Awaited<ReturnType<typeof outwardWorld>>;
