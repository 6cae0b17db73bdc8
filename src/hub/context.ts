import type { Actor } from '../core/events.ts';
import type { Clock } from '../ports.ts';
import type { Deps } from '../tools/tool.ts';
import { createDeps, type WireOptions } from '../wire.ts';
import type { HubContext } from './door.ts';

/** What the hub does by itself. */
export const HUB: Actor = { name: 'hotfix-pulse serve', kind: 'system' };

/** One repository, for callers who change with every request. */
export async function createHubContext(
  { root, env }: Pick<WireOptions, 'root' | 'env'>,
  log: HubContext['log'],
  clock: Clock,
): Promise<HubContext> {
  const wired = await createDeps({ root, env, actor: HUB }, { clock });
  return {
    env,
    log,
    async depsFor(actor: Actor): Promise<Deps> {
      await wired.refresh();
      // A copy: what is read through it is the settings of this moment.
      return { ...wired, actor };
    },
  };
}
