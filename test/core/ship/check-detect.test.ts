import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  commandsOf,
  detectChecks,
  pinOf,
  plainTestPaths,
  runnableOf,
  testCommand,
  testWayFor,
  withSettings,
} from '../../../src/core/ship/check-detect.ts';
import type { RepoTexts } from '../../../src/core/ship/check-detect-node.ts';
import { isStaleInstall } from '../../../src/core/ship/installed-modules.ts';
import { namedTests, segmentsOf } from '../../../src/core/ship/test-words.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const pkg = (scripts: Record<string, string>, more: object = {}): RepoTexts => ({
  'package.json': JSON.stringify({ name: 'x', scripts, ...more }),
});
const brief = (texts: RepoTexts) => {
  const { checks, setups, tests } = detectChecks(texts);
  return {
    checks: Object.fromEntries(checks.map(({ name, command }) => [name, command.join(' ')])),
    setup: setups.flatMap(({ commands }) => commands.map((words) => words.join(' '))),
    lock: setups.map(({ lock, folder }) => `${lock} ${folder}`),
    test: tests.map(({ named }) => named?.join(' ') ?? null),
  };
};
const SCRIPTS = { lint: 'eslint .', typecheck: 'tsc --noEmit', build: 'vite build', test: 'vitest' };

describe('Node', () => {
  it.each<[string, RepoTexts, string, string[], string[]]>([
    [
      'npm',
      { 'package-lock.json': '{}' },
      'npm',
      ['npm ci --no-audit --no-fund'],
      ['package-lock.json node_modules'],
    ],
    [
      'pnpm',
      { 'pnpm-lock.yaml': '' },
      'pnpm',
      ['pnpm install --frozen-lockfile'],
      ['pnpm-lock.yaml node_modules'],
    ],
    [
      'yarn 1',
      { 'yarn.lock': '# yarn lockfile v1' },
      'yarn',
      ['yarn install --frozen-lockfile --non-interactive'],
      ['yarn.lock node_modules'],
    ],
    [
      'yarn 4',
      { 'yarn.lock': '__metadata:\n  version: 8\n' },
      'yarn',
      ['yarn install --immutable'],
      ['yarn.lock node_modules'],
    ],
    ['bun', { 'bun.lock': '{}' }, 'bun', ['bun install --frozen-lockfile'], ['bun.lock node_modules']],
    ['no lock file', {}, 'npm', [], []],
  ])('%s', (_name, lock, manager, setup, locks) => {
    const found = brief({ ...pkg(SCRIPTS), ...lock });
    expect(found.checks).toEqual({
      lint: `${manager} run lint`,
      types: `${manager} run typecheck`,
      build: `${manager} run build`,
      test: `${manager} run test`,
    });
    expect([found.setup, found.lock]).toEqual([setup, locks]);
  });

  it('believes packageManager before a lock file that was left behind', () => {
    const texts = { ...pkg(SCRIPTS, { packageManager: 'pnpm@9.1.0' }), 'package-lock.json': '{}' };
    expect(brief(texts)).toMatchObject({ checks: { lint: 'pnpm run lint' }, setup: [] });
    expect(brief({ ...texts, 'pnpm-lock.yaml': '' }).setup).toEqual(['pnpm install --frozen-lockfile']);
  });

  it('takes no placeholder and nothing broken for a check', () => {
    const placeholder = { test: 'echo "Error: no test specified" && exit 1' };
    expect(brief(pkg(placeholder))).toMatchObject({ checks: {}, test: [] });
    for (const text of ['', '{', '[]', '{"scripts":[]}', '{"scripts":{"test":1}}', 'null'])
      expect(brief({ 'package.json': text }).checks, text).toEqual({});
    expect(brief({})).toEqual({ checks: {}, setup: [], lock: [], test: [] });
  });
});

describe('the command for named test files', () => {
  it.each<[string, string | null]>([
    ['vitest', 'node_modules/.bin/vitest run {files}'],
    [
      'vitest run --coverage --config vitest.unit.ts src',
      'node_modules/.bin/vitest run --config vitest.unit.ts {files}',
    ],
    ['jest --ci', 'node_modules/.bin/jest --ci --runTestsByPath {files}'],
    ['npx jest', 'node_modules/.bin/jest --runTestsByPath {files}'],
    [
      'node --experimental-vm-modules node_modules/jest/bin/jest.js --watch',
      'node --experimental-vm-modules node_modules/jest/bin/jest.js --runTestsByPath {files}',
    ],
    [
      'cross-env NODE_OPTIONS=--experimental-vm-modules jest',
      'node_modules/.bin/cross-env NODE_OPTIONS=--experimental-vm-modules node_modules/.bin/jest --runTestsByPath {files}',
    ],
    [
      'NODE_ENV=test mocha -r ts-node/register "test/**/*.js"',
      'env NODE_ENV=test node_modules/.bin/mocha -r ts-node/register {files}',
    ],
    ['c8 --reporter text mocha --spec test/a.js', 'node_modules/.bin/mocha {files}'],
    ['node --test', 'node --test {files}'],
    ['node --import tsx --test test/*.test.ts', 'node --import tsx --test {files}'],
    ['tsx --test', 'node_modules/.bin/tsx --test {files}'],
    ['ava --verbose', 'node_modules/.bin/ava --verbose {files}'],
    ['bun test', 'bun test {files}'],
    ['npm run lint && vitest run', 'node_modules/.bin/vitest run {files}'],
    ['eslint . && tsc --noEmit && node --test', 'node --test {files}'],
    ['tsc && node --test dist', null],
    ['npm run build && vitest', null],
    ['vitest run && jest', null],
    ['turbo test', null],
    ['node test.js', null],
    ['vitest run | tee out', null],
    ['vitest run > out; echo', null],
    ['vitest run $ARGS', null],
    ['bash -c "vitest"', null],
    ['A=1', null],
    ["node --test 'unclosed", null],
  ])('%s', (script, wanted) => {
    expect(namedTests([script])?.join(' ') ?? null).toBe(wanted);
  });

  it('needs what runs before the tests, unless that only looks at the code', () => {
    expect(brief(pkg({ pretest: 'npm run lint', test: 'node --test' })).test).toEqual([
      'node --test {files}',
    ]);
    expect(brief(pkg({ pretest: 'npm run build', test: 'node --test' })).test).toEqual([null]);
  });

  it('goes through Yarn where there may be no node_modules', () => {
    const texts = { ...pkg({ test: 'vitest' }), 'yarn.lock': '__metadata:\n' };
    expect(brief(texts).test).toEqual(['yarn run vitest run {files}']);
  });

  it('splits words as a shell does, or not at all', () => {
    expect(segmentsOf(`a "b c" 'd "e"' && f`)).toEqual([['a', 'b c', 'd "e"'], ['f']]);
    for (const script of ['a || b', 'a & b', '(a)', 'a `b`', 'a "$b"', 'a \\ b', 'a &&', '']) {
      expect(segmentsOf(script), script).toBeNull();
    }
  });
});

describe('other languages', () => {
  it('Python', () => {
    const toml =
      '[project]\nname = "x"\ndependencies = ["requests"]\n[tool.pytest.ini_options]\n[tool.ruff]\n[tool.mypy]\n';
    expect(brief({ 'pyproject.toml': toml, 'uv.lock': '' })).toEqual({
      checks: {
        lint: 'uv run --no-sync python -m ruff check .',
        types: 'uv run --no-sync python -m mypy .',
        test: 'uv run --no-sync python -m pytest',
      },
      setup: ['uv sync --frozen'],
      lock: ['uv.lock .venv'],
      test: ['uv run --no-sync python -m pytest {files}'],
    });
    expect(brief({ 'pyproject.toml': toml, 'poetry.lock': '' })).toMatchObject({
      setup: ['poetry install --no-interaction'],
      test: ['poetry run python -m pytest {files}'],
    });
    expect(
      brief({ 'requirements.txt': 'flask==3\n', 'requirements-dev.txt': 'pytest==8\nflake8\n' }),
    ).toEqual({
      checks: { lint: '.venv/bin/python -m flake8', test: '.venv/bin/python -m pytest' },
      setup: [
        'python3 -m venv .venv',
        '.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-dev.txt',
      ],
      lock: ['requirements.txt .venv'],
      test: ['.venv/bin/python -m pytest {files}'],
    });
    expect(brief({ 'tox.ini': '[pytest]\n' })).toMatchObject({
      test: ['python3 -m pytest {files}'],
      setup: [],
    });
    expect(brief({ 'pyproject.toml': '[project]\ndependencies = ["pytest-like"]\n' }).checks).toEqual({});
  });

  it('Go, Rust and Make', () => {
    expect(brief({ 'go.mod': 'module x', 'go.sum': '' })).toEqual({
      checks: { lint: 'go vet ./...', build: 'go build ./...', test: 'go test -count=1 ./...' },
      setup: ['go mod download'],
      lock: ['go.sum vendor'],
      test: ['go test -count=1 {files}'],
    });
    expect(brief({ 'Cargo.toml': '[workspace]\n', 'Cargo.lock': '' })).toEqual({
      checks: { build: 'cargo build --locked --workspace', test: 'cargo test --locked --workspace' },
      setup: ['cargo fetch --locked'],
      lock: ['Cargo.lock null'],
      test: ['cargo test --locked --workspace {files}'],
    });
    const make = 'CC := gcc\n.PHONY: lint test\nlint test: deps\n\t./run $@\ntypecheck:\n\tmypy\ntest-all:\n';
    expect(brief({ Makefile: make })).toEqual({
      checks: { lint: 'make lint', types: 'make typecheck', test: 'make test' },
      ...{ setup: [], lock: [], test: [null] },
    });
    expect(brief({ Makefile: 'test := 1\nbuild = 2\n' }).checks).toEqual({});
  });

  it('side by side: each keeps its checks, and a Makefile fills what is missing', () => {
    const texts = {
      ...pkg({ test: 'vitest' }),
      'go.mod': 'module x',
      Makefile: 'test:\n\tx\nlint:\n\ty\ntypes:\n\tz\n',
    };
    expect(brief(texts).checks).toEqual({
      lint: 'go vet ./...',
      types: 'make types',
      build: 'go build ./...',
      test: 'npm run test',
      'test-go': 'go test -count=1 ./...',
    });
    const { tests } = detectChecks(texts);
    expect(testWayFor(tests, ['a/b_test.go'])?.whole[0]).toBe('go');
    expect(testWayFor(tests, ['a.test.ts', 'data.json'])?.whole[0]).toBe('npm');
    expect(testWayFor(tests, ['data.json'])).toBeNull();
  });
});

describe('the pin', () => {
  const scripts = {
    pretest: 'node prepare.js',
    test: 'npm run unit',
    unit: 'vitest',
    other: 'x',
    postinstall: 'node i.js',
  };
  const pin = (change: Record<string, string> = {}, more: RepoTexts = {}) =>
    pinOf(detectChecks({ ...pkg({ ...scripts, ...change }), 'package-lock.json': '', ...more }), sha256);

  it('changes with every text that decides what runs, and with nothing else', () => {
    expect(pin()).toMatch(/^[0-9a-f]{64}$/);
    expect(pin()).toBe(pin({ other: 'y' }));
    expect(pin()).toBe(pin({}, { 'package-lock.json': '{"lockfileVersion":3}' }));
    const others = [
      pin({ test: 'npm run unit --x' }),
      pin({ pretest: 'node evil.js' }),
      pin({ posttest: 'node evil.js' }),
      pin({ unit: 'node evil.js' }),
      pin({ preunit: 'node evil.js' }),
      pin({ postinstall: 'node evil.js' }),
      pin({ prepare: 'node evil.js' }),
      pin({ lint: 'x' }),
      pin({}, { 'pnpm-lock.yaml': '' }),
    ];
    expect(new Set([pin(), ...others]).size).toBe(others.length + 1);
  });

  it('follows scripts that are named by a pattern', () => {
    const run = (text: string) =>
      pinOf(detectChecks(pkg({ test: 'run-s "test:*"', 'test:a': text })), sha256);
    expect(run('a')).not.toBe(run('b'));
  });

  it('covers the whole Makefile', () => {
    const make = (text: string) => pinOf(detectChecks({ Makefile: text }), sha256);
    expect(make('X=1\ntest:\n\t$(X)\n')).not.toBe(make('X=2\ntest:\n\t$(X)\n'));
  });
});

describe('settings', () => {
  const found = detectChecks({ ...pkg(SCRIPTS), 'package-lock.json': '' });

  it('take the place of what was detected, part by part', () => {
    const some = withSettings(found, { checks: [{ name: 'unit', command: ['make', 'unit'], timeout_s: 5 }] });
    expect(some.checks).toEqual([{ name: 'unit', command: ['make', 'unit'], timeout_s: 5, defines: '' }]);
    expect(some.setups).toBe(found.setups);
    const all = withSettings(found, { setup: ['make', 'deps'], test: ['pytest'] });
    expect(commandsOf(all).map(({ command }) => command.join(' '))).toEqual([
      ...['make deps', 'npm run lint', 'npm run typecheck', 'npm run build', 'npm run test'],
      ...['pytest {files}', 'pytest'],
    ]);
  });

  it('name where the files go, or have them at the end', () => {
    const command = (test: string[]) => {
      const [way] = withSettings(found, { test }).tests;
      return way && testCommand(way, ['a.py', 'b c.py']);
    };
    expect(command(['t', '{files}', '-q'])).toEqual(['t', 'a.py', 'b c.py', '-q']);
    expect(command(['t', '-q'])).toEqual(['t', '-q', 'a.py', 'b c.py']);
  });
});

describe('test files', () => {
  it('become arguments as each runner wants them', () => {
    const [go] = detectChecks({ 'go.mod': 'x' }).tests;
    const [rust] = detectChecks({ 'Cargo.toml': '[package]' }).tests;
    expect(go && testCommand(go, ['a/b_test.go', 'a/c_test.go', 'd_test.go'])).toEqual([
      'go',
      'test',
      '-count=1',
      './a',
      '.',
    ]);
    expect(rust && testCommand(rust, ['tests/plus.rs', 'crates/a/tests/it/main.rs'])).toEqual([
      'cargo',
      'test',
      '--test',
      'plus',
      '--test',
      'it',
    ]);
    expect(rust && testCommand(rust, ['src/lib.rs'])).toEqual(['cargo', 'test']);
  });

  it('are told from what they need', () => {
    const [way] = detectChecks(pkg({ test: 'node --test' })).tests;
    if (!way) throw new Error('no way');
    expect(runnableOf(['test/a.test.js', 'test/help.js', 'test/data.json'], way)).toEqual(['test/a.test.js']);
    expect(runnableOf(['test/a.js', 'test/data.json'], way)).toEqual(['test/a.js']);
  });

  it('are plain paths inside of the repository', () => {
    expect(plainTestPaths(['./a.test.js', 'a.test.js', 'b/[id].test.ts'])).toEqual([
      'a.test.js',
      'b/[id].test.ts',
    ]);
    for (const path of [
      '',
      '-x',
      '--x.js',
      '/etc/passwd',
      '../a.js',
      'a/../b.js',
      'a/./b',
      'a/',
      '.git/config',
      '.GIT/x',
      'a\0b',
      'a\nb',
      'C:\\x',
      'a*',
      ':(top)a',
      'a//b',
      'x'.repeat(400),
    ]) {
      expect(() => plainTestPaths([path]), path).toThrow('plain paths');
    }
    expect(() => plainTestPaths([])).toThrow('plain paths');
    const tests = [
      ...[
        'test/data.json',
        'src/__tests__/a.ts',
        'src/__snapshots__/a.test.ts.snap',
        'a/b_test.go',
        'tests/it.rs',
      ],
      ...['pkg/test_login.py', 'conftest.py', 'spec/login_spec.rb', 'src/LoginTest.java', 'unit-tests/a.js'],
    ];
    expect(plainTestPaths(tests)).toEqual(tests);
    for (const path of ['src/login.js', 'package.json', 'src/lib.rs', 'src/latest.js', 'contest/a.js/b.ts'])
      expect(() => plainTestPaths([path]), path).toThrow('no test');
  });
});

describe('an installation that is not what the lock file says', () => {
  const lock = (packages: object) => JSON.stringify({ packages: { '': {}, ...packages } });
  const a = { 'node_modules/a': { version: '1.0.0' } };

  it.each<[string, string | null, string | null, boolean]>([
    ['the same', lock(a), lock(a), false],
    ['another version', lock(a), lock({ 'node_modules/a': { version: '1.0.1' } }), true],
    ['one is missing', lock(a), lock({}), true],
    [
      'an optional one is missing',
      lock({ 'node_modules/a': { version: '1.0.0', optional: true } }),
      lock({}),
      false,
    ],
    ['one too many', lock({}), lock(a), true],
    ['no list', lock(a), null, false],
    ['no JSON', lock(a), '{', false],
  ])('%s', (_name, wanted, there, isStale) => {
    expect(isStaleInstall(wanted, there)).toBe(isStale);
  });
});
