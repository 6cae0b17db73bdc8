import { PulseError } from './errors.ts';
import type { EventDraft, RecordedEvent } from './events.ts';
import { foldIncident } from './incident.ts';
import { type Field, KIND_NAMES, type Kind, kindSpec } from './kinds.ts';
import { dataFor, type RecordInput } from './record.ts';
import { LEVELS } from './severity.ts';
import { TASKS } from './tasks.ts';
import { parseDue, parseWhen } from './time.ts';
import { CAPS, cleanText, oneLine } from './untrusted.ts';

/** A record that somebody kept by hand, in the form of the skill's `references/by-hand.md`. */
export interface ByHand {
  title: string;
  description: string;
  /** Drafts in file order; all are history (`imported`), none opens a gate. */
  drafts: EventDraft[];
  /** What could not be read, by line of timeline.md, in our own words. */
  problems: { line: number; problem: string }[];
}

export interface ByHandFiles {
  'timeline.md': string | null;
  'hotfix.md': string | null;
  'tasks.md': string | null;
}

interface Context {
  uid: string;
  number: number;
  slug: string;
  nowMs: number;
  inputHash: string;
  /** Front matter of hotfix.md, if it has any. */
  front: Record<string, unknown>;
}

const LINE = /^\s*[-*] (\S+) \| ([a-z_]+) \| (.*?)(?: \| (.*))?$/;
/** Lines that say nothing about the incident: empty ones, headings, the fence of a copied template. */
const SILENT = /^\s*(?:$|#|```)/;
const NAMED: readonly Field[] = [
  'type',
  'severity',
  'reason',
  'person',
  'role',
  'environment',
  'ref',
  'owner',
  'due',
];
const TASK = /^\s*[-*] \[([ xX])\] \*{0,2}(T\d{3})\b/;
const SKIPPED = /^\s+[-*] Skipped: *(\S.*)$/;
const TITLE = /^# (?:Hotfix|Timeline|Tasks)[^:\n]*: *(?:Hotfix - )?(.+)$/m;

type Line = { line: number; time: string; kind: string; said: string; rest: string };
type Draft = Omit<EventDraft, 'input_hash' | 'imported' | 'basis' | 'at_source'>;
type Add = (draft: Draft) => void;

/** Reads the three files. A line that says something unknown becomes a note, so that nothing is lost. */
export function readByHand(files: ByHandFiles, context: Context): ByHand {
  const problems: ByHand['problems'] = [];
  const hotfix = cleanText(files['hotfix.md'] ?? '');
  const lines = cleanText(files['timeline.md'] ?? '')
    .split('\n')
    .flatMap((text, index) => (SILENT.test(text) ? [] : [lineOf(text, index + 1)]));
  const opening = lines.find((item) => item.kind === 'opened');
  const titles = [context.front.title, TITLE.exec(hotfix)?.[1], opening?.said, context.slug];
  const title = oneLine(titles.find((text) => typeof text === 'string') ?? '', CAPS.title);
  const description = /^User description: "(.*)"$/m.exec(hotfix)?.[1] ?? opening?.said ?? title;
  const drafts: EventDraft[] = [];
  const add: Add = (draft) =>
    drafts.push({
      ...draft,
      basis: 'stated',
      at_source: 'reported',
      input_hash: context.inputHash,
      imported: true,
    });
  const times = [opening, ...lines].map((item) => timeOf(item?.time ?? '', context.nowMs));
  const openedAt = times.find((at) => at !== null);
  add({
    ...{ kind: 'opened', text: title, ...(openedAt ? { at: openedAt } : {}) },
    evidence: fieldsOf(opening?.rest ?? '').evidence,
    data: { number: context.number, slug: context.slug, title, description },
  });
  for (const item of lines) {
    if (item === opening) continue;
    const problem = addLine(add, item, drafts, context);
    if (problem) problems.push({ line: item.line, problem: `${problem}; kept as a note` });
  }
  const level = LEVELS.find((known) => known === context.front.severity);
  if (level && !drafts.some((draft) => draft.kind === 'severity_changed')) {
    const data = { to: level, confirmed: true };
    add({ kind: 'severity_changed', text: `Severity ${level}, as hotfix.md says`, data, evidence: [] });
  }
  addTasks(add, cleanText(files['tasks.md'] ?? ''));
  return { title, description, drafts, problems };
}

/** One line of timeline.md; one in another form has an empty kind and is all text. */
function lineOf(text: string, line: number): Line {
  const [, time = '', kind = '', said = text, rest = ''] = LINE.exec(text) ?? [];
  return { line, time, kind, said: said.trim(), rest: rest.trim() };
}

/** Ticks, and the reasons under tasks that were skipped. */
function addTasks(add: Add, text: string): void {
  let task: string | undefined;
  for (const line of text.split('\n')) {
    const [, box, id] = TASK.exec(line) ?? [];
    if (id !== undefined) task = TASKS.find((known) => known.id === id)?.id;
    const reason = SKIPPED.exec(line)?.[1];
    if (task === undefined) continue;
    if (box !== undefined && box !== ' ')
      add({ kind: 'task_done', text: `${task} was ticked by hand`, data: { task }, evidence: [] });
    else if (reason !== undefined)
      add({ kind: 'task_skipped', text: `${task} was skipped`, data: { task, reason }, evidence: [] });
  }
}

/** Adds what the line says; when that is not possible, adds it as a note and answers why. */
function addLine(add: Add, item: Line, drafts: readonly EventDraft[], context: Context): string | null {
  const { fields, evidence } = fieldsOf(item.rest);
  const at = timeOf(item.time, context.nowMs);
  const note = (problem: string) => {
    const text = item.kind === '' ? item.said : `${item.kind}: ${item.said}`;
    add({ kind: 'noted', text, data: {}, evidence, ...(at ? { at } : {}) });
    return problem;
  };
  if (item.kind === '') return note('not in the form "- time | kind | text | evidence"');
  if (at === null) return note('the time is not RFC 3339 with a zone, or lies in the future');
  const kind = KIND_NAMES.find((known) => known === item.kind);
  if (!kind) return note('unknown kind');
  const data = taskData(kind, item.said, fields);
  if (data) {
    add({ kind, text: item.said, data, evidence, at });
    return null;
  }
  if (kindSpec(kind).source === 'own') return note('this line alone cannot say that');
  try {
    const due = fields.due === undefined ? {} : parseDue(fields.due, Date.parse(at));
    const input: RecordInput = { kind, text: item.said, evidence, ...fields, ...due };
    const made = dataFor(input, soFar(drafts, context));
    add({ kind, text: item.said, data: withoutMadeUpRef(made), evidence, at });
    return null;
  } catch (error) {
    if (!(error instanceof PulseError)) throw error;
    return note('a needed field is missing, has a wrong value, or the kind makes no sense here');
  }
}

/** A task line names its task in `ref` or first in its text; a skip needs its reason. */
function taskData(kind: Kind, said: string, { ref, reason }: Fields): EventDraft['data'] | null {
  if (kind !== 'task_done' && kind !== 'task_skipped') return null;
  const task = TASKS.find(({ id }) => id === (ref ?? said.slice(0, 4)).toUpperCase())?.id;
  if (task === undefined || (kind === 'task_skipped' && reason === undefined)) return null;
  return reason === undefined ? { task } : { task, reason };
}

/** The ids of `soFar` exist here only; an event that pointed to one would point to nothing in the log. */
function withoutMadeUpRef(data: EventDraft['data']): EventDraft['data'] {
  const members = Object.entries(data).filter(
    ([name, value]) => !(name === 'ref' && /^\d{26}$/.test(String(value))),
  );
  return Object.fromEntries(members) as EventDraft['data'];
}

/** The incident as the drafts so far tell it; ids only give their order. */
function soFar(drafts: readonly EventDraft[], context: Context) {
  const events = drafts.map((draft, index) => {
    const id = String(index).padStart(26, '0');
    const at = draft.at ?? new Date(context.nowMs).toISOString();
    const by = { name: 'import', kind: 'system' } as const;
    const event = {
      v: 1,
      incident: context.uid,
      recorded_at: at,
      by,
      writer: '',
      seq: index,
      prev: null,
      live: false,
    };
    return { ...event, ...draft, id, at } as RecordedEvent;
  });
  return foldIncident(context.uid, events);
}

type Fields = Omit<RecordInput, 'kind' | 'text' | 'evidence'>;

/** `type: started; output: ...` to fields and evidence; whatever has no known name is evidence. */
function fieldsOf(rest: string): { fields: Fields; evidence: string[] } {
  const fields: Record<string, string> = {};
  const evidence: string[] = [];
  for (const part of rest.split('; ').map((piece) => piece.trim())) {
    const [, name = '', value = ''] = /^([a-z_]+): *(.+)$/.exec(part) ?? [];
    if (NAMED.some((known) => known === name)) fields[name] = value;
    else if (part !== '' && part !== '-') evidence.push(part);
  }
  return { fields, evidence };
}

/** Absolute times only: `-15m` in a file that was kept for days has lost its now. */
function timeOf(time: string, nowMs: number): string | null {
  if (!/^\d/.test(time)) return null;
  try {
    return parseWhen(time, nowMs).at;
  } catch {
    return null;
  }
}
