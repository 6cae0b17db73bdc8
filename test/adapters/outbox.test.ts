import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import { createOutbox } from '../../src/adapters/outbox.ts';
import type { OutboxEntry } from '../../src/core/outward/outbox.ts';

const UID = '01KJM4YG00STRY000000000000';
let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'outbox-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const entry = (key: string, step: OutboxEntry['step'] = 'queued'): OutboxEntry => ({
  ...{ v: 1, at: '2026-01-05T14:00:00.000Z', service: 'slack', key, step, hash: 'h' },
});
const open = () => createOutbox(home, systemIds);

it('keeps what was written for the next process, readable by nobody else', async () => {
  expect(await open().read(UID)).toEqual([]);
  await open().append(UID, entry('open', 'intent'));
  await open().append(UID, { ...entry('open', 'done'), place: { ref: 'C1/1', url: null } });
  expect(await open().read(UID)).toEqual([
    entry('open', 'intent'),
    { ...entry('open', 'done'), place: { ref: 'C1/1', url: null } },
  ]);
  expect(statSync(join(home, UID, 'outbox.jsonl')).mode & 0o777).toBe(0o600);
});

it.each([1, 20, 60])('a line torn after %i bytes is passed over, and the next one stands', async (bytes) => {
  const file = join(home, UID, 'outbox.jsonl');
  await open().append(UID, entry('a'));
  appendFileSync(file, `\n${JSON.stringify(entry('torn')).slice(0, bytes)}`);
  await open().append(UID, entry('b'));
  expect((await open().read(UID)).map(({ key }) => key)).toEqual(['a', 'b']);
});

it('does not take what is none of its entries', async () => {
  await open().append(UID, entry('a'));
  const file = join(home, UID, 'outbox.jsonl');
  const odd = [
    null,
    1,
    [],
    {},
    { ...entry('v'), v: 2 },
    { ...entry('s'), service: 'fax' },
    { ...entry('t'), step: 'x' },
  ];
  for (const one of odd) appendFileSync(file, `\n${JSON.stringify(one)}\n`);
  expect((await open().read(UID)).map(({ key }) => key)).toEqual(['a']);
  expect(readFileSync(file, 'utf8').length).toBeGreaterThan(100);
});

it('lets one process send at a time, and the other go on at once', async () => {
  const inner = await open().exclusively(UID, () => open().exclusively(UID, async () => 'inner'));
  expect(inner).toBeNull();
  expect(await open().exclusively(UID, async () => 'after')).toBe('after');
  await expect(
    open().exclusively(UID, async () => {
      throw new Error('work failed');
    }),
  ).rejects.toThrow('work failed');
  expect(await open().exclusively(UID, async () => 'again')).toBe('again');
});

it('takes no id that could be a path', async () => {
  await expect(open().append('../../etc', entry('a'))).rejects.toThrow();
  await expect(open().read('..')).rejects.toThrow();
});
