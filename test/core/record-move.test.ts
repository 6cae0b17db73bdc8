import { expect, it } from 'vitest';
import { planMove, type StoredLine } from '../../src/core/record-move.ts';

const line = (id: string, text = id, purged = false): StoredLine => ({ id, line: text, purged });

it.each<[string, StoredLine[], StoredLine[], Partial<ReturnType<typeof planMove>>]>([
  ['nothing', [], [], {}],
  ['what is missing, in the order of the source', [line('b'), line('a')], [], { missing: ['b', 'a'] }],
  ['nothing of what is there already', [line('a'), line('b')], [line('b'), line('x'), line('a')], {}],
  ['a purge made here', [line('a', '', true)], [line('a')], { purge: ['a'] }],
  ['no purge that both know', [line('a', 'x', true)], [line('a', 'y', true)], {}],
  ['a purge made there', [line('a')], [line('a', '', true)], { purgedThere: ['a'] }],
  ['an event that differs', [line('a', '1')], [line('a', '2')], { differ: ['a'] }],
])('plans %s', (_, from, to, wanted) => {
  expect(planMove(from, to)).toEqual({ missing: [], purge: [], purgedThere: [], differ: [], ...wanted });
});
