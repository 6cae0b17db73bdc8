import { describe, expect, it } from 'vitest';
import { createTextSearch } from '../../src/adapters/text-search.ts';
import type { SearchDoc } from '../../src/core/similar.ts';
import { statusRows } from '../support/replay-data.ts';
import { describeIf, SHARED } from '../support/requires.ts';

const doc = (uid: string, more: Partial<SearchDoc>): SearchDoc => ({
  ...{ uid, title: '', cause: '', mitigation: '', files: '', rest: '' },
  ...more,
});
const DOCS = [
  doc('login', { title: 'Users cannot log in', cause: 'Session cookie renamed', files: 'src/auth/login.ts' }),
  doc('pay', { title: 'Checkout answers 502', cause: 'Connection pool too small', files: 'src/pay/pool.ts' }),
  doc('cert', {
    title: 'API down',
    cause: 'Certificate expired',
    rest: 'TLS handshake failed for all clients',
  }),
  doc('ja', { title: 'ログインできない', rest: '決済が失敗する' }),
  doc('de', { title: 'Zahlung schlägt fehl' }),
];
const find = async (text: string, docs: readonly SearchDoc[] = DOCS) =>
  (await createTextSearch().rank('1', () => docs, text)).map(({ uid }) => uid);

describe('search', () => {
  it.each([
    ['checkout 502', 'pay'],
    ['connection pools exhausted', 'pay'],
    ['certificates expired', 'cert'],
    ['certifcate', 'cert'],
    ['src/auth/login.ts', 'login'],
    ['fails at src/auth/login.ts:12:7', 'login'],
    ['login.ts', 'login'],
    ['決済 失敗', 'ja'],
    ['schlagt', 'de'],
    ['SESSION COOKIES', 'login'],
  ])('%j finds %s first', async (text, uid) => {
    expect((await find(text))[0]).toBe(uid);
  });

  it.each(['', '   ', 'the and of', '::: --- ///', 'zzzz', '__proto__ constructor'])(
    '%j finds nothing',
    async (text) => {
      expect(await find(text)).toEqual([]);
    },
  );

  it('says how many of the words were found', async () => {
    const [best] = await createTextSearch().rank('1', () => DOCS, 'checkout answers yesterday');
    expect(best).toMatchObject({ uid: 'pay', words: 2 });
    expect(best?.share).toBeCloseTo(2 / 3);
  });

  it('makes the index once per state of the record', async () => {
    const search = createTextSearch();
    let made = 0;
    const docs = (all: readonly SearchDoc[]) => () => {
      made += 1;
      return all;
    };
    await search.rank('1', docs(DOCS), 'checkout');
    await search.rank('1', docs(DOCS), 'login');
    expect(made).toBe(1);
    expect(await search.rank('2', docs([]), 'checkout')).toEqual([]);
    expect(made).toBe(2);
  });

  it('takes hostile text in its stride', async () => {
    const long = doc('long', { title: 'a'.repeat(200_000), rest: '/'.repeat(100_000) + '.'.repeat(100_000) });
    const begun = performance.now();
    for (const text of ['a'.repeat(1e6), '.'.repeat(1e6), 'ab '.repeat(3e5), '(((('.repeat(1e5)])
      await find(text, [...DOCS, long]);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});

describeIf('shared')('on real incidents', () => {
  const docs = () =>
    statusRows(`${SHARED}/data`).map(({ id, title, updates }) =>
      doc(id, { title, rest: updates.map(({ message }) => message).join('\n') }),
    );

  it('an incident is found again by a third of its words', async () => {
    const all = docs();
    const search = createTextSearch();
    let found = 0;
    const asked = all.filter((_one, i) => i % 5 === 0);
    for (const { uid, rest } of asked) {
      const words = rest.split(/\s+/).filter((_word, i) => i % 3 === 0);
      const hits = await search.rank('1', () => all, words.slice(0, 30).join(' '));
      if (hits.slice(0, 5).some((hit) => hit.uid === uid)) found += 1;
    }
    expect(found / asked.length).toBeGreaterThan(0.8);
  });
});
