import type { Incident } from '../incident.ts';
import type { Role } from '../kinds.ts';
import type { Phase } from './course.ts';
import { roleWords } from './describe.ts';
import type { Narrative } from './narrative.ts';
import type { FieldName, ListName, MilestoneName } from './postmortem-names.ts';
import { narrativeIds } from './sources.ts';

/** Where a sentence of the postmortem comes from. */
export type Source = 'record' | 'narrative' | 'computed' | 'unknown';

/** One statement. `text` is raw: the template escapes it. `events` are the ids of the events behind it. */
export interface PostmortemItem {
  label: string | null;
  text: string;
  source: Source;
  events: string[];
  /** A box, ticked or not; null for a plain statement. */
  checked: boolean | null;
  /** Statements that belong under this one. */
  parts?: PostmortemItem[];
}

interface PostmortemRow {
  cells: string[];
  events: string[];
}

/** 2 for a section, 3 and 4 for parts of one; a question is a line of ours above its answers. */
type SectionLevel = 2 | 3 | 4 | 'question';

export interface PostmortemSection {
  id: string;
  title: string;
  level: SectionLevel;
  items: PostmortemItem[];
  table: { columns: string[]; rows: PostmortemRow[] } | null;
  /** Lines of a Mermaid chart, all in our own words. */
  chart?: string[];
}

/** The document as plain data: every preset and format is a template over this. */
export interface PostmortemDoc {
  title: string;
  label: string;
  uid: string;
  severity: string;
  status: string;
  drill: boolean;
  /** Id of the last event it was made from, and how many there were. */
  last_event: string | null;
  event_count: number;
  /** Events behind the head: what opened it, what gave it its severity and its status. */
  sources: { incident: string[]; severity: string[]; status: string[] };
  /** How it went, to draw to scale. */
  course: Phase[];
  /** When each event happened, in told order (RFC 3339). */
  moments: string[];
  /** The union of all presets' sections, as the default preset shows them. */
  sections: PostmortemSection[];
  /** The same facts one by one: what the other presets and a repository's own template choose from. */
  pool: PostmortemPool;
}

/** A point of the timeline. `at` (RFC 3339), `time` (as shown) and `who` are null when nobody recorded it. */
export interface Milestone {
  at: string | null;
  time: string | null;
  what: string;
  who: string | null;
  /** How we know, or whom to ask. */
  notes: string;
  events: string[];
}

export interface PostmortemAction {
  id: string;
  text: string;
  owner: string | null;
  /** A date, or an instant. */
  due: string | null;
  type: string | null;
  state: 'open' | 'done' | 'dropped';
  /** By when, seen from the end of the incident. */
  horizon: 'week' | 'month' | 'quarter' | 'undated';
  area: 'tests' | 'monitoring' | 'process' | 'architecture' | 'documentation';
  /** What it is for, in words. */
  why: string;
  event: string;
}

export interface PostmortemPool {
  /** What the incident was opened with, as it was said. */
  description: string;
  fields: Record<FieldName, PostmortemItem>;
  lists: Record<ListName, PostmortemItem[]>;
  milestones: Record<MilestoneName, Milestone>;
  /** What happened besides the milestones that a short timeline should not leave out. */
  key_events: Milestone[];
  actions: PostmortemAction[];
  /** Whom to ask for what nobody recorded, by role: `UNKNOWN - ask the ops lead`. */
  ask: Record<Role, string>;
}

export function section(
  id: string,
  title: string,
  level: SectionLevel,
  items: PostmortemItem[],
  table: PostmortemSection['table'] = null,
): PostmortemSection {
  return { id, title, level, items, table };
}

export function item(
  label: string | null,
  text: string,
  source: Source,
  events: readonly string[] = [],
  checked: boolean | null = null,
): PostmortemItem {
  return { label, text, source, events: [...events], checked };
}

/** A recorded text, or the role that would know it. */
export function recorded(
  incident: Incident,
  label: string | null,
  text: string | null | undefined,
  events: readonly string[],
  ask: Role,
): PostmortemItem {
  return text == null || text.trim() === ''
    ? unknown(incident, label, ask)
    : item(label, text, 'record', events);
}

/** A text of the narrative, or the role that would know it. */
export function narrated(
  incident: Incident,
  label: string | null,
  told: Narrative,
  name: 'summary' | 'impact' | 'trigger' | 'detected_earlier',
  ask: Role,
): PostmortemItem {
  const text = told[name];
  return text === undefined || text.trim() === ''
    ? unknown(incident, label, ask)
    : item(label, text, 'narrative', narrativeIds(incident, name));
}

export function unknown(incident: Incident, label: string | null, ask: Role): PostmortemItem {
  const person = incident.roles.get(ask)?.person;
  const who = `the ${roleWords(ask)}${person === undefined ? '' : ` (${person})`}`;
  return item(label, `UNKNOWN - ask ${who}`, 'unknown');
}

/** Fields of the narrative that are lists. */
type NarrativeList = Exclude<keyof Narrative, 'summary' | 'impact' | 'trigger' | 'detected_earlier'>;

export function listSection(
  incident: Incident,
  id: string,
  title: string,
  level: SectionLevel,
  told: Narrative,
  name: NarrativeList,
  ask: Role,
): PostmortemSection {
  const texts = (told[name] ?? []).filter((text) => text.trim() !== '');
  const ids = narrativeIds(incident, name);
  const items =
    texts.length === 0
      ? [unknown(incident, null, ask)]
      : texts.map((text) => item(null, text, 'narrative', ids));
  return section(id, title, level, items);
}
