import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { ask } from '../support/hub-kit.ts';
import { ask2026, bearer, messagesOf, startMcpHub, tokenFor } from '../support/mcp-hub.ts';
import { useTeamDatabase } from '../support/postgres-kit.ts';
import { tempRepo } from '../support/repo.ts';
import { describeIf } from '../support/requires.ts';

/** Stands before the database: lets through, breaks every connection, or says nothing any more. */
async function gateTo(to: number) {
  let mood: 'open' | 'cut' | 'silent' = 'open';
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    if (mood === 'cut') return void client.destroy();
    const upstream = connect(to, '127.0.0.1');
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('data', (data) => void (mood === 'open' && other.write(data)));
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  const end = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    end();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    set(wanted: typeof mood) {
      mood = wanted;
      if (mood !== 'silent') end();
    },
  };
}

describeIf('postgres')('a hub whose database goes away', () => {
  const database = useTeamDatabase();

  it.each(['cut', 'silent'] as const)(
    'is not ready (%s), says so soon, and comes back by itself',
    async (how) => {
      const gate = await gateTo(database().port);
      const url = new URL(database().appUrl);
      url.port = String(gate.port);
      const env = { HOTFIX_PULSE_DATABASE_URL: url.href, HOTFIX_PULSE_WORKSPACE: `test/ready-${how}` };
      const { root } = tempRepo({ commits: 1 });
      const { text } = await tokenFor(root, 'agent', 'write', { env });
      const hub = await startMcpHub({ root, env });
      const ready = async (): Promise<number> => (await ask(hub.port, { path: '/readyz' })).status;
      expect(await ready()).toBe(200);

      gate.set(how);
      await expect.poll(ready, { timeout: 15_000 }).toBe(503);
      // The process is well, and does not ask to be started anew.
      expect((await ask(hub.port)).status).toBe(200);
      const told: string[] = [];
      const list = { name: 'list_incidents', arguments: {} };
      const call = ask2026(hub.port, text, 'tools/call', { params: list }).then(() => told.push('call'));
      // A call tries for longer than whoever looks after processes waits.
      expect(await Promise.all([ready(), ready(), ready()])).toEqual([503, 503, 503]);
      expect(told).toEqual([]);
      // Tokens are in the database too, and one that was revoked must not come in meanwhile.
      const scrape = () => ask(hub.port, { path: '/metrics', headers: bearer(text) });
      expect((await scrape()).status).toBe(503);

      gate.set('open');
      await expect.poll(ready, { timeout: 30_000 }).toBe(200);
      const opened = await ask2026(hub.port, text, 'tools/call', {
        params: { name: 'create_hotfix_task', arguments: { description: 'Users cannot log in' } },
      });
      expect(messagesOf(opened)[0]).toMatchObject({
        result: { structuredContent: { incident: 'hotfix-001' } },
      });
      expect((await scrape()).body).toContain('\nhotfix_pulse_ready 1\n');
      await call;
      await hub.stop();
    },
    90_000,
  );

  it('starts without it, and is ready when it comes', async () => {
    const gate = await gateTo(database().port);
    gate.set('cut');
    const url = new URL(database().appUrl);
    url.port = String(gate.port);
    const env = { HOTFIX_PULSE_DATABASE_URL: url.href, HOTFIX_PULSE_WORKSPACE: 'test/ready-late' };
    const hub = await startMcpHub({ root: tempRepo({ commits: 1 }).root, env });
    const ready = async (): Promise<number> => (await ask(hub.port, { path: '/readyz' })).status;
    expect(await ready()).toBe(503);
    gate.set('open');
    await expect.poll(ready, { timeout: 30_000 }).toBe(200);
    await hub.stop();
  }, 90_000);

  it('comes back after the server was restarted', async () => {
    const env = { HOTFIX_PULSE_DATABASE_URL: database().appUrl, HOTFIX_PULSE_WORKSPACE: 'test/ready-again' };
    const hub = await startMcpHub({ root: tempRepo({ commits: 1 }).root, env });
    const ready = async (): Promise<number> => (await ask(hub.port, { path: '/readyz' })).status;
    expect(await ready()).toBe(200);
    database().restart('immediate');
    await expect.poll(ready, { timeout: 30_000 }).toBe(200);
    await hub.stop();
  }, 90_000);
});
