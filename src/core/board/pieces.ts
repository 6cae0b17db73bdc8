import type { Clock } from '../clocks.ts';
import { type Incident, severityLabel } from '../incident.ts';
import { pulseOf } from '../pulse.ts';
import { type Html, html } from '../report/html.ts';
import { dateOf, hhmm, msOf } from '../time.ts';
import type { BoardRow } from './view.ts';
import { clocksShown } from './view.ts';

/** Small pieces that the list and the view of one incident share. */

/** `14:05 UTC`, read as a whole instant by machines; with its date where that matters. */
export function moment(iso: string, withDate = false): Html {
  return html`<time datetime="${iso}">${withDate ? `${dateOf(iso)} ` : ''}${hhmm(iso)} UTC</time>`;
}

/** `P1`, `P0?` while unconfirmed; the colour only repeats it. */
export function severityTag(incident: Incident): Html {
  const level = incident.severity?.level ?? 'none';
  return html`<span class="tag-${level}"><span class="hidden">Severity </span>${severityLabel(incident)}</span>`;
}

/** Five dots; the words say the same to those who do not see them. */
export function pulseMeter(incident: Incident): Html {
  const { dots, meter, step } = pulseOf(incident);
  return html`<span class="pulse"><span aria-hidden="true">${meter}</span> <span class="hidden">Pulse ${dots} of 5: </span>${step}</span>`;
}

/**
 * A clock that counts down. The server says when it is due; how long that is belongs to the page, which knows its own
 * time. A screen reader hears it when asked, never by itself.
 */
function clockItem(clock: Clock, id: string): Html {
  return html`<li id="${id}" class="clock ${clock.state}" data-due="${msOf(clock.due)}" data-label="${clock.label}"><span class="what">${clock.label}</span> <span class="left" data-own></span> <span class="soft">due ${moment(clock.due, true)}: ${clock.todo}</span></li>
`;
}

export function clockList(row: BoardRow, most = Number.POSITIVE_INFINITY): Html {
  const shown = clocksShown(row).slice(0, most);
  const { uid } = row.incident;
  if (shown.length === 0) return html`<p class="soft">No clock runs.</p>`;
  const seen = new Map<string, number>();
  return html`<ul class="clocks">
${shown.map((clock) => {
  const count = seen.get(clock.name) ?? 0;
  seen.set(clock.name, count + 1);
  return clockItem(clock, `clock-${uid}-${clock.name}-${count}`);
})}</ul>`;
}

/** What must not be overlooked: a rehearsal, a damaged record. */
export function notices({ incident, damage }: Pick<BoardRow, 'incident' | 'damage'>): Html {
  return html`${incident.drill ? html`<p class="notice">This is a rehearsal (drill); nothing of it is carried out.</p>` : ''}${
    damage > 0
      ? html`<p class="notice">${damage} damaged line${damage === 1 ? '' : 's'} in its log: <code>hotfix-pulse verify</code> shows where.</p>`
      : ''
  }`;
}
