import { describe, expect, it } from 'vitest';
import { TOOLS } from '../../src/tools/index.ts';
import { fuzzWorld, hostileTexts, optionLike, textArguments } from '../support/argument-fuzz.ts';

const ARGUMENTS = textArguments();
const NAMES = TOOLS.map(({ name }) => name);
const PER_TOOL = 8;

describe('whatever text comes as an argument', () => {
  it('is tried on every tool', () => {
    expect(new Set(ARGUMENTS.map(({ tool }) => tool.name))).toEqual(new Set(NAMES));
    expect(ARGUMENTS.length).toBeGreaterThan(90);
  });

  it('would be seen as an option of git', () => {
    expect(optionLike(['log', '--output=zq1qz', 'HEAD'], 'zq1qz')).toHaveLength(1);
    expect(optionLike(['log', '-n', '1', '--end-of-options', '-zq1qz'], 'zq1qz')).toEqual([]);
    expect(optionLike(['show', 'zq1qz^{commit}'], 'zq1qz')).toEqual([]);
  });

  // A thousand texts are in arguments.slow.test.ts.
  it('is no option of git, no shell, no path outside, and no error but our own', async () => {
    const { give, changed, canary, seen } = await fuzzWorld();
    const faults: string[] = [];
    for (const [i, name] of NAMES.entries()) {
      const mine = ARGUMENTS.filter(({ tool }) => tool.name === name);
      const texts = hostileTexts(i * PER_TOOL, (i + 1) * PER_TOOL, canary);
      for (const [turn, { text, mark }] of texts.entries()) {
        const argument = mine[(turn + i) % mine.length];
        if (argument) faults.push(...(await give(argument, text, mark, turn)));
      }
    }
    expect(faults).toEqual([]);
    const { before, after } = changed();
    expect(after).toEqual(before);
    expect(seen()).toBeGreaterThan(0);
  });
});
