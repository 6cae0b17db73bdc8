import { type Incident, isOpen } from '../../core/incident.ts';
import { isAboutSecurity } from '../../core/outward/audience.ts';
import type { OpenAsk, Place, SurfaceView } from '../../core/outward/sending.ts';
import type { ServiceName } from '../../core/outward/services.ts';
import type { AnyPlan } from '../../core/ship/plan.ts';
import { planLines, planTitle } from '../../core/ship/plan.ts';
import { isEnough, type Need, needOfPost } from '../../core/ship/policy.ts';
import { needFor } from '../../core/ship/ship-gates.ts';
import type { Outward, Surface } from '../../ports-outward.ts';
import type { Deps } from '../tool.ts';
import { approvalOf } from './approval.ts';
import { viewFor } from './documents.ts';
import type { Loaded } from './load.ts';
import { executionOf, plansOf, type StoredPlan, standingPlans } from './plans.ts';
import { needWith } from './ship-gate.ts';

/** What is connected, with what an operation has already; nothing where the settings name no service. */
export async function connected(deps: Deps): Promise<Deps & Partial<Outward>> {
  const { tracker } = deps;
  // What the caller has been given stands.
  return { ...deps, ...(await deps.outward?.()), ...(tracker ? { tracker } : {}) };
}

/** Where a service shows the incident by an operation of ours; null where it does not. */
export function placeOf(incident: Incident, service: ServiceName): Place | null {
  const event = incident.recorded.findLast(
    (one) => one.kind === 'linked' && one.live && one.data.surface?.service === service,
  );
  if (event?.kind !== 'linked' || !event.data.surface) return null;
  return { ref: event.data.surface.ref, url: event.data.url ?? null };
}

/** Everything that a surface may show. */
export function surfaceView(loaded: Loaded, deps: Deps): SurfaceView {
  const { incident } = loaded;
  return {
    ...viewFor(loaded, deps),
    incident,
    asks: asksOf(incident, deps),
    redact: (text) => deps.redact(text).text,
  };
}

/** Plans that wait for a yes. */
function asksOf(incident: Incident, deps: Deps): OpenAsk[] {
  if (!isOpen(incident)) return [];
  return standingPlans(incident, deps)
    .filter(({ id }) => executionOf(incident, id) === null)
    .flatMap(({ id, plan }): OpenAsk[] => {
      const need = needOfPlan(incident, plan, deps);
      const given = approvalOf(incident, id);
      if (given !== null && isEnough(given, need)) return [];
      const lines = planLines(plan).map((line) => deps.redact(line).text);
      return [{ id, title: planTitle(plan), lines, need, plan }];
    });
}

/** The yes that a plan of any kind needs. */
export function needOfPlan(incident: Incident, plan: AnyPlan, deps: Deps): Need {
  const policy = deps.settings.ship?.policy ?? {};
  if (plan.action !== 'post') return needWith(plan, needFor(plan.action, incident, policy));
  const asked = needOfPost(plan.audience, policy) ?? 'word';
  return plan.discloses && asked === 'word' ? 'terminal' : asked;
}

/** True when the incident is about security and more than the team can read what is shown there. */
export async function discloses(incident: Incident, surface: Surface): Promise<boolean> {
  if (!isAboutSecurity(incident)) return false;
  return surface.audience === 'public' || (await visibilityOf(surface)) !== 'private';
}

/** A person has approved a plan that says so, in a dialog, a terminal or better. */
export function mayDisclose(incident: Incident, service: ServiceName, deps: Deps): boolean {
  return plansOf(incident, deps).some(
    ({ id, plan }: StoredPlan<AnyPlan>) =>
      plan.action === 'post' &&
      plan.discloses &&
      plan.targets.some((target) => target.service === service) &&
      isEnough(approvalOf(incident, id) ?? 'word', 'terminal'),
  );
}

const KNOWN = new WeakMap<Surface, Promise<'private' | 'public' | 'unknown'>>();

/** Asked once; what cannot be asked is asked again. */
export async function visibilityOf(surface: Surface): Promise<'private' | 'public' | 'unknown'> {
  const asked = KNOWN.get(surface) ?? surface.visibility().catch(() => 'unknown' as const);
  KNOWN.set(surface, asked);
  const answer = await asked;
  if (answer === 'unknown') KNOWN.delete(surface);
  return answer;
}
