import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Visitor } from '../../src/hub/board-access.ts';
import { createStreams } from '../../src/hub/board-streams.ts';

const ANA: Visitor = { actor: { name: 'Ana', kind: 'human' }, csrf: 'x', write: true, approve: null };

/** One reader, its server and its clock in the hand of the test. */
function one() {
  const state = { text: 'a' as string | null, isIn: true, fails: false, looks: 0, failures: 0 };
  const sent = { text: '', isOver: false, isCut: false, status: 0 };
  const res = Object.assign(new EventEmitter(), {
    writableLength: 0,
    writeHead(status: number) {
      sent.status = status;
    },
    write(text: string) {
      sent.text += text;
    },
    end() {
      sent.isOver = true;
    },
    destroy() {
      sent.isCut = true;
    },
  }).setMaxListeners(300);
  const streams = createStreams({
    async look() {
      state.looks += 1;
      if (state.fails) throw new Error('the disk is gone');
      return {
        stampOf: () => state.text,
        shownOf: async () => ({ parts: { list: state.text ?? '' }, recorded: [] }),
      };
    },
    whoIs: () => (state.isIn ? ANA : null),
    sha256: (text) => Buffer.from(text).toString('hex').padEnd(12, '0').slice(-12),
    now: () => Date.now(),
    failed: () => {
      state.failures += 1;
    },
  });
  const begin = () =>
    streams.begin({
      ...{ req: {} as IncomingMessage, res: res as EventEmitter as ServerResponse },
      ...{ uid: null, visitor: ANA, cursor: null },
    });
  const told = (): string[] => [...sent.text.matchAll(/"list":"(\w*)"/g)].map(([, text = '']) => text);
  return { state, sent, res, streams, begin, told };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('streams', () => {
  it('look while somebody watches, and not any longer', async () => {
    const { state, res, streams, begin } = one();
    await pass(5_000);
    expect(state.looks).toBe(0);
    begin();
    await pass(3_000);
    expect(state.looks).toBeGreaterThan(8);
    res.emit('close');
    const { looks } = state;
    await pass(5_000);
    expect(state.looks - looks).toBeLessThanOrEqual(1);
    expect(streams.count()).toBe(0);
  });

  it('tell a change once, soon, and sooner when something was done here', async () => {
    const { state, streams, begin, told } = one();
    begin();
    await pass(1_000);
    expect(told()).toEqual(['a']);
    state.text = 'b';
    await pass(350);
    expect(told()).toEqual(['a', 'b']);
    state.text = 'c';
    streams.nudge();
    await pass(1);
    expect(told()).toEqual(['a', 'b', 'c']);
  });

  it('say something every ten seconds, and end for whoever is not let in any more', async () => {
    const { state, sent, begin } = one();
    begin();
    await pass(25_000);
    expect(sent.text.match(/^event: beat$/gm)).toHaveLength(3);
    state.isIn = false;
    await pass(10_000);
    expect(sent.isOver).toBe(true);
  });

  it('go on after a look that failed', async () => {
    const { state, sent, begin, told } = one();
    state.fails = true;
    begin();
    await pass(1_000);
    expect(state.failures).toBeGreaterThan(1);
    expect(sent.isOver).toBe(false);
    state.fails = false;
    await pass(350);
    expect(told()).toEqual(['a']);
  });

  it('cut off who does not read, and end for an incident that is gone', async () => {
    const slow = one();
    slow.begin();
    await pass(350);
    slow.res.writableLength = 5 * 1024 * 1024;
    await pass(350);
    expect(slow.sent.isCut).toBe(true);
    const gone = one();
    gone.begin();
    gone.state.text = null;
    await pass(700);
    expect(gone.sent.isOver).toBe(true);
  });

  it('are not more than a server can serve', () => {
    const { begin } = one();
    const begun = Array.from({ length: 201 }, begin);
    expect(begun.filter(Boolean)).toHaveLength(200);
  });
});
