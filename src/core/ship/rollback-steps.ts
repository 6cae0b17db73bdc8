import { type Incident, lastOf } from '../incident.ts';
import type { TakenBack } from './rollback.ts';
import type { ShipSettings } from './ship-settings.ts';

/** Where a person works by hand. What is null is not known and has to be filled in. */
export interface ByHand {
  remote: string | null;
  branch: string | null;
  /** Newest first. */
  changes: readonly Pick<TakenBack, 'commit' | 'shape' | 'state'>[];
  /** Set when going back means exactly this state, for ranges too long to list. */
  good: string | null;
  /** The revert that is made already and only has to be pushed; null when it has to be made. */
  prepared: string | null;
  /** `clone`: this repository cannot be used, so a fresh one is. */
  from: 'here' | 'clone';
  /** `hotfix-001` */
  label: string;
}

/** More single steps than that are given as one. */
const MOST_STEPS = 20;

/** Words to fill in stand in angle brackets. */
const OPEN = { remote: '<remote>', branch: '<production branch>', address: '<address of the repository>' };

/**
 * Exact commands to the same end, for the person's own terminal: in a folder of their own, so that their checkout, index
 * and stash stay as they are. Never a reset, a clean or a force. Works with HEAD, the index and the checkout broken.
 */
export function byHandCommands(at: ByHand): string[][] {
  const remote = at.remote ?? OPEN.remote;
  const branch = at.branch ?? OPEN.branch;
  const side = `rollback-${at.label}`;
  const isLocal = at.from === 'here' && at.remote === null && at.branch !== null;
  const land = (commit: string): string[][] => [
    ['git', 'switch', branch],
    ['git', 'merge', '--ff-only', commit],
  ];
  if (at.prepared !== null && at.from === 'here')
    return isLocal ? land(at.prepared) : [['git', 'push', remote, `${at.prepared}:refs/heads/${branch}`]];
  const folder = at.from === 'here' ? `../${side}` : side;
  const inside = (...words: string[]): string[] => ['git', '-C', folder, ...words];
  const steps = reverts(at, inside);
  if (at.from === 'clone') {
    const clone = ['git', 'clone', '--branch', branch, OPEN.address, folder];
    return [clone, ...steps, inside('push', 'origin', `HEAD:refs/heads/${branch}`)];
  }
  if (isLocal) return [['git', 'worktree', 'add', '-b', side, folder, branch], ...steps, ...land(side)];
  return [
    ['git', 'fetch', remote],
    ['git', 'worktree', 'add', '--detach', folder, `${remote}/${branch}`],
    ...steps,
    inside('push', remote, `HEAD:refs/heads/${branch}`),
  ];
}

/** `git revert` takes several commits at once, but merges apart from plain ones. */
function reverts({ changes, good, label }: ByHand, inside: (...words: string[]) => string[]): string[][] {
  const left = changes.filter(({ state }) => state !== 'already_gone');
  // A range that could not be listed goes back to its beginning as a whole.
  if (good !== null && (changes.length === 0 || left.length > MOST_STEPS)) {
    return [
      inside('restore', `--source=${good}`, '--staged', '--worktree', '--', ':/'),
      inside('commit', '-m', `revert: [ROLLBACK] back to ${good}`, '-m', `Rollback: ${label}`),
    ];
  }
  if (left.length === 0) return [inside('revert', '--no-edit', '<commit to take back>')];
  const groups: { merge: boolean; commits: string[] }[] = [];
  for (const { commit, shape } of left) {
    const merge = shape !== 'plain';
    const last = groups.at(-1);
    if (last?.merge === merge) last.commits.push(commit);
    else groups.push({ merge, commits: [commit] });
  }
  return groups.map(({ merge, commits }) =>
    inside('revert', '--no-edit', ...(merge ? ['-m', '1'] : []), ...commits),
  );
}

/** When to take it back: only what the record and the settings say. */
export interface RollbackTrigger {
  metric: string;
  threshold: string;
  window: string;
  /** The three in one line; UNKNOWN stands for what nobody said. */
  text: string;
  /** What to record, in our own words; null when nothing is missing. */
  ask: string | null;
}

const UNKNOWN = 'UNKNOWN';
const THRESHOLD =
  /(?:above|over|below|under|more than|less than|at least|exceeds?|>=?|<=?)\s{0,3}\d[\d.,]{0,12}\s{0,2}(?:%|per ?cent|ms|s\b|\/ ?(?:s|min)\b)?/i;
const WINDOW =
  /(?:for|within|in|over|during)\s{1,3}(?:the )?(?:last )?\d[\d.]{0,6}\s{0,2}(?:s|sec\w{0,5}|m|min\w{0,5}|h|hours?)\b/i;

/** Metric, threshold and window of the fact `rollback_trigger`; a failing verification command is a trigger of its own. */
export function triggerOf(incident: Incident, deploy: ShipSettings['deploy']): RollbackTrigger {
  const stated = incident.facts.get('rollback_trigger')?.value.trim().slice(0, 500) ?? '';
  const window = WINDOW.exec(stated)?.[0].trim() ?? UNKNOWN;
  const threshold = THRESHOLD.exec(stated.replace(window, ' '))?.[0].trim() ?? UNKNOWN;
  const rest = [window, threshold].reduce((text, part) => text.replace(part, ' '), stated);
  const metric = rest.replace(/\s+/g, ' ').replace(/^[\s,;:]+|[\s,;:]+$/g, '') || UNKNOWN;
  const missing = Object.entries({ metric, threshold, window }).flatMap(([name, value]) =>
    value === UNKNOWN ? [name] : [],
  );
  const text = `metric ${metric}, threshold ${threshold}, window ${window}`;
  return {
    ...{ metric, threshold, window },
    text: deploy?.verify === undefined ? text : `${text}; or deploy.verify fails`,
    ask:
      missing.length === 0
        ? null
        : `what makes you take it back is not known (${missing.join(', ')}): record the fact rollback_trigger, for example "5xx rate above 2 % for 5 min"`,
  };
}

/** How to see that it worked: the configured command, and evidence on the record. */
export function verifyStep(
  deploy: ShipSettings['deploy'],
  show: (words: readonly string[]) => string,
): string {
  const record = 'record deploy_verified with evidence ("metric: ...", "output: ..." or a link)';
  return deploy?.verify === undefined
    ? `${UNKNOWN}: no command is set as deploy.verify; look at the metric of the harm, then ${record}`
    : `run ${show(deploy.verify)}, then ${record}`;
}

/** Where the range of the release comes from when nobody named one. */
export type RecordedScope =
  | { basis: 'bisection'; newest: string }
  | { basis: 'suspects'; good: string; newest: string }
  | null;

/** A search without a known release looks at this many changes; such a range is a window and no finding. */
const WINDOW_CHANGES = 200;

/** The last measured finding: the first bad commit of a bisection, else the range that was searched for suspects. */
export function recordedScope(incident: Incident): RecordedScope {
  const found = lastOf(
    incident,
    'noted',
    (event) => event.live && event.basis === 'measured' && scopeIn(event.data) !== null,
  );
  return found ? scopeIn(found.data) : null;
}

const FULL = /^[0-9a-f]{40,64}$/;
const full = (value: unknown): string | null =>
  typeof value === 'string' && FULL.test(value) ? value : null;

function scopeIn(data: Record<string, unknown>): RecordedScope {
  const { bisect, suspects, range } = data;
  if (isObject(bisect)) {
    const [first] = Array.isArray(suspects) ? suspects : [];
    const newest = isObject(first) ? full(first.commit) : null;
    return bisect.outcome === 'found' && newest !== null ? { basis: 'bisection', newest } : null;
  }
  if (!isObject(range) || !Array.isArray(suspects)) return null;
  const [good, newest] = [full(range.base), full(range.commit)];
  const isWindow = range.changes === WINDOW_CHANGES;
  return good !== null && newest !== null && !isWindow ? { basis: 'suspects', good, newest } : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
