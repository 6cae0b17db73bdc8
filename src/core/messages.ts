import { PulseError } from './errors.ts';
import { type Incident, lastOf, severityLabel } from './incident.ts';
import { FORM_SPECS } from './message-forms.ts';
import { type Form, given, type MessageInput, serviceOf, severityFact } from './message-words.ts';
import type { Status } from './status.ts';
import { cleanText } from './untrusted.ts';

/** Messages to people who wait. Times are computed or recorded; an ETA stands there only when a person states one. */

const RUNNING: readonly Status[] = ['investigating', 'identified', 'mitigated', 'monitoring'];

/** From which status a form says something true. */
const TRUE_FROM: Record<Form, { statuses: readonly Status[]; hint: string }> = {
  initial: { statuses: RUNNING, hint: 'draft the form update, resolution or closure instead' },
  update: { statuses: [...RUNNING, 'resolved', 'cancelled'], hint: 'draft the form closure instead' },
  resolution: {
    statuses: ['resolved', 'closed'],
    hint: 'record resolved with evidence first, or draft the form update',
  },
  need_eyes: { statuses: RUNNING, hint: 'draft the form update instead; reopened starts the incident again' },
  closure: { statuses: ['closed'], hint: 'close it first (close_incident), or draft the form resolution' },
};

/** The form that fits now: the first message, then updates, then the resolution, then the closure notice. */
export function formFor(incident: Incident): Form {
  if (incident.status === 'closed') return 'closure';
  if (incident.status === 'resolved') return 'resolution';
  const first = incident.status === 'investigating' && lastOf(incident, 'update_posted') === null;
  return first ? 'initial' : 'update';
}

/**
 * One message as plain text, not yet redacted and not yet fit for posting (see `forCopying`).
 * @throws PulseError conflict when the form would claim what the record does not say
 */
export function composeMessage(input: MessageInput): string {
  const { incident, request } = input;
  const { statuses, hint } = TRUE_FROM[request.form];
  if (!statuses.includes(incident.status)) {
    throw new PulseError(
      'conflict',
      `the form ${request.form} is not true while the incident is ${incident.status}`,
      hint,
    );
  }
  const spec = FORM_SPECS[request.form];
  const { lines, tail } = spec.body[request.audience](input);
  // Levels are our own words; the public reads impact instead.
  const tag = request.audience === 'public' ? '' : `[${severityLabel(incident)}] `;
  const head = `${incident.drill ? '[DRILL] ' : ''}${spec.icon} ${tag}${spec.headline(input, serviceOf(input))}`;
  const drill = incident.drill ? ['[DRILL] This is an exercise; nothing is wrong.'] : [];
  return cleanText([head, '', ...lines, '', ...tail, ...drill].join('\n'));
}

/** What a person should know before posting; sentences of ours. */
export function notesOn(input: MessageInput): string[] {
  const { incident, request } = input;
  const notes: string[] = [];
  if (serviceOf(input) === null) notes.push('Nobody has said what is affected: pass system.');
  if (request.audience !== 'public') return notes;
  const security = severityFact(incident, 'security');
  const data = severityFact(incident, 'data');
  if (security === 'yes' || security === 'suspected' || data === 'exposed')
    notes.push('Security: post nothing public before the people in charge of security agree.');
  if (data === 'at_risk' || data === 'lost_or_corrupted' || data === 'exposed')
    notes.push('Data may be affected and the draft does not say so: a person must word that (impact).');
  const inner = { ...input, request: { ...request, audience: 'internal' as const } };
  const changed = (['system', 'eta', 'impact', 'text'] as const).filter(
    (name) => given(input, name) !== given(inner, name),
  );
  if (changed.length > 0)
    notes.push(`Names became "a colleague" and outage became disruption in: ${changed.join(', ')}.`);
  return notes;
}

/** Inserted where a chat or tracker would act on text: it stays readable and does nothing. */
const BREAK = '\u200D';
const ACTIVE = /(?<![\p{L}\p{N}])@(?=[\p{L}\p{N}])|#(?=\d)|\bGH-(?=\d)|<(?=[a-z!/?@#])|\](?=\()/giu;

/** The same text with mentions, references, links and markup taken out of force. */
export function forCopying(text: string): string {
  return text.replace(ACTIVE, (start) => `${start}${BREAK}`);
}

/** Terminals show invisible characters spelled out; in a text for copying ours must stay what they are. */
export function keepCopyable(shown: string): string {
  return shown.replace(/(?<=[@#<\]]|GH-)<U\+200D>/gi, BREAK);
}
