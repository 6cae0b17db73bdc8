import type { Incident } from '../../core/incident.ts';
import type { Deps } from '../tool.ts';
import { blockedBy, type Ran, runChecks } from './check-runs.ts';
import type { StoredPlan } from './plans.ts';
import { draftRollback, type RollbackAsked, type RollbackDraft } from './rollback-draft.ts';
import { recordPlan } from './rollback-record.ts';

/** A way back that was looked for, rehearsed and recorded. */
export interface Planned {
  draft: RollbackDraft;
  stored: StoredPlan | null;
  /** How the checks went on the revert; null when they were not asked for or there is nothing to run them on. */
  checks: Ran | null;
  event: string | null;
  notices: string[];
}

/** Rehearses, runs the checks where they are asked for, and records what came out; nothing is recorded of nothing. */
export async function planRollback(
  incident: Incident,
  asked: RollbackAsked & { checks?: boolean | undefined },
  tell: (line: string) => void,
  signal: AbortSignal,
  deps: Deps,
): Promise<Planned> {
  tell('looking at production, rehearsing');
  const draft = await draftRollback(incident, asked, deps);
  if (draft.scoped === null) return { draft, stored: null, checks: null, event: null, notices: [] };
  const checks = asked.checks === true ? await checkRevert(draft, tell, signal, deps) : null;
  return { draft, checks, ...(await recordPlan(incident, draft, checks, deps)) };
}

async function checkRevert(
  { rehearsal, production }: RollbackDraft,
  tell: (line: string) => void,
  signal: AbortSignal,
  deps: Deps,
): Promise<Ran | null> {
  const commit = rehearsal?.commit ?? null;
  if (commit === null || production.state === 'unknown') return null;
  // Production's own settings count: what the revert changes must not decide what runs.
  const plan = (await deps.checks?.plan(commit, deps.settings.ship ?? {}, production.tip)) ?? null;
  const blocked = blockedBy(plan);
  return blocked !== null || plan === null ? blocked : runChecks(plan, tell, signal, deps);
}

/** One line of our own words about them; null when they were not asked for. */
export function checksLine(checks: Ran | null, asked: boolean): string | null {
  if (!asked) return null;
  if (checks === null) return 'Checks were not run: there is no revert to run them on.';
  const why = checks.reason === '' ? '' : `: ${checks.reason}`;
  const by = checks.results.map(({ name, outcome }) => `${name} ${outcome.replaceAll('_', ' ')}`).join(', ');
  return `Checks on the revert ${checks.outcome.replaceAll('_', ' ')}${by === '' ? '' : ` (${by})`}${why}.`;
}
