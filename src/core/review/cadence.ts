import type { RecordedEvent } from '../events.ts';
import type { Incident } from '../incident.ts';
import { type Level, type Matrix, rowOf } from '../severity.ts';
import { MINUTE } from '../time.ts';

/** Updates that were owed by the severity in force, and how they came. */
export interface Cadence {
  in_time: number;
  late: number;
  /** Owed and due, but the incident ended or goes on without it. */
  never: number;
  /** Incidents whose severity asks for none, that have none, or that were taken over from elsewhere. */
  unmeasured: number;
  /** Updates in time / all owed; null when none was owed. */
  share: number | null;
}

/** The same news for another audience a moment later is one update. */
const SAME_NEWS = 5 * MINUTE;
const ENDS = ['resolved', 'closed', 'cancelled', 'marked_duplicate'];

export function cadenceOf(incidents: readonly Incident[], matrix: Matrix, nowMs: number): Cadence {
  const sum = { in_time: 0, late: 0, never: 0, unmeasured: 0 };
  for (const incident of incidents) {
    const one = cadenceOfOne(incident, matrix, nowMs);
    if (one === null) sum.unmeasured += 1;
    else for (const name of ['in_time', 'late', 'never'] as const) sum[name] += one[name];
  }
  const owed = sum.in_time + sum.late + sum.never;
  return { ...sum, share: owed === 0 ? null : sum.in_time / owed };
}

interface Watch {
  /** Waiting people: from the opening or reopening until the end. */
  runs: boolean;
  level: Level | null;
  /** The last news, or the beginning. */
  since: number;
  first: boolean;
  dueMs: number | null;
}

/** Null when there is nothing to keep, or nothing that could be known. Told order: when it happened counts. */
export function cadenceOfOne(
  incident: Incident,
  matrix: Matrix,
  nowMs: number,
): Pick<Cadence, 'in_time' | 'late' | 'never'> | null {
  if (!incident.opened || incident.opened.imported === true) return null;
  const count = { in_time: 0, late: 0, never: 0 };
  const watch: Watch = { runs: false, level: null, since: 0, first: true, dueMs: null };
  const passed = (atMs: number) => watch.dueMs !== null && atMs > watch.dueMs;
  for (const event of incident.told) {
    const at = Date.parse(event.at);
    if (event.kind === 'opened' || event.kind === 'reopened') {
      Object.assign(watch, { runs: true, since: at, first: true });
      watch.dueMs = dueOf(watch, matrix);
    } else if (event.kind === 'severity_changed') changeLevel(watch, event, at, matrix);
    else if (!watch.runs) continue;
    else if (event.kind === 'update_posted') {
      const isSame = !watch.first && at - watch.since < SAME_NEWS;
      if (watch.dueMs !== null && !isSame) count[passed(at) ? 'late' : 'in_time'] += 1;
      if (!isSame) Object.assign(watch, { since: at, first: false });
      watch.dueMs = dueOf(watch, matrix);
    } else if (ENDS.includes(event.kind)) {
      if (passed(at)) count.never += 1;
      Object.assign(watch, { runs: false, dueMs: null });
    }
  }
  if (watch.runs && passed(nowMs)) count.never += 1;
  return count.in_time + count.late + count.never === 0 ? null : count;
}

function dueOf({ runs, level, since, first }: Watch, matrix: Matrix): number | null {
  if (!runs || level === null) return null;
  const row = rowOf(matrix, level);
  const minutes = first ? row.first_update_min : row.update_every_min;
  return minutes === null ? null : since + minutes * MINUTE;
}

/** A raised severity shortens the wait from that moment on, not in hindsight; what is late already stays late. */
function changeLevel(
  watch: Watch,
  event: RecordedEvent & { kind: 'severity_changed' },
  at: number,
  matrix: Matrix,
) {
  const before = watch.dueMs;
  watch.level = event.data.to;
  const due = dueOf(watch, matrix);
  if (before !== null && at > before) return;
  if (due === null || (before !== null && due >= before)) watch.dueMs = due;
  else
    watch.dueMs = Math.min(
      before ?? Number.POSITIVE_INFINITY,
      dueOf({ ...watch, since: Math.max(at, watch.since) }, matrix) ?? due,
    );
}
