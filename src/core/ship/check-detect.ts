import { canonicalJson } from '../canonical.ts';
import { PulseError } from '../errors.ts';
import { detectNode, type RepoTexts } from './check-detect-node.ts';
import { detectGo, detectMake, detectPython, detectRust, REQUIREMENTS } from './check-detect-others.ts';
import type { Check, CheckSettings, FoundChecks, PlannedCommand, TestWay } from './check-run.ts';
import { FILES } from './test-words.ts';

/** Files at the root of a commit that detection wants to read; of lock files most only have to be there. */
export const CHECK_FILES: readonly string[] = [
  ...[
    'package.json',
    'package-lock.json',
    'npm-shrinkwrap.json',
    'pnpm-lock.yaml',
    'yarn.lock',
    '.yarnrc.yml',
  ],
  ...['bun.lock', 'bun.lockb', 'pyproject.toml', 'setup.cfg', 'setup.py', 'tox.ini', 'pytest.ini'],
  ...['uv.lock', 'poetry.lock', ...REQUIREMENTS, 'go.mod', 'go.sum', 'Cargo.toml', 'Cargo.lock'],
  ...['Makefile', 'makefile', 'GNUmakefile'],
];

const ORDER = ['lint', 'types', 'build', 'test'];

/** What a repository offers to be run, from the texts of its files at one commit. */
export function detectChecks(texts: RepoTexts): FoundChecks {
  const languages: [string, FoundChecks][] = [
    ['node', detectNode(texts)],
    ['python', detectPython(texts)],
    ['go', detectGo(texts)],
    ['rust', detectRust(texts)],
  ];
  const checks: Check[] = [];
  for (const [language, found] of languages) {
    for (const check of found.checks) {
      const isTaken = checks.some(({ name }) => name === check.name);
      checks.push(isTaken ? { ...check, name: `${check.name}-${language}` } : check);
    }
  }
  const make = detectMake(texts);
  // A Makefile often only calls what was found already.
  checks.push(...make.checks.filter(({ name }) => !checks.some((known) => known.name === name)));
  const rank = ({ name }: Check): number => ORDER.indexOf(name.replace(/-.*$/, ''));
  const tests = languages.flatMap(([, found]) => found.tests);
  return {
    checks: checks.toSorted((a, b) => rank(a) - rank(b)),
    setups: languages.flatMap(([, found]) => found.setups),
    tests: tests.length > 0 ? tests : make.tests,
  };
}

/** What the settings name takes the place of what was detected, part by part. */
export function withSettings(found: FoundChecks, settings: CheckSettings): FoundChecks {
  const { checks, setup, test } = settings;
  return {
    checks: checks?.map((check) => ({ ...check, defines: '' })) ?? found.checks,
    setups: setup ? [{ lock: null, commands: [setup], folder: null, defines: '' }] : found.setups,
    tests: test ? [settingsTest(test)] : found.tests,
  };
}

function settingsTest(test: readonly string[]): TestWay {
  const named = test.includes(FILES) ? test : [...test, FILES];
  const whole = named.filter((word) => word !== FILES);
  return { whole, named, as: 'files', endings: [], defines: '' };
}

type Named = Omit<PlannedCommand, 'pin' | 'standing'>;

/** Every command that could run, as it is shown before it may. */
export function commandsOf({ checks, setups, tests }: FoundChecks): Named[] {
  return [
    ...setups.flatMap(({ commands, lock, defines }) =>
      commands.map((command): Named => ({ what: 'setup', name: lock ?? 'setup', command, defines })),
    ),
    ...checks.map(({ name, command, defines }): Named => ({ what: 'check', name, command, defines })),
    ...tests.flatMap(({ whole, named, defines }): Named[] => [
      ...(named ? [{ what: 'test' as const, name: 'named tests', command: named, defines }] : []),
      { what: 'test', name: 'all tests', command: whole, defines },
    ]),
  ];
}

/** Names exactly this command and what defines it, whatever it is called (64 hex). */
export function pinOfCommand(
  { command, defines }: Pick<Named, 'command' | 'defines'>,
  sha256: (text: string) => string,
): string {
  return sha256(canonicalJson({ command, defines }));
}

/** Names everything that could run (64 hex). */
export function pinOf(found: FoundChecks, sha256: (text: string) => string): string {
  return sha256(canonicalJson(commandsOf(found).map((one) => pinOfCommand(one, sha256))));
}

const PLAIN = /^(?![-/])(?!.*(?:^|\/)\.{1,2}(?:\/|$))(?!.*\/$)(?!\.git(?:\/|$))[^\p{C}\\:*?"<>|]{1,300}$/iu;

/** By the usual names of tests and of the folders that hold them and what they need. */
const TEST_PATH =
  /(?:^|\/)(?:(?:[\w.-]*[._-])?[Tt]ests?|specs?|__\w+__|e2e|fixtures?|testdata|test[-_]\w+|cypress|playwright)\/|[._-](?:test|tests|spec)\.\w+(?:\.snap)?$|_test\.\w+$|(?:^|\/)(?:test_[^/]+|conftest\.py|[\w.]*Tests?\.\w+)$/;

/**
 * Checks that each path is plain, relative and inside, can never be taken for an option, and is a test or lies beside
 * tests: any other file of the fix would bring a part of it to the base, which proves nothing. Answers them once each.
 * @throws PulseError invalid_input
 */
export function plainTestPaths(paths: readonly string[]): string[] {
  const plain = [...new Set(paths.map((path) => path.replace(/^\.\//, '')))];
  const isPlain = (path: string): boolean => PLAIN.test(path) && !path.includes('//');
  if (plain.length === 0 || plain.length > 50 || !plain.every(isPlain)) {
    throw new PulseError(
      'invalid_input',
      'tests must be 1 to 50 plain paths of files, relative to the root of the repository',
      'for example {"tests": ["test/auth.test.js"]}; no .., no leading - or /, no wildcards',
    );
  }
  if (plain.every((path) => TEST_PATH.test(path))) return plain;
  throw new PulseError(
    'invalid_input',
    'tests names a file that is no test by its name or folder, so it would bring a part of the fix to the base',
    'name test files and what lies beside them (test/, tests/, spec/, __tests__/, fixtures/, *.test.*, *_test.*, test_*)',
  );
}

const TEST_NAME =
  /(?:[._-](?:test|spec|tests)\.[cm]?[jt]sx?|_test\.go|(?:^|\/)test_[^/]*\.py|_test\.py|\.rs)$/i;

/** Of the named files those that a runner is given; the others (helpers, data) only have to be there. */
export function runnableOf(paths: readonly string[], { endings }: TestWay): string[] {
  const own = paths.filter((path) => endings.length === 0 || endings.some((ending) => path.endsWith(ending)));
  const named = own.filter((path) => TEST_NAME.test(path));
  return named.length > 0 ? named : own;
}

/** The way that runs most of the named files; null when none runs any. */
export function testWayFor(tests: readonly TestWay[], paths: readonly string[]): TestWay | null {
  const ranked = tests.map((way) => ({ way, count: runnableOf(paths, way).length }));
  const [best] = ranked.toSorted((a, b) => b.count - a.count);
  return best && best.count > 0 ? best.way : null;
}

/** The command that runs these files; all tests when files cannot be named. */
export function testCommand(way: TestWay, files: readonly string[]): readonly string[] {
  const words = way.named && wordsOf(way.as, files);
  if (!way.named || !words) return way.whole;
  return way.named.flatMap((word) => (word === FILES ? words : [word]));
}

/** Null when one of the files cannot be named so. */
function wordsOf(as: TestWay['as'], files: readonly string[]): string[] | null {
  if (as === 'files') return [...files];
  if (as === 'folders') {
    const folders = files.map((file) => (file.includes('/') ? `./${file.replace(/\/[^/]*$/, '')}` : '.'));
    return [...new Set(folders)];
  }
  const names = files.map((file) => /(?:^|\/)tests\/([\w-]+)(?:\.rs|\/main\.rs)$/.exec(file)?.[1]);
  return names.every((name) => name !== undefined) ? names.flatMap((name) => ['--test', name]) : null;
}
