import { expect, it } from 'vitest';
import { TOOLS } from '../../src/tools/index.ts';
import { fuzzWorld, hostileTexts, textArguments } from '../support/argument-fuzz.ts';

const PER_TOOL = 1_000 / TOOLS.length;

it('a thousand texts: no option of git, no shell, no path outside, no error but our own', {
  timeout: 300_000,
}, async () => {
  const faults: string[] = [];
  let given = 0;
  let inGit = 0;
  for (const [i, { name }] of TOOLS.entries()) {
    const { give, changed, canary, seen } = await fuzzWorld();
    const mine = textArguments().filter(({ tool }) => tool.name === name);
    const texts = hostileTexts(i * PER_TOOL, (i + 1) * PER_TOOL, canary);
    for (const [turn, { text, mark }] of texts.entries()) {
      const argument = mine[turn % mine.length];
      if (!argument) continue;
      faults.push(...(await give(argument, text, mark, turn)));
      given += 1;
    }
    const { before, after } = changed();
    expect(after, name).toEqual(before);
    inGit += seen();
  }
  expect(faults).toEqual([]);
  expect(given).toBeGreaterThanOrEqual(1_000);
  // Commands of git that were given one of the texts at all: else nothing was looked at.
  expect(inGit).toBeGreaterThan(20);
});
