import { clocksOf, type Clock as Due, urgentLine } from '../../core/clocks.ts';
import { PulseError } from '../../core/errors.ts';
import { byRecorded } from '../../core/events.ts';
import { branchOf, type Incident, isOpen } from '../../core/incident.ts';
import { foldKnown } from '../../core/incident-folds.ts';
import { type LevelRow, rowOf } from '../../core/severity.ts';
import { ULID_PATTERN } from '../../core/ulid.ts';
import type { Damage } from '../../ports.ts';
import type { Deps } from '../tool.ts';

/** An incident with what the caller's settings and clock say about it. */
export interface Loaded {
  incident: Incident;
  clocks: Due[];
  row: LevelRow | null;
  damage: Damage[];
}

/** Reads and folds one incident by uid. */
export async function loadUid(uid: string, deps: Deps): Promise<Loaded> {
  const log = await deps.log.read(uid);
  return settle(foldKnown(uid, log.events), log.damage, deps);
}

/** The row of the severity in force, and the clocks at this moment. */
export function settle(incident: Incident, damage: Damage[], deps: Deps): Loaded {
  const row = incident.severity ? rowOf(deps.settings.matrix, incident.severity.level) : null;
  const nowMs = deps.clock.now();
  let clocks: Due[] | undefined;
  return {
    ...{ incident, row, damage },
    // Most of what is read is only looked up: nobody asks for its clocks.
    get clocks() {
      clocks ??= clocksOf(incident, row, deps.settings, nowMs);
      return clocks;
    },
  };
}

/** All incidents, oldest first; two that took the same number in different clones are told apart by `(b)`. */
export async function loadAll(deps: Deps): Promise<Loaded[]> {
  return inOrder(await loadEach(await deps.log.uids(), deps));
}

/** Those on which work goes on, oldest first; what it costs does not grow with those that are over. */
export async function loadOpen(deps: Deps): Promise<Loaded[]> {
  const { index } = deps.log;
  const among = index === undefined ? await loadAll(deps) : await loadSome(await index.open(), deps);
  return among.filter((one) => isOpen(one.incident));
}

/** So far incidents that are over are counted where all of them would have to be read for it. */
export const COUNTED = 1000;

/** One page, newest first, and how many there are; COUNTED may also mean more. */
export async function loadPage(
  scope: 'open' | 'closed' | 'all',
  limit: number,
  deps: Deps,
): Promise<{ shown: Loaded[]; total: number }> {
  const { index } = deps.log;
  if (index !== undefined && scope !== 'open') {
    const uids = await index.inOrder(scope, COUNTED);
    return { shown: (await loadSome(uids.slice(-limit), deps)).reverse(), total: uids.length };
  }
  const among = scope === 'open' ? await loadOpen(deps) : await loadAll(deps);
  const inScope = among.filter(({ incident }) => scope === 'all' || isOpen(incident) === (scope === 'open'));
  return { shown: inScope.reverse().slice(0, limit), total: inScope.length };
}

/**
 * These of all incidents, oldest first, labelled as among all: those of the same number are read as well.
 * @param whole a number of which `uids` are all there are
 */
async function loadSome(uids: readonly string[], deps: Deps, whole?: number): Promise<Loaded[]> {
  const wanted = new Set(uids);
  const some = await loadEach([...wanted], deps);
  const numbers = [...new Set(some.map(({ incident }) => incident.number))].filter((one) => one !== whole);
  const same = numbers.length === 0 ? [] : ((await deps.log.index?.withNumber(numbers)) ?? []);
  const twins = await loadEach(
    same.filter((uid) => !wanted.has(uid)),
    deps,
  );
  return inOrder([...some, ...twins]).filter(({ incident }) => wanted.has(incident.uid));
}

async function loadEach(uids: readonly string[], deps: Deps): Promise<Loaded[]> {
  const all: Loaded[] = [];
  for (const uid of uids) {
    const loaded = await loadUid(uid, deps);
    if (loaded.incident.opened) all.push(loaded);
  }
  return all;
}

/** The same incidents, oldest first, with twins told apart in their labels. */
export function inOrder<L extends Loaded>(all: L[]): L[] {
  all.sort((a, b) =>
    a.incident.opened && b.incident.opened ? byRecorded(a.incident.opened, b.incident.opened) : 0,
  );
  const seen = new Map<number, number>();
  for (const one of all) {
    const { number, label } = one.incident;
    const twins = seen.get(number) ?? 0;
    seen.set(number, twins + 1);
    if (twins > 0) one.incident = { ...one.incident, label: `${label} (${String.fromCharCode(97 + twins)})` };
  }
  return all;
}

/**
 * The incident that an argument means: uid, `hotfix-003`, `003`, slug or branch. Left out, it is the one of
 * the current hotfix branch, else the only open one. Anything else is refused with the open ones listed.
 */
export async function loadIncident(ref: string | undefined, deps: Deps): Promise<Loaded> {
  const found = ref === undefined ? await implied(deps) : await named(ref, deps);
  const [only] = found;
  if (only && found.length === 1) return only;
  throw await refused(ref, found, deps);
}

/** The same, and the other incidents that are open or have an open action item. */
export async function loadAmong(
  ref: string | undefined,
  deps: Deps,
): Promise<{ loaded: Loaded; others: Loaded[] }> {
  const loaded = await loadIncident(ref, deps);
  const { index } = deps.log;
  const among =
    index === undefined
      ? await loadAll(deps)
      : await loadSome([...(await index.open()), ...(await index.owing())], deps);
  return { loaded, others: among.filter(({ incident }) => incident.uid !== loaded.incident.uid) };
}

async function refused(ref: string | undefined, found: readonly Loaded[], deps: Deps): Promise<PulseError> {
  const listed = (found.length > 1 ? found : await loadOpen(deps)).map(
    ({ incident }) => `${incident.label} ${incident.slug} (${incident.status})`,
  );
  const open =
    listed.length === 0
      ? 'no incident is open: create_hotfix_task opens one'
      : `open: ${listed.slice(0, 10).join('; ')}`;
  if (ref === undefined) {
    return new PulseError('invalid_input', 'say which incident is meant', `pass incident; ${open}`);
  }
  return found.length > 1
    ? new PulseError(
        'conflict',
        'more than one incident has that name',
        `pass its uid or full name; ${open}`,
        {
          candidates: found.map(({ incident }) => ({ uid: incident.uid, label: incident.label })),
        },
      )
    : new PulseError('not_found', 'no incident has that id', `${open}; list_incidents shows all`);
}

async function implied(deps: Deps): Promise<Loaded[]> {
  const branch = (await deps.git?.facts())?.branch ?? null;
  if (branch?.startsWith('hotfix/')) {
    const onBranch = (await maybeNamed(branch, deps)).filter((one) => branchMatches(one.incident, branch));
    if (onBranch.length === 1) return onBranch;
  }
  return loadOpen(deps);
}

async function named(ref: string, deps: Deps): Promise<Loaded[]> {
  return (await maybeNamed(ref, deps)).filter((one) => matches(one.incident, ref));
}

/** All that a name can mean, and perhaps more: a number in front of it stands before a slug that looks like one. */
async function maybeNamed(ref: string, deps: Deps): Promise<Loaded[]> {
  const { index } = deps.log;
  if (index === undefined) return loadAll(deps);
  const wanted = ref.trim().toLowerCase();
  const uid = wanted.toUpperCase();
  if (ULID_PATTERN.test(uid)) {
    const one = await loadSome([uid], deps);
    if (one.length > 0) return one;
  }
  const digits = /^(?:hotfix[-/])?(\d{1,9})(?!\d)/.exec(wanted)?.[1];
  const number = Number(digits);
  const numbered = digits === undefined ? [] : await loadSome(await index.withNumber([number]), deps, number);
  if (numbered.some((one) => matches(one.incident, ref))) return numbered;
  return loadSome(await index.withSlug(wanted), deps);
}

function matches(incident: Incident, ref: string): boolean {
  const wanted = ref.trim().toLowerCase();
  const number = /^(?:hotfix-)?0*(\d{1,6})$/.exec(wanted);
  return (
    wanted === incident.uid.toLowerCase() ||
    wanted === incident.label ||
    wanted === incident.slug ||
    wanted === `${incident.label}-${incident.slug}` ||
    branchMatches(incident, wanted) ||
    (number !== null && Number(number[1]) === incident.number)
  );
}

function branchMatches(incident: Incident, branch: string): boolean {
  const base = branchOf({ ...incident, attempt: 1 });
  return branch === base || new RegExp(`^${base}-\\d+$`).test(branch);
}

/** The most urgent overdue clock of these incidents, as the last line of an answer. */
export function urgentOf(loaded: readonly Loaded[], nowMs: number): string | null {
  for (const { incident, clocks } of loaded) {
    const line = urgentLine(clocks, nowMs);
    if (line) return loaded.length > 1 ? `${line.slice(0, -1)} (${incident.label}).` : line;
  }
  return null;
}
