import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { isOpen } from '../core/incident.ts';
import { AUDIENCES, ROLES } from '../core/kinds.ts';
import { FORMS } from '../core/message-words.ts';
import { planCode } from '../core/ship/plan.ts';
import { isEnough, needWords } from '../core/ship/policy.ts';
import { oneLine } from '../core/untrusted.ts';
import draftUpdate from '../tools/draft-update.ts';
import recordTimelineEvent from '../tools/record-timeline-event.ts';
import { approvalOf, recordApproval } from '../tools/support/approval.ts';
import { callTool } from '../tools/support/call.ts';
import { loadUid } from '../tools/support/load.ts';
import { executionOf, plansOf, standingPlans } from '../tools/support/plans.ts';
import { sendSoon } from '../tools/support/send-soon.ts';
import { needOfPlan } from '../tools/support/surfaces.ts';
import type { Deps } from '../tools/tool.ts';
import updateTask from '../tools/update-task.ts';
import type { Visitor } from './board-access.ts';

/** What can be done on the board. Each is an operation that the record has anyway, by whoever is signed in. */

export const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const incident = z.string().regex(ULID);
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
    ...{ act: z.literal('approve'), incident, plan: z.string().max(12), code: z.string().max(8) },
  }),
]);
type Act = z.output<typeof Act>;
type Of<K extends Act['act']> = Extract<Act, { act: K }>;

/** `text` is for the person, in our words. */
export interface ActAnswer {
  status: 200 | 403;
  body: { ok: boolean; text: string; draft?: string };
}

type Done = { text: string; draft?: string };

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
      return approve(act, visitor, deps);
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
  return { text: `Drafted; nothing was posted.${told}`, draft: String(data.draft) };
}

/**
 * The yes of whoever is signed in, to exactly the plan that the record holds.
 * @throws PulseError when there is nothing left to decide, or the yes would not be enough
 */
async function approve(
  { incident: uid, plan: id, code }: Of<'approve'>,
  visitor: Visitor,
  deps: Deps,
): Promise<Done> {
  const { incident: read } = await loadUid(uid, deps);
  if (read.drill) {
    throw new PulseError('unsafe', 'This is a rehearsal', 'nothing of it is carried out.');
  }
  const stored = plansOf(read, deps).find((one) => one.id === id);
  if (!stored) throw new PulseError('not_found', 'The record has no such plan', 'load the page again.');
  if (executionOf(read, id) !== null) {
    throw new PulseError('conflict', 'That plan was carried out already', 'nothing is left to approve.');
  }
  if (!isOpen(read) || !standingPlans(read, deps).some((one) => one.id === id)) {
    throw new PulseError('conflict', 'That plan no longer stands', 'read the newer one and decide about it.');
  }
  const need = needOfPlan(read, stored.plan, deps);
  const strength = visitor.approve ?? 'word';
  if (!isEnough(strength, need)) {
    throw new PulseError('gate_closed', 'A yes given here is not enough', `it needs ${needWords(need)}.`);
  }
  if (code.trim().toUpperCase() !== planCode(stored.plan, deps.ids.sha256)) {
    throw new PulseError(
      'gate_closed',
      'Not approved, nothing was recorded',
      'type the four characters that stand beside the plan.',
    );
  }
  const given = approvalOf(read, id);
  if (given !== null && isEnough(given, need)) return { text: 'It is approved already.' };
  await recordApproval(read, stored, strength, visitor.proof ?? '', deps);
  const warnings = await sendSoon(uid, deps);
  return { text: ['Approved. Whoever made the plan can carry it out now.', ...warnings].join(' ') };
}
