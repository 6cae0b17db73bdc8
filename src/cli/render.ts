import { type Clock, overdueClocks, PROMISES } from '../core/clocks.ts';
import { openDebts } from '../core/debts.ts';
import { formatShort } from '../core/duration.ts';
import { detailOf } from '../core/event-detail.ts';
import type { RecordedEvent } from '../core/events.ts';
import { type Incident, isOpen, severityLabel } from '../core/incident.ts';
import { kindSpec } from '../core/kinds.ts';
import { pulseOf } from '../core/pulse.ts';
import { dateOf, hhmm, MINUTE, msBetween } from '../core/time.ts';
import { cleanText, oneLine } from '../core/untrusted.ts';
import type { Loaded } from '../tools/support/load.ts';
import type { Paint } from './colour.ts';

/** An event whose two times differ by more than this is shown as reported later. */
const LATE = 5 * MINUTE;

/** What an operation answered, with the lines that want attention in colour. */
export function renderAnswer(text: string, paint: Paint): string {
  return cleanText(text)
    .split('\n')
    .map((line) => (/^\s*(?:[-*] )?⏰|\boverdue by\b/.test(line) ? paint.red(line) : line))
    .join('\n');
}

/** `hotfix-001 P1 investigating 🟢🟢⚪️⚪️⚪️ Title`. */
export function renderHead(incident: Incident, paint: Paint): string {
  const { meter, step } = pulseOf(incident);
  const drill = incident.drill ? '[DRILL] ' : '';
  return [
    `${drill}${paint.bold(incident.label)}  ${oneLine(incident.title, 200)}`,
    `  ${severityLabel(incident)}  ${incident.status}  ${meter} ${paint.dim(step)}`,
  ].join('\n');
}

/** Clocks that still run or are overdue, overdue first; with `met` also those that were stopped. */
export function renderClocks(clocks: readonly Clock[], nowMs: number, paint: Paint, met = false): string {
  const width = Math.max(0, ...clocks.map((clock) => clock.label.length));
  const line = (clock: Clock): string => {
    const label = clock.label.padEnd(width);
    const left = Date.parse(clock.due) - nowMs;
    switch (clock.state) {
      case 'overdue':
        return paint.red(`  ⏰ ${label}  overdue by ${formatShort(-left)}: ${cleanText(clock.todo)}`);
      case 'running':
        return `     ${label}  due in ${formatShort(Math.max(0, left))} ${paint.dim(`(${when(clock.due)})`)}`;
      case 'met':
        return paint.dim(`     ${label}  met${clock.late ? ' late' : ''}`);
    }
  };
  const states = met ? (['overdue', 'running', 'met'] as const) : (['overdue', 'running'] as const);
  return states
    .flatMap((state) => clocks.filter((clock) => clock.state === state))
    .map(line)
    .join('\n');
}

/** `2026-11-20 14:00 UTC`. */
export function when(iso: string): string {
  return `${dateOf(iso)} ${hhmm(iso)} UTC`;
}

/** Clocks that somebody still answers for: all of an open incident, only the promises of a closed one. */
export function owedClocks({ incident, clocks }: Pick<Loaded, 'incident' | 'clocks'>): Clock[] {
  return isOpen(incident) ? clocks : clocks.filter((clock) => PROMISES.includes(clock.name));
}

/** Open incidents, and ended ones with a promise that is overdue or a debt that nobody has paid. */
export function concerning(all: readonly Loaded[]): Loaded[] {
  return all.filter((one) => isOpen(one.incident) || (!one.incident.drill && owes(one)));
}

function owes(one: Loaded): boolean {
  return overdueClocks(owedClocks(one)).length > 0 || debtsOf(one.incident).length > 0;
}

/** What was skipped and is still open: `close gate: regression, until 2026-01-08`. A rehearsal owes nothing. */
export function debtsOf(incident: Incident): string[] {
  if (incident.drill || incident.status === 'cancelled') return [];
  return openDebts(incident).map(
    ({ gate, missing, until }) => `${gate} gate: ${missing.join(', ')}, until ${until ?? 'no date'}`,
  );
}

/** The told timeline, a day's date above its events. Times are UTC. */
export function renderTimeline(events: readonly RecordedEvent[], paint: Paint, ids = false): string {
  let day = '';
  const lines: string[] = [];
  for (const event of events) {
    const date = dateOf(event.at);
    if (date !== day) lines.push(paint.bold(`${date} (UTC)`));
    day = date;
    lines.push(renderEvent(event, paint, ids));
  }
  return lines.join('\n');
}

export function renderEvent(event: RecordedEvent, paint: Paint, ids = false): string {
  const spec = kindSpec(event.kind);
  const indent = `\n${' '.repeat(9)}`;
  const text = cleanText(event.text).trim().replaceAll('\n', indent);
  const person = event.by.on_behalf_of ? `${event.by.name} for ${event.by.on_behalf_of}` : event.by.name;
  const notes = [
    event.basis === 'stated' && spec.source === 'measured' ? `stated by ${person}` : person,
    ...(event.at_source === 'observed' ? [] : [event.at_source]),
    ...(Math.abs(msBetween(event.at, event.recorded_at)) > LATE
      ? [`recorded ${when(event.recorded_at)}`]
      : []),
    ...(event.live ? [] : ['from a published copy']),
  ];
  const what = event.line_sha256 === undefined ? `${spec.label}${detailOf(event)}` : 'Purged event';
  const evidence = event.evidence.map((item) => `${indent}${paint.dim(`= ${oneLine(item, 500)}`)}`);
  return [
    `  ${hhmm(event.at)}  ${what}${text === '' ? '' : `: ${text}`}`,
    ` ${paint.dim(`(${oneLine(notes.join(', '), 200)})`)}`,
    ids ? `${indent}${paint.dim(event.id)}` : '',
    ...evidence,
  ].join('');
}
