import { titleLikeness } from '../slug.ts';
import { TASKS } from '../tasks.ts';
import { CAPS, capText, cleanText } from '../untrusted.ts';
import type { Imported } from './imported.ts';
import { type Line, plain } from './markdown-read.ts';
import { type ReadOptions, readPostmortem } from './read-postmortem.ts';

/** A text of the folder, without its front matter. */
export interface FolderText {
  name: string;
  body: string;
  lineOffset: number;
}

const TASK = /^\s*[-*] \[([ xX])\] (?:\*\*)?(T\d{3})(?:\*\*)?:?\s*(.*)$/;
const SKIPPED = /^\s+[-*] Skipped: *(\S.*)$/i;
const STATUS = /^\s*(?:[-*] )?\*\*Status(?::\*\*|\*\*\s*:)\s*(.{1,200})$/i;
/** The titles of seed 004's form: a task of that number with another title is another task. */
const THEIRS: Record<string, string> = {
  ...{
    T001: 'assess severity impact',
    T002: 'notify incident commander stakeholders',
    T003: 'reproduce issue',
  },
  ...{ T004: 'investigate root cause', T005: 'document root cause', T006: 'determine fix strategy' },
  ...{
    T007: 'implement fix',
    T008: 'test fix locally',
    T009: 'quick code review',
    T010: 'prepare rollback plan',
  },
  ...{
    T011: 'deploy staging',
    T012: 'deploy production',
    T013: 'verify fix production',
    T014: 'update incident status',
  },
  ...{ T015: 'active monitoring', T016: 'extended monitoring', T017: 'rollback decision checkpoint' },
  ...{ T018: 'add regression test', T019: 'run full test suite', T020: 'update final details' },
  ...{ T021: 'schedule post mortem meeting', T022: 'write post mortem', T023: 'create prevention tasks' },
  ...{
    T024: 'communication',
    T025: 'update documentation',
    T026: 'verify stability',
    T027: 'close incident',
  },
  T028: 'review action items',
};

/** The first of these tells the story; the others add to it. */
const STORIES = ['hotfix.md', 'spec.md', 'post-mortem.md', 'postmortem.md'];

/** A folder of spec-kit, in the older layout (`specs/hotfix-001-slug`) or the newer one (`specs/hotfix/001-slug`). */
export function readSpecKit(
  texts: readonly FolderText[],
  options: Omit<ReadOptions, 'file' | 'lineOffset'>,
): Imported {
  const story = STORIES.flatMap((name) => texts.filter((text) => text.name === name));
  const [first, ...others] = story.map(({ name, body, lineOffset }) =>
    readPostmortem(body, 'spec-kit', { ...options, file: name, lineOffset }),
  );
  const record = first ?? readPostmortem('', 'spec-kit', { ...options, file: '', lineOffset: 0 });
  for (const other of others) merge(record, other);
  for (const { name, body } of texts) {
    if (name === 'tasks.md') readTasks(record, body);
    else if (name === 'review.md') readReview(record, body);
    else if (!STORIES.includes(name)) keepWhole(record, name, body);
  }
  const done = (id: string) => record.tasks.some(({ task, state }) => task === id && state === 'done');
  if (done('T027')) record.ended = true;
  return record;
}

/** What both files say stands once. */
function merge(into: Imported, more: Imported): void {
  const isKnown = (at: string | null, text: string) =>
    into.moments.some(
      (known) =>
        known.at === at &&
        (at !== null || known.text === text) &&
        (known.text === text || known.kind !== 'note'),
    );
  into.moments.push(...more.moments.filter(({ at, text }) => !isKnown(at, text)));
  into.causes.push(...more.causes.filter((cause) => !into.causes.includes(cause)));
  into.actions.push(...more.actions.filter(({ text }) => !into.actions.some((known) => known.text === text)));
  into.notes.push(...more.notes.filter((note) => !into.notes.includes(note)));
  into.facts.push(...more.facts.filter(({ value }) => !into.facts.some((known) => known.value === value)));
  into.roles.push(...more.roles);
  into.stated.push(...more.stated);
  into.problems.push(...more.problems);
  into.narrative = { ...into.narrative, ...more.narrative };
  into.severity ??= more.severity;
  into.ended ||= more.ended;
}

/** Ticks of both forms of a box, bold or not, and the reasons of skips. */
function readTasks(record: Imported, text: string): void {
  let current: { id: string; title: string } | null = null;
  for (const line of cleanText(text).split('\n')) {
    const [, box, id, title = ''] = TASK.exec(line) ?? [];
    if (id !== undefined) current = { id, title: plain(title) };
    const reason = SKIPPED.exec(line)?.[1];
    const isDone = box !== undefined && box !== ' ';
    if (current === null || (!isDone && reason === undefined)) continue;
    const text_ = `${current.id} ${current.title}`;
    if (!isOurs(current))
      record.notes.push(`tasks.md: ${text_}: ${isDone ? 'done' : `skipped, ${reason ?? ''}`}`);
    else if (isDone)
      record.tasks.push({
        task: current.id,
        state: 'done',
        text: `${current.id} was ticked in tasks.md`,
        reason: '',
      });
    else
      record.tasks.push({
        task: current.id,
        state: 'skipped',
        text: `${current.id} was skipped`,
        reason: reason ?? '',
      });
  }
}

function isOurs({ id, title }: { id: string; title: string }): boolean {
  const ours = TASKS.find((task) => task.id === id)?.title;
  const theirs = THEIRS[id];
  if (ours === undefined || theirs === undefined) return false;
  if (title === '') return true;
  const words = (text: string) =>
    text
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((word) => word.length > 3);
  const said = words(title);
  const shared = words(theirs).filter((word) => said.includes(word)).length;
  return shared >= Math.min(2, words(theirs).length) || titleLikeness(title, ours) >= 0.5;
}

/** An approval that stands in a file is history: a note, and the tick of the review. */
function readReview(record: Imported, text: string): void {
  const lines: Line[] = cleanText(text)
    .split('\n')
    .map((line, i) => ({ line: i + 1, text: line }));
  const status = lines
    .map((line) => STATUS.exec(line.text)?.[1]?.trim())
    .find((found) => found !== undefined);
  keepWhole(record, 'review.md', text);
  if (status === undefined) {
    record.problems.push({
      file: 'review.md',
      line: 0,
      problem: 'no line "**Status**: ..." was found; kept as a note',
    });
  } else if (/^approved\b/i.test(plain(status))) {
    record.tasks.push({ task: 'T009', state: 'done', text: 'review.md says: Approved', reason: '' });
  }
}

function keepWhole(record: Imported, name: string, body: string): void {
  if (body.trim() === '') return;
  const { text, dropped_bytes: dropped } = capText(`${name}:\n${cleanText(body).trim()}`, CAPS.text);
  record.notes.push(text);
  if (dropped > 0)
    record.problems.push({
      file: name,
      line: 0,
      problem: `${dropped} bytes at its end do not fit and were left out`,
    });
}
