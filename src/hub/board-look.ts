import type { BoardAsk, BoardIncident } from '../core/board/view.ts';
import { foldIncident, type Incident, isOpen } from '../core/incident.ts';
import { planCode, planLines, planTitle } from '../core/ship/plan.ts';
import { isEnough } from '../core/ship/policy.ts';
import { tasksOf } from '../core/tasks.ts';
import type { Damage } from '../ports.ts';
import { standingOf } from '../tools/support/answer.ts';
import { approvalOf } from '../tools/support/approval.ts';
import { inOrder, type Loaded, settle } from '../tools/support/load.ts';
import { executionOf, standingPlans } from '../tools/support/plans.ts';
import { needOfPlan } from '../tools/support/surfaces.ts';
import type { Deps } from '../tools/tool.ts';

/** What is new under other ids is looked for this often, and what has ended is looked at again. */
const UIDS_MS = 1_000;
const ENDED_MS = 10_000;

interface Kept {
  incident: Incident;
  damage: Damage[];
  /** Another one when anything was recorded. */
  stamp: string;
  readAt: number;
}

/** An incident as it is now, with a text that is another one whenever a page would show something else. */
export interface Seen extends Loaded {
  stamp: string;
}

/**
 * Looks at the record again and again, cheaply: the log reads what was added, and only what has changed is folded.
 * @param now milliseconds of any clock that does not run backwards
 */
export function createLook(now: () => number) {
  const kept = new Map<string, Kept>();
  let uids: string[] = [];
  let uidsAt = Number.NEGATIVE_INFINITY;

  async function read(uid: string, deps: Deps): Promise<Kept> {
    const before = kept.get(uid);
    const { events, damage } = await deps.log.read(uid);
    const stamp = `${events.length}.${events.at(-1)?.id ?? ''}.${damage.length}`;
    const incident = before?.stamp === stamp ? before.incident : foldIncident(uid, events);
    const fresh = { incident, damage, stamp, readAt: now() };
    kept.set(uid, fresh);
    return fresh;
  }

  function seen({ incident, damage, stamp }: Kept, deps: Deps): Seen {
    // A copy: whoever numbers twins writes into it.
    const loaded = settle({ ...incident }, damage, deps);
    const clocks = loaded.clocks.map(({ state, due }) => `${state}${due}`).join();
    return { ...loaded, stamp: `${incident.uid}.${stamp}.${clocks}` };
  }

  return {
    /** All incidents, oldest first. `watched` ones are read whatever their state. */
    async all(deps: Deps, watched: ReadonlySet<string> = new Set()): Promise<Seen[]> {
      if (now() - uidsAt >= UIDS_MS) {
        uids = await deps.log.uids();
        uidsAt = now();
      }
      const found: Seen[] = [];
      for (const uid of uids) {
        const before = kept.get(uid);
        const rests = before && !isOpen(before.incident) && now() - before.readAt < ENDED_MS;
        const one = rests && !watched.has(uid) ? before : await read(uid, deps);
        if (one.incident.opened) found.push(seen(one, deps));
      }
      return inOrder(found);
    },
    /** What is looked for next is looked for now. */
    forget(): void {
      uidsAt = Number.NEGATIVE_INFINITY;
    },
  };
}

/** Everything that the page of one incident shows. */
export async function boardIncident(loaded: Loaded, deps: Deps): Promise<BoardIncident> {
  const { incident, row, clocks, damage } = loaded;
  const { next } = await standingOf(loaded, deps);
  return {
    ...{ incident, row, clocks, damage: damage.length, next },
    tasks: tasksOf(incident),
    asks: asksOf(incident, deps),
  };
}

function asksOf(incident: Incident, deps: Deps): BoardAsk[] {
  if (!isOpen(incident)) return [];
  return standingPlans(incident, deps)
    .filter(({ id }) => executionOf(incident, id) === null)
    .map(({ id, plan }) => {
      const need = needOfPlan(incident, plan, deps);
      const given = approvalOf(incident, id);
      return {
        ...{ id, title: planTitle(plan), need, given },
        lines: planLines(plan).map((line) => deps.redact(line).text),
        isApproved: given !== null && isEnough(given, need),
        code: planCode(plan, deps.ids.sha256),
      };
    });
}
