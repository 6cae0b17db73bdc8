import type { EventDraft, RecordedEvent } from './events.ts';
import { foldIncident } from './incident.ts';
import { type Field, KIND_NAMES, kindSpec } from './kinds.ts';
import { dataFor, type RecordInput } from './record.ts';
import { parseWhen } from './time.ts';
import { cleanText, oneLine } from './untrusted.ts';

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
}

const LINE = /^\s*[-*] (\S+) \| ([a-z_]+) \| (.*?)(?: \| (.*))?$/;
const NAMED: readonly (Field | 'evidence')[] = [
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
const TICK = /^\s*- \[[xX]\] \*{0,2}(T0\d\d)\*{0,2}/gm;
const TITLE = /^# (?:Hotfix|Timeline|Tasks)[^:\n]*: *(?:Hotfix - )?(.+)$/m;

/** Reads the three files. A line that says something unknown becomes a note, so that nothing is lost. */
export function readByHand(files: ByHandFiles, context: Context): ByHand {
  const problems: ByHand['problems'] = [];
  const hotfix = cleanText(files['hotfix.md'] ?? '');
  const timeline = cleanText(files['timeline.md'] ?? '');
  const lines = timeline.split('\n').map((text, index) => ({ text, line: index + 1 }));
  const parsed = lines.flatMap(({ text, line }) => {
    const match = LINE.exec(text);
    if (!match) {
      if (/^\s*[-*] /.test(text))
        problems.push({ line, problem: 'not in the form "- time | kind | text | evidence"' });
      return [];
    }
    const [, time = '', kind = '', said = '', rest = ''] = match;
    return [{ line, time, kind, said: said.trim(), rest: rest.trim() }];
  });
  const openedText = parsed.find((item) => item.kind === 'opened')?.said;
  const title = oneLine(TITLE.exec(hotfix)?.[1] ?? openedText ?? context.slug, 200);
  const description = /^User description: "(.*)"$/m.exec(hotfix)?.[1] ?? openedText ?? title;
  const drafts: EventDraft[] = [];
  const add = (draft: Omit<EventDraft, 'input_hash' | 'imported' | 'basis' | 'at_source'>) =>
    drafts.push({
      ...draft,
      basis: 'stated',
      at_source: 'reported',
      input_hash: context.inputHash,
      imported: true,
    });
  const openedAt = parsed.map(({ time }) => timeOf(time, context.nowMs)).find((at) => at !== null);
  add({
    ...{ kind: 'opened', text: title, evidence: [], ...(openedAt ? { at: openedAt } : {}) },
    data: { number: context.number, slug: context.slug, title, description },
  });
  for (const item of parsed) {
    if (item.kind === 'opened') continue;
    const at = timeOf(item.time, context.nowMs);
    if (at === null)
      problems.push({
        line: item.line,
        problem: 'the time is not UTC in RFC 3339; kept as a note without its time',
      });
    const problem = addLine(add, item, at, drafts, context);
    if (problem) problems.push({ line: item.line, problem });
  }
  for (const match of (files['tasks.md'] ?? '').matchAll(TICK)) {
    const task = match[1] ?? '';
    add({ kind: 'task_done', text: `${task} was ticked by hand`, data: { task }, evidence: [] });
  }
  return { title, description, drafts, problems };
}

function addLine(
  add: (draft: Omit<EventDraft, 'input_hash' | 'imported' | 'basis' | 'at_source'>) => void,
  item: { kind: string; said: string; rest: string },
  at: string | null,
  drafts: readonly EventDraft[],
  context: Context,
): string | null {
  const { fields, evidence } = fieldsOf(item.rest);
  const note = (problem: string) => {
    add({ kind: 'noted', text: `${item.kind}: ${item.said}`, data: {}, evidence, ...(at ? { at } : {}) });
    return problem;
  };
  const kind = KIND_NAMES.find((known) => known === item.kind);
  if (!kind || at === null) return note(kind ? 'kept as a note' : 'unknown kind; kept as a note');
  if (kindSpec(kind).source === 'own')
    return note('only its own operation can write this kind; kept as a note');
  const input: RecordInput = { kind, text: item.said, evidence, ...fields };
  try {
    add({ kind, text: item.said, data: dataFor(input, soFar(drafts, context)), evidence, at });
    return null;
  } catch {
    return note('a needed field is missing or not allowed here; kept as a note');
  }
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

/** `type: started; output: ...` to fields and evidence; whatever has no known name is evidence. */
function fieldsOf(rest: string): {
  fields: Omit<RecordInput, 'kind' | 'text' | 'evidence'>;
  evidence: string[];
} {
  const fields: Record<string, string> = {};
  const evidence: string[] = [];
  for (const part of rest.split('; ').map((piece) => piece.trim())) {
    const [, name = '', value = ''] = /^([a-z_]+): *(.+)$/.exec(part) ?? [];
    if (NAMED.some((known) => known === name)) fields[name] = value;
    else if (part !== '' && part !== '-') evidence.push(part);
  }
  return { fields, evidence };
}

function timeOf(time: string, nowMs: number): string | null {
  try {
    return parseWhen(time, nowMs).at;
  } catch {
    return null;
  }
}
