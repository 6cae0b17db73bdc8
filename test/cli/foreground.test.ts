import { describe, expect, it } from 'vitest';
import * as z from 'zod/v4';
import { foregroundOf } from '../../src/cli/foreground.ts';
import { defineTool } from '../../src/tools/tool.ts';
import { fakeIo, fakeWorld, run } from './fakes.ts';

describe('the foreground', () => {
  it('shows progress to people, cleaned, and keeps stdout for data', () => {
    const io = fakeIo();
    foregroundOf(io).progress('run 1\u001b[2J');
    expect(io.written).toEqual({ stdout: '', stderr: 'run 1\n' });
  });

  it('stops the work on an interrupt, and listens no longer than the work runs', async () => {
    const io = fakeIo();
    let seen: AbortSignal | undefined;
    const work = foregroundOf(io).run(async (signal) => {
      seen = signal;
      io.interrupt();
      return signal.aborted;
    });
    expect(await work).toBe(true);
    let late: AbortSignal | undefined;
    await foregroundOf(io).run(async (signal) => {
      late = signal;
    });
    io.interrupt();
    expect([seen?.aborted, late?.aborted]).toEqual([true, false]);
  });
});

describe('suspects', () => {
  /** Stands in for the operation: same name, so the same short name and the same words without a flag. */
  const tool = defineTool({
    name: 'find_suspect_changes',
    ...{ title: 'Find', effect: 'local', description: 'Finds.' },
    input: z.strictObject({
      incident: z.string().optional(),
      good: z.string().optional(),
      bisect: z.array(z.string()).optional(),
    }),
    output: z.object({ got: z.unknown(), foreground: z.boolean() }),
    run: async (input, deps) => ({
      text: 'ran',
      data: { got: input, foreground: deps.foreground !== undefined },
      warnings: [],
    }),
  });

  it('takes the words after -- as the command of the bisection, and waits for it', async () => {
    const line = ['suspects', '--good', 'v1.0.0', '--json', '--', 'npm', 'test', '--', '--grep', 'auth'];
    const { stdout } = await run(line, fakeWorld(), {}, [tool]);
    expect(JSON.parse(stdout)).toMatchObject({
      got: { good: 'v1.0.0', bisect: ['npm', 'test', '--', '--grep', 'auth'] },
      foreground: true,
    });
  });
});
