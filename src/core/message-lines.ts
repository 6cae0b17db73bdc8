import { roleWords, utc } from './documents/describe.ts';
import { type Incident, lastOf, standingResolution } from './incident.ts';
import { durationMs } from './intervals.ts';
import { doneOf, durationWords, publicDone } from './message-status.ts';
import { given, type MessageInput, serviceOf, severityFact } from './message-words.ts';
import { addMs, HOUR } from './time.ts';
import { oneLine } from './untrusted.ts';

/** Single lines that several forms of message share. */

export const line = (label: string, text: string) => `${label}: ${text}`;
const titleOf = (incident: Incident) => oneLine(incident.title, 120);
export const SORRY = 'We are sorry: you rely on this, and it is not working for you as it should.';
export const WAS_SORRY = 'We are sorry: you rely on this, and it did not work for you as it should.';

/** `issues with login`, or the title where only insiders read; the public never reads a title. */
export function about(
  input: MessageInput,
  known: (service: string) => string,
  words: string,
  unknown: string,
): string {
  const service = serviceOf(input);
  if (service !== null) return known(service);
  return input.request.audience === 'public' ? unknown : `${words}: ${titleOf(input.incident)}`;
}

export const etaOf = (input: MessageInput) => given(input, 'eta') ?? 'Unknown';
export const details = (input: MessageInput, label: string): string[] => {
  const text = given(input, 'text');
  return text === null ? [] : [line(label, text)];
};
export const recordOf = ({ incident }: MessageInput) => line('Record', incident.label);
export const list = (items: readonly string[], none: string) =>
  items.length === 0 ? none : items.slice(0, 4).join('; ');

export function resolutionOf(input: MessageInput): string {
  const said = given(input, 'text');
  if (said !== null) return said;
  if (input.request.audience === 'public') return publicDone(input.incident);
  const resolved = standingResolution(input.incident);
  return list([...(resolved ? [oneLine(resolved.text, 200)] : []), ...doneOf(input.incident)], 'unknown');
}

/** Whether anything lingers is said in every resolution. Source: standards page, b3. */
export function dataLine(input: MessageInput): string[] {
  const data = severityFact(input.incident, 'data');
  if (input.request.audience !== 'public') return [line('Data', data?.replaceAll('_', ' ') ?? 'unknown')];
  return data === 'none' ? ['No data was affected.'] : [];
}

export function postmortemLine({ incident, view }: MessageInput): string {
  const resolved = standingResolution(incident);
  if (lastOf(incident, 'postmortem_written')) return line('Postmortem', `${view.folder}/post-mortem.md`);
  const hours = view.row?.postmortem_within_h ?? null;
  if (hours === null || !resolved) return 'No postmortem is required for this severity.';
  return `Postmortem to follow within ${hours} hours. That is by ${utc(addMs(resolved.at, hours * HOUR))}.`;
}

export const lengthLine = ({ incident }: MessageInput) =>
  line('Duration', durationWords(durationMs(incident)));

export function stableLine(incident: Incident): string {
  const resolved = standingResolution(incident);
  const confirmed = lastOf(
    incident,
    'stability_confirmed',
    (event) => resolved !== null && event.id > resolved.id,
  );
  return confirmed ? `confirmed ${utc(confirmed.at)}` : 'not confirmed on the record';
}

export const openActions = (incident: Incident) =>
  [...incident.actions.values()].filter((item) => item.state === 'open');

export const actionsLine = (incident: Incident) =>
  line(
    'Action items',
    list(
      openActions(incident).map(
        ({ id, text, owner, due }) =>
          `${oneLine(id, 20)} ${oneLine(text, 120)} (${oneLine(owner ?? 'nobody', 60)}, due ${oneLine(due ?? 'unknown', 30)})`,
      ),
      'none open',
    ),
  );

export function askedOf({ incident }: MessageInput): string {
  const role = 'subject_matter_expert';
  const person = incident.roles.get(role)?.person;
  return person === undefined
    ? `the ${roleWords(role)} (nobody is named yet)`
    : `${oneLine(person, 80)} (${roleWords(role)})`;
}

export const refutedOf = (incident: Incident) =>
  incident.hypotheses
    .filter((one) => one.state === 'refuted')
    .slice(-3)
    .map((one) => `${oneLine(one.text, 120)} (${oneLine(one.reason ?? 'no reason given', 120)})`);
