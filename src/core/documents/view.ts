import { type Clock, type ClockSettings, clocksOf } from '../clocks.ts';
import { openDebts } from '../gates.ts';
import { branchOf, type Debt, folderOf, type Incident } from '../incident.ts';
import { type Interval, intervalsOf } from '../intervals.ts';
import type { LevelRow } from '../severity.ts';
import { type TaskState, tasksOf } from '../tasks.ts';
import { isoOf } from '../time.ts';

/** Everything besides the incident itself that a document shows. Plain data. */
export interface DocumentView {
  /** RFC 3339, UTC. */
  now: string;
  /** The row of the incident's severity; null before any severity. */
  row: LevelRow | null;
  clocks: Clock[];
  tasks: TaskState[];
  intervals: Interval[];
  /** Debts that still stand. */
  debts: Debt[];
  /** Branch of the current attempt. */
  branch: string;
  /** Folder of the incident, relative to the repository. */
  folder: string;
}

export interface ViewInput {
  nowMs: number;
  row: LevelRow | null;
  settings: ClockSettings;
}

export function viewOf(incident: Incident, { nowMs, row, settings }: ViewInput): DocumentView {
  return {
    now: isoOf(nowMs),
    row,
    clocks: clocksOf(incident, row, settings, nowMs),
    tasks: tasksOf(incident),
    intervals: intervalsOf(incident),
    debts: openDebts(incident),
    branch: branchOf(incident),
    folder: folderOf(incident),
  };
}
