import type { EventDraft } from '../../core/events.ts';
import type { Incident } from '../../core/incident.ts';
import type { PullState } from '../../core/outward/github-facts.ts';
import { type Plan, showCommand } from '../../core/ship/plan.ts';
import type { PushOutcome, StepReport } from '../../core/ship/shipping.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { Deps } from '../tool.ts';
import { hashOf, keyed, write } from './write.ts';

/** A pull request as it stands. */
interface PullReport {
  url: string;
  number: number;
  state: PullState['state'];
  /** What it waits for, in our own words. */
  missing: string[];
  merged_at: string | null;
}

/** How a plan was carried out. */
export interface Deployed {
  /** `in_review`: it waits for people in a pull request. `closed`: they did not want it. */
  state: 'deployed' | 'deploy_failed' | 'in_review' | 'closed';
  push: PushOutcome | null;
  /** Null until it is there, and for a plan without one. */
  pull: PullReport | null;
  deploy: StepReport | null;
  verify: StepReport | null;
  /** Ids of what was recorded by this call. */
  events: string[];
  notices: string[];
}

/**
 * Before the command starts: whoever finds this without its end must not start it again unseen. False when another
 * call has said so first.
 */
export async function noteCommand(
  incident: Incident,
  id: string,
  plan: Plan,
  command: readonly string[],
  deps: Deps,
): Promise<boolean> {
  const pushed = plan.moves.length === 0 ? '' : ' after the push';
  const draft: EventDraft<'noted'> = {
    ...{ kind: 'noted', at_source: 'observed', basis: 'measured', evidence: [] },
    text: `Deploy command started${pushed}: ${oneLine(showCommand(command), 300)}`,
    data: { deploy_command: id },
    input_hash: hashOf('deploy_hotfix/command', { id }, deps),
  };
  return !(await write(incident.uid, keyed([draft], `deploy/${id}/command`), deps)).replayed;
}

export async function recordFailure(
  incident: Incident,
  id: string,
  plan: Plan,
  done: Deployed,
  deps: Deps,
): Promise<void> {
  const { deploy, push } = done;
  const draft: EventDraft<'noted'> = {
    ...{ kind: 'noted', at_source: 'observed', basis: 'measured' },
    text: `The deploy command did not succeed (${deploy?.outcome ?? 'unknown'})${push === null ? '' : '; branch and tag are pushed'}`,
    data: { deploy_failed: id },
    evidence: deploy === null ? [] : [evidenceOf(deploy, deps)],
    input_hash: hashOf('deploy_hotfix/failed', { id, commit: plan.commit }, deps),
  };
  const written = await write(incident.uid, keyed([draft], `deploy/${id}/failed`), deps);
  keep(done, written);
}

export async function recordDeployed(
  incident: Incident,
  id: string,
  plan: Plan,
  done: Deployed,
  deps: Deps,
): Promise<void> {
  const commit = plan.ships ?? plan.commit;
  // A merge that is the whole deploy happened when it was merged; a command made it live just now.
  const at = done.deploy === null ? (done.pull?.merged_at ?? null) : null;
  const draft: EventDraft<'deployed'> = {
    ...(at === null ? { at_source: 'observed' as const } : { at, at_source: 'reported' as const }),
    ...{ kind: 'deployed', basis: 'measured' },
    text: `Deployed ${plan.tag === undefined ? commit.slice(0, 12) : oneLine(plan.tag, 80)} to production`,
    data: {
      ...{ environment: 'production', commit, plan_id: id, moves: plan.moves },
      ...(plan.tag === undefined ? {} : { tag: plan.tag }),
    },
    evidence: [
      `commit:${commit}`,
      ...plan.moves.map(({ ref, new: next }) => `output: git ls-remote: ${next} ${oneLine(ref, 120)}`),
      ...(done.pull === null ? [] : [done.pull.url]),
      ...(done.deploy === null ? [] : [evidenceOf(done.deploy, deps)]),
    ],
    input_hash: hashOf('deploy_hotfix', { id }, deps),
  };
  keep(done, await write(incident.uid, keyed([draft], `deploy/${id}`), deps));
}

export async function recordVerified(
  uid: string,
  id: string,
  deployed: string,
  verify: StepReport,
  done: Deployed,
  deps: Deps,
): Promise<void> {
  const draft: EventDraft<'deploy_verified'> = {
    ...{ kind: 'deploy_verified', at_source: 'observed', basis: 'measured' },
    text: 'The verification command passed after the deploy',
    data: { environment: 'production', ref: deployed },
    evidence: [evidenceOf(verify, deps)],
    input_hash: hashOf('deploy_hotfix/verified', { id }, deps),
  };
  keep(done, await write(uid, keyed([draft], `deploy/${id}/verified`), deps));
}

function keep(done: Deployed, written: Awaited<ReturnType<typeof write>>): void {
  done.events.push(...written.events.map((event) => event.id));
  done.notices.push(...written.notices);
}

/** The command, its exit code and the last line it printed, as evidence. */
function evidenceOf({ command, code, outcome, tail }: StepReport, deps: Deps): string {
  const last = tail.trim().split('\n').at(-1) ?? '';
  const said = oneLine(deps.redact(last).text, 200);
  return `output: ${oneLine(showCommand(command), 200)}: ${code === null ? outcome : `exit code ${code}`}${said === '' ? '' : `: ${said}`}`;
}
