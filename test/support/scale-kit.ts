import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import { buildLines, createWriter } from '../../src/adapters/event-lines.ts';
import type { EventDraft } from '../../src/core/events.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { callTool } from '../../src/tools/support/call.ts';
import type { Deps } from '../../src/tools/tool.ts';
import { ANA, handClock, newUid, note, START } from './log-kit.ts';
import { tempRepo } from './repo.ts';

/** Lines of incidents as the real writer makes them, without a call and a flush for each. */

const DAY = 86_400_000;

function draft(kind: EventDraft['kind'], text: string, data: Record<string, unknown>): EventDraft {
  // The data fits the kind: the writer checks it.
  return { ...note(text), kind, data } as EventDraft;
}

/** What happened, the opening first. */
function storyOf(number: number, end: 'open' | 'closed' | 'owing'): EventDraft[] {
  const title = `Checkout ${number} fails`;
  const item = draft('action_added', 'Test a cart without items', { action: 'AI-001', owner: 'Ana' });
  return [
    draft('opened', title, { number, slug: `checkout-${number}-fails`, title, description: title }),
    draft('severity_changed', 'Severity P1', { to: 'P1', confirmed: true }),
    draft('role_assigned', 'Ana leads', { role: 'incident_commander', person: 'Ana' }),
    draft('cause_identified', 'The cart is empty', {}),
    draft('mitigation_applied', 'Turned the flag off', { type: 'feature_flag' }),
    draft('resolved', 'No errors for an hour', {}),
    ...(end === 'open' ? [] : [item]),
    ...(end === 'closed' ? [draft('action_changed', 'Done', { action: 'AI-001', state: 'done' })] : []),
    ...(end === 'open' ? [] : [draft('closed', 'Over', {})]),
  ];
}

const clock = handClock(START - DAY);
const writer = createWriter(clock, systemIds);

/** One line per event, each linked to the one before. */
export function linesFor(uid: string, drafts: EventDraft[]): string[] {
  // Incidents follow one another, so that the order in which they were opened is no matter of chance.
  clock.set(clock.now() + 1);
  const after = { largest: null, lastLine: null };
  return buildLines({ incident: uid, by: ANA, drafts }, drafts, writer, after).map(({ line }) => line);
}

/** Incidents of a record: some closed ones, the last few of them with an open action item, then open ones. */
export function recordOf(closed: number, owing: number, open: number): Map<string, string[]> {
  const incidents = Array.from({ length: closed + open }, (_, i) => {
    const uid = newUid(START - DAY + i);
    const end = i >= closed ? 'open' : i >= closed - owing ? 'owing' : 'closed';
    return [uid, linesFor(uid, storyOf(i + 1, end))] as const;
  });
  return new Map(incidents);
}

/** One open incident of so many events. */
export function longIncident(number: number, events: number): [string, string[]] {
  const uid = newUid(START);
  const notes = Array.from({ length: events - 6 }, (_, i) => note(`Observation ${i}: latency 120 ms`));
  return [uid, linesFor(uid, [...storyOf(number, 'open'), ...notes])];
}

/** The same as files of a record; the form is that of an appending write. */
export function putLogs(live: string, incidents: Iterable<readonly [string, readonly string[]]>): void {
  for (const [uid, lines] of incidents) {
    mkdirSync(join(live, uid), { recursive: true });
    writeFileSync(join(live, uid, 'timeline.jsonl'), lines.map((line) => `\n${line}\n`).join(''));
  }
}

/** A repository with that record. */
export function repoWith(incidents: Iterable<readonly [string, readonly string[]]>) {
  const { root } = tempRepo({ commits: 1 });
  const live = join(root, execGit(root), 'hotfix-pulse');
  putLogs(live, incidents);
  return { root, live };
}

function execGit(root: string): string {
  return execFileSync('git', ['rev-parse', '--git-common-dir'], { cwd: root, encoding: 'utf8' }).trim();
}

export async function callOn(deps: Deps, name: string, args: Record<string, unknown> = {}) {
  const tool = TOOLS.find((known) => known.name === name);
  if (!tool) throw new Error(`${name} is not a tool`);
  return callTool(tool, args, deps);
}

/** Medians of several works in milliseconds, taken in turn, so that what else runs on the machine slows all of them. */
export async function mediansOf(
  rounds: number,
  works: readonly ((round: number) => Promise<unknown>)[],
): Promise<number[]> {
  const times = works.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, work] of works.entries()) {
      const start = performance.now();
      await work(round);
      times[i]?.push(performance.now() - start);
    }
  }
  return times.map((all) => all.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0);
}
