import { describe, expect, it } from 'vitest';
import { run } from './fakes.ts';

describe('serve', () => {
  it('listens on this machine without a word', async () => {
    const { code, world } = await run(['serve']);
    expect(code).toBe(0);
    expect(world.calls).toEqual([
      {
        serve: {
          ...{
            host: '127.0.0.1',
            port: 8137,
            behindProxy: false,
            publicHosts: [],
            root: '/repo',
            json: false,
          },
        },
      },
    ]);
  });

  it('passes on what it is told', async () => {
    const words =
      'serve --host 0.0.0.0 --port 0 --behind-proxy --public-host a.example --public-host b.example --json';
    const { world } = await run(words.split(' '));
    expect(world.calls).toEqual([
      {
        serve: {
          ...{ host: '0.0.0.0', port: 0, behindProxy: true, root: '/repo', json: true },
          publicHosts: ['a.example', 'b.example'],
        },
      },
    ]);
  });

  it.each([['--port', '65536'], ['--port', '-1'], ['--port', '1.5'], ['--tls'], ['extra']])(
    'refuses %s %s',
    async (...words) => {
      const { code, world } = await run(['serve', ...words]);
      expect(code).toBe(2);
      expect(world.calls).toEqual([]);
    },
  );
});
