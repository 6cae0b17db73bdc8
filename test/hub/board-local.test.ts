import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/core/events.ts';
import { serveBoard } from '../../src/hub/board-local.ts';
import { ask } from '../support/hub-kit.ts';
import { planWorld } from '../support/plan-world.ts';

const ANA: Actor = { name: 'Ana', kind: 'human', via: 'terminal' };

async function begun(actor: Actor, port = 0) {
  const { root, uid, store, deps } = await planWorld();
  await store();
  const shown: string[] = [];
  const lines: string[] = [];
  let interrupt = (): void => undefined;
  let release = 0;
  const ended = serveBoard(
    { root, port, actor, json: false, show: (url) => void shown.push(url) },
    {
      ...{ env: {}, write: (line: string) => void lines.push(line), now: () => deps.clock.now() },
      sleep: async () => undefined,
      onInterrupt(handler) {
        interrupt = handler;
        return () => {
          release += 1;
        };
      },
    },
  );
  await Promise.race([ended, expect.poll(() => shown.length, { timeout: 10_000 }).toBe(1)]);
  const url = new URL(shown[0] ?? '');
  const entered = await ask(Number(url.port), { path: `${url.pathname}${url.search}` });
  const cookie = String(entered.headers['set-cookie']).split(';')[0] ?? '';
  return {
    ...{ uid, shown, lines, ended, port: Number(url.port), host: url.hostname },
    page: () => ask(Number(url.port), { path: `/board?incident=${uid}`, headers: { cookie } }),
    interrupt: () => interrupt(),
    released: () => release,
  };
}

describe('the board of one person', () => {
  it('listens on this machine, gives a new link when one was used, and ends when it is interrupted', async () => {
    const board = await begun(ANA);
    expect(board.host).toBe('127.0.0.1');
    expect(board.shown).toHaveLength(2);
    expect(board.shown[1]).not.toBe(board.shown[0]);
    const { status, body } = await board.page();
    expect(status).toBe(200);
    expect(body).toMatch(/Type <strong class="code">/);
    board.interrupt();
    await board.ended;
    expect(board.released()).toBe(1);
    await expect(ask(board.port, { path: '/board' })).rejects.toThrow();
    // Nobody wants to read that it was looked at.
    expect(board.lines).toEqual([]);
  });

  it('lets no agent say yes', async () => {
    const board = await begun({ name: 'cli', kind: 'agent' });
    const { body } = await board.page();
    expect(body).not.toContain('class="code"');
    expect(body).toContain('You may not approve here.');
    board.interrupt();
    await board.ended;
  });

  it('says when the port is taken', async () => {
    const first = await begun(ANA);
    await expect(begun(ANA, first.port)).rejects.toMatchObject({ code: 'conflict' });
    first.interrupt();
    await first.ended;
  });
});
