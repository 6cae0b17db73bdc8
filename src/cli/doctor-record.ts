import type { DoctorCheck } from '../core/doctor.ts';
import { folderOf, isOpen } from '../core/incident.ts';
import type { EventLog } from '../ports.ts';
import type { Loaded } from '../tools/support/load.ts';
import type { Deps } from '../tools/tool.ts';
import type { DoctorMachine } from './doctor-setup.ts';
import { concerning, debtsOf, owedClocks } from './render.ts';
import { verifyOne } from './verify.ts';

type Said = Pick<DoctorCheck, 'state' | 'seen' | 'todo'>;

const check = (id: string, { state, seen, todo }: Said): DoctorCheck => ({
  ...{ part: 'record', id, state, seen, todo },
});

const MOST = 5;

/** The first few of a list, and how many more there are. */
export function some(names: readonly string[]): string {
  const more = names.length - MOST;
  return `${names.slice(0, MOST).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** Hash chains, torn lines and archives of every incident. Works without settings. */
export async function chainChecks(log: EventLog): Promise<DoctorCheck[]> {
  const results = [];
  for (const uid of await log.uids()) results.push(await verifyOne(uid, { log }));
  const damaged = results.filter(({ damage }) => damage.length > 0);
  const found = damaged.map(({ incident, damage }): DoctorCheck => {
    const isTorn = damage.every(({ problem }) => problem === 'torn');
    const what = isTorn
      ? `${counted(damage.length, 'line')} torn by a write that was cut off; whole events are not affected`
      : `${counted(damage.length, 'place')} where lines are damaged, edited or removed`;
    const todo = `hotfix-pulse verify ${incident}`;
    return check('hash_chain', { state: isTorn ? 'warn' : 'fail', seen: `${incident}: ${what}`, todo });
  });
  const events = results.reduce((sum, one) => sum + one.events, 0);
  const sound = results.length - damaged.length;
  const seen =
    results.length === 0
      ? 'No incident yet.'
      : `${sound} of ${counted(results.length, 'record')} sound, ${counted(events, 'event')} in all`;
  const state = results.length > 0 && sound === 0 ? 'skipped' : 'ok';
  return [...found, check('records', { state, seen, todo: '' }), ...placeChecks(log)];
}

/** A fallback folder in use, a network file system: the log says it in sentences. */
function placeChecks(log: EventLog): DoctorCheck[] {
  const todo =
    'See docs/doctor.md, "Incident record": make the folder writable, or write from one machine only.';
  return log.notices().map((seen) => check('place', { state: 'warn', seen, todo }));
}

/** What is owed, and what others cannot see yet. */
export async function incidentChecks(all: readonly Loaded[], deps: Deps): Promise<DoctorCheck[]> {
  if (all.length === 0) return [];
  return [clockCheck(all), debtCheck(all), await publishedCheck(all, deps)];
}

function clockCheck(all: readonly Loaded[]): DoctorCheck {
  const late = concerning(all).flatMap((one) =>
    owedClocks(one)
      .filter(({ state }) => state === 'overdue')
      .map(({ label, todo }) => ({ what: `${one.incident.label} ${label}`, todo })),
  );
  const [first] = late;
  if (!first) return check('clocks', { state: 'ok', seen: 'No clock is overdue.', todo: '' });
  const seen = `Overdue: ${some(late.map(({ what }) => what))}`;
  return check('clocks', {
    state: 'warn',
    seen,
    todo: `First: ${first.todo}. hotfix-pulse status shows all.`,
  });
}

function debtCheck(all: readonly Loaded[]): DoctorCheck {
  const debts = all.flatMap(({ incident }) => debtsOf(incident).map((debt) => `${incident.label} ${debt}`));
  if (debts.length === 0) return check('debts', { state: 'ok', seen: 'No debt is open.', todo: '' });
  const seen = `Skipped and still owed: ${some(debts)}`;
  return check('debts', { state: 'warn', seen, todo: 'hotfix-pulse status shows who owes what until when.' });
}

async function publishedCheck(all: readonly Loaded[], deps: Deps): Promise<DoctorCheck> {
  const real = all.filter(({ incident }) => !incident.drill && incident.status !== 'cancelled');
  const hidden: Record<'absent' | 'private' | 'published', string[]> = {
    absent: [],
    private: [],
    published: [],
  };
  let open = 0;
  for (const { incident } of real) {
    const { state } = await deps.workspace.read(folderOf(incident));
    if (state === 'tracked') continue;
    if (isOpen(incident)) open += 1;
    else hidden[state].push(incident.label);
  }
  const alone = [...hidden.absent, ...hidden.private];
  const others = open === 0 ? '' : ` ${counted(open, 'open incident')} not committed yet either.`;
  if (alone.length > 0) {
    return check('published', {
      state: 'warn',
      seen: `Closed, but only in the record of this machine: ${some(alone)}.${others}`,
      todo: `hotfix-pulse publish ${alone[0]}, then commit its folder`,
    });
  }
  if (hidden.published.length > 0) {
    return check('published', {
      state: 'warn',
      seen: `Closed and published, but not committed: ${some(hidden.published)}.${others}`,
      todo: 'git add and commit the folder below specs/',
    });
  }
  const seen = `Every closed incident is committed.${others}`;
  return check('published', { state: 'ok', seen, todo: '' });
}

/** Temporary working trees of processes that were killed; with `fix` they are removed. */
export async function worktreeCheck(
  machine: DoctorMachine,
  root: string,
  fix: boolean,
): Promise<DoctorCheck> {
  const worktrees = await machine.worktrees(root);
  const found = await worktrees.found();
  if (found === 0)
    return check('worktrees', { state: 'ok', seen: 'No temporary working tree is left over.', todo: '' });
  const what = counted(found, 'temporary working tree');
  if (!fix) {
    const seen = `${what} of killed processes left over`;
    return check('worktrees', { state: 'warn', seen, todo: 'hotfix-pulse doctor --fix' });
  }
  const removed = await worktrees.sweep();
  const seen = `${counted(removed, 'temporary working tree')} of killed processes removed`;
  return check('worktrees', { state: removed === found ? 'ok' : 'warn', seen, todo: '' });
}
