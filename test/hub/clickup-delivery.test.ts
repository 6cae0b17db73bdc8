import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isSigned, readDelivery } from '../../src/hub/clickup-delivery.ts';
import { clickUpSignature } from '../support/hub-kit.ts';
import { CONTRACTS, itIf } from '../support/requires.ts';

// Body, key and way of the example in ClickUp's documentation; the digest is computed by openssl.
const BODY = '{"webhook_id":"7689a169-a000-4985-8676-6902b96d6627","event":"taskCreated","task_id":"c0j"}';
const DIGEST = '4830bf524f6e29a3e8da953936c6f21c1fea2b9669b825d3e1be293ef3416c8c';

it('a signature is the hex HMAC of the bytes', () => {
  expect(clickUpSignature(BODY, 'secret')).toBe(DIGEST);
  expect(isSigned(Buffer.from(BODY), DIGEST, 'secret')).toBe(true);
  expect(isSigned(Buffer.from(BODY), DIGEST.toUpperCase(), 'secret')).toBe(true);
});

it.each([
  ['none', undefined],
  ['an empty one', ''],
  ['two of them', [DIGEST, DIGEST]],
  ['a cut one', DIGEST.slice(0, 62)],
  ['a longer one', `${DIGEST}00`],
  ['one with a prefix', `sha256=${DIGEST}`],
  ['one of other bytes', clickUpSignature(`${BODY} `, 'secret')],
  ['one of another secret', clickUpSignature(BODY, 'Secret')],
  ['one that is no hex', 'z'.repeat(64)],
])('%s is no signature', (_name, signature) => {
  expect(isSigned(Buffer.from(BODY), signature, 'secret')).toBe(false);
});

itIf('contracts')('reads what the documentation shows', () => {
  const body = readFileSync(join(CONTRACTS, 'clickup-taskTagUpdated.json'));
  expect(readDelivery(body)).toEqual({
    ...{ what: 'tagged', task: '1vj38vv', tags: ['def'] },
    by: { name: 'John', kind: 'human', via: 'clickup' },
  });
});

const tagged = {
  event: 'taskTagUpdated',
  task_id: 'abc',
  history_items: [{ field: 'tag', after: [{ name: 'x' }] }],
};
const read = (value: unknown) => readDelivery(Buffer.from(JSON.stringify(value)));

it('a tag that was taken away is nothing for us, and neither is another event', () => {
  expect(
    read({ ...tagged, history_items: [{ field: 'tag', before: [{ name: 'x' }], after: null }] }),
  ).toEqual({
    what: 'other',
  });
  expect(read({ ...tagged, history_items: [{ field: 'status', after: { status: 'x' } }] })).toEqual({
    what: 'other',
  });
  expect(read({ ...tagged, history_items: 'x' })).toEqual({ what: 'other' });
  expect(read({ event: 'taskStatusUpdated', task_id: 'abc' })).toEqual({ what: 'other' });
  expect(read({ event: 'goalCreated' })).toEqual({ what: 'other' });
});

it('a new task may carry the tag: only the task tells', () => {
  const told = read({
    event: 'taskCreated',
    task_id: 'abc',
    history_items: [{ field: 'status', user: { username: 'John' } }],
  });
  expect(told).toEqual({
    ...{ what: 'tagged', task: 'abc', tags: null },
    by: { name: 'John', kind: 'human', via: 'clickup' },
  });
});

it('an item that is odd does not hide the others', () => {
  const told = read({ ...tagged, history_items: [null, { field: 5 }, ...tagged.history_items] });
  expect(told).toMatchObject({ what: 'tagged', tags: ['x'] });
});

it('without a name it was ClickUp', () => {
  expect(read(tagged)).toMatchObject({ by: { name: 'clickup', kind: 'system' } });
  const user = { id: 1, username: '' };
  expect(read({ ...tagged, history_items: [{ ...tagged.history_items[0], user }] })).toMatchObject({
    by: { kind: 'system' },
  });
});

it('a name is one clean, short line', () => {
  const user = { username: `\u001b[2J\nJohn\n${'x'.repeat(500)}` };
  const told = read({ ...tagged, history_items: [{ ...tagged.history_items[0], user }] });
  expect(told).toMatchObject({ by: { name: expect.stringMatching(/^John x{1,75}…$/) } });
});

it.each([['../x'], ['a/b'], [''], ['x'.repeat(41)], ['a?b']])('%j is no task', (task) => {
  expect(read({ ...tagged, task_id: task })).toEqual({ what: 'garbled' });
});

it.each(['', '{', 'null', '[]', '"x"', '{"event":1}', '\u0000'])('%j is garbled', (text) => {
  expect(readDelivery(Buffer.from(text))).toEqual({ what: 'garbled' });
});
