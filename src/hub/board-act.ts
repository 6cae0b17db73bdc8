import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { AUDIENCES, ROLES, ROLLBACK_TARGETS } from '../core/kinds.ts';
import { FORMS } from '../core/message-words.ts';
import { oneLine } from '../core/untrusted.ts';
import draftUpdate from '../tools/draft-update.ts';
import recordTimelineEvent from '../tools/record-timeline-event.ts';
import { callTool } from '../tools/support/call.ts';
import { loadUid } from '../tools/support/load.ts';
import type { Deps } from '../tools/tool.ts';
import updateTask from '../tools/update-task.ts';
import type { Visitor } from './board-access.ts';
import { approvePlan, canPlanPost, declinePlan, planPost, planRollback, postPlanned } from './board-plans.ts';

/** What can be done on the board. Each is an operation that the record has anyway, by whoever is signed in. */

export const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const incident = z.string().regex(ULID);
const plan = z.string().max(12);
const Act = z.discriminatedUnion('act', [
  z.strictObject({
    ...{ act: z.literal('task'), incident, task: z.string().max(8) },
    ...{ state: z.enum(['done', 'skipped']), reason: z.string().max(300).optional() },
  }),
  z.strictObject({
    ...{ act: z.literal('role'), incident, role: z.enum(ROLES), person: z.string().min(1).max(100) },
  }),
  z.strictObject({
    ...{ act: z.literal('draft'), incident, audience: z.enum(AUDIENCES) },
    form: z.enum(FORMS).optional(),
  }),
  z.strictObject({
    ...{ act: z.literal('approve'), incident, plan, code: z.string().max(8) },
  }),
  z.strictObject({
    ...{ act: z.literal('decline'), incident, plan, reason: z.string().regex(/\S/).max(300) },
  }),
  z.strictObject({ act: z.literal('plan_post'), incident, audience: z.enum(AUDIENCES) }),
  z.strictObject({ act: z.literal('post'), incident, plan }),
  z.strictObject({
    ...{ act: z.literal('plan_rollback'), incident, target: z.enum(ROLLBACK_TARGETS).optional() },
    range: z.string().max(300).optional(),
  }),
]);
type Act = z.output<typeof Act>;
type Of<K extends Act['act']> = Extract<Act, { act: K }>;

/** `text` is for the person, in our words. */
export interface ActAnswer {
  status: 200 | 403;
  body: { ok: boolean } & Done;
}

interface Done {
  text: string;
  draft?: string;
  /** The draft can be planned for posting, for this audience. */
  plan_for?: string;
}

/** Does what the body asks for. A refusal is an answer too; what is no request of the page is refused as a whole. */
export async function actOn(body: unknown, visitor: Visitor, deps: Deps): Promise<ActAnswer> {
  const parsed = Act.safeParse(body);
  if (!parsed.success) return no(200, 'That was not understood. Load the page again.');
  const act = parsed.data;
  const isAllowed = act.act === 'approve' ? visitor.approve !== null : visitor.write;
  if (!isAllowed) return no(403, 'You may look, but not do this here. Nothing was recorded.');
  try {
    return { status: 200, body: { ok: true, ...(await doneOf(act, visitor, deps)) } };
  } catch (error) {
    if (!(error instanceof PulseError)) throw error;
    return no(200, `${error.message}: ${error.hint}`);
  }
}

const no = (status: ActAnswer['status'], text: string): ActAnswer => ({ status, body: { ok: false, text } });

function doneOf(act: Act, visitor: Visitor, deps: Deps): Promise<Done> {
  switch (act.act) {
    case 'task':
      return tick(act, deps);
    case 'role':
      return assign(act, deps);
    case 'draft':
      return draft(act, deps);
    case 'approve':
      return approvePlan(act, visitor, deps);
    case 'decline':
      return declinePlan(act, deps);
    case 'plan_post':
      return planPost(act, deps);
    case 'post':
      return postPlanned(act, deps);
    case 'plan_rollback':
      return rollback(act, deps);
  }
}

async function tick({ act: _act, ...wanted }: Of<'task'>, deps: Deps): Promise<Done> {
  const { data } = await callTool(updateTask, wanted, deps);
  return { text: `${String(data.task)} is ${String(data.state)}.` };
}

async function assign({ incident: uid, role, person }: Of<'role'>, deps: Deps): Promise<Done> {
  const name = oneLine(person, 100);
  const words = role.replaceAll('_', ' ');
  await callTool(
    recordTimelineEvent,
    { incident: uid, kind: 'role_assigned', text: `${name} is ${words}`, role, person: name },
    deps,
  );
  return { text: `Recorded as ${words}.` };
}

async function draft({ act: _act, ...wanted }: Of<'draft'>, deps: Deps): Promise<Done> {
  const { data, warnings } = await callTool(draftUpdate, wanted, deps);
  const told = warnings.length === 0 ? '' : ` ${warnings.join('; ')}`;
  const done = { text: `Drafted; nothing was posted.${told}`, draft: String(data.draft) };
  const { incident: now } = await loadUid(wanted.incident, deps);
  return canPlanPost(now, wanted.audience, deps) ? { ...done, plan_for: wanted.audience } : done;
}

const rollback = ({ act: _act, ...wanted }: Of<'plan_rollback'>, deps: Deps): Promise<Done> =>
  planRollback(wanted, deps);
