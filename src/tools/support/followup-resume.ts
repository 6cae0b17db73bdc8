import { PulseError } from '../../core/errors.ts';
import { unfinishedPlans } from '../../core/followup-attempts.ts';
import { wantedActions } from '../../core/followup-issue.ts';
import type { Incident } from '../../core/incident.ts';
import { isAboutSecurity } from '../../core/outward/audience.ts';
import type { Outward } from '../../ports-outward.ts';
import type { Deps } from '../tool.ts';
import { planToMake } from './followup-plan.ts';
import { makeIssues, type Result } from './followup-run.ts';
import { loadUid } from './load.ts';
import { connected, mayDisclose } from './surfaces.ts';

/**
 * What is about security is not tracked where everybody reads, until a person has approved showing it there.
 * @throws PulseError unsafe
 */
export async function mayTrack(incident: Incident, deps: Deps & Partial<Outward>): Promise<void> {
  const { tracker } = deps;
  if (!tracker || !isAboutSecurity(incident) || mayDisclose(incident, 'github', deps)) return;
  if ((await tracker.visibility?.()) === 'private') return;
  throw new PulseError(
    'unsafe',
    'this incident is about security, and not only the team can read the tracker',
    'track it where only the team reads and record the link of each issue; or a person decides to show it: post_update to github, approved in a dialog or terminal, then call again',
  );
}

/**
 * Follow-up issues that somebody approved and the tracker did not take are made now, each once.
 * @param eager a person asked for it: also those that were tried a moment ago
 */
export async function resumeFollowUps(uid: string, deps: Deps, { eager = false } = {}): Promise<Result[]> {
  const { incident } = await loadUid(uid, deps);
  const plans = unfinishedPlans(incident, deps.clock.now(), eager ? 0 : undefined);
  if (incident.drill || plans.length === 0) return [];
  const its = await connected(deps);
  const { tracker } = its;
  if (!tracker) return [];
  const results: Result[] = [];
  for (const id of plans) {
    const { incident: now } = await loadUid(uid, its);
    try {
      await mayTrack(now, its);
      const plan = planToMake(now, wantedActions(now, undefined), id, its);
      results.push(...(await makeIssues(now, plan, null, tracker, its)));
    } catch (error) {
      // Its texts are others by now: they need another yes.
      if (!(error instanceof PulseError)) throw error;
    }
  }
  return results;
}
