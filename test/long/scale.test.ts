import { afterAll, expect, it } from 'vitest';
import { createDeps } from '../../src/wire.ts';
import { note, request } from '../support/log-kit.ts';
import { callOn, longIncident, mediansOf, recordOf, repoWith } from '../support/scale-kit.ts';

const ROUNDS = 25;
const OPEN = 5;
const OWING = 3;
const SIZES = [100, 1000, 10_000] as const;
const rows: string[] = [];

afterAll(() => {
  process.stderr.write(`${rows.join('\n')}\n`);
});

const actor = { name: 'agent', kind: 'agent' } as const;
const depsIn = (root: string) => createDeps({ root, actor, env: {} });

function row(name: string, times: readonly number[], names: readonly (string | number)[]): void {
  const cells = times.map((time, i) => `${names[i]}: ${time.toFixed(2)} ms`).join(' · ');
  rows.push(`${name}: ${cells} · last / first ${((times.at(-1) ?? 0) / (times[0] ?? 1)).toFixed(2)}`);
}

const ratio = (times: readonly number[]): number => (times.at(-1) ?? 0) / (times[0] ?? 1);

it('costs the same for what is open, however many are closed', async () => {
  const worlds = [];
  for (const closed of SIZES) {
    const { root } = repoWith(recordOf(closed, OWING, OPEN));
    const deps = await depsIn(root);
    let start = performance.now();
    const { data } = await callOn(deps, 'list_incidents');
    expect(data).toMatchObject({ total: OPEN });
    const cold = performance.now() - start;
    const later = await depsIn(root);
    start = performance.now();
    await callOn(later, 'list_incidents');
    rows.push(
      `${closed} closed: first list ever ${cold.toFixed(0)} ms, first of a later process ${(performance.now() - start).toFixed(0)} ms`,
    );
    worlds.push({ closed, deps });
  }
  const steps: Record<string, [number, (closed: number) => [string, Record<string, unknown>]]> = {
    // Budgets of the work list, with half as much again for the noise of a machine.
    'list of open ones': [4.5, () => ['list_incidents', {}]],
    'list of closed ones': [4.5, () => ['list_incidents', { status: 'closed' }]],
    'get by number': [4.5, (closed) => ['get_incident', { incident: `${closed + 1}` }]],
    record: [4.5, (closed) => ['record_timeline_event', { incident: `${closed + 1}`, text: 'Seen again' }]],
  };
  for (const [name, [most, step]] of Object.entries(steps)) {
    const works = worlds.map(({ closed, deps }) => async (round: number) => {
      const [tool, args] = step(closed);
      const text = typeof args.text === 'string' ? { text: `${args.text} ${round}` } : {};
      await callOn(deps, tool, { ...args, ...text });
    });
    const times = await mediansOf(ROUNDS, works);
    row(name, times, SIZES);
    expect(ratio(times), name).toBeLessThan(most);
  }
});

it('appends to a long incident as to a short one', async () => {
  const incidents = [longIncident(1, 10), longIncident(2, 100_000)];
  const { root } = repoWith(incidents);
  const deps = await depsIn(root);
  const uids = incidents.map(([uid]) => uid);
  const append = uids.map((uid) => async (round: number) => {
    await deps.log.append(request(uid, note(`append ${round}`)));
  });
  for (const uid of uids) await deps.log.read(uid);
  const times = await mediansOf(200, append);
  row('append to the log', times, ['10 events', '100,000 events']);
  expect(ratio(times)).toBeLessThan(2.25);
  for (const [tool, args] of [
    ['get_incident', {}],
    ['record_timeline_event', { text: 'Seen again' }],
  ] as const) {
    const works = uids.map((incident) => async (round: number) => {
      await callOn(deps, tool, { incident, ...args, ...('text' in args ? { text: `Again ${round}` } : {}) });
    });
    row(tool, await mediansOf(3, works), ['10 events', '100,000 events']);
  }
});
