import type { Page } from 'playwright-core';
import { PulseError } from '../../src/core/errors.ts';
import { createBoardDoor } from '../../src/hub/board.ts';
import { type BoardAccess, createLinkAccess, type Visitor } from '../../src/hub/board-access.ts';
import { createHubContext } from '../../src/hub/context.ts';
import { createHubLog } from '../../src/hub/hub-log.ts';
import { createHubServer } from '../../src/hub/server.ts';
import { ask, settle } from './hub-kit.ts';

const ANA: Omit<Visitor, 'csrf'> = {
  actor: { name: 'Ana', kind: 'human', via: 'terminal' },
  write: true,
  approve: 'terminal',
};

/** Another process may have taken a port between its end and its new beginning, for a moment: the same is tried again. */
export async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let left = 20; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || !(error instanceof PulseError && error.code === 'conflict')) throw error;
      await settle(250);
    }
  }
}

/**
 * Milliseconds from a tick on one page until it shows on the other: four of them, of which the first warms up, and of
 * the others the fastest counts, since a busy machine can hold up any.
 */
export async function fastestTick(here: Page, there: Page): Promise<number> {
  const took: number[] = [];
  await here.evaluate(
    "for (const one of document.querySelectorAll('#part-tasks > details')) one.open = true",
  );
  for (const task of ['T003', 'T005', 'T006', 'T007']) {
    const begun = performance.now();
    await here.locator(`#tick-${task}`).check({ timeout: 20_000 });
    await there.locator(`#task-${task}.done`).waitFor({ state: 'attached', timeout: 20_000 });
    took.push(performance.now() - begun);
  }
  return Math.min(...took.slice(1));
}

/** The board of a repository, with its server in the hand of the test. */
export async function boardOf(root: string, visitor: Partial<Omit<Visitor, 'csrf'>> = {}) {
  const lines: string[] = [];
  const used = { count: 0 };
  const access = createLinkAccess(
    { ...ANA, ...visitor },
    {
      now: () => Date.now(),
      onUsed: () => {
        used.count += 1;
      },
    },
  );
  const context = await createHubContext({ root, env: {} }, (line) => void lines.push(line), {
    now: () => Date.now(),
  });
  const at = { port: 0, url: '' };
  let server: ReturnType<typeof createHubServer>;
  const board = {
    ...{ access, context, lines, used, at },
    async stop(graceMs = 500): Promise<void> {
      await server.drain(graceMs);
    },
    /** A new process at the same place, as after a restart. */
    async start(port = at.port, own: BoardAccess = access): Promise<void> {
      server = createHubServer({
        doors: [createBoardDoor(context, own)],
        names: ['localhost', '127.0.0.1'],
        behindProxy: false,
        isReady: async () => true,
        log: createHubLog((line) => void lines.push(line), { json: false, now: () => 0 }),
        now: () => Date.now(),
      });
      const hub = server;
      at.port = await again(() => hub.listen('127.0.0.1', port));
      at.url = `http://127.0.0.1:${at.port}`;
    },
    /** As a browser does with the link: gives the cookie. */
    async signIn(): Promise<string> {
      const { headers } = await ask(at.port, { path: access.link() });
      return String(headers['set-cookie']).split(';')[0] ?? '';
    },
  };
  await board.start();
  return board;
}
export type Board = Awaited<ReturnType<typeof boardOf>>;
