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
/** Of what has ended, so many in one look: a long history must not hold up what is open. */
const ENDED_AT_ONCE = 50;

interface Kept {
  incident: Incident;
  /** Another one when anything was recorded. */
  stamp: string;
  readAt: number;
  seen: Seen;
}

/** An incident as it is now, with a text that is another one whenever a page would show something else. */
export interface Seen extends Loaded {
  stamp: string;
}

function seen(incident: Incident, damage: Damage[], stamp: string, deps: Deps): Seen {
  const loaded = settle(incident, damage, deps);
  const clocks = loaded.clocks.map(({ state, due }) => `${state}${due}`).join();
  return { ...loaded, stamp: `${incident.uid}.${stamp}.${clocks}` };
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
    const fresh = { incident, stamp, readAt: now(), seen: seen(incident, damage, stamp, deps) };
    kept.set(uid, fresh);
    return fresh;
  }

  /** Where the record can say it: only those that are open, owe something or are looked at, and their twins in number. */
  async function uidsNow(deps: Deps, watched: ReadonlySet<string>): Promise<string[]> {
    const { index } = deps.log;
    if (index === undefined) return deps.log.uids();
    const wanted = new Set([...(await index.open()), ...(await index.owing()), ...watched]);
    const numbers = new Set<number>();
    for (const uid of wanted) numbers.add((kept.get(uid) ?? (await read(uid, deps))).incident.number);
    return [...new Set([...wanted, ...(await index.withNumber([...numbers]))])];
  }

  return {
    /** All incidents that a page may show, oldest first. `watched` ones are read whatever their state. */
    async all(deps: Deps, watched: ReadonlySet<string> = new Set()): Promise<Seen[]> {
      if (now() - uidsAt >= UIDS_MS || [...watched].some((uid) => !uids.includes(uid))) {
        uids = await uidsNow(deps, watched);
        uidsAt = now();
      }
      const found: Seen[] = [];
      let again = ENDED_AT_ONCE;
      for (const uid of uids) {
        const before = kept.get(uid);
        const hasEnded = before && !isOpen(before.incident) && !watched.has(uid);
        const rests = hasEnded && (now() - before.readAt < ENDED_MS || again <= 0);
        if (hasEnded && !rests) again -= 1;
        const { seen: one } = rests ? before : await read(uid, deps);
        // A copy: whoever tells twins apart writes into it.
        if (one.incident.opened) found.push({ ...one, incident: { ...one.incident } });
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
