import { createBoardDoor } from '../../src/hub/board.ts';
import { type BoardAccess, createLinkAccess, type Visitor } from '../../src/hub/board-access.ts';
import { createHubContext } from '../../src/hub/context.ts';
import { createHubLog } from '../../src/hub/hub-log.ts';
import { createHubServer } from '../../src/hub/server.ts';
import { ask } from './hub-kit.ts';

const ANA: Omit<Visitor, 'csrf'> = {
  actor: { name: 'Ana', kind: 'human', via: 'terminal' },
  write: true,
  approve: 'terminal',
};

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
      at.port = await server.listen('127.0.0.1', port);
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
