import * as z from 'zod/v4';
import type { SendOutcome } from '../../core/outward/sending.ts';
import { cannotAsk, createHttp, failureOf, type HttpResult } from '../http.ts';

/** ClickUp's API, version 2, as far as it is used here. Source: ../shared/contracts/clickup.json. */

export const CLICKUP_API = 'https://api.clickup.com/api';

const Id = z.union([z.string(), z.number()]).transform(String);
const User = z.object({ id: z.number() });
const State = z.object({ status: z.string(), type: z.string().optional() });

const Subtask = z.object({
  id: Id,
  name: z.string().catch(''),
  status: State.nullish().catch(null),
  parent: z.string().nullish(),
});

/** Words in it are somebody's. */
export const Task = z.object({
  id: Id,
  name: z.string().catch(''),
  text_content: z.string().nullish(),
  description: z.string().nullish(),
  markdown_description: z.string().nullish(),
  status: State.nullish().catch(null),
  creator: User.nullish().catch(null),
  assignees: z.array(User).catch([]),
  group_assignees: z.array(z.object({ id: z.string() })).catch([]),
  tags: z.array(z.object({ name: z.string() })).catch([]),
  parent: z.string().nullish(),
  top_level_parent: z.string().nullish(),
  priority: z.object({ id: Id }).nullish().catch(null),
  url: z.string().nullish(),
  list: z.object({ id: Id }).nullish().catch(null),
  subtasks: z.array(Subtask).catch([]),
});
export type Task = z.infer<typeof Task>;

const Made = z.object({ id: Id, url: z.string().nullish() });
const Comment = z.object({
  id: Id,
  comment_text: z.string().catch(''),
  user: User.nullish().catch(null),
  date: Id,
});
const List = z.object({ id: Id, name: z.string().catch(''), statuses: z.array(State).catch([]) });
export type List = z.infer<typeof List>;

export interface NewTask {
  name: string;
  markdown_content: string;
  parent?: string;
  tags?: string[];
  priority?: number;
  assignees?: number[];
  group_assignees?: string[];
}

export interface TaskChange {
  name?: string;
  markdown_content?: string;
  status?: string;
  priority?: number;
  /** ClickUp refuses one without the other. */
  assignees?: { add: number[]; rem: number[] };
  group_assignees?: { add: string[]; rem: string[] };
}

type Failure = Exclude<SendOutcome, { outcome: 'done' }>;
type Written<T> = { outcome: 'done'; value: T } | Failure;

/** Reads throw PulseError upstream; writes say how they ended. */
export interface ClickUp {
  /** Number of the account that the token belongs to. */
  me(): Promise<number>;
  /** Null when there is none. */
  task(id: string): Promise<Task | null>;
  /** One page of the tasks with the tag, newest first. */
  tasks(list: string, tag: string, page: number): Promise<{ tasks: Task[]; last: boolean }>;
  list(id: string): Promise<List>;
  /** 25 at most, newest first, those before `from`. */
  comments(task: string, from: { date: string; id: string } | null): Promise<z.infer<typeof Comment>[]>;
  createTask(list: string, task: NewTask): Promise<Written<{ id: string; url: string | null }>>;
  updateTask(id: string, change: TaskChange): Promise<Written<null>>;
  comment(task: string, text: string): Promise<Written<{ id: string }>>;
  /** Any other read, such as those of doctor. */
  read<T>(path: string, schema: z.ZodType<T>): Promise<T>;
}

export function createClickUp(base: string, token: string): ClickUp {
  const http = createHttp(base, { authorization: token });
  const part = encodeURIComponent;
  let account: Promise<number> | undefined;

  async function read<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const result = await http.send('GET', path);
    const value = parsed(result, schema);
    if (value === null) throw cannotAsk('ClickUp', result);
    return value;
  }
  async function write<T>(
    method: 'POST' | 'PUT',
    path: string,
    body: unknown,
    schema: z.ZodType<T>,
  ): Promise<Written<T>> {
    const result = await http.send(method, path, body);
    const value = parsed(result, schema);
    if (value !== null) return { outcome: 'done', value };
    // An answer that says yes and cannot be read is an answer that was lost.
    const failure = result.state === 'answered' && result.status < 400 ? null : failureOf(result);
    if (failure === null) return { outcome: 'unknown' };
    return failure.outcome === 'limited' ? limited(result) : failure;
  }

  return {
    read,
    me() {
      account ??= read('/v2/user', z.object({ user: User })).then(({ user }) => user.id);
      account.catch(() => {
        account = undefined;
      });
      return account;
    },
    async task(id) {
      const path = `/v2/task/${part(id)}?include_subtasks=true&include_markdown_description=true`;
      const result = await http.send('GET', path);
      if (result.state === 'answered' && result.status === 404) return null;
      const task = parsed(result, Task);
      if (task === null) throw cannotAsk('ClickUp', result);
      return task;
    },
    async tasks(list, tag, page) {
      const query = `page=${page}&include_closed=true&include_markdown_description=true&tags[]=${part(tag)}`;
      const schema = z.object({ tasks: z.array(Task), last_page: z.boolean().optional() });
      const { tasks, last_page } = await read(`/v2/list/${part(list)}/task?${query}`, schema);
      return { tasks, last: last_page ?? tasks.length === 0 };
    },
    list: (id) => read(`/v2/list/${part(id)}`, List),
    async comments(task, from) {
      const query = from === null ? '' : `?start=${part(from.date)}&start_id=${part(from.id)}`;
      const schema = z.object({ comments: z.array(Comment) });
      return (await read(`/v2/task/${part(task)}/comment${query}`, schema)).comments;
    },
    async createTask(list, task) {
      const made = await write('POST', `/v2/list/${part(list)}/task`, task, Made);
      if (made.outcome !== 'done') return made;
      return { ...made, value: { id: made.value.id, url: pageOf(made.value.url) } };
    },
    async updateTask(id, change) {
      const made = await write('PUT', `/v2/task/${part(id)}`, change, z.object({ id: Id }));
      return made.outcome === 'done' ? { ...made, value: null } : made;
    },
    comment: (task, text) =>
      write(
        'POST',
        `/v2/task/${part(task)}/comment`,
        { comment_text: text, notify_all: false },
        z.object({ id: Id }),
      ),
  };
}

/** What comes as the page of a task, when it is an ordinary address. */
export function pageOf(url: string | null | undefined): string | null {
  return url && /^https:\/\/[^\s<>"'`\\]{1,300}$/.test(url) ? url : null;
}

function parsed<T>(result: HttpResult, schema: z.ZodType<T>): T | null {
  if (result.state === 'lost' || result.status >= 300) return null;
  const read = schema.safeParse(result.body);
  return read.success ? read.data : null;
}

/** ClickUp names the second at which its minute is over. Source: https://developer.clickup.com/docs/rate-limits. */
function limited(result: HttpResult): Failure {
  if (result.state === 'lost') return { outcome: 'unknown' };
  const until = Number(result.header('x-ratelimit-reset') ?? 'none');
  const wait = Number.isFinite(until) ? Math.ceil(until - Date.now() / 1000) : null;
  return {
    outcome: 'limited',
    retry_after_s: result.retry_after_s ?? (wait === null ? null : Math.max(1, wait)),
  };
}
