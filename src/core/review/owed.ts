import {
  type ActionSettings,
  actionDue,
  actionSeverity,
  endOfDay,
  serviceLevelEnd,
} from '../action-items.ts';
import { openDebts } from '../debts.ts';
import type { ActionItem, Incident } from '../incident.ts';
import { DAY } from '../time.ts';
import { oneLine } from '../untrusted.ts';
import { type Spread, spreadOf } from './spread.ts';

interface OwedDebt {
  incident: string;
  gate: string;
  missing: string[];
  until: string | null;
  /** Whole days since the step was skipped. */
  age_days: number;
  is_overdue: boolean;
}

interface OwedAction {
  incident: string;
  action: string;
  text: string;
  owner: string | null;
  due: string | null;
  type: string | null;
  severity: string | null;
  /** End of the service level of a priority item; null for any other. */
  level_ends: string | null;
  age_days: number;
  is_overdue: boolean;
}

/** Priority items and their service level. */
interface ServiceLevel {
  weeks: number;
  kept: number;
  missed: number;
  /** Open and still within it. */
  running: number;
}

export interface Owed {
  debts: OwedDebt[];
  /** Open ones, overdue first, then the oldest. */
  actions: OwedAction[];
  /** Open ones by age. */
  ages: { label: string; n: number; overdue: number }[];
  /** From added to done. */
  time_to_finish: Spread;
  dropped: number;
  service_level: ServiceLevel;
}

const AGES = [
  { label: 'under 1 week', below: 7 },
  { label: '1 to 4 weeks', below: 28 },
  { label: '4 to 8 weeks', below: 56 },
  { label: 'over 8 weeks', below: Number.POSITIVE_INFINITY },
] as const;
const TEXT = 160;

/** What is owed at this moment. Cancelled incidents owe nothing. */
export function owedOf(all: readonly Incident[], settings: ActionSettings, nowMs: number): Owed {
  const incidents = all.filter(({ status }) => status !== 'cancelled');
  const items = incidents.flatMap((incident) =>
    [...incident.actions.values()].map((item) => ({ incident, item })),
  );
  const actions = items
    .filter(({ item }) => item.state === 'open')
    .map(({ incident, item }) => openAction(incident, item, settings, nowMs))
    .sort((a, b) => Number(b.is_overdue) - Number(a.is_overdue) || b.age_days - a.age_days);
  return {
    debts: incidents.flatMap((incident) => debtsOf(incident, nowMs)).sort((a, b) => b.age_days - a.age_days),
    actions,
    ages: AGES.map(({ label, below }, i) => {
      const from = AGES[i - 1]?.below ?? 0;
      const these = actions.filter(({ age_days }) => age_days >= from && age_days < below);
      return { label, n: these.length, overdue: these.filter(({ is_overdue }) => is_overdue).length };
    }),
    time_to_finish: spreadOf(items.flatMap(({ item }) => finished(item))),
    dropped: items.filter(({ item }) => item.state === 'dropped').length,
    service_level: serviceLevel(items, settings, nowMs),
  };
}

function daysSince(at: string | undefined, nowMs: number): number {
  const ms = Date.parse(at ?? '');
  return Number.isNaN(ms) ? 0 : Math.max(0, Math.floor((nowMs - ms) / DAY));
}

function openAction(
  incident: Incident,
  item: ActionItem,
  settings: ActionSettings,
  nowMs: number,
): OwedAction {
  const due = actionDue(incident, item, settings);
  return {
    ...{ incident: incident.label, action: item.id, text: oneLine(item.text, TEXT) },
    ...{ owner: item.owner ?? null, due: item.due ?? null, type: item.type ?? null },
    severity: actionSeverity(incident, item),
    level_ends: serviceLevelEnd(incident, item, settings),
    age_days: daysSince(item.added, nowMs),
    is_overdue: due !== null && Date.parse(due.at) < nowMs,
  };
}

function debtsOf(incident: Incident, nowMs: number): OwedDebt[] {
  return openDebts(incident).map(({ event, gate, missing, until }) => {
    const untilMs = until === undefined ? Number.NaN : endOfDay(until);
    const at = incident.recorded.find(({ id }) => id === event)?.at;
    return {
      ...{ incident: incident.label, gate, missing, until: until ?? null },
      ...{ age_days: daysSince(at, nowMs), is_overdue: untilMs < nowMs },
    };
  });
}

function finished({ state, added, ended }: ActionItem): number[] {
  const ms = Date.parse(ended ?? '') - Date.parse(added);
  return state === 'done' && ms >= 0 ? [ms] : [];
}

/** A dropped item is neither kept nor missed. */
function serviceLevel(
  items: readonly { incident: Incident; item: ActionItem }[],
  settings: ActionSettings,
  nowMs: number,
): ServiceLevel {
  const level = { weeks: settings.priority_weeks, kept: 0, missed: 0, running: 0 };
  for (const { incident, item } of items) {
    const end = serviceLevelEnd(incident, item, settings);
    if (end === null || item.state === 'dropped') continue;
    const endMs = Date.parse(end);
    if (item.state === 'done' && Date.parse(item.ended ?? '') <= endMs) level.kept += 1;
    else if (item.state === 'done' || nowMs > endMs) level.missed += 1;
    else level.running += 1;
  }
  return level;
}
