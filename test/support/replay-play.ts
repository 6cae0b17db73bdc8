import type { StatusRow } from './replay-data.ts';
import type { Door } from './replay-door.ts';
import { LEVEL_OF, type Step, stepsOf } from './replay-status.ts';

/** What came of one incident. Everything that should not be is a line in `problems`. */
export interface Played {
  id: string;
  label: string;
  uid: string;
  level: string;
  calls: number;
  /** `tool/kind code` of calls that were refused, the gates of closing apart. */
  refused: string[];
  problems: string[];
  cadence: Cadence;
  /** Messages drafted. */
  messages: number;
  /** Errors and warnings that the postmortem's own lint found; null without a postmortem. */
  lint: { errors: number; warnings: number } | null;
  closed: 'open_gate' | 'override' | 'no';
  postmortem: boolean;
  /** As the server computes them at the end. */
  intervals: Record<string, number | null>;
}

/** How the page kept the clock of the severity. Times in milliseconds. */
export interface Cadence {
  gaps: number;
  in_time: number;
  open_ms: number;
  overdue_ms: number;
}

/** Minutes to the first update and between updates. Source: the default matrix of the domain page. */
const EVERY: Record<string, [number, number] | null> = {
  P0: [15, 15],
  P1: [15, 30],
  P2: [60, 120],
  P3: null,
};

export interface PlayHooks {
  /** Called when an incident's files on disk are up to date. */
  look(one: Played, nowMs: number): void;
  /** Called with every text that an answer prints for copying, and what its writer gave for it, before the next event. */
  printed(one: Played, nowMs: number, name: string, text: string, said: string): void;
}

/** Plays incidents together, in the order in which their updates really came. */
export async function play(rows: readonly StatusRow[], door: Door, hooks: PlayHooks): Promise<Played[]> {
  const played = new Map(rows.map((row) => [row.id, blank(row)]));
  const steps = rows.flatMap(stepsOf).sort((a, b) => a.at - b.at);
  const lastUpdate = new Map<string, number>();
  for (const step of steps) {
    const one = played.get(step.row);
    if (!one) continue;
    door.at(step.at);
    if (step.update) await beforeUpdate(step, one, lastUpdate, door);
    for (const { tool, args, leads } of step.calls) {
      const told = await ask(one, door, tool, args);
      if (tool === 'create_hotfix_task')
        Object.assign(one, { label: String(told.data.incident ?? ''), uid: String(told.data.uid ?? '') });
      if (tool === 'write_postmortem' && !told.refused)
        one.lint = { errors: Number(told.data.errors), warnings: Number(told.data.warnings_found) };
      for (const name of ['completion', 'checklist'])
        if (typeof told.data[name] === 'string') hooks.printed(one, step.at, name, told.data[name], '');
      const status = String(told.data.status);
      // The page says some things twice in the same minute: the second is the same event.
      const isNew = !told.refused && told.data.replayed !== true;
      if (isNew && leads !== undefined && status !== leads && !stays(status, leads))
        one.problems.push(`${tool} ${String(args.kind ?? '')} led to ${status}, not ${leads}`);
    }
    if (step.update) await sendUpdate(step.at, step.update, one, door, hooks);
    if (step.calls.some(({ tool }) => ['write_postmortem', 'close_incident'].includes(tool)))
      hooks.look(one, step.at);
  }
  return [...played.values()];
}

function blank(row: StatusRow): Played {
  return {
    ...{
      id: row.id,
      label: '',
      uid: '',
      level: LEVEL_OF[row.label_raw],
      calls: 0,
      refused: [],
      problems: [],
      messages: 0,
    },
    ...{ lint: null, closed: 'no', postmortem: false, intervals: {} },
    cadence: { gaps: 0, in_time: 0, open_ms: 0, overdue_ms: 0 },
  };
}

/** A mitigation said again after a verification may leave the incident further on than the words. */
function stays(status: string, leads: string): boolean {
  return leads === 'investigating' && status === 'identified';
}

async function ask(one: Played, door: Door, tool: string, args: Record<string, unknown>) {
  const named = tool === 'create_hotfix_task' ? args : { incident: one.label, ...args };
  one.calls += 1;
  const told = await door.call(tool, named);
  if (tool === 'close_incident') {
    one.closed = told.refused ? 'no' : 'open_gate';
    if (told.code === 'gate_closed') {
      one.calls += 1;
      const again = await door.call(tool, {
        ...named,
        ...{ override_reason: 'the page tells no more', override_until: '+30d' },
      });
      one.closed = again.refused ? 'no' : 'override';
      if (again.refused) one.refused.push(`${tool} ${again.code}: ${again.text}`);
      return again;
    }
  }
  if (told.refused) one.refused.push(`${tool} ${String(args.kind ?? '')} ${told.code}: ${told.text}`);
  return told;
}

/** Judges the gap since the last update, and that the server's clock says the same at this moment. */
async function beforeUpdate(step: Step, one: Played, last: Map<string, number>, door: Door): Promise<void> {
  const before = last.get(step.row);
  last.set(step.row, step.at);
  if (before === undefined) return;
  const every = EVERY[one.level];
  const told = await ask(one, door, 'get_incident', {});
  const clocks = told.data.clocks as { name: string; due: string; state: string }[] | undefined;
  const clock = clocks?.find(({ name }) => name === 'next_update');
  if (!every) {
    if (clock) one.problems.push('a clock for updates where the severity asks for none');
    return;
  }
  const limit = every[1] * 60_000;
  const gap = step.at - before;
  one.cadence.gaps += 1;
  one.cadence.in_time += gap <= limit ? 1 : 0;
  one.cadence.open_ms += gap;
  one.cadence.overdue_ms += Math.max(0, gap - limit);
  const due = new Date(before + limit).toISOString();
  const state = gap > limit ? 'overdue' : 'running';
  if (clock?.due !== due || clock.state !== state)
    one.problems.push(`the update clock says ${clock?.state} ${clock?.due}, not ${state} ${due}`);
}

const TURNS = ['public', 'internal', 'executive'] as const;

/** Drafts a message for this moment, for each audience in turn, then records the page's own words as posted. */
async function sendUpdate(
  at: number,
  { form, text }: NonNullable<Step['update']>,
  one: Played,
  door: Door,
  hooks: PlayHooks,
): Promise<void> {
  const audience = TURNS[one.messages % TURNS.length];
  const drafted = await ask(one, door, 'draft_update', { audience, text });
  if (!drafted.refused) {
    one.messages += 1;
    const draft = String(drafted.data.draft);
    if (drafted.data.form !== form)
      one.problems.push(`the form is ${String(drafted.data.form)}, not ${form}`);
    const every = EVERY[one.level];
    const next = every && form !== 'resolution' ? new Date(at + every[1] * 60_000).toISOString() : null;
    const says = next === null ? null : `${next.slice(0, 10)} ${next.slice(11, 16)} UTC`;
    if (says !== null && !draft.includes(says))
      one.problems.push(`a message without the next update at ${says}`);
    hooks.printed(one, at, 'message', draft, text);
  }
  await ask(one, door, 'record_timeline_event', { kind: 'update_posted', type: 'public', text });
}
