import { expect, it } from 'vitest';
import { fromAddress } from '../../../src/adapters/postgres/workspace-id.ts';

it.each([
  ['git@github.com:Acme/Shop.git', 'github.com/acme/shop'],
  ['https://github.com/acme/shop', 'github.com/acme/shop'],
  ['https://user:tok%40en@GitHub.com/acme/shop.git/', 'github.com/acme/shop'],
  ['ssh://git@gitlab.example.com:2222/group/sub/shop.git', 'gitlab.example.com/group/sub/shop'],
  ['git://example.com//acme/shop.git', 'example.com/acme/shop'],
  ['example.com:acme/shop', 'example.com/acme/shop'],
  ['/srv/git/shop.git', null],
  ['../shop', null],
  ['C:\\work\\shop', null],
  ['C:/work/shop', null],
  ['file:///srv/git/shop.git', null],
  ['https://github.com', null],
  ['https://github.com/', null],
  ['git@github.com:acme/sh op', null],
  ['git@github.com:acme/*', null],
  ['', null],
])('takes %s for %s', (address, wanted) => {
  expect(fromAddress(address)).toBe(wanted);
});
