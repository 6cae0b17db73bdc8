import { PulseError } from '../../core/errors.ts';
import { type FrontLines, frontLines } from '../../core/interchange/front-lines.ts';
import type { FormRead, Imported, Problem } from '../../core/interchange/imported.ts';
import { severityIn } from '../../core/interchange/read-fields.ts';
import { readOhno } from '../../core/interchange/read-ohno.ts';
import { readPostmortem } from '../../core/interchange/read-postmortem.ts';
import { type FolderText, readSpecKit } from '../../core/interchange/read-spec-kit.ts';
import { dayNamedIn } from '../../core/interchange/written-time.ts';
import type { Zone } from '../../core/interchange/zones.ts';
import { CAPS, oneLine } from '../../core/untrusted.ts';
import type { Deps } from '../tool.ts';

/** A record that lies somewhere in the repository, read and not yet taken over. */
export interface Source {
  /** As named in the report: a path, or the id of a task. */
  name: string;
  record: Imported;
  /** Everything it was read from, for telling whether it changed. */
  content: string;
  /** Given by the folder's name; others get the next number. */
  number: number | null;
  slug: string | null;
  /** The uid in a file that we wrote. */
  uid: string | null;
}

const FOLDER =
  /^specs\/(?:hotfix-(\d{3,6})(?:-([a-z0-9]+(?:-[a-z0-9]+)*))?|hotfix\/(\d{3,6})-([a-z0-9]+(?:-[a-z0-9]+)*))$/;
const FILE = /\.(?:md|markdown|mdown|txt)$/i;
/** Of a folder, in the order in which they are read. A link among them is left alone. */
const FILES = ['hotfix.md', 'spec.md', 'post-mortem.md', 'postmortem.md', 'tasks.md', 'review.md', 'plan.md'];

/** The path from the repository's root, with forward slashes and nothing around it. */
export function normal(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/)+/, '')
    .replace(/\/+$/, '');
}

/**
 * Reads what a path names.
 * @throws PulseError not_found, invalid_input, unsafe, or not_configured where no task manager is
 */
export async function sourcesAt(path: string, zone: Zone | null, deps: Deps): Promise<Source[]> {
  const name = normal(path);
  if (name === '.ohno') return tasksOf(deps);
  if (FOLDER.test(name)) return [await folderAt(name, zone, deps)];
  if (FILE.test(name)) return [await fileAt(name, zone, deps)];
  throw new PulseError(
    'invalid_input',
    'that is neither a folder of an incident nor a Markdown file',
    'name it from the repository root: specs/hotfix-001-users-cant-login, specs/hotfix/001-users-cant-login, .claude/postmortems/2026-01-05-login.md, or .ohno',
  );
}

async function tasksOf(deps: Deps): Promise<Source[]> {
  if (!deps.board) {
    throw new PulseError(
      'not_configured',
      'there is no .ohno folder here',
      'run ohno init first, or name a file or folder',
    );
  }
  const tasks = await deps.board.list();
  return tasks.flatMap((task) => {
    const record = readOhno(task, deps.clock.now());
    const uid = /\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/.exec(task.description)?.[0] ?? null;
    const content = JSON.stringify(task);
    return record === null
      ? []
      : [{ name: `.ohno ${task.id}`, record, content, number: null, slug: null, uid }];
  });
}

async function fileAt(path: string, zone: Zone | null, deps: Deps): Promise<Source> {
  const found = await deps.workspace.repoFile(path);
  if (found.state !== 'text') throw unreadable(found.state);
  const front = frontLines(found.text);
  const form: FormRead = /(?:Hotfix & Incident Triage Pulse|Post-Mortem Mini-Template|^- \*\*HASH ID)/m.test(
    front.body,
  )
    ? 'pulse'
    : 'postmortem';
  const nowMs = deps.clock.now();
  const base = path.split('/').at(-1) ?? path;
  const fallbackTitle =
    oneLine(
      base
        .replace(FILE, '')
        .replace(/^\d{4}-\d{2}-\d{2}-?/, '')
        .replaceAll(/[-_]+/g, ' '),
      CAPS.title,
    ) || 'incident';
  const record = readPostmortem(front.body, form, {
    file: path,
    zone,
    nowMs,
    lineOffset: front.lines,
    day: dayNamedIn(front.values.date ?? ''),
    fallbackTitle,
  });
  // What has a postmortem is over, unless it says something else.
  if (
    form === 'postmortem' &&
    !/^[-*\s]*\*\*Status(?::\*\*|\*\*:)\s*(?:investigating|identified|monitoring|open|ongoing)/im.test(
      front.body,
    )
  )
    record.ended = true;
  fromFront(record, front);
  return { name: path, record, content: found.text, number: null, slug: null, uid: front.values.uid ?? null };
}

async function folderAt(folder: string, zone: Zone | null, deps: Deps): Promise<Source> {
  const [, old, oldSlug = 'incident', newer, newerSlug] = FOLDER.exec(folder) ?? [];
  const texts: (FolderText & { front: FrontLines; text: string })[] = [];
  const problems: Problem[] = [];
  for (const name of FILES) {
    const found = await deps.workspace.repoFile(`${folder}/${name}`);
    if (found.state === 'other') {
      problems.push({
        file: `${folder}/${name}`,
        line: 0,
        problem: 'a link or no ordinary text: not read, and never written through',
      });
    }
    if (found.state !== 'text') continue;
    const front = frontLines(found.text);
    texts.push({ name, body: front.body, lineOffset: front.lines, front, text: found.text });
  }
  if ((await deps.workspace.repoFile(`${folder}/timeline.md`)).state === 'text') {
    throw new PulseError(
      'invalid_input',
      'a folder with a timeline.md was kept by hand and is taken over alone',
      `run: hotfix-pulse import ${folder}`,
    );
  }
  if (texts.length === 0) throw unreadable('absent');
  const slug = (old === undefined ? newerSlug : oldSlug) ?? 'incident';
  const options = {
    zone,
    day: dayNamedIn(texts[0]?.front.values.date ?? ''),
    nowMs: deps.clock.now(),
    fallbackTitle: slug.replaceAll('-', ' '),
  };
  const record = readSpecKit(texts, options);
  const [first] = texts;
  if (first) fromFront(record, first.front);
  for (const problem of record.problems) problem.file = `${folder}/${problem.file}`;
  record.problems.push(...problems);
  return {
    ...{ name: folder, record, content: texts.map(({ name, text }) => `${name}\n${text}`).join('\n') },
    ...{ number: Number(old ?? newer), slug, uid: first?.front.values.uid ?? null },
  };
}

/** What only the front matter says. */
function fromFront(record: Imported, { values }: FrontLines): void {
  if (values.title && record.title === record.description) record.title = oneLine(values.title, CAPS.title);
  record.severity ??= values.severity === undefined ? null : severityIn(values.severity);
  if (values.status !== undefined && /^(?:closed|cancelled)$/.test(values.status)) record.ended = true;
}

function unreadable(state: 'absent' | 'other'): PulseError {
  return state === 'absent'
    ? new PulseError(
        'not_found',
        'there is nothing to read at that path',
        'name it from the repository root; it must lie in the repository',
      )
    : new PulseError(
        'unsafe',
        'that is a link, a folder, too large or no text',
        'name the file itself; links are never followed',
      );
}
