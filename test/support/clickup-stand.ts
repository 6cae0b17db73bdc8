import { join } from 'node:path';
import { type Answer, type Asked, type Prism, type Stand, startPrism, startStand } from './prism-stand.ts';
import { CONTRACTS, missing } from './requires.ts';

/** A ClickUp that remembers: one list, one account, tasks and comments. Prism in front says what is legal. */

export const ME = 183;
export const LEAD = 812;
const LIST = '901';

export interface FakeTask {
  id: string;
  name: string;
  markdown_description: string;
  status: { status: string; type: string };
  creator: { id: number };
  assignees: { id: number }[];
  group_assignees: { id: string }[];
  tags: { name: string }[];
  parent: string | null;
  priority: { id: string } | null;
  url: string;
  list: { id: string };
}

export interface FakeComment {
  id: string;
  task: string;
  comment_text: string;
  user: { id: number };
  date: string;
}

export interface FakeClickUp {
  tasks: FakeTask[];
  comments: FakeComment[];
  /** A task that a person made. */
  seed(task: Partial<FakeTask> & { id: string }): FakeTask;
  subtasksOf(id: string): FakeTask[];
  answer(asked: Asked): Answer | null;
}

const STATUSES = [
  { status: 'to do', type: 'open' },
  { status: 'in progress', type: 'custom' },
  { status: 'watching', type: 'custom' },
  { status: 'complete', type: 'closed' },
];
type Body = Record<string, unknown>;

export function fakeClickUp(): FakeClickUp {
  const tasks: FakeTask[] = [];
  const comments: FakeComment[] = [];
  let count = 0;
  const next = () => String(++count);
  const seed = (task: Partial<FakeTask> & { id: string }): FakeTask => {
    const made: FakeTask = {
      ...{ name: 'Checkout fails', markdown_description: 'Cards are refused', tags: [], parent: null },
      ...{ status: { status: 'to do', type: 'open' }, creator: { id: 77 }, assignees: [] },
      ...{ group_assignees: [], priority: null, url: `https://app.clickup.com/t/${task.id}` },
      ...{ list: { id: LIST } },
      ...task,
    };
    tasks.push(made);
    return made;
  };
  const subtasksOf = (id: string) => tasks.filter(({ parent }) => parent === id);

  function create(list: string, body: Body): Answer {
    const made = seed({
      ...{
        id: `t${next()}`,
        name: String(body.name),
        markdown_description: String(body.markdown_content ?? ''),
      },
      ...{ creator: { id: ME }, list: { id: list }, parent: (body.parent as string | undefined) ?? null },
      tags: ((body.tags as string[] | undefined) ?? []).map((name) => ({ name: name.toLowerCase() })),
      assignees: ((body.assignees as number[] | undefined) ?? []).map((id) => ({ id })),
      group_assignees: ((body.group_assignees as string[] | undefined) ?? []).map((id) => ({ id })),
      priority: typeof body.priority === 'number' ? { id: String(body.priority) } : null,
    });
    return { status: 200, body: made };
  }

  function update(task: FakeTask, body: Body): Answer {
    const state = STATUSES.find(({ status }) => status === body.status);
    if (body.status !== undefined && !state) return { status: 400, body: { err: 'Status not found' } };
    if (state) task.status = state;
    if (typeof body.name === 'string') task.name = body.name;
    if (typeof body.markdown_content === 'string') task.markdown_description = body.markdown_content;
    if (typeof body.priority === 'number') task.priority = { id: String(body.priority) };
    const people = body.assignees as { add: number[] } | undefined;
    const groups = body.group_assignees as { add: string[] } | undefined;
    task.assignees.push(...(people?.add ?? []).map((id) => ({ id })));
    task.group_assignees.push(...(groups?.add ?? []).map((id) => ({ id })));
    return { status: 200, body: task };
  }

  function comment(task: string, body: Body): Answer {
    const id = next();
    comments.push({
      id,
      task,
      comment_text: String(body.comment_text),
      user: { id: ME },
      date: id.padStart(13, '1'),
    });
    return { status: 200, body: { id: Number(id), hist_id: 'h', date: 1 } };
  }

  return {
    ...{ tasks, comments, seed, subtasksOf },
    answer({ method, path, query, body }) {
      const [, , kind = '', id = '', part = ''] = path.split('/').map(decodeURIComponent);
      const task = tasks.find((one) => one.id === id);
      const given = (body ?? {}) as Body;
      const gone: Answer = { status: 404, body: { err: 'Not found' } };
      switch (`${method} ${kind}${part === '' ? '' : `/${part}`}`) {
        case 'GET user':
          return { status: 200, body: { user: { id: ME, username: 'pulse' } } };
        case 'GET list':
          return { status: id === LIST ? 200 : 404, body: { id, name: 'Incidents', statuses: STATUSES } };
        case 'GET list/member':
          return { status: 200, body: { members: [{ id: ME }, { id: LEAD }] } };
        case 'GET list/task': {
          const tag = query.get('tags[]');
          const found = tasks.filter(
            (one) => one.parent === null && one.tags.some(({ name }) => name === tag),
          );
          const page = Number(query.get('page'));
          const shown = found.reverse().slice(page * 100, page * 100 + 100);
          return { status: 200, body: { tasks: shown, last_page: page * 100 + 100 >= found.length } };
        }
        case 'POST list/task':
          return create(id, given);
        case 'GET task': {
          const below = subtasksOf(id).map(({ id: sub, name, status, parent }) => ({
            id: sub,
            name,
            status,
            parent,
          }));
          return task ? { status: 200, body: { ...task, subtasks: below } } : gone;
        }
        case 'PUT task':
          return task ? update(task, given) : gone;
        case 'GET task/comment': {
          const newest = comments.filter((one) => one.task === id).reverse();
          const from = newest.findIndex((one) => one.id === query.get('start_id')) + 1;
          return { status: 200, body: { comments: newest.slice(from, from + 25) } };
        }
        case 'POST task/comment':
          return task ? comment(id, given) : gone;
        case 'GET team':
          return { status: 200, body: { teams: [{ id: '108' }] } };
        case 'GET team/webhook':
          return {
            status: 200,
            body: {
              webhooks: [
                { events: ['taskTagUpdated'], health: { status: 'active' }, secret: 'webhook-secret' },
              ],
            },
          };
        default:
          return null;
      }
    },
  };
}

/** Null, with the reason printed, where Prism or the description is absent: nothing is checked against it then. */
export async function clickUpPrism(): Promise<Prism | null> {
  return missing(['prism', 'contracts']).length > 0 ? null : startPrism(join(CONTRACTS, 'clickup.json'));
}

export async function clickUpStand(prism: Prism | null): Promise<{ stand: Stand; clickUp: FakeClickUp }> {
  const clickUp = fakeClickUp();
  return { clickUp, stand: await startStand({ prism, answer: clickUp.answer }) };
}
