import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareLink } from '../../../src/core/ship/compare-link.ts';
import { productionSigns } from '../../../src/core/ship/production-signs.ts';
import { canonicalPath, hintsOf, pathFit } from '../../../src/core/ship/suspect-hints.ts';
import { kindsOf } from '../../../src/core/ship/suspect-kinds.ts';
import type { Change, SuspectContext } from '../../../src/core/ship/suspect-signals.ts';
import {
  authorRole,
  linesToBlame,
  rankSuspects,
  relationsIn,
  wordsOf,
} from '../../../src/core/ship/suspects.ts';
import { tasksOf } from '../../../src/core/tasks.ts';
import { HOUR, MINUTE } from '../../../src/core/time.ts';
import { story, T0 } from '../../support/events.ts';

const sha = (n: number): string => n.toString(16).padStart(8, '0').repeat(5);
const change = (n: number, told: Partial<Change> = {}): Change => ({
  ...{ commit: sha(n), parents: [sha(n + 1000)], at: T0 + n * MINUTE, author: 'Ana' },
  ...{ subject: `Change ${n}`, body: '', files: ['src/a.js'] },
  ...told,
});
const context = (told: Partial<SuspectContext> = {}): SuspectContext => ({
  ...{ hints: hintsOf(''), words: new Map(), startedMs: null, relations: new Map() },
  traces: {
    ...{ symbolFiles: new Set(), blamed: new Set(), changedSymbols: new Map() },
    ...{ lines: new Map(), revertable: new Map() },
  },
  ...told,
});
const points = (one: Change, told: Partial<SuspectContext> = {}): number =>
  rankSuspects([one], context(told))[0]?.score ?? 0;

describe('hints', () => {
  it.each<[string, string, (string | [string, number])[]]>([
    ['node', '    at total (/srv/app/src/cart/total.js:12:5)', [['srv/app/src/cart/total.js', 12]]],
    ['node, anonymous', '    at /srv/app/src/cart/total.js:12:5', [['srv/app/src/cart/total.js', 12]]],
    ['node, file url', '    at file:///srv/app/src/a.mjs:3:1', [['srv/app/src/a.mjs', 3]]],
    ['webpack', 'webpack:///./src/ui/Menu.tsx:7', [['src/ui/Menu.tsx', 7]]],
    ['python', '  File "/app/jobs/export.py", line 42, in export_rows', [['app/jobs/export.py', 42]]],
    ['java', '\tat com.acme.CartService.total(CartService.java:42)', [['CartService.java', 42]]],
    ['go', 'main.handler(...)\n\t/app/handlers/cart.go:42 +0x1d', [['app/handlers/cart.go', 42]]],
    ['ruby', "app/models/user.rb:12:in `save'", [['app/models/user.rb', 12]]],
    ['rust', '   at ./src/main.rs:10:5', [['src/main.rs', 10]]],
    ['php', '#0 /var/www/app/Cart.php(12): Cart->total()', [['var/www/app/Cart.php', 12]]],
    ['c#', ' at Shop.Cart.Total() in C:\\src\\Shop\\Cart.cs:line 12', [['src/Shop/Cart.cs', 12]]],
    ['github link', 'see src/auth.js#L12', [['src/auth.js', 12]]],
    [
      'a mention',
      'the file src/auth.js is broken, config/production.yml too',
      ['src/auth.js', 'config/production.yml'],
    ],
    ['no path', 'user.session.id is undefined on api.example.com, version 1.2.3', []],
    ['a dependency', 'at /app/node_modules/fast-rows/index.js:3', []],
  ])('%s', (_name, text, wanted) => {
    const found = hintsOf(text).paths.map(({ path, line }) => (line === null ? path : [path, line]));
    expect(found).toEqual(wanted);
  });

  it.each<[string, string[]]>([
    ['    at renderCart (/app/a.js:1:1)', ['renderCart']],
    ["TypeError: Cannot read properties of undefined (reading 'amount')", ['amount']],
    ['column users.last_seen does not exist', ['last_seen']],
    ['DATABASE_URL is not set', ['DATABASE_URL']],
    ["Cannot find module 'left-pad'", ['left-pad']],
    ['at /app/node_modules/@acme/rows/index.js:3', ['@acme/rows']],
    ['NameError: undefined: process the request again', []],
  ])('symbols of %j', (text, wanted) => {
    expect(hintsOf(text).symbols).toEqual(wanted);
  });

  it('reads any text, in linear time', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => hintsOf(text) !== undefined));
    for (const piece of ['a.', 'a/', '(', "'a", 'a.b:1', 'at ', 'x.js:1:', '\u0000']) {
      const from = performance.now();
      hintsOf(piece.repeat(100_000));
      expect([piece, performance.now() - from < 1_000]).toEqual([piece, true]);
    }
  });

  it('fits paths by their ends, compiled code to its source', () => {
    expect(pathFit('src/cart/total.js', 'srv/app/src/cart/total.js')).toBe('path');
    expect(pathFit('auth.js', 'srv/app/auth.js')).toBe('path');
    expect(pathFit('src/cart/total.ts', 'dist/cart/total.js')).toBe('path');
    expect(pathFit('src/total.js', 'lib/total.js')).toBe('name');
    expect(pathFit('src/total.js', 'lib/other.js')).toBeNull();
    expect(canonicalPath('a.d/b.mts')).toBe('a.d/b.js');
  });
});

describe('kinds', () => {
  it.each<[string, string[]]>([
    ['db/migrations/001_users.sql', ['migration']],
    ['prisma/migrations/2026/migration.sql', ['migration']],
    ['package-lock.json', ['dependency']],
    ['services/api/go.mod', ['dependency']],
    ['requirements-dev.txt', ['dependency']],
    ['config/flags.json', ['feature_flag']],
    ['src/feature-flags.ts', ['feature_flag']],
    ['Dockerfile', ['shipping']],
    ['.github/workflows/deploy.yml', ['shipping']],
    ['.github/workflows/test.yml', ['ci']],
    ['config/production.yml', ['configuration']],
    ['.env.production', ['configuration']],
    ['src/cart.js', []],
    ['docs/cart.md', ['documentation']],
    ['test/cart.test.js', ['tests']],
  ])('%s', (file, wanted) => {
    expect(kindsOf({ files: [file] })).toEqual(wanted);
  });

  it('counts documentation beside code as nothing', () => {
    expect(kindsOf({ files: ['docs/a.md', 'src/a.js'] })).toEqual([]);
    expect(kindsOf({ files: [] })).toEqual([]);
  });
});

describe('signals', () => {
  it('weighs a named path over a named file over a common name', () => {
    const one = (file: string, hint: string) =>
      points(change(1, { files: [file] }), { hints: hintsOf(hint) });
    const path = one('src/cart/total.js', 'at /srv/src/cart/total.js:1');
    const name = one('src/cart/total.js', 'at /srv/lib/total.js:1');
    const common = one('src/cart/index.js', 'at /srv/lib/index.js:1');
    expect(path).toBeGreaterThan(name);
    expect(name).toBeGreaterThan(common);
    expect(common).toBeGreaterThan(0);
  });

  it.each<[number, number]>([
    [-30 * MINUTE, 18],
    [-5 * HOUR, 14],
    [-20 * HOUR, 10],
    [-60 * HOUR, 5],
    [-100 * HOUR, 0],
    [4 * MINUTE, 18],
    [6 * MINUTE, -40],
  ])('%d ms from the start of the harm gives %d', (offset, wanted) => {
    expect(points(change(0, { at: T0 + offset }), { startedMs: T0 })).toBe(wanted);
  });

  it('gives no points for time when the start is unknown', () => {
    expect(points(change(1))).toBe(0);
  });

  it('doubles a kind that the hints speak of', () => {
    const migration = change(1, { files: ['db/migrations/1.sql'] });
    const spoken = points(migration, { hints: hintsOf('relation "users" does not exist') });
    expect(spoken).toBeGreaterThan(points(migration));
    expect(spoken).toBe(2 * points(migration));
  });

  it('puts the blamed commit first, and knows symbols, size and revertability', () => {
    const [a, b] = [change(1), change(2)];
    const traces = { ...context().traces, blamed: new Set([a.commit]) };
    expect(rankSuspects([b, a], context({ traces })).map((one) => one.change.commit)).toEqual([
      a.commit,
      b.commit,
    ]);
    const only = (told: Partial<SuspectContext['traces']>) =>
      points(a, { traces: { ...context().traces, ...told } });
    expect(only({ changedSymbols: new Map([[a.commit, ['x']]]) })).toBe(22);
    expect(only({ symbolFiles: new Set(['src/a.js']) })).toBe(8);
    expect(only({ lines: new Map([[a.commit, 900]]) })).toBe(5);
    expect(only({ revertable: new Map([[a.commit, 'yes']]) })).toBe(2);
    expect(only({ revertable: new Map([[a.commit, 'no']]) })).toBe(-20);
  });

  it('uses the words of the description, not the usual ones', () => {
    const words = wordsOf("Users can't login - 500 error on auth endpoint");
    expect([...words.values()].flat()).toEqual(['login', 'auth']);
    expect(points(change(1, { files: ['src/auth.js'] }), { words })).toBe(9);
    expect(points(change(1, { files: ['src/AuthGuard.ts'], subject: 'Rework logins' }), { words })).toBe(13);
    expect(points(change(1, { files: ['docs/auth.md'] }), { words })).toBeLessThan(0);
  });

  it('gives every signal a reason of its own words', () => {
    const hostile = change(1, { subject: 'IGNORE ALL', files: ['IGNORE/ALL.js'], body: 'IGNORE ALL' });
    const reasons = rankSuspects([hostile], context({ hints: hintsOf('at IGNORE/ALL.js:1'), startedMs: T0 }));
    expect(JSON.stringify(reasons[0]?.signals)).not.toContain('IGNORE');
  });
});

describe('relations', () => {
  const reverting = (n: number, target: Change, told: Partial<Change> = {}) =>
    change(n, {
      subject: `Revert "${target.subject}"`,
      body: `This reverts commit ${target.commit}.`,
      ...told,
    });

  it('follows a chain of reverts', () => {
    const first = change(1);
    const revert = reverting(2, first);
    const again = reverting(3, revert);
    const once = relationsIn([revert, first]);
    expect(once.get(first.commit)?.takenBackBy).toBe(revert.commit);
    const twice = relationsIn([again, revert, first]);
    expect(twice.get(again.commit)?.bringsBack).toBe(true);
    expect(twice.get(first.commit)?.takenBackBy).toBeUndefined();
    expect(twice.get(revert.commit)?.takenBackBy).toBe(again.commit);
    const order = rankSuspects([again, revert, first], context({ relations: twice }));
    expect(order[0]?.change.commit).toBe(again.commit);
    expect(order.at(-1)?.change.commit).toBe(revert.commit);
  });

  it('knows a reapplied change whose revert lies outside of the range', () => {
    const one = change(5, { subject: 'Reapply "Faster search"', body: `This reverts commit ${sha(99)}.` });
    expect(relationsIn([one]).get(one.commit)).toEqual({ reverts: true, bringsBack: true });
  });

  it.each<[string, string, boolean]>([
    ['Fix rounding', 'Fix rounding again', true],
    ['fix: rounding', 'fixup! fix: rounding', true],
    ['Fix typo in rounding', 'Fix rounding', false],
    ['Add rounding', 'Fix rounding', false],
    ['Fix rounding', 'Add colours', false],
  ])('%s, then %s', (before, after, wanted) => {
    const [a, b] = [change(1, { subject: before }), change(2, { subject: after })];
    expect(relationsIn([b, a]).get(b.commit)?.fixOfFix ?? false).toBe(wanted);
  });
});

it('blames the named lines of touched files, once per name and only in the same language', () => {
  const changes = [change(1, { files: ['src/cart/total.js', 'src/b.ts', 'x/dup.js', 'y/dup.js'] })];
  const hints = hintsOf(
    'at src/cart/total.js:3\nat dist/b.js:4\nat other.js:9\nat dup.js:1\nat cart/total.js',
  );
  expect(linesToBlame(changes, hints.paths)).toEqual([{ path: 'src/cart/total.js', line: 3 }]);
});

it('says roles instead of names', () => {
  const roles = new Map([['incident_commander', { person: 'Ana' }]]);
  expect(authorRole(' ana ', roles)).toBe('incident_commander');
  expect(authorRole('dependabot[bot]', roles)).toBe('bot');
  expect(authorRole('Ben', roles)).toBe('contributor');
});

it.each<[string, string | null]>([
  ['https://github.com/acme/shop.git', 'https://github.com/acme/shop/compare/a...b'],
  ['https://user:secret@github.com/acme/shop', 'https://github.com/acme/shop/compare/a...b'],
  ['git@github.com:acme/shop.git', 'https://github.com/acme/shop/compare/a...b'],
  ['ssh://git@github.acme.com:2222/acme/shop.git', 'https://github.acme.com/acme/shop/compare/a...b'],
  ['https://gitlab.com/acme/sub/shop.git', 'https://gitlab.com/acme/sub/shop/-/compare/a...b'],
  ['git@bitbucket.org:acme/shop.git', 'https://bitbucket.org/acme/shop/branches/compare/b%0Da'],
  ['/srv/git/github/shop.git', null],
  ['https://example.com/acme/shop.git', null],
  ['https://github.com/acme/../../x', null],
  ['https://github.com/acme/sh op', null],
  ['file:///srv/github.com/acme/shop', null],
])('compare link of %s', (remote, wanted) => {
  expect(compareLink(remote, 'a', 'b')).toBe(wanted);
});

it.each<[Record<string, string>, string[], string[]]>([
  [{ NODE_ENV: 'production' }, [], ['NODE_ENV']],
  [{ RAILS_ENV: 'Production' }, [], ['RAILS_ENV']],
  [{ APP_ENV: 'prod' }, [], ['APP_ENV']],
  [{ DATABASE_URL: 'postgres://app:pw@db.prod.acme.net/shop' }, [], ['DATABASE_URL']],
  [{ DATABASE_URL: 'postgres://localhost/shop_production' }, [], ['DATABASE_URL']],
  [{ REDIS_URL: 'redis://prod-cache:6379' }, [], ['REDIS_URL']],
  [{ DATABASE_URL: 'postgres://localhost/product_catalog' }, [], []],
  [{ NODE_ENV: 'test', DATABASE_URL: 'postgres://localhost/test' }, ['npm', 'test'], []],
  [{}, ['psql', 'postgres://app@prod-db/shop'], ['command']],
  [{}, ['env', 'NODE_ENV=production', 'npm', 'test'], ['command']],
  [{ NOTE: 'production' }, ['grep', 'production'], []],
])('production signs %j %j', (env, command, wanted) => {
  expect(productionSigns(env, command)).toEqual(wanted);
});

describe('T004', () => {
  const state = (told: Parameters<ReturnType<typeof story>['add']>[1]) =>
    tasksOf(story('P1').add('noted', told).fold()).find(({ id }) => id === 'T004')?.state;

  it('is ticked by a search that was run, not by a note that says so', () => {
    expect(state({ basis: 'measured', data: { suspects: [] } })).toBe('done');
    expect(state({ basis: 'stated', data: { suspects: [] } })).not.toBe('done');
    expect(state({ basis: 'measured' })).not.toBe('done');
  });

  it('is open again in the next attempt', () => {
    const incident = story('P1')
      .add('noted', { basis: 'measured', data: { suspects: [] } })
      .add('deployed')
      .add('rolled_back', { data: { target: 'hotfix' } });
    expect(tasksOf(incident.fold()).find(({ id }) => id === 'T004')?.state).not.toBe('done');
  });
});
