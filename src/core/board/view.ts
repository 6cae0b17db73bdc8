import { type Clock, PROMISES } from '../clocks.ts';
import type { Decline } from '../declines.ts';
import { type Incident, isOpen } from '../incident.ts';
import type { Html } from '../report/html.ts';
import type { LevelRow } from '../severity.ts';
import type { Need, Strength } from '../ship/policy.ts';
import type { TaskState } from '../tasks.ts';

/** A plan that stands and that nobody has carried out. */
export interface BoardAsk {
  /** Twelve hexadecimal digits. */
  id: string;
  title: string;
  /** The whole plan, redacted. */
  lines: readonly string[];
  need: Need;
  /** The strongest yes to it so far. */
  given: Strength | null;
  isApproved: boolean;
  /** The four characters that whoever says yes types. */
  code: string;
  /** Oldest first. */
  declines: readonly Decline[];
  /** Can be carried out on the board once it is approved. */
  isPost: boolean;
}

/** One incident as the board shows it. Plain data. */
export interface BoardIncident {
  incident: Incident;
  row: LevelRow | null;
  clocks: readonly Clock[];
  damage: number;
  tasks: readonly TaskState[];
  asks: readonly BoardAsk[];
  /** What should happen next, as one instruction. */
  next: string;
}

/** What whoever looks may do. */
export interface BoardMay {
  write: boolean;
  /** What a yes given here is worth; null where none may be given. */
  approve: Strength | null;
  /** Those who may say yes by name, where that is known. */
  approvers?: readonly string[];
}

/** What an incident in the list needs. */
export type BoardRow = Pick<BoardIncident, 'incident' | 'row' | 'clocks' | 'damage'>;

/** Pieces of a page that are replaced as a whole, by name. */
export type Parts = Readonly<Record<string, Html>>;

/** What still runs or is late, late ones first; of an ended incident only what it owes. */
export function clocksShown({ incident, clocks }: Pick<BoardRow, 'incident' | 'clocks'>): Clock[] {
  const owed = isOpen(incident) ? clocks : clocks.filter(({ name }) => PROMISES.includes(name));
  return (['overdue', 'running'] as const).flatMap((state) => owed.filter((clock) => clock.state === state));
}
