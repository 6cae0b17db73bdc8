import { PulseError } from './errors.ts';
import { DAY, HOUR, MINUTE, SECOND } from './time.ts';

function checkDuration(ms: number): void {
  if (!Number.isFinite(ms) || ms < 0) {
    throw new PulseError(
      'invalid_input',
      'A duration cannot be negative or unknown.',
      'Check the order of the two times.',
    );
  }
}

/** Days, hours, minutes and seconds of a duration, whole and cut, largest first. */
function partsOf(ms: number): [number, number, number, number] {
  checkDuration(ms);
  return [
    Math.floor(ms / DAY),
    Math.floor((ms % DAY) / HOUR),
    Math.floor((ms % HOUR) / MINUTE),
    Math.floor((ms % MINUTE) / SECOND),
  ];
}

const counted = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

/**
 * A duration in words: its largest unit and the next one (`2 hours 5 minutes`, `1 day 3 hours`), cut, not
 * rounded; seconds only under 10 minutes. Throws invalid_input when negative.
 */
export function formatDuration(ms: number): string {
  const [days, hours, minutes, seconds] = partsOf(ms);
  const units: [number, string][] = [
    [days, 'day'],
    [hours, 'hour'],
    [minutes, 'minute'],
    [ms < 10 * MINUTE ? seconds : 0, 'second'],
  ];
  const first = units.findIndex(([count]) => count > 0);
  if (first === -1) return '0 seconds';
  return units
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => counted(count, unit))
    .join(' ');
}

/** A duration for tables: `30s`, `45m`, `2h05`, `2h`, `3d`, `1d3h`; cut. Throws invalid_input when negative. */
export function formatShort(ms: number): string {
  const [days, hours, minutes, seconds] = partsOf(ms);
  if (days > 0) return hours > 0 ? `${days}d${hours}h` : `${days}d`;
  if (hours > 0) return minutes > 0 ? `${hours}h${String(minutes).padStart(2, '0')}` : `${hours}h`;
  return minutes > 0 ? `${minutes}m` : `${seconds}s`;
}
