import { PulseError } from '../../core/errors.ts';
import { markerFor } from '../../core/outward/audience.ts';
import {
  type ClickUpDraft,
  clickUpDraft,
  commentText,
  hasMark,
  tagOf,
  visibleMark,
} from '../../core/outward/clickup-draft.ts';
import type { Place, SendOutcome } from '../../core/outward/sending.ts';
import type { SurfaceOf } from '../../ports-outward.ts';
import {
  type ClickUpSettings,
  leadChange,
  newStep,
  newTask,
  stateOf,
  statusOf,
  stepOf,
  textChange,
  wordsOf,
} from './changes.ts';
import { type ClickUp, type List, pageOf, type Task, type TaskChange } from './client.ts';

type Failure = Exclude<SendOutcome, { outcome: 'done' }>;

/** Pages that are looked through: 100 tasks, 25 comments each. What is looked for was made lately. */
const TASK_PAGES = 20;
const COMMENT_PAGES = 40;

/** An incident as a ClickUp task with three subtasks: one that we make, or one that people tagged. */
export function createTaskSurface(clickUp: ClickUp, settings: ClickUpSettings): SurfaceOf<ClickUpDraft> {
  /** Comments that were seen: they do not go away by themselves, and looking costs many requests. */
  const seen = new Set<string>();

  async function findComment(task: string, mark: string): Promise<string | null> {
    const me = await clickUp.me();
    let from = null as { date: string; id: string } | null;
    for (let page = 0; page < COMMENT_PAGES; page++) {
      const comments = await clickUp.comments(task, from);
      const found = comments.find(({ user, comment_text }) => user?.id === me && hasMark(comment_text, mark));
      if (found) return found.id;
      const last = comments.at(-1);
      if (last === undefined || last.id === from?.id) return null;
      from = { date: last.date, id: last.id };
    }
    return null;
  }

  /** Makes the subtasks that are missing and moves those that are not where the record is; null when all went well. */
  async function settleSteps(task: Task, draft: ClickUpDraft, list: List | null): Promise<Failure | null> {
    const target = task.list?.id ?? settings.list;
    for (const step of draft.steps) {
      const there = stepOf(task, step);
      const wanted = stateOf(step.done, draft.reopened, there?.status ?? null, list);
      const made: { outcome: 'done' } | Failure =
        there === null
          ? target === undefined
            ? { outcome: 'declined', why: 'nothing_there' }
            : await clickUp.createTask(target, newStep(task, step, draft))
          : wanted === null
            ? { outcome: 'done' }
            : await clickUp.updateTask(there.id, { status: wanted });
      if (made.outcome !== 'done') return made;
    }
    return null;
  }

  /** Says once on a task that others made where the record is. */
  async function linkBack(task: Task, draft: ClickUpDraft): Promise<Failure | null> {
    for (const { key, text } of draft.links) {
      const mark = visibleMark(markerFor(draft.uid, key));
      const name = `${task.id} ${mark}`;
      if (seen.has(name)) continue;
      if ((await findComment(task.id, mark)) === null) {
        const made = await clickUp.comment(task.id, commentText(text, mark));
        if (made.outcome !== 'done') return made;
      }
      seen.add(name);
    }
    return null;
  }

  async function refreshTask(place: Place, draft: ClickUpDraft): Promise<SendOutcome> {
    const task = await clickUp.task(place.ref);
    if (task === null) return { outcome: 'declined', why: 'not_found' };
    const isOurs =
      task.creator?.id === (await clickUp.me()) && hasMark(wordsOf(task), visibleMark(markerFor(draft.uid)));
    const list = task.list ? await clickUp.list(task.list.id) : null;
    const status = statusOf(task, draft, list);
    const change: TaskChange = {
      ...(isOurs ? textChange(task, draft) : {}),
      ...(status.wanted === null ? {} : { status: status.wanted }),
      // Once all steps are there the lead has been told; who works on it is then people's business.
      ...(draft.steps.every((step) => stepOf(task, step) !== null) ? {} : leadChange(task, settings)),
    };
    if (Object.keys(change).length > 0) {
      const changed = await clickUp.updateTask(task.id, change);
      if (changed.outcome !== 'done') return changed;
    }
    const failure = (await settleSteps(task, draft, list)) ?? (isOurs ? null : await linkBack(task, draft));
    if (failure !== null) return failure;
    return {
      outcome: 'done',
      place: { ref: task.id, url: pageOf(task.url) ?? place.url },
      dropped: status.dropped,
    };
  }

  async function adopt(id: string): Promise<SendOutcome> {
    const task = await clickUp.task(id).catch(() => undefined);
    if (task === undefined) return { outcome: 'unknown' };
    if (task === null) return { outcome: 'declined', why: 'not_found' };
    return { outcome: 'done', place: { ref: task.id, url: pageOf(task.url) }, dropped: [] };
  }

  const refresh = (place: Place, draft: ClickUpDraft): Promise<SendOutcome> =>
    refreshTask(place, draft).catch(unasked);

  return {
    ...{ service: 'clickup', audience: 'internal', mirrors: true, opens: 'view', opensBare: true },
    name: 'the ClickUp task',
    // Guests of the list read it too, but nobody without an account of the workspace.
    visibility: async () => 'private',
    draft: (view) => clickUpDraft(view, settings.statuses),
    async find(marker) {
      if (settings.list === undefined) return null;
      const mark = visibleMark(marker);
      const me = await clickUp.me();
      for (let page = 0; page < TASK_PAGES; page++) {
        const { tasks, last } = await clickUp.tasks(settings.list, tagOf(settings), page);
        const task = tasks.find(
          (one) => one.creator?.id === me && !one.parent && hasMark(wordsOf(one), mark),
        );
        if (task) return { ref: task.id, url: pageOf(task.url) };
        if (last) return null;
      }
      return null;
    },
    async open(draft, marker) {
      // It began as a task over there: that one shows it.
      if (draft.from !== null) return adopt(draft.from);
      if (settings.list === undefined) return { outcome: 'declined', why: 'nothing_there' };
      // The subtasks come with the refresh, which finds out what is there: an answer that is lost here loses nothing.
      const made = await clickUp.createTask(settings.list, newTask(draft, visibleMark(marker), settings));
      if (made.outcome !== 'done') return made;
      return { outcome: 'done', place: { ref: made.value.id, url: made.value.url }, dropped: [] };
    },
    refresh,
    async findPost(place, marker) {
      const found = await findComment(place.ref, visibleMark(marker));
      return found === null ? null : { ref: `${place.ref}/${found}`, url: place.url };
    },
    async post(place, message, marker) {
      const made = await clickUp.comment(place.ref, commentText(message.text, visibleMark(marker)));
      if (made.outcome !== 'done') return made;
      return {
        outcome: 'done',
        place: { ref: `${place.ref}/${made.value.id}`, url: place.url },
        dropped: [],
      };
    },
  };
}

/** A read that failed in the middle: what came before it is found again. */
function unasked(error: unknown): SendOutcome {
  if (error instanceof PulseError) return { outcome: 'unknown' };
  throw error;
}
