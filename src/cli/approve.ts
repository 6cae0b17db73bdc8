import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { isOpen } from '../core/incident.ts';
import { type AnyPlan, planTitle } from '../core/ship/plan.ts';
import { isEnough } from '../core/ship/policy.ts';
import { approvalOf, askForApproval, recordApproval } from '../tools/support/approval.ts';
import type { Loaded } from '../tools/support/load.ts';
import { executionOf, plansOf, type StoredPlan, standingPlans } from '../tools/support/plans.ts';
import { sendSoon } from '../tools/support/send-soon.ts';
import type { Deps } from '../tools/tool.ts';
import { terminalApprovals } from './approvals.ts';
import { type Command, EXIT } from './command.ts';
import { when } from './render.ts';

const input = z.strictObject({
  plan: z.string().optional().describe('Id of the plan; may be left out when only one waits'),
});

interface Waiting extends StoredPlan<AnyPlan> {
  loaded: Loaded;
}

/** Plans that a yes in a terminal would do something for and nobody has carried out, of all open incidents. */
function waitingIn(all: readonly Loaded[], deps: Deps): Waiting[] {
  return all
    .filter(({ incident }) => isOpen(incident))
    .flatMap((loaded) =>
      standingPlans(loaded.incident, deps)
        .filter(({ id }) => !isApproved(loaded, id) && executionOf(loaded.incident, id) === null)
        .map((stored) => ({ ...stored, loaded })),
    );
}

/** By a yes that is worth no less than the one given here. */
function isApproved({ incident }: Loaded, id: string): boolean {
  const given = approvalOf(incident, id);
  return given !== null && isEnough(given, 'terminal');
}

function pick(all: readonly Loaded[], id: string | undefined, deps: Deps): Waiting {
  const waiting = waitingIn(all, deps);
  const list = waiting.map(
    ({ id: one, plan, loaded }) => `${one} (${loaded.incident.label}: ${planTitle(plan)})`,
  );
  if (id === undefined) {
    const [only, second] = waiting;
    if (only && !second) return only;
    throw only
      ? new PulseError(
          'invalid_input',
          'More than one plan waits for approval.',
          `Name it: ${list.join('; ')}`,
        )
      : new PulseError(
          'not_found',
          'No plan waits for approval.',
          'An agent makes one with deploy_hotfix, rollback_change or backport_hotfix; you can too: hotfix-pulse deploy.',
        );
  }
  const wanted = id.trim().toLowerCase();
  for (const loaded of all) {
    const plans = plansOf(loaded.incident, deps);
    const found = plans.find((one) => one.id === wanted);
    if (!found) continue;
    if (executionOf(loaded.incident, wanted) !== null) {
      throw new PulseError(
        'conflict',
        'That plan was carried out already.',
        'Nothing is left to approve in it; hotfix-pulse show tells where the incident stands.',
      );
    }
    if (isOpen(loaded.incident) && standingPlans(loaded.incident, deps).some((one) => one.id === wanted))
      return { ...found, loaded };
    throw new PulseError(
      'conflict',
      'That plan no longer stands: a newer one, another attempt or the end of the incident has replaced it.',
      `Waiting: ${list.join('; ') || 'none'}`,
    );
  }
  throw new PulseError('not_found', 'No plan has that id.', `Waiting: ${list.join('; ') || 'none'}`);
}

/** The yes of whoever sits at a terminal, bound to the hash of one plan. */
export const approve: Command = {
  name: 'approve',
  aliases: [],
  summary: 'Say yes to a plan: deploy, backport, rollback or a message.',
  details:
    'Shows the whole plan (refs, old and new commit, files, commands) and asks for its four characters. The yes is for this very plan: when anything in it changes, it is another plan and needs another yes. Needs a terminal.',
  input,
  positionals: ['plan'],
  examples: ['approve', 'approve 1a2b3c4d5e6f'],
  async run(args, { io, app, out, deps: connect }) {
    const { plan: id } = input.parse(args);
    const deps = await connect();
    const approvals = terminalApprovals(io, deps.actor);
    if (!approvals) {
      throw new PulseError(
        'unsafe',
        'An approval needs a terminal: somebody has to read the plan and type its code.',
        'Run hotfix-pulse approve in a terminal of your own, not through an agent or a pipe.',
      );
    }
    const { loaded, ...stored } = pick(await app.loadAll(deps), id, deps);
    const { incident } = loaded;
    out.notice(`${incident.label} ${incident.title}, planned ${when(stored.plan.made_at)}`);
    const said = await askForApproval(stored, { ...deps, approvals });
    if (said.answer !== 'yes') {
      throw new PulseError('gate_closed', 'Not approved; nothing was recorded.', 'Type the code to approve.');
    }
    await recordApproval(incident, stored, said.strength, '', deps);
    // Whoever asks in a chat stops asking.
    for (const warning of await sendSoon(incident.uid, deps)) out.notice(warning);
    if (out.json) out.value({ approved: stored.id, incident: incident.label, strength: said.strength });
    else {
      out.text(
        `Approved: plan ${stored.id} of ${incident.label}. Whoever made it can carry it out now with that id.`,
      );
    }
    return EXIT.ok;
  },
};
