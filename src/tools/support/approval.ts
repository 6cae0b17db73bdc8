import { PulseError } from '../../core/errors.ts';
import type { EventDraft } from '../../core/events.ts';
import type { Incident } from '../../core/incident.ts';
import { type AnyPlan, planCode, planLines, planTitle } from '../../core/ship/plan.ts';
import { isEnough, type Need, STRENGTHS, type Strength } from '../../core/ship/policy.ts';
import { SECOND } from '../../core/time.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { ApprovalAnswer } from '../../ports-ship.ts';
import type { Deps } from '../tool.ts';
import { waitFor } from './jobs.ts';
import { loadUid } from './load.ts';
import type { StoredPlan } from './plans.ts';
import { hashOf, keyed, type Written, write } from './write.ts';

/** Calls stop at 60 s in two agents. */
const ASK_MS = 35 * SECOND;

type Named = Pick<StoredPlan<AnyPlan>, 'id' | 'plan'>;

/** The strongest yes to this very plan in the live record. */
export function approvalOf(incident: Incident, id: string): Strength | null {
  const given = incident.recorded.flatMap((event) =>
    event.kind === 'approval_given' && event.live && event.basis === 'measured' && event.data.plan === id
      ? [event.data.strength]
      : [],
  );
  return STRENGTHS.findLast((strength) => given.includes(strength)) ?? null;
}

/**
 * Makes sure that the plan has the yes it needs: one that is recorded, the user's word in this call, or an answer of
 * somebody who can be asked now. Records what is new.
 * @param words what the user said, quoted by the agent
 * @throws PulseError gate_closed without it, or when the answer is no; unsafe for a rehearsal, of which nothing is carried out
 */
export async function needApproval(
  incident: Incident,
  { id, plan }: Named,
  need: Need,
  words: string | undefined,
  deps: Deps,
): Promise<Strength> {
  if (incident.drill) throw onlyADrill();
  const enoughIn = (read: Incident): Strength | null => {
    const given = approvalOf(read, id);
    return given !== null && isEnough(given, need) ? given : null;
  };
  // Somebody may have said yes in another terminal since the incident was read, or while a dialog was open.
  const enoughNow = async () => enoughIn((await loadUid(incident.uid, deps)).incident);
  const standing = enoughIn(incident);
  if (standing !== null) return standing;
  const quoted = oneLine(deps.redact(words ?? '').text, 300);
  if (quoted !== '' && isEnough('word', need)) {
    await recordApproval(incident, { id, plan }, 'word', quoted, deps);
    return 'word';
  }
  const since = await enoughNow();
  if (since !== null) return since;
  // Nobody is asked for a yes that would not do.
  const asked = isEnough('terminal', need) ? await answerSoon(incident, { id, plan }, deps) : null;
  const given = await enoughNow();
  if (given !== null) return given;
  if (asked?.answer === 'no') {
    throw new PulseError(
      'gate_closed',
      'the plan was not approved; nothing was changed',
      `ask the user what has to change, and make another plan; if they saw no dialog: hotfix-pulse approve ${id} in a terminal of their own`,
    );
  }
  throw new PulseError(
    'gate_closed',
    `${planTitle(plan)}: this plan is not approved`,
    howToApprove(id, need),
    { plan_id: id, need },
  );
}

/** Dialogs that are still open, so that a repeated call does not open a second one. */
const OPEN = new Map<string, Promise<ApprovalAnswer>>();

/** The answer to the dialog, recorded when it comes: a call ends before somebody has read a long plan, the dialog does not. */
async function answerSoon(incident: Incident, named: Named, deps: Deps): Promise<ApprovalAnswer> {
  const key = `${deps.workspace.root}\0${named.id}`;
  const ask = async (): Promise<ApprovalAnswer> => {
    try {
      const said = await askForApproval(named, deps);
      if (said.answer === 'yes') {
        await recordApproval(incident, named, said.strength, '', { ...deps, actor: said.by });
      }
      return said;
    } finally {
      OPEN.delete(key);
    }
  };
  const answer = OPEN.get(key) ?? ask();
  OPEN.set(key, answer);
  // Whoever asks again gets the failure; nobody may be waiting when it comes.
  answer.catch(() => OPEN.delete(key));
  if (deps.foreground) return answer;
  let soon: ApprovalAnswer = { answer: 'none' };
  await waitFor(
    answer.then((said) => {
      soon = said;
    }),
    ASK_MS,
  );
  return soon;
}

function onlyADrill(): PulseError {
  return new PulseError(
    'unsafe',
    'this incident is a rehearsal, and nothing of it leaves the machine: the plan is as far as it goes',
    'to go on with the rehearsal, record what the plan would have done by hand (deployed, backported or rolled_back)',
  );
}

/** The next step of a plan that waits for its yes. */
export function howToApprove(id: string, need: Need): string {
  const again = `then repeat the call with plan_id ${id}`;
  switch (need) {
    case 'word':
      return `show the user the plan; when they agree, call with plan_id ${id} and approval: their words`;
    case 'terminal':
      return `show the user the plan; they approve it in the dialog when this client has one, else with hotfix-pulse approve ${id} in a terminal of their own; ${again}`;
    case 'named':
      return `it needs a yes of somebody known by name (chat button or team hub); ${again}`;
    case 'review':
      return `it needs an approved pull-request review; ${again}`;
  }
}

/** Shows the plan to whoever can be asked, and gives their answer; nothing is recorded. */
export function askForApproval({ plan }: Named, deps: Deps): Promise<ApprovalAnswer> {
  const lines = planLines(plan).map((line) => deps.redact(line).text);
  const code = planCode(plan, deps.ids.sha256);
  return (
    deps.approvals?.ask({ title: planTitle(plan), lines, code }) ??
    Promise.resolve({ answer: 'none' as const })
  );
}

/** One yes, bound to the hash of the plan: another plan is another yes. */
export function recordApproval(
  incident: Incident,
  { id, plan }: Named,
  strength: Strength,
  words: string,
  deps: Deps,
): Promise<Written> {
  const data = { strength, plan: id, ...(words === '' ? {} : { words }) };
  const draft: EventDraft<'approval_given'> = {
    ...{ kind: 'approval_given', at_source: 'observed', basis: 'measured', evidence: [], data },
    text: `${planTitle(plan)}: plan ${id} approved (${strength})${words === '' ? '' : `: "${words}"`}`,
    // Without the words: a yes that is quoted twice in different words is one yes.
    input_hash: hashOf('approval', { plan: id, strength }, deps),
  };
  return write(incident.uid, keyed([draft], `approval/${id}/${strength}`), deps);
}
