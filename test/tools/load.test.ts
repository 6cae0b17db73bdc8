import { describe, expect, it } from 'vitest';
import { loadAll, loadAmong, loadIncident, loadOpen, loadPage } from '../../src/tools/support/load.ts';
import type { Deps } from '../../src/tools/tool.ts';
import { createDeps } from '../../src/wire.ts';
import { event, opening } from '../support/index-kit.ts';
import { newUid, START } from '../support/log-kit.ts';
import { linesFor, putLogs, recordOf, repoWith } from '../support/scale-kit.ts';

/** Closed ones, owing ones, open ones, and two of a number that a closed one has. */
async function world() {
  const record = recordOf(6, 2, 3);
  const twins = [0, 1].map((i) => {
    const uid = newUid(START + i);
    return [
      uid,
      linesFor(uid, [opening(2), ...(i === 0 ? [event('cancelled', { reason: 'no' })] : [])]),
    ] as const;
  });
  const { root, live } = repoWith([...record, ...twins]);
  const deps = await createDeps({ root, actor: { name: 'agent', kind: 'agent' }, env: {} });
  const { index: _index, ...log } = deps.log;
  const plain: Deps = { ...deps, log };
  return { deps, plain, live };
}

const labels = (all: { incident: { label: string; uid: string } }[]) =>
  all.map(({ incident }) => `${incident.uid} ${incident.label}`);

/** What an incident is called, or the refusal. */
const told = (ref: string | undefined, deps: Deps) =>
  loadIncident(ref, deps).then(
    (one) => labels([one]),
    (error) => [error.code, error.message, error.hint, error.data],
  );

describe('finding incidents', () => {
  it('answers the same with an index and by reading all', async () => {
    const { deps, plain } = await world();
    const all = await loadAll(plain);
    expect(all.map(({ incident }) => incident.label)).toContain('hotfix-002 (c)');
    const names = all.flatMap(({ incident: { uid, label, slug } }) => [
      ...[uid, uid.toLowerCase(), label, slug, `${label}-${slug}`],
      ...[
        `hotfix/${label.slice('hotfix-'.length)}-${slug}`,
        `hotfix/${label.slice('hotfix-'.length)}-${slug}-2`,
      ],
    ]);
    const odd = [
      '1',
      '0003',
      'hotfix-9',
      '404',
      'nothing',
      '',
      ' 2 ',
      'hotfix-',
      `${newUid()}`,
      'hotfix/002-x',
    ];
    for (const ref of [undefined, ...new Set(names), ...odd])
      expect(await told(ref, deps), ref ?? 'none').toEqual(await told(ref, plain));
    expect(labels(await loadOpen(deps))).toEqual(labels(await loadOpen(plain)));
    for (const scope of ['open', 'closed', 'all'] as const) {
      for (const limit of [2, 5, 100]) {
        const [page, same] = [await loadPage(scope, limit, deps), await loadPage(scope, limit, plain)];
        expect(page.total).toBe(same.total);
        expect(labels(page.shown)).toEqual(labels(same.shown));
      }
    }
  });

  it('reads for one incident and its neighbours none that are over and owe nothing', async () => {
    const { deps } = await world();
    await loadOpen(deps);
    const read: string[] = [];
    const inner = deps.log.read;
    const watched = {
      ...deps,
      log: {
        ...deps.log,
        read: (uid: string) => {
          read.push(uid);
          return inner(uid);
        },
      },
    };
    const { others } = await loadAmong('007', watched);
    expect(others.map(({ incident }) => incident.label)).toEqual([
      ...['hotfix-005', 'hotfix-006', 'hotfix-008', 'hotfix-009', 'hotfix-002 (c)'],
    ]);
    // Among them only those of a number that an open one has.
    expect(new Set(read).size).toBe(8);
  });

  it('says how many more there are, and how to see others', async () => {
    const { deps, live } = await world();
    const { default: list } = await import('../../src/tools/list-incidents.ts');
    putLogs(live, recordOf(0, 0, 25));
    const { data, text } = await list.run(
      {},
      await createDeps({ root: deps.workspace.root, actor: deps.actor, env: {} }),
    );
    expect(data).toMatchObject({ total: 29 });
    expect(data.incidents).toHaveLength(20);
    expect(text).toContain('9 more: raise limit (at most 100), or pass text or status.');
  });
});
