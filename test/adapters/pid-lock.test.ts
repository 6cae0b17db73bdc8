import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { takePidLock } from '../../src/adapters/pid-lock.ts';
import { tempFolder } from '../support/repo.ts';

let count = 0;
const take = (path: string, waitMs = 10_000) => {
  count += 1;
  return takePidLock(path, { nonce: `n${count}`, waitMs });
};

function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

describe('pid lock', () => {
  it('has one holder at a time and leaves nothing behind', async () => {
    const folder = tempFolder();
    const path = join(folder, 'x.lock');
    const state = { inside: 0, most: 0 };
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const release = await take(path);
        state.inside += 1;
        state.most = Math.max(state.most, state.inside);
        await new Promise((done) => setTimeout(done, 3));
        state.inside -= 1;
        release();
      }),
    );
    expect(state.most).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  async function ownLock(path: string): Promise<Record<string, unknown>> {
    const release = await take(path);
    const content: Record<string, unknown> = JSON.parse(readFileSync(path, 'utf8'));
    release();
    return content;
  }

  it('breaks the lock of a dead process, and of a pid that was given away again', async () => {
    const path = join(tempFolder(), 'x.lock');
    const own = await ownLock(path);
    for (const stale of [
      { ...own, pid: deadPid() },
      { ...own, started: '1' },
    ]) {
      writeFileSync(path, JSON.stringify(stale));
      const release = await take(path, 0);
      expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ ...own, nonce: `n${count}` });
      release();
    }
  });

  it('breaks through a breaker that died', async () => {
    const path = join(tempFolder(), 'x.lock');
    const own = await ownLock(path);
    writeFileSync(path, JSON.stringify({ ...own, pid: deadPid() }));
    const mark = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 12);
    writeFileSync(`${path}.${mark}`, JSON.stringify({ ...own, pid: deadPid() }));
    (await take(path, 0))();
    expect(existsSync(path)).toBe(false);
  });

  it('does not break the lock that a faster breaker has taken meanwhile', async () => {
    const path = join(tempFolder(), 'x.lock');
    const own = await ownLock(path);
    writeFileSync(path, JSON.stringify({ ...own, pid: deadPid() }));
    const mark = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 12);
    const faster = await take(`${path}.${mark}`);
    const slower = take(path, 200);
    const living = JSON.stringify(own);
    writeFileSync(path, living);
    faster();
    await expect(slower).rejects.toMatchObject({ code: 'conflict' });
    expect(readFileSync(path, 'utf8')).toBe(living);
  });

  it.each([
    ['a living process', (own: object) => JSON.stringify(own)],
    ['another host', (own: object) => JSON.stringify({ ...own, host: 'elsewhere', pid: deadPid() })],
    ['nobody readable', () => 'half a li'],
    ['nobody', () => ''],
  ])('waits for %s, then names the file', async (_, content) => {
    const path = join(tempFolder(), 'x.lock');
    const text = content(await ownLock(path));
    writeFileSync(path, text);
    await expect(take(path, 60)).rejects.toMatchObject({ code: 'conflict', details: { path } });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('goes on as soon as the holder lets go', async () => {
    const path = join(tempFolder(), 'x.lock');
    const first = await take(path);
    const second = take(path);
    setTimeout(first, 30);
    (await second)();
    expect(existsSync(path)).toBe(false);
  });
});
