import { CAPS, oneLine } from '../untrusted.ts';
import { type Imported, nothingRead } from './imported.ts';

/** A task of ohno, as far as an incident needs it. */
export interface BoardTask {
  id: string;
  title: string;
  status: string;
  description: string;
  /** What was noted when it was finished. */
  notes: string;
  /** RFC 3339; empty when unknown. */
  created_at: string;
  updated_at: string;
}

const TITLE = /^\[?HOTFIX\]?\s*:\s*(\S.*)$/i;

/** The title of an incident in a task's title; null for other tasks. */
function hotfixTitle(title: string): string | null {
  return TITLE.exec(title)?.[1]?.trim() ?? null;
}

/**
 * One task as a record. When it was finished is not known: ohno keeps only the time of its last change.
 * Null for a task that is no incident.
 */
export function readOhno(task: BoardTask, nowMs: number): Imported | null {
  const title = hotfixTitle(task.title);
  if (title === null) return null;
  const record = nothingRead('ohno', oneLine(title, CAPS.title));
  record.description = task.description === '' ? record.title : task.description;
  const created = Date.parse(task.created_at);
  const isKnown = /(?:Z|[+-]\d{2}:\d{2})$/.test(task.created_at) && created <= nowMs;
  record.moments.push({
    ...{ line: 0, at: isKnown ? new Date(created).toISOString() : null, written: task.created_at },
    ...{ text: `Task ${task.id} was created in ohno`, kind: 'alerted', how: 'said' },
  });
  record.ended = ['done', 'archived'].includes(task.status);
  record.notes.push(
    `ohno: ${task.id} is ${task.status.replaceAll('_', ' ')}, last changed ${task.updated_at || 'at an unknown time'}`,
  );
  if (task.notes !== '') record.notes.push(`ohno: ${task.notes}`);
  return record;
}
