import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/dispatch.ts';
import {
  event,
  type FakeOptions,
  fakeApp,
  fakeIo,
  fakeWorld,
  opened,
  severity,
  UID,
  type World,
} from './fakes.ts';

/** Runs a watch in which `steps[n]` happens during the n-th pause; the watch is interrupted after the last. */
async function watch(
  argv: string[],
  world: World,
  steps: ((world: World) => void)[],
  options: FakeOptions = {},
) {
  const outputs: string[] = [];
  const io = fakeIo({
    ...options,
    onSleep(count) {
      outputs.push(io.written.stdout);
      io.written.stdout = '';
      const step = steps[count - 1];
      if (step) step(world);
      else if (!argv.includes('--for')) io.interrupt();
    },
  });
  const code = await runCli(['watch', ...argv], io, fakeApp(world, io));
  outputs.push(io.written.stdout);
  return { code, outputs, io, stderr: io.written.stderr };
}
const add =
  (...events: ReturnType<typeof event>[]) =>
  (world: World) => {
    world.incidents.set(UID, [...(world.incidents.get(UID) ?? []), ...events]);
  };
const nothing = () => undefined;

describe('watch', () => {
  it('shows everything first, then only what changes, and ends on Ctrl-C with 0', async () => {
    const { code, outputs } = await watch([], fakeWorld([opened(), severity('P1')]), [
      nothing,
      add(event('acknowledged', 0, { text: 'Ana took the page' })),
      add(event('mitigation_applied', 0, { text: 'Rolled back', data: { type: 'rollback' } })),
    ]);
    expect(code).toBe(0);
    expect(outputs).toHaveLength(5);
    expect(outputs[0]).toMatch(/hotfix-001 {2}Users cannot log in\n {2}P1 {2}investigating/);
    expect(outputs[1]).toBe('');
    expect(outputs[2]).toMatch(/Acknowledged: Ana took the page/);
    expect(outputs[2]).not.toMatch(/status/);
    expect(outputs[3]).toMatch(/status: investigating -> mitigated/);
    expect(outputs[3]).toMatch(/pulse: 🟢🟢⚪️⚪️⚪️ -> 🟢🟢🟢⚪️⚪️/);
  });

  it('looks every 15 seconds, or as told', async () => {
    expect((await watch([], fakeWorld(), [nothing])).io.slept).toEqual([15_000, 15_000]);
    expect((await watch(['--every', '60', '--for', '150'], fakeWorld(), [])).io.slept).toEqual([
      60_000, 60_000, 30_000,
    ]);
  });

  it('rings once when a clock becomes overdue, on a terminal only', async () => {
    const world = () => fakeWorld([opened(), severity('P1')]);
    // The P1 clocks for the response and the first update run out after 15 minutes.
    const { outputs, stderr, code } = await watch(['--every', '300', '--for', '1500'], world(), [], {
      tty: true,
    });
    expect(stderr.split('\x07')).toHaveLength(2);
    expect(outputs.map((text) => text.split('overdue by').length - 1)).toEqual([0, 0, 0, 0, 2, 0]);
    expect(code).toBe(10);
    const piped = await watch(['--every', '300', '--for', '1500'], world(), []);
    expect(piped.stderr + piped.outputs.join('')).not.toContain('\x07');
    expect(piped.outputs.join('')).toContain('overdue by');
  });

  it('does not ring for what was overdue before', async () => {
    const { stderr } = await watch([], fakeWorld([opened(), severity('P0', -90)]), [nothing], { tty: true });
    expect(stderr).not.toContain('\x07');
  });

  it('rings again when the next update is due after one was posted', async () => {
    const posted = event('update_posted', 16, { text: 'On it', data: { audience: 'internal' } });
    const acknowledged = event('acknowledged', 0);
    const { stderr } = await watch(
      ['--every', '960', '--for', '3840'],
      fakeWorld([opened(), severity('P1'), acknowledged]),
      [nothing, add(posted)],
      { tty: true },
    );
    expect(stderr.split('\x07')).toHaveLength(3);
  });

  it('tells of new, ended and damaged incidents', async () => {
    const damage = { where: 'live', line: 2, problem: 'torn', detail: '' } as const;
    const { outputs } = await watch([], fakeWorld(), [
      add(opened(), severity('P1')),
      (world) => world.damage.push(damage),
      add(event('cancelled', 1, { text: 'False alarm', data: { reason: 'probe' } })),
    ]);
    expect(outputs[0]).toContain('No incident is open.');
    expect(outputs[1]).toMatch(/opened\nhotfix-001/);
    expect(outputs[2]).toMatch(/1 damaged line/);
    expect(outputs[3]).toMatch(/ended: cancelled/);
  });

  it('writes one JSON value per line', async () => {
    const { outputs } = await watch(
      ['--json'],
      fakeWorld([opened(), severity('P1')]),
      [add(event('acknowledged', 0, { text: 'x' }))],
      { tty: true },
    );
    const lines = outputs
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.change)).toEqual(['start', 'event']);
  });

  it('goes on after a look that failed, but not after a first one', async () => {
    const { outputs, stderr, code } = await watch([], fakeWorld([opened(), severity('P1')]), [
      (world) => {
        world.loadFails = 1;
      },
      add(event('acknowledged', 0, { text: 'still here' })),
    ]);
    expect(code).toBe(0);
    expect(stderr).toContain('could not be read');
    expect(outputs.join('')).toContain('still here');
    expect((await watch(['--once'], { ...fakeWorld(), loadFails: 1 }, [])).code).toBe(1);
  });

  it('looks once with --once, and exits as status does', async () => {
    const late = await watch(
      ['--once'],
      fakeWorld([{ ...opened(), at: '2026-11-20T12:00:00.000Z' }, severity('P1')]),
      [],
    );
    expect([late.code, late.io.slept]).toEqual([10, []]);
    expect((await watch(['--once'], fakeWorld(), [])).code).toBe(0);
  });
});
