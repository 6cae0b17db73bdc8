import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataOf, EventDraft } from '../../src/core/events.ts';
import type { Kind } from '../../src/core/kinds.ts';
import type { Plan } from '../../src/core/ship/plan.ts';
import { loadIncident } from '../../src/tools/support/load.ts';
import { storePlan } from '../../src/tools/support/plans.ts';
import { incidentIn } from './hotfix-start-kit.ts';
import { planWith } from './plans.ts';
import { tempRepo } from './repo.ts';

/** An incident in a real repository with its real log, and what a test of plans asks of it. */
export async function planWorld(root = tempRepo({ commits: 1 }).root) {
  const { deps } = await incidentIn(root);
  const incident = async () => (await loadIncident('001', deps)).incident;
  const { uid } = await incident();
  return {
    ...{ root, deps, uid, incident },
    /** Stores a plan as a tool does. */
    store: async (change: Partial<Plan> = {}) =>
      storePlan(
        await incident(),
        planWith({ incident: uid, made_at: new Date(deps.clock.now()).toISOString(), ...change }),
        { kind: 'noted', text: 'Planned', data: {}, evidence: [] },
        deps,
      ),
    /** Writes an event past every operation. */
    async append<K extends Kind>(kind: K, data: DataOf<K>, more: Partial<EventDraft<K>> = {}) {
      const draft: EventDraft<K> = {
        ...{ kind, data, at_source: 'observed', text: `${kind} happened`, evidence: [], basis: 'measured' },
        ...{ input_hash: deps.ids.nonce(), ...more },
      };
      await deps.log.append({ incident: uid, by: deps.actor, drafts: [draft as EventDraft] });
    },
    /** Somebody else's clone: the record is there as a published copy alone. */
    async published() {
      const lines = await deps.log.lines(uid);
      const other = tempRepo({ commits: 1 }).root;
      const folder = join(other, 'specs', 'hotfix-001-users-cant-login');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'timeline.jsonl'), lines);
      const kit = await incidentIn(other, { open: false });
      return { deps: kit.deps, incident: (await loadIncident('001', kit.deps)).incident };
    },
  };
}
