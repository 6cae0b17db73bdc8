import { markerFor } from '../../core/outward/audience.ts';
import { type ClickUpDraft, type ClickUpStep, tagOf, visibleMark } from '../../core/outward/clickup-draft.ts';
import type { OutwardSettings } from '../../core/outward/services.ts';
import type { List, NewTask, Task, TaskChange } from './client.ts';

/** What has to be sent so that a task shows what the record says. */

export type ClickUpSettings = NonNullable<OutwardSettings['clickup']>;
/** All words of a task, for finding a reference in it. */
export const wordsOf = (task: Task): string =>
  [task.text_content, task.description, task.markdown_description].join('\n');

export function newTask(draft: ClickUpDraft, mark: string, settings: ClickUpSettings): NewTask {
  const lead = settings.ops_lead;
  return {
    ...{ name: draft.name, markdown_content: `${draft.description}\n\n${mark}`, tags: [tagOf(settings)] },
    ...(draft.priority === null ? {} : { priority: draft.priority }),
    ...(lead && 'user' in lead ? { assignees: [lead.user] } : {}),
    ...(lead && 'group' in lead ? { group_assignees: [lead.group] } : {}),
  };
}

export function newStep(task: Task, step: ClickUpStep, draft: ClickUpDraft): NewTask {
  const mark = visibleMark(markerFor(draft.uid, step.key));
  return { name: step.name, parent: task.id, markdown_content: `${step.text}\n\n${mark}` };
}

/** A subtask of that name counts, whoever made it: two of one name help nobody. */
export function stepOf(task: Task, step: ClickUpStep): Task['subtasks'][number] | null {
  const name = step.name.toLowerCase();
  const isChild = ({ parent }: Task['subtasks'][number]) => parent == null || parent === task.id;
  return task.subtasks.find((one) => isChild(one) && one.name.trim().toLowerCase() === name) ?? null;
}

/** ClickUp writes Markdown in its own way: only other words are a change. */
export function textChange(task: Task, draft: ClickUpDraft): TaskChange {
  const text = `${draft.description}\n\n${visibleMark(markerFor(draft.uid))}`;
  const before = task.markdown_description ?? task.description ?? '';
  const priority =
    draft.priority !== null && task.priority?.id !== String(draft.priority) ? draft.priority : null;
  return {
    ...(task.name === draft.name ? {} : { name: draft.name }),
    ...(lettersOf(before) === lettersOf(text) ? {} : { markdown_content: text }),
    ...(priority === null ? {} : { priority }),
  };
}

const lettersOf = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '');

export function leadChange(task: Task, { ops_lead: lead }: ClickUpSettings): TaskChange {
  if (lead === undefined) return {};
  if ('user' in lead) {
    return task.assignees.some(({ id }) => id === lead.user)
      ? {}
      : { assignees: { add: [lead.user], rem: [] } };
  }
  const isThere = task.group_assignees.some(({ id }) => id === lead.group);
  return isThere ? {} : { group_assignees: { add: [lead.group], rem: [] } };
}

/** By the settings; without a word of them an incident that has ended closes the task and a reopened one opens it. */
export function statusOf(
  task: Task,
  draft: ClickUpDraft,
  list: List | null,
): { wanted: string | null; dropped: readonly string[] } {
  const now = task.status?.status.toLowerCase();
  if (draft.status !== null) {
    const known = list?.statuses.find(({ status }) => status.toLowerCase() === draft.status?.toLowerCase());
    if (known === undefined) return { wanted: null, dropped: ['status'] };
    return { wanted: known.status.toLowerCase() === now ? null : known.status, dropped: [] };
  }
  return { wanted: stateOf(draft.ended, draft.reopened, task.status ?? null, list), dropped: [] };
}

/** The status to move to; null where it may stay. Nothing that people closed is opened, unless the incident was. */
export function stateOf(
  isDone: boolean,
  reopened: boolean,
  now: Task['status'] | null,
  list: List | null,
): string | null {
  const isClosed = now != null && CLOSED.includes(now.type ?? typeIn(list, now.status));
  if (isDone === isClosed || (!isDone && !reopened)) return null;
  const types = isDone ? CLOSED : ['open'];
  return types.flatMap((type) => list?.statuses.filter((one) => one.type === type) ?? [])[0]?.status ?? null;
}

/** In the order in which they are taken. Source: https://developer.clickup.com, GET list. */
const CLOSED = ['closed', 'done'];

const typeIn = (list: List | null, status: string): string =>
  list?.statuses.find((one) => one.status.toLowerCase() === status.toLowerCase())?.type ?? '';
