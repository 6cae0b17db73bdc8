import type { EventDraft } from '../../core/events.ts';
import { type Incident, lastOf } from '../../core/incident.ts';
import { type BackportLook, type BackportStates, withTrial } from '../../core/ship/backport.ts';
import { landedRows, withRecord } from '../../core/ship/backport-record.ts';
import { isNewLook, lookData } from '../../core/ship/backport-seen.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { Deps } from '../tool.ts';
import { backportsOf, missingTargets, wantedOf } from './backport-targets.ts';
import { hashOf, type Written, write } from './write.ts';

/** Every long-lived branch with what a pick would do to those that lack the fix. Touches nothing. */
export async function lookAt(incident: Incident, look: BackportLook, deps: Deps): Promise<BackportStates> {
  const backports = backportsOf(deps);
  const states = withRecord(await backports.states(wantedOf(incident, deps), look), incident);
  const trials = await backports.tryPicks(missingTargets(states));
  return { ...states, branches: states.branches.map((one) => withTrial(one, trials.get(one.name))) };
}

/**
 * Records the branches that have the fix, each once, as measured.
 * @param planId plan that brought it to some of them
 */
export async function recordLanded(
  incident: Incident,
  states: BackportStates,
  byPlan: { id: string; branches: readonly string[] } | null,
  deps: Deps,
): Promise<Written | null> {
  const drafts = landedRows(states, incident).map(({ text, ...row }) => {
    const data = {
      ...row,
      ...(byPlan?.branches.includes(row.branch) ? { plan_id: byPlan.id } : {}),
    };
    return draftOf(data, oneLine(text, 300), incident, deps);
  });
  // The look comes first: what is recorded after it has landed since.
  const keeps = states.narrow && states.seen === 'now' && isNewLook(states, incident);
  const all = keeps ? [lookDraft(states, incident, deps), ...drafts] : drafts;
  return all.length === 0 ? null : write(incident.uid, all, deps);
}

function draftOf(
  data: { branch: string; commit: string },
  text: string,
  incident: Incident,
  deps: Deps,
): EventDraft<'backported'> {
  const input_hash = hashOf('backported', { ...data, attempt: incident.attempt }, deps);
  return {
    ...{ kind: 'backported', at_source: 'observed', basis: 'measured', input_hash, text, data },
    evidence: [`commit:${data.commit}`],
    key: `backported/${input_hash.slice(0, 32)}`,
  };
}

/** A clone that follows only some branches has to remember what the others were like. */
function lookDraft(states: BackportStates, incident: Incident, deps: Deps): EventDraft<'noted'> {
  const data = lookData(states);
  const before = lastOf(incident, 'noted', (event) => event.live && event.data.backports !== undefined)?.id;
  const input_hash = hashOf('backports', { ...data, attempt: incident.attempt, before }, deps);
  return {
    ...{ kind: 'noted', at_source: 'observed', basis: 'measured', evidence: [], input_hash, data },
    text: `Looked at ${states.branches.length} long-lived branches of the remote for the fix`,
    key: `backports/${input_hash.slice(0, 32)}`,
  };
}
