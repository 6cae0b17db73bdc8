import { isStale, sendingKey, sendingsOf } from '../../core/outward/outbox.ts';
import type { PostPlan } from '../../core/outward/post-plan.ts';
import type { Deps } from '../tool.ts';
import type { StoredPlan } from './plans.ts';
import { postKey } from './post-record.ts';

export interface PostResult {
  to: string;
  state: 'posted' | 'queued' | 'refused' | 'given_up';
  url: string | null;
}

/** What became of a plan in each service, as the outbox knows it. */
export async function postResults({ id, plan }: StoredPlan<PostPlan>, deps: Deps): Promise<PostResult[]> {
  const outward = await deps.outward?.();
  const sendings = sendingsOf((await outward?.outbox.read(plan.incident)) ?? []);
  return plan.targets.map(({ service, name }) => {
    const sending = sendings.get(sendingKey(service, postKey(id)));
    const url = sending?.place?.url ?? null;
    if (sending?.state === 'done') return { to: name, state: 'posted', url };
    if (sending && isStale(sending, deps.clock.now())) return { to: name, state: 'given_up', url: null };
    const isRefused = sending?.state === 'failed' && sending.why !== 'unknown' && sending.why !== 'limited';
    return { to: name, state: isRefused ? 'refused' : 'queued', url: null };
  });
}
