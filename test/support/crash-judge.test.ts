import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { createDeps } from '../../src/wire.ts';
import { brokenFiles, leftFiles, look, lostSince, newSince, outside, userPrint } from './crash-judge.ts';
import { tempRepo } from './repo.ts';

/** The judge of the crash points has to see what they are about. */
async function judged() {
  const { root, write } = tempRepo({ commits: 1 });
  const place = { root, folder: root, env: {} };
  const deps = await createDeps({ root, actor: { name: 'test', kind: 'agent' }, env: {} });
  const empty = await look(place);
  const { data } = await callTool(createHotfixTask, { description: 'Users cannot log in' }, deps);
  const log = join(root, '.git/hotfix-pulse', String(data.uid), 'timeline.jsonl');
  const page = (name: string) => join(root, 'specs/hotfix-001-users-cannot-log-in', name);
  return { place, empty, log, page, write, full: await look(place) };
}

describe('the judge of crash points', () => {
  it('finds nothing where nothing is wrong', async () => {
    const { place, empty, full } = await judged();
    expect(newSince(empty, full)).toMatchObject({ opened: 1 });
    expect([...lostSince(empty, full), ...full.faults, ...brokenFiles(place), ...leftFiles(place)]).toEqual(
      [],
    );
    expect(full).toMatchObject({ numbers: [1], torn: 0 });
  });

  it('sees an event that is lost or doubled, and counts a torn line apart', async () => {
    const { place, log, full } = await judged();
    const text = readFileSync(log, 'utf8');
    writeFileSync(log, '');
    expect(lostSince(full, await look(place))).not.toEqual([]);
    writeFileSync(log, `${text}\n{"v":1,"id"`);
    const torn = await look(place);
    expect([torn.torn, torn.faults, lostSince(full, torn)]).toEqual([1, [], []]);
    expect(outside({ noted: 2 }, { noted: 1 }, { noted: 1 })).toEqual(['noted: 2 instead of 1']);
    expect(outside({}, { noted: 1 }, { noted: 1 })).toEqual(['noted: 0 instead of 1']);
    expect(outside({ deployed: 1 }, {}, { noted: 1 })).toEqual(['deployed: 1 instead of 0']);
  });

  it('sees half a page, what a dead writer left, and a changed file of the user', async () => {
    const { place, page, write } = await judged();
    const print = userPrint(place);
    const text = readFileSync(page('hotfix.md'), 'utf8');
    for (const end of [0, 20, text.lastIndexOf('<!-- pulse:end')]) {
      writeFileSync(page('hotfix.md'), text.slice(0, end));
      expect(brokenFiles(place), `${end}`).toHaveLength(1);
    }
    writeFileSync(page('hotfix.md'), text);
    writeFileSync(page('timeline.jsonl'), '{"v":1');
    expect(brokenFiles(place)).toHaveLength(1);
    writeFileSync(page('.hotfix-pulse-1.tmp'), '');
    mkdirSync(join(place.folder, 'tmp', 'hotfix-pulse-wt-1'), { recursive: true });
    expect(leftFiles(place)).toHaveLength(2);
    expect(userPrint(place)).toEqual(print);
    write('app.txt', 'mine\n');
    expect(userPrint(place)).not.toEqual(print);
  });
});
