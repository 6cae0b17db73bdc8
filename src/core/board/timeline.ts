import { detailOf } from '../event-detail.ts';
import type { RecordedEvent } from '../events.ts';
import { kindSpec } from '../kinds.ts';
import { type Html, html, lines } from '../report/html.ts';
import { MINUTE, msBetween, msOf } from '../time.ts';
import { oneLine } from '../untrusted.ts';
import { moment } from './pieces.ts';

/** One line of the timeline, whole, and where it belongs. */
export interface TimelineItem {
  id: string;
  html: string;
}

/** Two times that differ by more are both said. */
const LATE = 5 * MINUTE;

/** Sorts as the told order does, as text: a page puts late news where it belongs. */
export function sortKey({ at, id }: Pick<RecordedEvent, 'at' | 'id'>): string {
  return `${String(Math.max(0, msOf(at))).padStart(15, '0')}.${id}`;
}

export function timelineItem(event: RecordedEvent): TimelineItem {
  return { id: event.id, html: itemOf(event).markup };
}

/** The newest first: that is what people come back for. */
export function timelineList(told: readonly RecordedEvent[]): Html {
  return html`${[...told].reverse().map(itemOf)}`;
}

function itemOf(event: RecordedEvent): Html {
  const spec = kindSpec(event.kind);
  const isPurged = event.line_sha256 !== undefined;
  const { name, on_behalf_of: behalf } = event.by;
  const who = behalf ? `${name} for ${behalf}` : name;
  const notes = [
    event.basis === 'stated' && spec.source === 'measured' ? `stated by ${who}` : who,
    ...(event.at_source === 'observed' ? [] : [event.at_source]),
    ...(event.live ? [] : ['from a published copy']),
  ];
  const late = Math.abs(msBetween(event.at, event.recorded_at)) > LATE;
  return html`<li id="ev-${event.id}" data-key="${sortKey(event)}" data-kind="${spec.label}"><span class="at">${moment(event.at, true)}</span> <strong>${isPurged ? 'Purged event' : spec.label}</strong>${detailOf(event)}<div class="text">${lines(event.text.trim())}</div>${event.evidence.map((item) => html`<div class="evidence">Evidence: ${oneLine(item, 500)}</div>`)}<div class="soft">${oneLine(notes.join(', '), 200)}${late ? html`, recorded ${moment(event.recorded_at, true)}` : ''}</div></li>
`;
}
