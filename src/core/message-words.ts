import type { Incident } from './incident.ts';
import type { AUDIENCES } from './kinds.ts';
import type { LevelRow } from './severity.ts';
import { SeverityFacts } from './severity-facts.ts';
import { oneLine } from './untrusted.ts';

/** What every form of message is made from, and the words that depend on who reads it. Texts are plain, one line each. */

export const FORMS = ['initial', 'update', 'resolution', 'need_eyes', 'closure'] as const;
export type Form = (typeof FORMS)[number];
export type Audience = (typeof AUDIENCES)[number];

/** What a person or agent adds to the record's own words. Nothing of it is guessed when left out. */
export interface MessageRequest {
  form: Form;
  audience: Audience;
  /** What is affected, in words that the audience knows. */
  system?: string | undefined;
  /** Only a person states one. */
  eta?: string | undefined;
  impact?: string | undefined;
  text?: string | undefined;
}

interface MessageView {
  nowMs: number;
  /** The row of the incident's severity; null before any severity. */
  row: LevelRow | null;
  folder: string;
}

export interface MessageInput {
  incident: Incident;
  request: MessageRequest;
  view: MessageView;
}

/** Code points per argument: a public message stays under 1,500 characters whatever is given. */
const LONGEST = { system: 60, eta: 80, impact: 280, text: 400 } as const;
const FACT = 80;

/** An argument as one line, for the public without names and without a word that says too much; null when not given. */
export function given({ incident, request }: MessageInput, name: keyof typeof LONGEST): string | null {
  const line = oneLine(request[name] ?? '', LONGEST[name]);
  if (line === '') return null;
  return request.audience === 'public' ? oneLine(forPublic(line, incident), LONGEST[name]) : line;
}

/** Our own or somebody's text for the public: people known to the incident become colleagues. Source: standards page, b3. */
function forPublic(line: string, incident: Incident): string {
  const unnamed = peopleOf(incident).reduce(
    (text, name) =>
      text.replace(new RegExp(`(?<![\\p{L}\\p{N}])${escaped(name)}(?![\\p{L}\\p{N}])`, 'gu'), 'a colleague'),
    line,
  );
  return isFullOutage(incident) ? unnamed : unnamed.replace(OUTAGE, (word) => REPLACED[word] ?? 'disruption');
}

const OUTAGE = /\boutages?\b/gi;
const REPLACED: Record<string, string> = {
  Outage: 'Disruption',
  outages: 'disruptions',
  Outages: 'Disruptions',
};

/** Only then is "outage" the right word. */
function isFullOutage(incident: Incident): boolean {
  return (
    severityFact(incident, 'service') === 'down' &&
    /^(?:all|100 ?%)$/.test(severityFact(incident, 'users') ?? '')
  );
}

/** Full names and their capitalised parts, longest first, so that no first name is left of a full one. */
function peopleOf(incident: Incident): string[] {
  const full = [
    ...[...incident.roles.values()].map(({ person }) => person),
    ...[...incident.actions.values()].map(({ owner }) => owner ?? ''),
    ...incident.recorded.flatMap((event) => [
      event.by.kind === 'human' ? event.by.name : '',
      event.by.on_behalf_of ?? '',
      event.kind === 'acknowledged' ? (event.data.person ?? '') : '',
    ]),
  ].map((name) => oneLine(name, FACT));
  const parts = full.flatMap((name) => name.match(/\p{Lu}[\p{L}\p{M}'’-]{2,}/gu) ?? []);
  return [...new Set([...full, ...parts])]
    .filter((name) => name.length > 2)
    .sort((a, b) => b.length - a.length);
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A severity fact whose value is one of ours: an imported record may hold anything. Null when unknown. */
export function severityFact(incident: Incident, name: keyof SeverityFacts): string | null {
  const value = incident.facts.get(name)?.value.trim().toLowerCase();
  if (value === undefined || value === 'unknown') return null;
  return SeverityFacts.safeParse({ [name]: value }).success ? value : null;
}

const FLOWS: Record<string, string> = {
  login: 'login',
  payment: 'payments',
  data_write: 'saving data',
  checkout: 'checkout',
};

/** What is affected; null when nobody said. The public never reads the name of an internal system. */
export function serviceOf(input: MessageInput): string | null {
  const { incident, request } = input;
  const systems = oneLine(incident.facts.get('affected_systems')?.value ?? '', FACT);
  const internal = request.audience === 'public' || systems === 'unknown' ? '' : systems;
  return given(input, 'system') ?? (internal || FLOWS[severityFact(incident, 'flow') ?? ''] || null);
}

export function impactOf(input: MessageInput): string {
  const { incident, request } = input;
  const said = given(input, 'impact');
  if (said !== null) return said;
  const words = request.audience === 'public' ? publicImpact(input) : recordedImpact(incident);
  if (words === null)
    return request.audience === 'public' ? 'We are still finding out who is affected.' : 'Unknown';
  return words;
}

const IMPACT_FACTS = ['users', 'service', 'error_rate', 'flow', 'data', 'plans', 'revenue'];

function recordedImpact(incident: Incident): string | null {
  const facts = IMPACT_FACTS.flatMap((name) => {
    const fact = incident.facts.get(name);
    if (fact === undefined || fact.value.trim().toLowerCase() === 'unknown') return [];
    return [{ words: `${name.replaceAll('_', ' ')}: ${oneLine(fact.value, FACT)}`, event: fact.event }];
  });
  if (facts.length === 0) return null;
  const words = facts.map((fact) => fact.words).join('; ');
  return isStale(
    incident,
    facts.map((fact) => fact.event),
  )
    ? `before the last change: ${words}`
    : words;
}

/** Whether what is known about the harm is older than the last thing that was done against it. */
function isStale(incident: Incident, events: readonly string[]): boolean {
  const done = incident.recorded.findLast((event) =>
    ['mitigation_applied', 'rolled_back', 'deployed', 'resolved'].includes(event.kind),
  );
  return done !== undefined && incident.status !== 'investigating' && events.every((id) => id < done.id);
}

const SHARES: Record<string, string> = {
  all: 'all users',
  most: 'most users',
  many: 'many users',
  some: 'some users',
  few: 'a few users',
  one: 'a single user',
};

function publicImpact(input: MessageInput): string | null {
  const { incident } = input;
  const service = severityFact(incident, 'service');
  const users = severityFact(incident, 'users');
  const events = ['service', 'users'].flatMap((name) => incident.facts.get(name)?.event ?? []);
  const stale = isStale(incident, events);
  const state = STATES[service ?? '']?.(stale ? 'was' : 'is');
  const share = users === null ? null : (SHARES[users] ?? (users.endsWith('%') ? `${users} of users` : null));
  if (state === undefined && share === null) return null;
  const subject = serviceOf(input) ?? 'Our service';
  const words = `${subject.charAt(0).toUpperCase()}${subject.slice(1)}: ${state ?? (stale ? 'there were problems' : 'there are problems')}${share ? ` for ${share}` : ''}`;
  if (isFullOutage(incident)) return `${words} (outage).`;
  return stale ? `${words}, before our last change.` : `${words}.`;
}

const STATES: Record<string, (verb: string) => string> = {
  down: (verb) => `${verb} not available`,
  degraded: (verb) => `${verb} not working as it should`,
};
