import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask2026, client2025, messagesOf, tokenFor } from '../support/mcp-hub.ts';
import { tempFolder, tempRepo } from '../support/repo.ts';

/** Two built hubs as processes of their own, on one record. */
const bin = join(import.meta.dirname, '../../dist/hotfix-pulse.js');

async function hub(root: string): Promise<{ child: ChildProcess; port: number; said(): string }> {
  const child = spawn(process.execPath, [bin, 'serve', '--port', '0', '--json', '--repo', root], {
    env: { PATH: process.env.PATH, HOME: tempFolder() },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let err = '';
  child.stderr?.on('data', (part: Buffer) => {
    err += part.toString('utf8');
  });
  await expect.poll(() => err, { timeout: 15_000 }).toMatch(/"address"/);
  return { child, port: Number(/127\.0\.0\.1:(\d+)"/.exec(err)?.[1]), said: () => err };
}

const call = (name: string, args: object) => ({ params: { name, arguments: args } });

describe('two hubs on one record', () => {
  it('answer by turns, in both versions, and one of them may die', async () => {
    const { root } = tempRepo({ commits: 1 });
    const { text } = await tokenFor(root, 'agent', 'write');
    const [one, other] = await Promise.all([hub(root), hub(root)]);
    const opened = await ask2026(
      ...([
        one.port,
        text,
        'tools/call',
        call('create_hotfix_task', { description: 'Login broken' }),
      ] as const),
    );
    expect(messagesOf(opened)[0]).toMatchObject({
      result: { structuredContent: { incident: 'hotfix-001' } },
    });
    const noted = (turn: number) =>
      call('record_timeline_event', { text: `Turn ${turn}`, kind: 'noted', idempotency_key: `turn/${turn}` });
    const ports = [one.port, other.port];
    const turns = [...Array(10).keys()];
    const answers = await Promise.all(
      turns.map((turn) => ask2026(ports[turn % 2] ?? 0, text, 'tools/call', noted(turn))),
    );
    expect(answers.map((got) => [got.status, got.body.includes('"isError":true')])).toEqual(
      turns.map(() => [200, false]),
    );
    // The same call again, at the other hub, is the same event.
    await Promise.all(
      turns.map((turn) => ask2026(ports[(turn + 1) % 2] ?? 0, text, 'tools/call', noted(turn))),
    );
    one.child.kill('SIGKILL');
    const client = await client2025(`http://127.0.0.1:${other.port}`, text);
    const { contents } = await client.readResource({ uri: 'incident://hotfix-001/timeline' });
    const [document] = contents;
    const lines =
      document && 'text' in document ? document.text.split('\n').filter((line) => line !== '') : [];
    const told = lines.map((line) => (JSON.parse(line) as { text: string }).text);
    for (const turn of turns) {
      expect(told.filter((one) => one === `Turn ${turn}`)).toHaveLength(1);
    }
    expect(other.said()).not.toContain(text);
  }, 30_000);
});
