import type { RecordedEvent } from '../events.ts';
import type { Incident } from '../incident.ts';
import type { Kind } from '../kinds.ts';

/** The page that alerted, as the record names it: by the key of the alert, or by its incident. */
export type Alert =
  | { by: 'key'; key: string; url: string | null }
  | { by: 'incident'; id: string; url: string };

export type Action = 'acknowledge' | 'resolve';

/** What PagerDuty is told. Never to page anybody: there is no `trigger` here. */
export type PagerDutyDraft = { alert: Alert | null; action: Action | null };

/** Limit of PagerDuty. */
const KEY = /^pagerduty:([^\s\p{C}]{1,255})$/u;
const PAGE =
  /^(https:\/\/[a-z0-9](?:[a-z0-9-]{0,62})(?:\.eu)?\.pagerduty\.com\/incidents\/([A-Z0-9]{1,32}))\/?(?:[?#]\S*)?$/;

/** Only these say what alerted; an address in the evidence of anything else may be about another alert. */
const TELLERS: readonly Kind[] = ['opened', 'acknowledged', 'fact_recorded', 'linked'];

export function pagerDutyDraft(incident: Incident): PagerDutyDraft {
  return { alert: alertOf(incident), action: actionOf(incident) };
}

/** The last one named, so that a wrong one can be put right. */
function alertOf(incident: Incident): Alert | null {
  const told = incident.recorded.filter((event) => TELLERS.includes(event.kind) && !event.imported);
  const names = told.flatMap(namesIn);
  const key = names.findLast((name) => KEY.test(name));
  const page = names.map((name) => PAGE.exec(name)).findLast((match) => match !== null);
  const url = page?.[1] ?? null;
  if (key !== undefined) return { by: 'key', key: KEY.exec(key)?.[1] ?? '', url };
  return page?.[2] === undefined || url === null ? null : { by: 'incident', id: page[2], url };
}

const namesIn = (event: RecordedEvent): string[] =>
  [...event.evidence, ...(event.kind === 'linked' ? [event.data.url ?? ''] : [])].map((name) => name.trim());

/** Nothing for a cancelled one: whether a false alarm ends the page is for the person who was paged. */
function actionOf(incident: Incident): Action | null {
  if (incident.status === 'cancelled') return null;
  if (incident.status === 'resolved' || incident.status === 'closed') return 'resolve';
  const isTaken = incident.recorded.some(({ kind, live }) => kind === 'acknowledged' && live);
  return isTaken || incident.status !== 'investigating' ? 'acknowledge' : null;
}

const REF = 'dedup:';
export const refOf = (key: string): string => `${REF}${key}`;
/** Null for what is no reference of ours. */
export const keyOf = (ref: string): string | null =>
  ref.startsWith(REF) && KEY.test(`pagerduty:${ref.slice(REF.length)}`) ? ref.slice(REF.length) : null;

export const ROUTING_KEY = /^[A-Za-z0-9]{32}$/;

export function eventBody(routingKey: string, key: string, action: Action) {
  return { routing_key: routingKey, dedup_key: key, event_action: action };
}
