import { clocksOf, type Clock as Due, urgentLine } from '../../core/clocks.ts';
import { PulseError } from '../../core/errors.ts';
import { byRecorded } from '../../core/events.ts';
import { branchOf, foldIncident, type Incident, isOpen } from '../../core/incident.ts';
import { type LevelRow, rowOf } from '../../core/severity.ts';
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
  return settle(foldIncident(uid, log.events), log.damage, deps);
}

/** The row of the severity in force, and the clocks at this moment. */
export function settle(incident: Incident, damage: Damage[], deps: Deps): Loaded {
  const row = incident.severity ? rowOf(deps.settings.matrix, incident.severity.level) : null;
  return { incident, row, damage, clocks: clocksOf(incident, row, deps.settings, deps.clock.now()) };
}

/** All incidents, oldest first; two that took the same number in different clones are told apart by `(b)`. */
export async function loadAll(deps: Deps): Promise<Loaded[]> {
  const all: Loaded[] = [];
  for (const uid of await deps.log.uids()) {
    const loaded = await loadUid(uid, deps);
    if (loaded.incident.opened) all.push(loaded);
  }
  return inOrder(all);
}

/** The same incidents, oldest first, with twins told apart in their labels. */
export function inOrder<L extends Loaded>(all: L[]): L[] {
  all.sort((a, b) =>
    a.incident.opened && b.incident.opened ? byRecorded(a.incident.opened, b.incident.opened) : 0,
  );
  const seen = new Map<number, number>();
  for (const { incident } of all) {
    const twins = seen.get(incident.number) ?? 0;
    seen.set(incident.number, twins + 1);
    if (twins > 0) incident.label = `${incident.label} (${String.fromCharCode(97 + twins)})`;
  }
  return all;
}

/**
 * The incident that an argument means: uid, `hotfix-003`, `003`, slug or branch. Left out, it is the one of
 * the current hotfix branch, else the only open one. Anything else is refused with the open ones listed.
 */
export async function loadIncident(ref: string | undefined, deps: Deps): Promise<Loaded> {
  return (await loadAmong(ref, deps)).loaded;
}

/** The same, and the other incidents. */
export async function loadAmong(
  ref: string | undefined,
  deps: Deps,
): Promise<{ loaded: Loaded; others: Loaded[] }> {
  const all = await loadAll(deps);
  const found =
    ref === undefined ? await implied(all, deps) : all.filter((one) => matches(one.incident, ref));
  const [only] = found;
  if (only && found.length === 1) return { loaded: only, others: all.filter((one) => one !== only) };
  const listed = (found.length > 1 ? found : all.filter((one) => isOpen(one.incident))).map(
    ({ incident }) => `${incident.label} ${incident.slug} (${incident.status})`,
  );
  const open =
    listed.length === 0
      ? 'no incident is open: create_hotfix_task opens one'
      : `open: ${listed.slice(0, 10).join('; ')}`;
  if (ref === undefined) {
    throw new PulseError('invalid_input', 'say which incident is meant', `pass incident; ${open}`);
  }
  throw found.length > 1
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

async function implied(all: Loaded[], deps: Deps): Promise<Loaded[]> {
  const branch = (await deps.git?.facts())?.branch ?? null;
  const onBranch = branch === null ? [] : all.filter((one) => branchMatches(one.incident, branch));
  return onBranch.length === 1 ? onBranch : all.filter((one) => isOpen(one.incident));
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
