import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { folderOf, foldIncident } from '../../src/core/incident.ts';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import recordTimelineEvent from '../../src/tools/record-timeline-event.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { publishIncident } from '../../src/tools/support/documents.ts';
import { createDeps } from '../../src/wire.ts';
import { git, tempFolder, tempRepo } from '../support/repo.ts';

type Clone = Awaited<ReturnType<typeof cloneOf>>;

/** How the commits of the other clone come in. Pages are generated again from the lines, so either side of them will do. */
const WAYS: Readonly<Record<string, (base: string, theirs: string) => string[]>> = {
  merge: (_, theirs) => ['merge', '-q', '-X', 'ours', '--no-edit', theirs],
  rebase: (_, theirs) => ['rebase', '-q', '-X', 'ours', theirs],
  'cherry-pick': (base, theirs) => ['cherry-pick', '--allow-empty', '-X', 'ours', `${base}..${theirs}`],
};

async function cloneOf(bare: string) {
  const root = tempFolder();
  git(root, ['clone', '-q', bare, '.']);
  git(root, ['config', 'user.name', 'Ana']);
  git(root, ['config', 'user.email', 'ana@example.com']);
  const deps = await createDeps({ root, actor: { name: 'test', kind: 'agent' }, env: {} });
  return {
    ...{ root, deps },
    async tell(uid: string, texts: readonly string[]) {
      for (const text of texts) await callTool(recordTimelineEvent, { incident: uid, text }, deps);
      await publishIncident(uid, deps);
      git(root, ['add', '-A', '--', '.']);
      git(root, ['commit', '-q', '-m', 'record']);
    },
  };
}

/** The ids in order and the whole story, without where an event was read from. */
async function read({ deps }: Clone, uid: string) {
  const { events, damage } = await deps.log.read(uid);
  const story = JSON.stringify(foldIncident(uid, events), (key, value) =>
    key === 'live' ? undefined : value instanceof Map ? [...value] : value,
  );
  return { ids: events.map(({ id }) => id), story, damage, faults: await deps.log.verify(uid) };
}

it.each(Object.keys(WAYS))(
  'two clones that both went on come to one record and one story by %s',
  async (way) => {
    const turns = fc.array(fc.record({ first: fc.boolean(), count: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 1,
      maxLength: 5,
    });
    let n = 0;
    const property = fc.asyncProperty(turns, async (told) => {
      const bare = tempRepo({ bare: true }).root;
      const first = await cloneOf(bare);
      writeFileSync(join(first.root, 'app.txt'), 'one\n');
      const opened = await callTool(createHotfixTask, { description: 'Users cannot log in' }, first.deps);
      const uid = String(opened.data.uid);
      await first.tell(uid, ['both know this']);
      git(first.root, ['push', '-q', 'origin', 'HEAD:main']);
      const second = await cloneOf(bare);
      const base = git(second.root, ['rev-parse', 'HEAD']);
      const texts: string[] = [];
      // Each clone says something, in any order and number.
      for (const turn of [...told, { first: true, count: 1 }, { first: false, count: 1 }]) {
        const lines = Array.from({ length: turn.count }, () => `line ${++n}`);
        texts.push(...lines);
        await (turn.first ? first : second).tell(uid, lines);
      }
      git(first.root, ['fetch', '-q', second.root, 'HEAD']);
      git(first.root, WAYS[way]?.(base, git(first.root, ['rev-parse', 'FETCH_HEAD'])) ?? []);
      git(first.root, ['push', '-q', 'origin', 'HEAD:main']);
      git(second.root, ['fetch', '-q', 'origin']);
      git(second.root, ['reset', '-q', '--hard', 'origin/main']);

      const third = await cloneOf(bare);
      const views = await Promise.all([first, second, third].map((one) => read(one, uid)));
      const [{ ids, story } = { ids: [], story: '' }] = views;
      for (const view of views) expect(view).toEqual({ ids, story, damage: [], faults: [] });
      expect(ids).toEqual([...new Set(ids)].sort());
      for (const text of texts) expect(story).toContain(`"${text}"`);
      const { events } = await third.deps.log.read(uid);
      const page = join(third.root, folderOf(foldIncident(uid, events)), 'timeline.jsonl');
      expect(readFileSync(page, 'utf8')).not.toMatch(/^[<=>]{7}/m);
    });
    await fc.assert(property, { numRuns: 4 });
  },
);
