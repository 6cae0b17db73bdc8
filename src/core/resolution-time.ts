import { formatDuration } from './duration.ts';
import type { Incident } from './incident.ts';
import { intervalsOf } from './intervals.ts';
import type { LevelRow } from './severity.ts';
import { MINUTE } from './time.ts';

/** Time to resolve with the target of the severity: `1 hour 35 minutes (P1 target: under 4 hours)`. */
export function resolutionTime(incident: Incident, row: LevelRow | null): string {
  const ms = intervalsOf(incident).find(({ name }) => name === 'time_to_resolve')?.ms ?? null;
  const minutes = row?.resolve_within_min ?? null;
  const target =
    row === null || minutes === null
      ? ''
      : ` (${row.level} target: under ${formatDuration(minutes * MINUTE)})`;
  return `${ms === null ? 'UNKNOWN' : formatDuration(ms)}${target}`;
}
