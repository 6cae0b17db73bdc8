import type { EventDraft } from '../../core/events.ts';
import type { Incident } from '../../core/incident.ts';
import { nextActionId } from '../../core/reduce.ts';
import { showCommand } from '../../core/ship/plan.ts';
import type { StepReport } from '../../core/ship/shipping.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { Deps } from '../tool.ts';
import type { Ran } from './check-runs.ts';
import { type StoredPlan, storePlan } from './plans.ts';
import { classOf, isClean, type RollbackDraft } from './rollback-draft.ts';
import { hashOf, keyed, type Written, write } from './write.ts';

export const shortOf = (commit: string): string => commit.slice(0, 10);

/** What was planned, as the event that whoever approves will read. The same plan again is the same event. */
export async function recordPlan(
  incident: Incident,
  draft: RollbackDraft,
  checks: Ran | null,
  deps: Deps,
): Promise<{ stored: StoredPlan | null; event: string | null; notices: string[] }> {
  const said = {
    kind: 'rollback_planned' as const,
    text: planText(draft),
    evidence: evidenceOf(draft),
    data: dataOf(draft, checks, deps),
  };
  if (draft.plan !== null) {
    const { written, ...stored } = await storePlan(incident, draft.plan, said, deps);
    return { stored, event: stored.event, notices: written?.notices ?? [] };
  }
  const input_hash = hashOf('rollback_plan', { target: draft.target, commands: draft.way.commands }, deps);
  const event: EventDraft<'rollback_planned'> = {
    ...{ ...said, at_source: 'observed', basis: 'measured', input_hash },
  };
  const key = `rollback_plan/${input_hash.slice(0, 32)}/${incident.attempt}`;
  const written = await write(incident.uid, keyed([event], key), deps);
  return { stored: null, event: written.events[0]?.id ?? null, notices: written.notices };
}

const OUTCOMES = {
  applies: 'rehearsed, it applies',
  conflicts: 'rehearsed, it conflicts',
  nothing_left: 'nothing of it is left',
} as const;

function planText(draft: RollbackDraft): string {
  const { target, scoped, rehearsal, way } = draft;
  const back = way.redeploys ? `redeploy ${shortOf(way.redeploys.commit)}` : 'revert';
  const what = scoped === null ? 'range unknown' : `up to ${shortOf(scoped.scope.newest)}`;
  const tried = rehearsal === null ? 'not rehearsed' : OUTCOMES[rehearsal.outcome];
  return `Rollback of the ${target} planned: ${back}, ${what}, ${tried}, ${classOf(draft).replace('_', ' ')}`;
}

function evidenceOf({ rehearsal }: RollbackDraft): string[] {
  if (rehearsal === null) return [];
  const made = rehearsal.commit ?? rehearsal.scope.newest;
  return [`commit:${made}`, `output: rehearsal: ${rehearsal.outcome}, ${rehearsal.ms} ms`];
}

/** Names of files stay out: they are the repository's, and the plan has them. */
function dataOf(draft: RollbackDraft, checks: Ran | null, deps: Deps) {
  const { target, scoped, rehearsal, production, trigger, verify, way } = draft;
  return {
    ...{ target, rehearsed: isClean(draft), class: classOf(draft), verify },
    trigger: trigger.text,
    commands: way.commands.map((words) => oneLine(deps.redact(showCommand(words)).text, 500)),
    conflicts: rehearsal?.conflicts.length ?? 0,
    ...(scoped === null ? {} : { range: { ...rangeOf(draft), basis: scoped.basis } }),
    ...(production.state === 'unknown' ? {} : { tip: production.tip }),
    ...(way.redeploys === null ? {} : { redeploys: way.redeploys }),
    ...(rehearsal?.good ? { equal_to_good: rehearsal.good.equal } : {}),
    ...(checks === null ? {} : { checks: checks.outcome }),
  };
}

export function rangeOf({ scoped, rehearsal }: Pick<RollbackDraft, 'scoped' | 'rehearsal'>) {
  return {
    good: scoped?.good ?? rehearsal?.changes.at(-1)?.parent ?? null,
    newest: scoped?.scope.newest ?? null,
    changes: rehearsal === null ? null : rehearsal.scope.kind === 'ahead' ? 1 : rehearsal.changes.length,
  };
}

/** What was carried out. `ref` is where production is now: its branch, or what was deployed again. */
export interface Executed {
  ref: string;
  commit: string;
  steps: readonly StepReport[];
  /** A redeploy reverts nothing: what is on the branch comes back with the next deploy. */
  owesRevert: boolean;
}

/**
 * The rollback, and with a redeploy the action item for the revert. It is an action item and no bare debt, because
 * it has an owner and a day, is closed with the commit as evidence, and keeps the incident from closing without them.
 */
export function recordRolledBack(
  incident: Incident,
  { id, plan }: StoredPlan,
  done: Executed,
  deps: Deps,
): Promise<Written> {
  const target = plan.target ?? 'release';
  const data = { target, ref: done.ref, commit: done.commit, plan_id: id };
  const input_hash = hashOf('rollback_change', data, deps);
  const same = { at_source: 'observed', basis: 'measured', input_hash } as const;
  const where = done.owesRevert ? `deployed ${done.ref} again` : `${done.ref} is at ${shortOf(done.commit)}`;
  const drafts: EventDraft[] = [
    {
      ...{ ...same, kind: 'rolled_back', data, text: `Rolled back the ${target}: ${where} (plan ${id})` },
      evidence: [`commit:${done.commit}`, ...done.steps.map((step) => stepEvidence(step, deps))],
    },
  ];
  if (done.owesRevert) {
    drafts.push({
      ...{ ...same, kind: 'action_added', evidence: [`commit:${plan.commit}`] },
      text: `Revert ${shortOf(plan.commit)} on production's branch: it was only deployed back, and the next deploy brings it in again`,
      data: { action: nextActionId(incident.actions), type: 'prevent' },
    });
  }
  const verified = done.steps.find((step, at) => at > 0 && step.outcome === 'passed');
  const base = keyed(drafts, `rollback/${id}`);
  return write(incident.uid, base, deps).then(async (written) => {
    const [rolledBack] = written.events;
    if (verified === undefined || rolledBack === undefined) return written;
    const draft: EventDraft<'deploy_verified'> = {
      ...{ ...same, kind: 'deploy_verified', text: `Verified after the rollback of the ${target}` },
      ...{
        evidence: [stepEvidence(verified, deps)],
        data: { ref: rolledBack.id, environment: 'production' },
      },
    };
    return write(incident.uid, keyed([draft], `rollback/${id}/verified`), deps);
  });
}

export function stepEvidence({ command, outcome, code, ms }: StepReport, deps: Deps): string {
  const shown = oneLine(deps.redact(showCommand(command)).text, 300);
  const end = code === null ? outcome.replaceAll('_', ' ') : `exit code ${code}`;
  return `output: ${shown}: ${end}, ${Math.round(ms / 1000)} s`;
}

/** A rollback that did not come to its end is told, and is no rollback. */
export function recordFailed(
  incident: Incident,
  { id }: StoredPlan,
  step: StepReport,
  run: string,
  deps: Deps,
): Promise<Written> {
  const draft: EventDraft<'noted'> = {
    ...{ kind: 'noted', at_source: 'observed', basis: 'measured', data: { plan_id: id } },
    text: `The command of rollback plan ${id} did not succeed (${step.outcome.replaceAll('_', ' ')})`,
    evidence: [stepEvidence(step, deps)],
    input_hash: hashOf('rollback_change/failed', { id, run }, deps),
  };
  return write(incident.uid, keyed([draft], `rollback/${id}/failed/${run}`), deps);
}
