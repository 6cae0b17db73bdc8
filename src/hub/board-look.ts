import type { BoardAsk, BoardIncident } from '../core/board/view.ts';
import { declinesOf } from '../core/declines.ts';
import { type Incident, isOpen } from '../core/incident.ts';
import { foldKnown } from '../core/incident-folds.ts';
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
/** Below the open ones; the others are a page away. */
const LATEST_ENDED = 10;
/** Kept between looks; beyond that the longest unread ones are forgotten. */
const MOST_KEPT = 1_000;
const MOST_SETS = 100;

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

/** What the list shows. */
export interface Listed {
  /** Open ones, and those that have ended and owe something; oldest first. */
  now: Seen[];
  /** Those that ended last by their opening, newest first. */
  ended: Seen[];
  /** More than these have ended. */
  hasMore: boolean;
}

/**
 * Looks at the record again and again, cheaply: the log reads what was added, only what has changed is folded, and what
 * is over is not read, however much of it there is, unless it is shown.
 * @param now milliseconds of any clock that does not run backwards
 */
export function createLook(now: () => number) {
  const kept = new Map<string, Kept>();
  const sets = new Map<string, { at: number; uids: readonly string[] }>();
  let order = { at: Number.NEGATIVE_INFINITY, open: '', uids: [] as readonly string[] };

  async function read(uid: string, deps: Deps): Promise<Kept> {
    const { events, damage } = await deps.log.read(uid);
    const stamp = `${events.length}.${events.at(-1)?.id ?? ''}.${damage.length}`;
    const incident = foldKnown(uid, events);
    const fresh = { incident, stamp, readAt: now(), seen: seen(incident, damage, stamp, deps) };
    kept.delete(uid);
    kept.set(uid, fresh);
    const [longest] = kept.keys();
    if (longest !== undefined && kept.size > MOST_KEPT) kept.delete(longest);
    return fresh;
  }

  let listed = { at: Number.NEGATIVE_INFINITY, open: [] as string[], owing: [] as string[] };
  /** Without an index all of them: any may be open. */
  async function openAndOwing(deps: Deps): Promise<{ open: string[]; owing: string[] }> {
    const { index } = deps.log;
    if (now() - listed.at < UIDS_MS) return listed;
    listed = {
      at: now(),
      open: await (index === undefined ? deps.log.uids() : index.open()),
      owing: index === undefined ? [] : await index.owing(),
    };
    return listed;
  }

  /** Without an index every incident is read to find those that are over. */
  async function endedUids(open: readonly string[], deps: Deps): Promise<readonly string[]> {
    const { index } = deps.log;
    const key = open.join();
    if (order.open === key && now() - order.at < ENDED_MS) return order.uids;
    if (index !== undefined) {
      order = { at: now(), open: key, uids: await index.inOrder('closed') };
      return order.uids;
    }
    const all = [];
    for (const uid of open) all.push((kept.get(uid) ?? (await read(uid, deps))).seen);
    const over = inOrder(all.map((one) => ({ ...one })));
    return over.flatMap(({ incident }) => (incident.opened && !isOpen(incident) ? [incident.uid] : []));
  }

  /** The same and their twins in number, which are told apart by their labels. */
  async function withTwins(wanted: readonly string[], deps: Deps): Promise<readonly string[]> {
    const { index } = deps.log;
    if (index === undefined) return [...new Set([...wanted, ...(await openAndOwing(deps)).open])];
    const key = wanted.join();
    const known = sets.get(key);
    if (known && now() - known.at < UIDS_MS) return known.uids;
    const numbers = new Set<number>();
    for (const uid of wanted) numbers.add((kept.get(uid) ?? (await read(uid, deps))).incident.number);
    const uids = [...new Set([...wanted, ...(await index.withNumber([...numbers]))])];
    if (sets.size >= MOST_SETS) sets.clear();
    sets.set(key, { at: now(), uids });
    return uids;
  }

  /** These as they are now, oldest first. Of those that may rest, what has ended is not read at every look. */
  async function these(wanted: readonly string[], deps: Deps, mayRest: boolean): Promise<Seen[]> {
    const chosen = new Set(wanted);
    const found: Seen[] = [];
    let again = ENDED_AT_ONCE;
    for (const uid of await withTwins(wanted, deps)) {
      const before = kept.get(uid);
      const hasEnded = before && !isOpen(before.incident) && (mayRest || !chosen.has(uid));
      const rests = hasEnded && (now() - before.readAt < ENDED_MS || again <= 0);
      if (hasEnded && !rests) again -= 1;
      const { seen: one } = rests ? before : await read(uid, deps);
      // A copy: whoever tells twins apart writes into it.
      if (one.incident.opened) found.push({ ...one });
    }
    return inOrder(found).filter(({ incident }) => chosen.has(incident.uid));
  }

  return {
    async list(deps: Deps): Promise<Listed> {
      const { open, owing } = await openAndOwing(deps);
      const over = await endedUids(open, deps);
      const latest = over.slice(-LATEST_ENDED);
      const all = await these([...new Set([...open, ...owing, ...latest])], deps, true);
      const isNow = new Set([...open, ...owing]);
      const isLatest = new Set(latest);
      return {
        now: all.filter(({ incident }) => isNow.has(incident.uid)),
        ended: all.filter(({ incident }) => isLatest.has(incident.uid) && !isOpen(incident)).reverse(),
        hasMore: over.length > latest.length,
      };
    },
    /** These alone, whatever their state, oldest first. What no record has is left out. */
    only: (uids: readonly string[], deps: Deps): Promise<Seen[]> => these([...uids].sort(), deps, false),
    /** One page of those that have ended, newest first; `older` is where the next one goes on. */
    async ended(
      before: string | null,
      limit: number,
      deps: Deps,
    ): Promise<{ shown: Seen[]; older: string | null }> {
      const { open } = await openAndOwing(deps);
      const over = await endedUids(open, deps);
      const at = before === null ? over.length : Math.max(0, over.indexOf(before));
      const uids = over.slice(Math.max(0, at - limit), at);
      const shown = await these(uids, deps, true);
      return { shown: shown.reverse(), older: at > limit ? (uids[0] ?? null) : null };
    },
    /** What is looked for next is looked for now. */
    forget(): void {
      listed.at = Number.NEGATIVE_INFINITY;
      sets.clear();
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
        declines: declinesOf(incident, id),
        isPost: plan.action === 'post',
      };
    });
}
