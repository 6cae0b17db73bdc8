import { describe, expect, it } from 'vitest';
import { createPaint, wantsColour } from '../../src/cli/colour.ts';
import { fakeWorld, opened, run, severity } from './fakes.ts';

describe('whether there is colour', () => {
  it.each<[string, boolean, Record<string, string>, boolean, boolean]>([
    ['a terminal', true, {}, false, true],
    ['a pipe', false, {}, false, false],
    ['a dumb terminal', true, { TERM: 'dumb' }, false, false],
    ['NO_COLOR', true, { NO_COLOR: '1' }, false, false],
    ['an empty NO_COLOR', true, { NO_COLOR: '' }, false, true],
    ['FORCE_COLOR in a pipe', false, { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR=0 on a terminal', true, { FORCE_COLOR: '0' }, false, false],
    ['NO_COLOR and FORCE_COLOR', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false, false],
    ['--no-color and FORCE_COLOR', true, { FORCE_COLOR: '1' }, true, false],
  ])('%s', (_name, isTTY, env, noColour, expected) => {
    expect(wantsColour({ isTTY }, env, noColour)).toBe(expected);
  });

  it('ends on every line', () => {
    expect(createPaint(true).red('a\nb')).toBe('\x1b[31ma\x1b[39m\n\x1b[31mb\x1b[39m');
    expect(createPaint(false).red('a')).toBe('a');
  });

  const world = () => fakeWorld([opened(), severity('P0', -60)]);
  const late = { files: {} };
  it.each<[string, string[], Parameters<typeof run>[2], boolean]>([
    ['a terminal', ['status'], { tty: true }, true],
    ['a pipe', ['status'], late, false],
    ['--no-color', ['status', '--no-color'], { tty: true }, false],
    ['NO_COLOR', ['status'], { tty: true, env: { NO_COLOR: '1' } }, false],
    ['--json on a terminal', ['status', '--json'], { tty: true }, false],
  ])('status on %s', async (_name, argv, options, colour) => {
    const { stdout } = await run(argv, world(), options);
    expect(stdout.includes('\x1b[')).toBe(colour);
  });
});
