import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, isAbsolute, join, relative } from 'node:path';
import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import type { BoardTask } from '../core/interchange/read-ohno.ts';
import type { BoardOutcome, TaskBoard } from '../ports.ts';
import { runCommand } from './checks.ts';
import { takePidLock } from './pid-lock.ts';

/**
 * The ohno command line as version 0.20 has it: no priority on tasks, and a failure may come with exit code 0 and
 * `success: false`, so only the JSON is believed. Its store loses concurrent writes: one call at a time, and what was
 * written is read back. Source: integrations page, section 9.
 */
export interface OhnoOptions {
  root: string;
  /** Where the lock lies: beside the live log. */
  home: string;
  env: Readonly<Record<string, string | undefined>>;
  timeoutMs?: number;
}

const TIMEOUT_MS = 8_000;
const LOCK_MS = 5_000;
const OUTPUT_BYTES = 4 * 1024 * 1024;
/** More than anybody keeps on a board. */
const LIMIT = '5000';
const TITLE_MOST = 180;

const Done = z.object({ success: z.literal(true) });
const Created = Done.extend({ task_id: z.string().regex(/^task-[0-9a-z]{4,40}$/) });
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const Task = z.object({
  id: z.string().regex(/^task-[0-9a-z]{4,40}$/),
  title: z.string(),
  status: z.string(),
  description: text,
  handoff_notes: text,
  created_at: text,
  updated_at: text,
});
const List = z.object({ tasks: z.array(Task) });

const MISSING = 'ohno could not be started: install it with npm install --global @stevestomp/ohno-cli';
const NO_ANSWER = 'ohno gave no usable answer; look at the board with: ohno tasks';

/** Null where the repository has no `.ohno` folder: that folder is the wish to have tasks. */
export function createOhno({ root, home, env, timeoutMs = TIMEOUT_MS }: OhnoOptions): TaskBoard | null {
  if (!existsSync(join(root, '.ohno'))) return null;

  async function ask<T>(schema: z.ZodType<T>, args: readonly string[]): Promise<T | { problem: string }> {
    const { ended, tail } = await runCommand({
      command: ['ohno', '--json', ...args],
      ...{
        cwd: root,
        env: { ...env, PATH: outside(root, env.PATH ?? '') },
        timeoutMs,
        tailBytes: OUTPUT_BYTES,
      },
    });
    if (ended === 'could_not_start') return { problem: MISSING };
    if (ended !== 'exited')
      return { problem: 'ohno did not answer in time; look at the board with: ohno tasks' };
    const parsed = schema.safeParse(jsonIn(tail));
    return parsed.success ? parsed.data : { problem: NO_ANSWER };
  }

  /** One writer at a time, as far as we are the writers. */
  async function alone(work: () => Promise<BoardOutcome>): Promise<BoardOutcome> {
    let release: () => void;
    try {
      mkdirSync(home, { recursive: true });
      release = await takePidLock(join(home, 'ohno.lock'), { nonce: randomUUID(), waitMs: LOCK_MS });
    } catch {
      return { problem: 'another hotfix-pulse is talking to ohno; the task was left as it is' };
    }
    try {
      return await work();
    } finally {
      release();
    }
  }

  const get = (id: string) => ask(Task, ['task', 'get', id]);

  /** Written, then read back: an answer of success alone is not believed. */
  async function to(status: string, id: string, args: readonly string[]): Promise<BoardOutcome> {
    const done = await ask(Done, args);
    if ('problem' in done) return done;
    const task = await get(id);
    if ('problem' in task) return task;
    return task.status === status ? { id } : { problem: `ohno did not keep the new state of ${id}` };
  }

  async function known(title: string, ref: string): Promise<string | null> {
    const list = await ask(List, ['tasks', '--limit', LIMIT]);
    if ('problem' in list) return null;
    for (const { id } of list.tasks.filter((task) => task.title === title)) {
      const task = await get(id);
      if (!('problem' in task) && task.description.includes(ref)) return id;
    }
    return null;
  }

  return {
    name: 'ohno',
    begin: ({ title, description, ref }) =>
      alone(async () => {
        const name = title.slice(0, TITLE_MOST);
        let id = await known(name, ref);
        if (id === null) {
          const created = await ask(Created, [
            'create',
            '-t',
            'bug',
            `--description=${description}`,
            '--',
            name,
          ]);
          if ('problem' in created) return created;
          id = created.task_id;
        }
        return to('in_progress', id, ['start', id]);
      }),
    finish: (id, notes) =>
      alone(async () => {
        const task = await get(id);
        if ('problem' in task) return task;
        return task.status === 'done' ? { id } : to('done', id, ['done', id, `--notes=${notes}`]);
      }),
    async list() {
      const list = await ask(List, ['tasks', '--limit', LIMIT]);
      if ('problem' in list) throw new PulseError('upstream', 'ohno could not be asked', list.problem);
      const tasks: BoardTask[] = [];
      for (const { id } of list.tasks.filter(({ title }) => /hotfix/i.test(title))) {
        const task = await get(id);
        if ('problem' in task)
          throw new PulseError('upstream', 'a task of ohno could not be read', task.problem);
        const { handoff_notes: notes, ...rest } = task;
        tasks.push({ ...rest, notes });
      }
      return tasks;
    },
  };
}

/** A checkout must not bring its own program of that name. */
function outside(root: string, path: string): string {
  const isOutside = (folder: string) => {
    const found = relative(root, folder);
    return isAbsolute(folder) && (found.startsWith('..') || isAbsolute(found));
  };
  return path.split(delimiter).filter(isOutside).join(delimiter);
}

/** Both outputs come in one text; the JSON is the part from the first brace. */
function jsonIn(tail: string): unknown {
  try {
    return JSON.parse(tail.slice(Math.max(0, tail.indexOf('{')), tail.lastIndexOf('}') + 1));
  } catch {
    return null;
  }
}
