import { expect } from 'vitest';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import { byRecorded, type EventDraft } from '../../src/core/events.ts';
import { foldIncident, isOpen } from '../../src/core/incident.ts';
import type { EventLog } from '../../src/ports.ts';
import { newUid, note, request, START } from './log-kit.ts';

/** An event with only what its kind needs. */
export const event = (kind: EventDraft['kind'], data: Record<string, unknown> = {}) =>
  ({ ...note(`${kind} ${systemIds.nonce()}`), kind, data }) as EventDraft;
export const opening = (number: number) =>
  event('opened', { number, slug: `case-${number}`, title: 'It fails', description: 'It fails' });

/** The same answers from reading every incident. */
export async function told(log: EventLog) {
  const all = [];
  for (const uid of await log.uids()) all.push(foldIncident(uid, (await log.read(uid)).events));
  const known = all.flatMap((incident) => (incident.opened ? [{ incident, opened: incident.opened }] : []));
  known.sort((a, b) => byRecorded(a.opened, b.opened));
  const uids = (wanted: (one: (typeof known)[number]['incident']) => boolean) =>
    known
      .map(({ incident }) => incident)
      .filter(wanted)
      .map(({ uid }) => uid);
  return {
    open: uids(isOpen).sort(),
    owing: uids(
      (one) => !isOpen(one) && [...one.actions.values()].some(({ state }) => state === 'open'),
    ).sort(),
    two: uids(({ number }) => number === 2).sort(),
    slug: uids(({ slug }) => slug === 'case-1').sort(),
    all: uids(() => true),
    closed: uids((one) => !isOpen(one)),
  };
}

export async function indexed({ index }: Pick<EventLog, 'index'>) {
  if (index === undefined) throw new Error('no index');
  return {
    open: (await index.open()).sort(),
    owing: (await index.owing()).sort(),
    two: (await index.withNumber([2])).sort(),
    slug: (await index.withSlug('case-1')).sort(),
    all: [...(await index.inOrder('all'))],
    closed: [...(await index.inOrder('closed'))],
  };
}

/** Two processes write; after every step the index of both says what a third one finds by reading every incident. */
export async function expectSameAnswers(
  here: EventLog,
  there: EventLog,
  fresh: () => EventLog,
): Promise<void> {
  const uids = Array.from({ length: 6 }, (_, i) => newUid(START + i));
  for (const [i, uid] of uids.entries())
    await (i % 2 ? here : there).append(request(uid, opening(i < 4 ? i + 1 : 2)));
  const steps: [number, EventDraft][] = [
    [0, event('action_added', { action: 'AI-001' })],
    [0, event('cancelled', { reason: 'no' })],
    [1, event('cancelled', { reason: 'no' })],
    [2, event('closed')],
    [1, event('reopened', { reason: 'again' })],
    [0, event('action_changed', { action: 'AI-001', owner: 'Ana' })],
    [0, event('action_changed', { action: 'AI-001', state: 'done' })],
    [4, event('marked_duplicate', { ref: 'hotfix-001' })],
    [4, event('action_added', { action: 'AI-001' })],
    [0, event('reopened', { reason: 'again' })],
  ];
  for (const [i, [at, draft]] of steps.entries()) {
    await (i % 2 ? there : here).append(request(uids[at] ?? '', draft));
    const truth = await told(fresh());
    expect(truth.two, draft.kind).toHaveLength(3);
    expect(await indexed(here), draft.kind).toEqual(truth);
    expect(await indexed(there), draft.kind).toEqual(truth);
  }
}
