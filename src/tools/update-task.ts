import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import type { EventDraft } from '../core/events.ts';
import { checkLegal } from '../core/record.ts';
import { nextTask, TASKS, tasksOf } from '../core/tasks.ts';
import { answered, Standing, standingOf } from './support/answer.ts';
import { loadIncident } from './support/load.ts';
import { hashOf, sentTwice, write } from './support/write.ts';
import { defineTool } from './tool.ts';

/** Ticks or skips a task by word. Facts tick tasks by themselves; a tick by word opens no gate. */
export default defineTool({
  name: 'update_task',
  title: 'Tick or skip a task',
  effect: 'local',
  description: 'Tick or skip T001-T028 by word; a skip needs a reason. Facts tick tasks by themselves.',
  input: z.strictObject({
    incident: z.string().optional(),
    task: z.string(),
    state: z.enum(['done', 'skipped']),
    reason: z.string().optional(),
  }),
  output: Standing.extend({ task: z.string(), state: z.string(), next_task: z.string().nullable() }),
  async run(input, deps) {
    const spec = TASKS.find((task) => task.id === input.task.trim().toUpperCase());
    if (!spec) {
      throw new PulseError(
        'not_found',
        'there is no such task',
        'task must be one of T001 to T028 (tasks.md lists them)',
      );
    }
    if (input.state === 'skipped' && !input.reason?.trim()) {
      throw new PulseError(
        'invalid_input',
        'a skip needs a reason',
        `for example {"task": "${spec.id}", "state": "skipped", "reason": "no staging environment"}`,
      );
    }
    const loaded = await loadIncident(input.incident, deps);
    const before = tasksOf(loaded.incident).find((task) => task.id === spec.id);
    const inputHash = hashOf('update_task', input, deps);
    const again = sentTwice(loaded, inputHash, deps.actor, deps.clock.now()).length > 0;
    const kind = input.state === 'done' ? 'task_done' : 'task_skipped';
    if (!again) checkLegal(kind, loaded.incident);
    const isNews = !again && !(before?.state === 'done' && input.state === 'done');
    const draft: EventDraft = {
      ...{
        kind,
        text: `${spec.id} ${spec.title}`,
        evidence: [],
        basis: 'stated',
        at_source: 'observed',
        input_hash: inputHash,
      },
      data: {
        task: spec.id,
        ...(input.reason === undefined ? {} : { reason: input.reason }),
      } as EventDraft['data'],
    };
    const written = isNews ? await write(loaded.incident.uid, [draft], deps) : { loaded, notices: [] };
    const tasks = tasksOf(written.loaded.incident);
    const after = tasks.find((task) => task.id === spec.id);
    const next = nextTask(tasks);
    return answered(
      await standingOf(written.loaded, deps),
      [`${spec.id} is ${after?.state ?? 'open'}${isNews ? '' : ' (it was before; nothing was written)'}.`],
      { task: spec.id, state: after?.state ?? 'open', next_task: next ? `${next.id} ${next.title}` : null },
      written.notices,
    );
  },
});
