import { appendFileSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import { createFileIndex } from '../../src/adapters/file-index.ts';
import type { LogPlaces } from '../../src/adapters/log-places.ts';
import { createPublishedLogs } from '../../src/adapters/published-logs.ts';
import { type FileCase, fileCase } from '../support/file-log-kit.ts';
import { event, expectSameAnswers, indexed, opening, told } from '../support/index-kit.ts';
import { newUid, request, START } from '../support/log-kit.ts';
import { linesFor, putLogs, recordOf } from '../support/scale-kit.ts';

/** An index that counts what it reads, as of a process that has just started. */
function counting({ places, another }: { places: LogPlaces; another: FileCase['another'] }) {
  const log = another();
  const read = vi.fn(log.read);
  const published = createPublishedLogs(places.specs);
  return { read, index: createFileIndex({ places, published, ids: systemIds, read, uids: log.uids }) };
}

describe('the index of a file log', () => {
  it('says what reading everything says, whichever process wrote', async () => {
    const { log, another } = await fileCase();
    await expectSameAnswers(log, another(), another);
  });

  it('reads once, keeps the heads for later processes, and reads only what changed', async () => {
    const kit = await fileCase();
    const record = recordOf(60, 2, 3);
    putLogs(kit.places.live, record);
    const first = counting(kit);
    expect(await first.index.open()).toHaveLength(3);
    expect(first.read).toHaveBeenCalledTimes(63);
    const [uid = ''] = record.keys();
    await kit.log.append(request(uid, event('reopened', { reason: 'again' })));
    const later = counting(kit);
    expect(await later.index.open()).toHaveLength(4);
    expect(later.read.mock.calls).toEqual([[uid]]);
    expect(await first.index.open()).toHaveLength(4);
    expect(first.read).toHaveBeenCalledTimes(64);
  });

  it('answers the same whatever happens to the kept heads', async () => {
    const kit = await fileCase();
    putLogs(kit.places.live, recordOf(40, 2, 3));
    await kit.log.index?.open();
    const path = join(kit.places.live, 'heads');
    const good = readFileSync(path, 'utf8');
    const truth = await told(kit.log);
    const heads = good.slice(good.indexOf('\n') + 1);
    const bad: Record<string, string> = {
      empty: '',
      torn: good.slice(0, good.length / 2),
      lying: good.replaceAll('"is_open":true', '"is_open":false'),
      'of another form': `${systemIds.sha256('{}')}\n{}`,
      'without its hash': heads,
      // Well made, of logs in another state.
      stale: (() => {
        const other = heads
          .replaceAll('"is_open":true', '"is_open":false')
          .replaceAll(/:\d+(?:\.\d+)?\|/g, ':1|');
        return `${systemIds.sha256(other)}\n${other}`;
      })(),
    };
    for (const [how, text] of Object.entries(bad)) {
      writeFileSync(path, text);
      expect(text, how).not.toBe(good);
      expect(await indexed(kit.another()), how).toEqual(truth);
    }
    rmSync(path);
    expect(await indexed(kit.another())).toEqual(truth);
    // In a copy of the record nothing that was kept of the first one counts.
    writeFileSync(path, good);
    const copy = await fileCase();
    cpSync(kit.places.live, copy.places.live, { recursive: true, preserveTimestamps: true });
    const { read, index } = counting(copy);
    await index.open();
    expect(read).toHaveBeenCalledTimes(43);
  });

  it('sees what came without a trace: a line from elsewhere, a log that is gone, a published copy', async () => {
    const kit = await fileCase();
    const record = recordOf(5, 0, 2);
    putLogs(kit.places.live, record);
    expect(await kit.log.index?.open()).toHaveLength(2);
    const uid = newUid(START + 5);
    putLogs(kit.places.live, [[uid, linesFor(uid, [opening(9)])]]);
    await vi.waitFor(async () => expect(await kit.log.index?.open()).toContain(uid));
    const line = linesFor(uid, [opening(9), event('cancelled', { reason: 'no' })])[1];
    appendFileSync(join(kit.places.live, uid, 'timeline.jsonl'), `\n${line}\n`);
    await vi.waitFor(async () => expect(await kit.log.index?.open()).not.toContain(uid));
    const [closed = ''] = record.keys();
    rmSync(join(kit.places.live, closed), { recursive: true });
    await vi.waitFor(async () => expect(await kit.log.index?.inOrder('all')).not.toContain(closed));
    const other = newUid(START + 6);
    putLogs(kit.places.specs, [['hotfix-010-case-10', linesFor(other, [opening(10)])]]);
    await vi.waitFor(async () => expect(await kit.log.index?.open()).toContain(other));
  });

  it('goes on without its trace, and begins a long one anew', async () => {
    const kit = await fileCase();
    const path = join(kit.places.live, 'changed');
    const [one, two] = [newUid(START), newUid(START + 1)];
    const other = kit.another();
    await kit.log.append(request(one, opening(1)));
    expect(readFileSync(path, 'utf8')).toBe(`${one}\n`);
    expect(await other.index?.open()).toEqual([one]);
    appendFileSync(path, 'what nobody wrote\n');
    await kit.log.append(request(two, opening(2)));
    expect(await other.index?.open()).toEqual([one, two]);
    appendFileSync(path, `${one}\n`.repeat(10_000));
    await kit.log.append(request(two, event('cancelled', { reason: 'no' })));
    expect(existsSync(path)).toBe(false);
    expect(await other.index?.open()).toEqual([one]);
    await kit.log.append(request(two, event('reopened', { reason: 'again' })));
    expect(await other.index?.open()).toEqual([one, two]);
  });
});
