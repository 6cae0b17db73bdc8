import * as z from 'zod/v4';
import { hhmm, isoOf, SECOND } from '../core/time.ts';
import type { Loaded } from '../tools/support/load.ts';
import type { Deps } from '../tools/tool.ts';
import { type Change, changesBetween } from './changes.ts';
import type { Paint } from './colour.ts';
import { type Command, EXIT, type Session } from './command.ts';
import { concerning, renderClocks, renderEvent, renderHead } from './render.ts';
import { clockOf, overdueIn, renderStatus, statusOf } from './status.ts';

const input = z.strictObject({
  every: z.number().min(1).max(3600).default(15).describe('Seconds between two looks; 15 when left out'),
  for: z
    .number()
    .min(0)
    .max(30 * 86_400)
    .optional()
    .describe('End after so many seconds'),
  once: z.boolean().optional().describe('Look once and end'),
});

/** One change as a line (or a few) for people. */
function renderChange(change: Change, nowMs: number, paint: Paint): string {
  const at = hhmm(isoOf(nowMs));
  const head = `${at}  ${paint.bold(change.one.incident.label)}`;
  switch (change.change) {
    case 'opened':
      return `${at}  opened\n${renderHead(change.one.incident, paint)}`;
    case 'ended':
      return `${head}  ${paint.green(`ended: ${change.one.incident.status}`)}`;
    case 'event':
      return `${head}\n${renderEvent(change.event, paint)}`;
    case 'overdue':
      return `${head}\n${renderClocks([change.clock], nowMs, paint)}`;
    case 'damage':
      return `${head}  ${paint.yellow(`${change.lines} damaged line(s) in its log: hotfix-pulse verify shows where`)}`;
    default:
      return `${head}  ${change.change}: ${change.from} -> ${change.to}`;
  }
}

/** The same for programs: one object per line. */
function changeOf(change: Change, nowMs: number) {
  const base = { at: isoOf(nowMs), change: change.change, incident: change.one.incident.label };
  switch (change.change) {
    case 'opened':
    case 'ended':
      return { ...base, state: statusOf(change.one, nowMs) };
    case 'event':
      return { ...base, event: change.event };
    case 'overdue':
      return { ...base, clock: clockOf(change.clock, nowMs) };
    case 'damage':
      return { ...base, lines: change.lines };
    default:
      return { ...base, from: change.from, to: change.to };
  }
}

/** The first look shows everything, each later one only what is different. */
function tell(
  before: readonly Loaded[] | null,
  after: readonly Loaded[],
  nowMs: number,
  { out }: Session,
): void {
  if (!before) {
    const shown = concerning(after);
    const incidents = shown.map((one) => statusOf(one, nowMs));
    if (out.json) out.record({ at: isoOf(nowMs), change: 'start', incidents });
    else out.text(renderStatus(shown, nowMs, out.paint));
    return;
  }
  const changes = changesBetween(before, after);
  for (const change of changes) {
    if (out.json) out.record(changeOf(change, nowMs));
    else out.text(renderChange(change, nowMs, out.paint));
  }
  if (changes.some((change) => change.change === 'overdue')) out.bell();
}

/** A look that fails once the watch is on its way is told and tried again; the first one must work. */
async function look({ app, out }: Session, deps: Deps, first: boolean): Promise<Loaded[] | null> {
  try {
    return await app.loadAll(deps);
  } catch (error) {
    if (first) throw error;
    out.warning('the record could not be read just now; trying again');
    return null;
  }
}

export const watch: Command = {
  name: 'watch',
  aliases: [],
  summary:
    'Keep looking: print what changes and what becomes overdue, ring the bell on a terminal. Ctrl-C ends it.',
  details:
    'With --once or --for the exit code is 10 when something is overdue at the end. With --json every change is one JSON value on a line of its own.',
  input,
  positionals: [],
  examples: ['watch', 'watch --every 60', 'watch --once --json'],
  async run(args, session) {
    const { every, for: duration, once } = input.parse(args);
    const { io } = session;
    const deps = await session.deps();
    const end = duration === undefined ? Number.POSITIVE_INFINITY : io.now() + duration * SECOND;
    const stop = new AbortController();
    const release = io.onInterrupt(() => stop.abort());
    let seen: Loaded[] | null = null;
    try {
      for (;;) {
        const all: Loaded[] | null = await look(session, deps, seen === null);
        if (all) tell(seen, all, deps.clock.now(), session);
        seen = all ?? seen;
        if (once || stop.signal.aborted || io.now() >= end) break;
        await io.sleep(Math.min(every * SECOND, end - io.now()), stop.signal);
        if (stop.signal.aborted) break;
      }
    } finally {
      release();
    }
    return !stop.signal.aborted && overdueIn(concerning(seen ?? [])) > 0 ? EXIT.overdue : EXIT.ok;
  },
};
