import type { Actor } from '../core/events.ts';
import type { Clock } from '../ports.ts';
import type { Team } from '../ports-team.ts';
import type { Deps } from '../tools/tool.ts';
import { createDeps, openTokens, type WireOptions } from '../wire.ts';
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
  let team: Promise<Team> | undefined;
  return {
    env,
    log,
    team() {
      team ??= openTokens(root, env);
      return team;
    },
    async close() {
      await (await team?.catch(() => undefined))?.close?.();
      await wired.close?.();
    },
    async depsFor(actor: Actor): Promise<Deps> {
      await wired.refresh();
      // A copy: what is read through it is the settings of this moment.
      return { ...wired, actor };
    },
  };
}
