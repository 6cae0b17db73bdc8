import type { Narrative } from '../documents/narrative.ts';
import { CAPS, oneLine } from '../untrusted.ts';
import { type FormRead, type Imported, isBlank, type Moment, nothingRead } from './imported.ts';
import { type Line, type Part, partsOf, plain, statementsOf, tablesIn } from './markdown-read.ts';
import { bareStatement, isOwn, ownCause, ownMoment } from './own-words.ts';
import { readActions } from './read-actions.ts';
import { fieldOf, isFieldTable, takeField } from './read-fields.ts';
import { unfolded } from './read-pulse.ts';
import { readTimeline } from './read-timeline.ts';
import { folded, isQuestion, type Topic, topicOf, topicUnder } from './section-names.ts';
import { dayNamedIn, readTime, resolveTime, type TimeContext, zoneNamedIn } from './written-time.ts';
import type { Zone } from './zones.ts';

export interface ReadOptions {
  /** For the report. */
  file: string;
  /** Of times without one; null leaves them as reported. */
  zone: Zone | null;
  nowMs: number;
  /** Of times without a day, as the front matter says it. */
  day: TimeContext['day'];
  /** Lines that stood above `text` in the file, such as front matter. */
  lineOffset: number;
  fallbackTitle: string;
}

const TITLE =
  /^[^\p{L}\p{N}]*(?:(?:incident )?post-?mortem|hotfix|tasks|incident report|incident)\b[^:–—-]{0,40}[:–—-]+\s*(?:hotfix - )?/iu;
const LISTS: Partial<Record<Topic, keyof Narrative>> = {
  ...{ contributing: 'contributing_factors', five_whys: 'five_whys', went_well: 'went_well' },
  ...{ went_wrong: 'went_wrong', got_lucky: 'got_lucky', lessons: 'lessons' },
};
const TEXTS: Partial<Record<Topic, keyof Narrative>> = {
  ...{ summary: 'summary', impact: 'impact', trigger: 'trigger', earlier: 'detected_earlier' },
};

/** A postmortem in any of the common layouts. Nothing that it says is dropped: what has no place becomes a note. */
export function readPostmortem(text: string, form: FormRead, options: ReadOptions): Imported {
  const parts = partsOf(text, isQuestion);
  const own = isOwn(text);
  const record = nothingRead(form, options.fallbackTitle);
  const heading = parts.find(({ level }) => level === 1);
  const title = heading === undefined ? '' : oneLine(heading.title.replace(TITLE, ''), CAPS.title);
  if (!isBlank(title) && topicOf(title) === 'other') record.title = title;
  record.description = record.title;
  const context = contextOf(parts, own ? { ...options, zone: UTC } : options);
  const topics: { level: number; topic: Topic; label: string }[] = [];
  for (const part of parts) {
    while ((topics.at(-1)?.level ?? -1) >= part.level) topics.pop();
    const parent = topics.at(-1)?.topic ?? 'other';
    const place =
      part === heading || part.level === 0
        ? { topic: 'other' as const, label: '' }
        : topicUnder(part.title, parent);
    topics.push({ level: part.level, ...place });
    const isHead = part === heading || part.level === 0 || folded(part.title) === 'header';
    for (const piece of unfolded(part)) {
      take(
        record,
        piece,
        piece === part ? { ...place, isHead } : { topic: topicOf(piece.title), label: '', isHead: false },
        context,
      );
    }
  }
  if (own) asOwn(record);
  for (const problem of record.problems)
    Object.assign(problem, { file: options.file, line: problem.line + options.lineOffset });
  for (const moment of record.moments) moment.line += options.lineOffset;
  return record;
}

const UTC: Zone = { kind: 'offset', minutes: 0 };

/** What we wrote ourselves says some things twice, and how we know them. */
function asOwn(record: Imported): void {
  const moments = record.moments.flatMap((moment) => ownMoment(moment) ?? []);
  const isFirst = (moment: Moment, i: number) =>
    moments.findIndex(
      ({ at, kind, text }) =>
        at === moment.at && kind === moment.kind && (kind !== 'note' || text === moment.text),
    ) === i;
  record.moments = moments.filter(isFirst);
  record.causes = [...new Set(record.causes.map(ownCause))];
  record.notes = record.notes.map(bareStatement);
}

interface Place {
  topic: Topic;
  label: string;
  isHead: boolean;
}

/** The day and the zone that the document names once for all. */
function contextOf(parts: readonly Part[], { zone, day, nowMs }: ReadOptions): TimeContext {
  const lines = parts.flatMap(({ lines: all }) => all.map(({ text }) => plain(text)));
  const dated = lines.find((text) => /^[-|\s]*(?:incident )?date\b/i.test(text) && dayNamedIn(text) !== null);
  const told = lines.find(
    (text) => /\btimes? (?:are|is|given|in)\b/i.test(text) && zoneNamedIn(text) !== null,
  );
  return { day: dated ? dayNamedIn(dated) : day, zone: (told ? zoneNamedIn(told) : null) ?? zone, nowMs };
}

function take(record: Imported, part: Part, { topic, label, isHead }: Place, context: TimeContext): void {
  const { lines } = part;
  if (topic === 'timeline') takeTimeline(record, part, context);
  else if (topic === 'actions') {
    const { actions, rest } = readActions(lines);
    record.actions.push(...actions);
    record.notes.push(...rest.map((text) => `${part.title}: ${text}`));
  } else if (isHead || topic === 'stats' || topic === 'summary' || topic === 'detection') {
    takeFields(record, part, topic, isHead, context);
  } else takeText(record, part, topic, label);
}

function takeTimeline(record: Imported, part: Part, context: TimeContext): void {
  const read = readTimeline(part.title, part.lines, context);
  record.moments.push(...read.moments);
  record.problems.push(...read.problems.map((problem) => ({ file: '', ...problem })));
  record.notes.push(...read.rest.map((text) => `${part.title}: ${text}`));
}

/** Sections that mix `Label: value` with sentences. */
function takeFields(record: Imported, part: Part, topic: Topic, isHead: boolean, context: TimeContext): void {
  const { tables, rest } = tablesIn(part.lines);
  const prose: string[] = [];
  for (const { columns, rows } of tables) {
    for (const { line, cells } of rows) {
      const [label = '', value = ''] = cells.map(plain);
      if (isFieldTable(columns)) spanOf(record, { line, label, value }, context);
      else prose.push(cells.map(plain).join(' | '));
    }
  }
  for (const statement of statementsOf(rest)) {
    const field = fieldOf(statement);
    const text = saidBy(statement);
    if (statement.box === false || isBlank(text)) continue;
    if (field !== null && (isHead || topic === 'stats' || isKnown(field.label)))
      spanOf(record, field, context);
    else if (topic === 'detection' && statement.box === true)
      record.facts.push({ name: 'detected_by', value: text });
    else prose.push(text);
  }
  if (prose.length === 0) return;
  if (topic === 'summary') join(record.narrative, 'summary', prose);
  else record.notes.push(...prose.map((text) => (isHead ? text : `${part.title}: ${text}`)));
}

const KNOWN =
  /^(?:date|duration|severity|author|status|detected by|detected at|incident commander|time to .{3,20}|priority|incident|postmortem (?:written|due))$/i;
const isKnown = (label: string): boolean => KNOWN.test(label);

/** `Duration: [start] - [resolved]` names two points of the timeline. */
function spanOf(
  record: Imported,
  field: { line: number; label: string; value: string },
  context: TimeContext,
): void {
  const [from = '', to = ''] = field.value.split(/\s+[-–—]\s+/);
  const times = /^duration$/i.test(field.label) ? [readTime(from), readTime(to)] : [];
  const kinds: Moment['kind'][] = ['started', 'resolved'];
  if (times.every((time) => time?.clock) && times.length === 2) {
    for (const [i, time] of times.entries()) {
      if (time === null) continue;
      const found = resolveTime(time, context);
      const text = i === 0 ? 'Began, as the duration says' : 'Ended, as the duration says';
      const written = i === 0 ? from : to;
      const at = 'at' in found ? found.at : null;
      record.moments.push({ line: field.line, at, written, text, kind: kinds[i] ?? 'note', how: 'said' });
      if ('problem' in found)
        record.problems.push({ file: '', line: field.line, problem: `${found.problem}; kept as reported` });
    }
    return;
  }
  const time = /^(?:reported at|detected at)$/i.test(field.label) ? readTime(field.value) : null;
  if (time?.clock) {
    const found = resolveTime(time, context);
    const kind = /^detected/i.test(field.label) ? 'detected' : 'alerted';
    const at = 'at' in found ? found.at : null;
    record.moments.push({ line: field.line, at, written: field.value, text: field.label, kind, how: 'said' });
    if ('problem' in found)
      record.problems.push({ file: '', line: field.line, problem: `${found.problem}; kept as reported` });
  } else takeField(record, field);
}

function takeText(record: Imported, part: Part, topic: Topic, label: string): void {
  const plainTexts = textsOf(part.lines);
  const texts = plainTexts.map((text) => (label === '' ? text : `${label}: ${text}`));
  if (texts.length === 0) return;
  const list = LISTS[topic];
  const text = TEXTS[topic];
  if (list !== undefined) join(record.narrative, list, texts);
  else if (text !== undefined) join(record.narrative, text, texts);
  else if (topic === 'cause') record.causes.push(...texts);
  else if (topic === 'input') {
    record.description =
      /^User description:\s*"?([\s\S]*?)"?$/.exec(texts.join('\n'))?.[1] ?? texts.join('\n');
  } else record.notes.push(...plainTexts.map((one) => `${part.title}: ${one}`));
}

/** Statements of a section, its tables row by row. An empty box says nothing. */
function textsOf(lines: readonly Line[]): string[] {
  const { tables, rest } = tablesIn(lines);
  const rows = tables.flatMap((table) => table.rows.map(({ cells }) => cells.map(plain).join(' | ')));
  const said = statementsOf(rest).flatMap((statement) =>
    statement.box === false ? [] : [saidBy(statement)],
  );
  return [...said, ...rows].filter((text) => !isBlank(answerIn(text)));
}

function saidBy({ text, under }: { text: string; under: string[] }): string {
  const said = text
    .split('\n')
    .map(plain)
    .join('\n')
    .replace(/^Why \d: /, '');
  return [said, ...under.filter((line) => !line.startsWith('[ ]')).map((line) => plain(line))].join('; ');
}

/** `Users affected: UNKNOWN - ask ...` says nothing either. */
function answerIn(text: string): string {
  return /^[^:\n]{1,40}: ([\s\S]*)$/.exec(text)?.[1] ?? text;
}

function join(narrative: Narrative, field: keyof Narrative, texts: readonly string[]): void {
  const fresh = texts.filter((text) => !isBlank(text));
  if (fresh.length === 0) return;
  if (isList(field)) narrative[field] = [...(narrative[field] ?? []), ...fresh];
  else
    narrative[field] = [...(narrative[field] === undefined ? [] : [narrative[field]]), ...fresh].join('\n\n');
}

function isList(
  field: keyof Narrative,
): field is Exclude<keyof Narrative, 'summary' | 'impact' | 'trigger' | 'detected_earlier'> {
  return !['summary', 'impact', 'trigger', 'detected_earlier'].includes(field);
}
