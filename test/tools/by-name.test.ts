import { expect, it } from 'vitest';
import { LATER } from '../../src/tools/by-name.ts';
import { TOOLS } from '../../src/tools/index.ts';

it('finds every operation of the table under its own name, and no other', async () => {
  const found = await Promise.all(
    Object.entries(LATER).map(async ([name, load]) => [name, (await load()).default] as const),
  );
  expect(new Map(found)).toEqual(new Map(TOOLS.map((tool) => [tool.name, tool])));
  expect(found).toHaveLength(TOOLS.length);
});
