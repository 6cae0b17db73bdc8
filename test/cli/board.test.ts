import { describe, expect, it } from 'vitest';
import { fakeWorld, run } from './fakes.ts';

describe('board', () => {
  it('shows an address that works once, and nothing else', async () => {
    const { code, stdout, world } = await run(['board', '--port', '8138'], fakeWorld(), { tty: true });
    expect(code).toBe(0);
    expect(stdout).toBe('Open once: http://127.0.0.1:1/board/open?key=x\n');
    expect(world.calls).toEqual([
      {
        board: { root: '/repo', port: 8138, json: false, actor: expect.objectContaining({ kind: 'human' }) },
      },
    ]);
  });

  it('is an agent to the record when nobody sits at a terminal, and says so', async () => {
    const { stdout, stderr, world } = await run(['board', '--json']);
    expect(JSON.parse(stdout)).toEqual({ url: 'http://127.0.0.1:1/board/open?key=x' });
    expect(stderr).toContain('nothing can be approved there');
    expect(world.calls).toEqual([
      { board: expect.objectContaining({ port: 0, actor: expect.objectContaining({ kind: 'agent' }) }) },
    ]);
  });

  it.each(['--port 70000', '--port x', '--host 0.0.0.0', '--open'])('does not take %s', async (flags) => {
    const { code } = await run(['board', ...flags.split(' ')]);
    expect(code).toBe(2);
  });
});
