import type { ActionItem, Incident } from './incident.ts';
import type { Level } from './severity.ts';
import { DAY, isoOf } from './time.ts';

/** Weeks that a team gives itself for what a severe incident has left to do. */
export const PRIORITY_WEEKS = [4, 8] as const;

export interface ActionSettings {
  priority_weeks: (typeof PRIORITY_WEEKS)[number];
}
export const DEFAULT_ACTIONS: ActionSettings = { priority_weeks: 4 };

/** Action items of these severities are priority items: they have a service level, whatever their own date says. */
const PRIORITY: readonly Level[] = ['P0', 'P1'];

/** When an action item is due at the latest, and what says so. */
export interface ActionDue {
  at: string;
  by: 'date' | 'service_level';
}

/** The severity that an action item is handled with: its own where somebody stated one, else the incident's. */
export function actionSeverity(incident: Incident, item: ActionItem): Level | null {
  return item.severity ?? incident.severity?.level ?? null;
}

/**
 * The end of the service level of a priority item; null for any other. What was taken over from elsewhere was agreed
 * under other rules.
 */
export function serviceLevelEnd(
  incident: Incident,
  item: ActionItem,
  { priority_weeks }: ActionSettings,
): string | null {
  const severity = actionSeverity(incident, item);
  if (item.imported || severity === null || !PRIORITY.includes(severity)) return null;
  const addedMs = Date.parse(item.added);
  return Number.isNaN(addedMs) ? null : isoOf(addedMs + priority_weeks * 7 * DAY);
}

/** The earlier of its own date and its service level; null when it has neither. Moving the date does not move the level. */
export function actionDue(incident: Incident, item: ActionItem, settings: ActionSettings): ActionDue | null {
  const dateMs = item.due === undefined ? Number.NaN : endOfDay(item.due);
  const level = serviceLevelEnd(incident, item, settings);
  const byDate: ActionDue | null = Number.isNaN(dateMs) ? null : { at: isoOf(dateMs), by: 'date' };
  if (level === null || (byDate !== null && byDate.at <= level)) return byDate;
  return { at: level, by: 'service_level' };
}

/** A due date without a time lasts until the day ends (UTC). Words that are no date give NaN. */
export function endOfDay(due: string): number {
  return Date.parse(due.length === 10 ? `${due}T23:59:59.999Z` : due);
}
