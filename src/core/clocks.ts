import { type ActionSettings, DEFAULT_ACTIONS } from './action-items.ts';
import { formatDuration } from './duration.ts';
import { byTold, type RecordedEvent } from './events.ts';
import type { Incident } from './incident.ts';
import { allOf, codeChanged, lastOf, standingDeploy, standingProof, standingResolution } from './incident.ts';
import type { Kind } from './kinds.ts';
import { promiseClocks } from './promise-clocks.ts';
import type { LevelRow } from './severity.ts';
import { HOUR, MINUTE } from './time.ts';

/** Clocks are folds too: nothing ticks unless asked, so every answer carries the most urgent overdue one. */
export const CLOCK_NAMES = [
  'next_update',
  'respond',
  'resolve',
  'rollback_checkpoint',
  'active_watch',
  'regression_test',
  'extended_watch',
  'stability',
  'stability_48h',
  'postmortem',
  'debt',
  'action_item',
] as const;
export type ClockName = (typeof CLOCK_NAMES)[number];

/** These say how long to watch: they can only be met after they are due, so that is not late. */
const WAITS: readonly ClockName[] = ['active_watch', 'extended_watch', 'stability', 'stability_48h'];
/** What is still owed after the close; everything else can no longer be met then, so it is not shown as late. */
export const PROMISES: readonly ClockName[] = ['postmortem', 'debt', 'action_item'];
/** What shows that somebody has taken the incident; a role only where it is that of the commander. */
const RESPONSES: readonly Kind[] = [
  'acknowledged',
  'mitigation_applied',
  'hypothesis_stated',
  'cause_identified',
  'rolled_back',
  'role_assigned',
];
/** Source: seed 004 T026. */
const LONG_STABILITY_H = 48;

export interface Clock {
  name: ClockName;
  label: string;
  /** RFC 3339, UTC. */
  due: string;
  state: 'running' | 'overdue' | 'met';
  met_at: string | null;
  /** Met after it was due. */
  late: boolean;
  /** What stops it, as an instruction. */
  todo: string;
}

export interface ClockSettings {
  /** 24 h, or 48 h under the spec-kit preset. */
  stability_h: number;
  /** Without it the default. */
  action_items?: ActionSettings;
}

/** A clock before the time is asked. */
export interface RunningClock {
  name: ClockName;
  label: string;
  dueMs: number;
  metAt: string | null;
  todo: string;
}

/** All clocks of an incident, most urgent kind first. `row` is the row of its severity; null before any severity. */
export function clocksOf(
  incident: Incident,
  row: LevelRow | null,
  settings: ClockSettings,
  nowMs: number,
): Clock[] {
  if (!incident.opened || incident.status === 'cancelled') return [];
  const running = [
    ...responseClocks(incident, row),
    ...deployClocks(incident),
    ...afterClocks(incident, row, settings),
    ...promiseClocks(incident, settings.action_items ?? DEFAULT_ACTIONS),
  ];
  return running
    .filter(({ dueMs }) => !Number.isNaN(dueMs))
    .filter(({ name, metAt }) => incident.status !== 'closed' || metAt !== null || PROMISES.includes(name))
    .map(({ name, label, dueMs, metAt, todo }): Clock => {
      const metMs = metAt === null ? null : Date.parse(metAt);
      const state = metMs !== null ? 'met' : nowMs > dueMs ? 'overdue' : 'running';
      const due = new Date(dueMs).toISOString();
      const late = metMs !== null && metMs > dueMs && !WAITS.includes(name);
      return { name, label, due, state, met_at: metAt, late, todo };
    })
    .sort((a, b) => CLOCK_NAMES.indexOf(a.name) - CLOCK_NAMES.indexOf(b.name) || (a.due < b.due ? -1 : 1));
}

function responseClocks(incident: Incident, row: LevelRow | null): RunningClock[] {
  const opened = incident.opened;
  if (!opened || !row) return [];
  const from = Date.parse(incident.facts.get('detected')?.at ?? opened.at);
  const out: RunningClock[] = [];
  const add = (name: ClockName, label: string, dueMs: number, metAt: string | null, todo: string) =>
    out.push({ name, label, dueMs, metAt, todo });
  if (row.respond_within_min !== null) {
    const [response] = RESPONSES.flatMap((kind) => allOf<Kind>(incident, kind))
      .filter((event) => event.kind !== 'role_assigned' || event.data.role === 'incident_commander')
      .sort(byTold);
    const due = from + row.respond_within_min * MINUTE;
    add(
      'respond',
      'Respond',
      due,
      response?.at ?? null,
      'record that somebody took the incident (acknowledged)',
    );
  }
  // Closed over a person's override without a resolution: nobody waits any more.
  const end =
    standingResolution(incident) ?? (incident.status === 'closed' ? lastOf(incident, 'closed') : null);
  if (row.resolve_within_min !== null) {
    const due = from + row.resolve_within_min * MINUTE;
    add('resolve', 'Resolution target', due, end?.at ?? null, 'mitigate, verify, then record resolved');
  }
  const update = nextUpdateMs(incident, row);
  if (update !== null) {
    add(
      'next_update',
      'Next update',
      update,
      end?.at ?? null,
      'tell the people who wait, then record update_posted',
    );
  }
  return out;
}

/** When the next update is due, in milliseconds; null where the severity asks for none. */
export function nextUpdateMs(incident: Incident, row: LevelRow | null): number | null {
  if (!incident.opened || !row) return null;
  const last = [...allOf(incident, 'update_posted')].sort(byTold).at(-1);
  const minutes = last ? row.update_every_min : row.first_update_min;
  return minutes === null ? null : Date.parse((last ?? incident.opened).at) + minutes * MINUTE;
}

function deployClocks(incident: Incident): RunningClock[] {
  const deploy = standingDeploy(incident);
  if (!deploy) return [];
  const at = Date.parse(deploy.at);
  const later = (name: string, afterMs: number) =>
    incident.told.find(
      (event) =>
        event.kind === 'fact_recorded' && event.data.name === name && Date.parse(event.at) >= afterMs,
    )?.at ?? null;
  return [
    {
      ...{ name: 'rollback_checkpoint', label: 'Rollback checkpoint (2 h)', dueMs: at + 2 * HOUR },
      metAt: later('decision', at),
      todo: 'decide to keep the fix or roll it back, record the fact "decision"',
    },
    {
      ...{ name: 'active_watch', label: 'Active watch (2 h)', dueMs: at + 2 * HOUR },
      metAt: later('observation', at + 2 * HOUR),
      todo: 'look at the metrics two hours after the deploy, record the fact "observation"',
    },
    {
      ...{ name: 'extended_watch', label: 'Extended watch (24 h)', dueMs: at + 24 * HOUR },
      metAt: later('observation', at + 24 * HOUR),
      todo: 'look at the metrics a day after the deploy, record the fact "observation"',
    },
    {
      ...{ name: 'regression_test', label: 'Regression test (24 h)', dueMs: at + 24 * HOUR },
      metAt: standingProof(incident)?.at ?? null,
      todo: 'add the regression test and record regression_proven',
    },
  ];
}

function afterClocks(incident: Incident, row: LevelRow | null, settings: ClockSettings): RunningClock[] {
  const resolved = standingResolution(incident);
  if (!resolved) return [];
  const at = Date.parse(resolved.at);
  const stability = (name: ClockName, stability_h: number): RunningClock => {
    const dueMs = stableFromMs(resolved.recorded_at, { stability_h });
    const stable = (event: RecordedEvent) => event.id > resolved.id && Date.parse(event.at) >= dueMs;
    return {
      ...{ name, label: `Stability (${stability_h} h)`, dueMs },
      metAt: allOf(incident, 'stability_confirmed').find(stable)?.at ?? null,
      todo: 'look for a recurrence, record stability_confirmed with evidence',
    };
  };
  const out = [stability('stability', settings.stability_h)];
  // Changed code is watched for longer than the close waits.
  if (codeChanged(incident) && settings.stability_h < LONG_STABILITY_H)
    out.push(stability('stability_48h', LONG_STABILITY_H));
  if (row && row.postmortem_within_h !== null) {
    out.push({
      ...{ name: 'postmortem', label: `Postmortem (${row.postmortem_within_h} h)` },
      dueMs: at + row.postmortem_within_h * HOUR,
      metAt: allOf(incident, 'postmortem_written')[0]?.at ?? null,
      todo: 'write the postmortem (write_postmortem)',
    });
  }
  return out;
}

/**
 * When the stability window has passed. It counts from the moment the resolution was recorded: a
 * back-dated resolution must not shorten the wait that nobody may override.
 */
export function stableFromMs(
  resolvedRecordedAt: string,
  settings: Pick<ClockSettings, 'stability_h'>,
): number {
  return Date.parse(resolvedRecordedAt) + settings.stability_h * HOUR;
}

export function overdueClocks(clocks: readonly Clock[]): Clock[] {
  return clocks.filter((clock) => clock.state === 'overdue');
}

/** One sentence for the last line of every answer; null when nothing is overdue. */
export function urgentLine(clocks: readonly Clock[], nowMs: number): string | null {
  const [clock] = overdueClocks(clocks);
  if (!clock) return null;
  return `⏰ ${clock.label} overdue by ${formatDuration(nowMs - Date.parse(clock.due))}: ${clock.todo}.`;
}
