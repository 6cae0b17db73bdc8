import { isOpen } from '../incident.ts';
import type { Kind } from '../kinds.ts';
import { type Html, html } from '../report/html.ts';
import { clockList, moment, notices, pulseMeter, severityTag } from './pieces.ts';
import { type BoardRow, clocksShown } from './view.ts';

export const ENDED_PATH = '/board/ended';
const MOST_CLOCKS = 3;
const ENDS: readonly Kind[] = ['closed', 'cancelled', 'marked_duplicate'];

/** Open incidents and ended ones that still owe something late, the most urgent first. */
export function listPart(all: readonly BoardRow[]): Html {
  const shown = [...all].filter(concerns).sort(byUrgency);
  if (shown.length === 0) {
    return html`<p>No incident is open. One is opened with <code>/hotfix</code> in an agent or <code>hotfix-pulse open "what is wrong"</code> in a terminal.</p>`;
  }
  return html`<ul class="incidents">
${shown.map(card)}</ul>`;
}

/** Whether the list shows it. */
export function concerns({ incident, clocks }: Pick<BoardRow, 'incident' | 'clocks'>): boolean {
  if (isOpen(incident)) return true;
  return !incident.drill && clocksShown({ incident, clocks }).some(({ state }) => state === 'overdue');
}

/** What is over, newest first. */
export function endedList(ended: readonly BoardRow[]): Html {
  return html`<ul class="ended">
${ended.map(endedItem)}</ul>`;
}

/** @param hasMore others are on a page of their own */
export function endedPart(ended: readonly BoardRow[], hasMore: boolean): Html {
  if (ended.length === 0) return html`<p class="soft">None has ended yet.</p>`;
  return html`${endedList(ended)}${hasMore ? html`<p><a href="${ENDED_PATH}">More that have ended</a></p>` : ''}`;
}

function endedItem({ incident }: BoardRow): Html {
  const { uid, label, title, status, told } = incident;
  const over = told.findLast(({ kind }) => ENDS.includes(kind));
  return html`<li id="ended-${uid}"><a href="/board?incident=${uid}">${label}: ${title}</a> <span class="soft">${severityTag(incident)} ${status}${over ? html` ${moment(over.at, true)}` : ''}${incident.drill ? ', a rehearsal' : ''}</span></li>
`;
}

function byUrgency(a: BoardRow, b: BoardRow): number {
  const rank = ({ incident }: BoardRow): string =>
    `${isOpen(incident) ? 0 : 1}${incident.drill ? 1 : 0}${incident.severity?.level ?? 'P0~'}`;
  const [first, second] = [rank(a), rank(b)];
  if (first !== second) return first < second ? -1 : 1;
  return a.incident.number - b.incident.number;
}

function card(row: BoardRow): Html {
  const { incident } = row;
  const { uid, label, title, status, opened } = incident;
  const late = clocksShown(row).filter(({ state }) => state === 'overdue').length;
  const commander = incident.roles.get('incident_commander')?.person;
  return html`<li id="incident-${uid}" class="card${late > 0 ? ' late' : ''}"><h2><a href="/board?incident=${uid}">${label}: ${title}</a></h2>
<p class="facts">${severityTag(incident)} <strong>${status}</strong> ${pulseMeter(incident)}</p>
${notices(row)}<p class="soft">${opened ? html`Opened ${moment(opened.at, true)}` : ''}${commander === undefined ? '' : html` · commander ${commander}`}</p>
${clockList(row, MOST_CLOCKS)}</li>
`;
}
