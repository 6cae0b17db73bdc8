import { isOpen } from '../../core/incident.ts';
import { isEnough } from '../../core/ship/policy.ts';
import type { Token } from '../../core/team-tokens.ts';
import { approvalOf, recordApproval } from '../../tools/support/approval.ts';
import { loadIncident } from '../../tools/support/load.ts';
import { executionOf, standingPlans } from '../../tools/support/plans.ts';
import { needOfPlan } from '../../tools/support/surfaces.ts';
import type { Deps } from '../../tools/tool.ts';

/**
 * A yes of somebody known by name, given with a call. All of it has to be there:
 * - a token of a person with the scope approve. None is made for an agent, and a line that says so is no token.
 * - `plan_id`, so that the yes is for what the record holds under that hash and for nothing else.
 * - `approval` in the words `approve <plan id>`, and no others. A client repeats a call with a plan id to go on with
 *   it, and quotes what its user said; neither must turn into a yes by name because of the token behind it.
 * What the server cannot see is whether the person or a program typed these words: whoever puts such a token into the
 * settings of an agent gives the agent their yes. So the token belongs to the person's own client, and docs/team.md
 * says so. Any other words stay what they are anywhere else: the user's word, quoted.
 */
export function isNamedYes(token: Pick<Token, 'kind' | 'scope'>, args: Record<string, unknown>): boolean {
  if (token.kind !== 'person' || token.scope !== 'approve') return false;
  const { plan_id: plan, approval } = args;
  if (typeof plan !== 'string' || typeof approval !== 'string') return false;
  const [, named] = /^approve +([0-9a-f]{12})$/i.exec(approval.trim()) ?? [];
  return named !== undefined && named.toLowerCase() === plan.trim().toLowerCase();
}

/**
 * Records the yes to a plan that waits for one. False when there is nothing to say yes to (another incident's plan, one
 * that was replaced or carried out, a rehearsal, one that only a review can approve): the operation says what is wrong.
 * @param deps with the person as the actor
 */
export async function recordNamedYes(
  token: Pick<Token, 'id'>,
  wanted: { incident: string | undefined; plan: string },
  deps: Deps,
): Promise<boolean> {
  const { incident } = await loadIncident(wanted.incident, deps);
  const id = wanted.plan.trim().toLowerCase();
  const stored = standingPlans(incident, deps).find((one) => one.id === id);
  if (!stored || incident.drill || !isOpen(incident) || executionOf(incident, id) !== null) return false;
  if (needOfPlan(incident, stored.plan, deps) === 'review') return false;
  const given = approvalOf(incident, id);
  if (given !== null && isEnough(given, 'named')) return true;
  await recordApproval(incident, stored, 'named', `token ${token.id} of the hub`, deps);
  return true;
}
