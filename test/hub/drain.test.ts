import { request } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openBoardDoor } from '../../src/hub/board-team.ts';
import { HUB } from '../../src/hub/context.ts';
import type { OpenDoor } from '../../src/hub/door.ts';
import { openMcpDoor } from '../../src/hub/mcp.ts';
import { loadAll } from '../../src/tools/support/load.ts';
import { createDeps } from '../../src/wire.ts';
import { ask, startHub } from '../support/hub-kit.ts';
import { ask2026, client2025, messagesOf, tokenFor } from '../support/mcp-hub.ts';
import { tempRepo } from '../support/repo.ts';

/** /mcp where calls wait for the test once they are let in, so that one is under way for as long as it wants. */
function heldCalls() {
  let go: () => void = () => undefined;
  let come: () => void = () => undefined;
  const held = new Promise<void>((done) => {
    go = done;
  });
  const arrived = new Promise<void>((done) => {
    come = done;
  });
  const door: OpenDoor = (context) =>
    openMcpDoor({
      ...context,
      async depsFor(actor) {
        if (actor.kind !== HUB.kind) {
          come();
          await held;
        }
        return context.depsFor(actor);
      },
    });
  return { door, arrived, go };
}

async function world() {
  const { root } = tempRepo({ commits: 1 });
  const calls = heldCalls();
  const hub = await startHub({
    ...{ root, at: Date.now() },
    doors: { mcp: async () => calls.door, board: async () => openBoardDoor },
  });
  const { text } = await tokenFor(root, 'agent', 'write');
  const events = async () => {
    const deps = await createDeps({ root, actor: HUB, env: {} });
    return (await loadAll(deps)).flatMap(({ incident }) => incident.recorded);
  };
  return { ...hub, calls, root, text, events };
}
const OPEN = { name: 'create_hotfix_task', arguments: { description: 'Users cannot log in' } };

describe('a call over /mcp that runs when the hub is asked to stop', () => {
  it('is carried out and answered whole, while nobody else gets in', async () => {
    const { port, text, calls, interrupt, ended, events } = await world();
    const under = ask2026(port, text, 'tools/call', { params: OPEN });
    await calls.arrived;
    interrupt();
    await vi.waitFor(() => expect(ask(port)).rejects.toThrow(), 8_000);
    calls.go();
    expect(messagesOf(await under)).toMatchObject([
      { id: 1, result: { structuredContent: { incident: 'hotfix-001' } } },
    ]);
    await ended;
    expect((await events()).map(({ kind }) => kind)).toContain('opened');
  });

  it('of a client of 2025 too, and the connection that it keeps open holds nobody up', async () => {
    const { url, text, calls, interrupt, ended } = await world();
    const client = await client2025(url, text);
    const under = client.callTool(OPEN);
    await calls.arrived;
    interrupt();
    calls.go();
    expect(await under).toMatchObject({ structuredContent: { incident: 'hotfix-001' } });
    await ended;
  });
});

describe('a page of the board that is open when the hub is asked to stop', () => {
  it('sees the end of its stream, and not a broken line', async () => {
    const { port, url, root, interrupt, ended } = await world();
    const { text } = await tokenFor(root, 'person', 'read');
    const body = new URLSearchParams({ token: text }).toString();
    const entered = await ask(port, {
      ...{ method: 'POST', path: '/board/sign-in', body },
      headers: {
        ...{ origin: url, 'content-type': 'application/x-www-form-urlencoded' },
        'content-length': String(body.length),
      },
    });
    const headers = { cookie: String(entered.headers['set-cookie']).split(';')[0] ?? '' };
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((done) => {
      begin = done;
    });
    const over = new Promise<{ whole: boolean; told: string }>((done, fail) => {
      const req = request(
        { host: '127.0.0.1', port, path: '/board/events', headers, agent: false },
        (res) => {
          let told = '';
          res.on('data', (part: Buffer) => {
            told += part.toString('utf8');
            begin();
          });
          res.on('error', () => undefined);
          res.on('close', () => done({ whole: res.complete, told }));
        },
      );
      onTestFinished(() => void req.destroy());
      req.on('error', fail);
      req.end();
    });
    await begun;
    interrupt();
    await ended;
    expect(await over).toMatchObject({ whole: true, told: expect.stringContaining('event: beat') });
  });
});
