/** Turns the test script of a package.json into a command that runs named files only. */

/** Where the named files go in a command. */
export const FILES = '{files}';

interface Runner {
  /** What comes before the kept arguments. */
  fixed: readonly string[];
  /** What comes right before the files. */
  last: readonly string[];
}

/** Sources: the command lines of each runner. All take paths of files at the end. */
const RUNNERS: Readonly<Record<string, Runner>> = {
  vitest: { fixed: ['run'], last: [] },
  jest: { fixed: [], last: ['--runTestsByPath'] },
  mocha: { fixed: [], last: [] },
  'ts-mocha': { fixed: [], last: [] },
  ava: { fixed: [], last: [] },
  tape: { fixed: [], last: [] },
  jasmine: { fixed: [], last: [] },
};
const BIN = 'node_modules/.bin';
/** Options whose value is a word of its own; without this list a value would be taken for a file. */
const VALUED = new Set(
  '-c --config --project --root --dir -r --require --import --loader --experimental-loader -C --conditions --reporter --test-reporter --reporter-options -R --timeout -t --testTimeout --environment --env --env-file --extension --ui --maxWorkers --pool --selectProjects --testEnvironment --tsconfig -p --helper --setup --file'.split(
    ' ',
  ),
);
/** What would run other files, wait for changes, write, or hide that nothing ran. */
const DROPPED =
  /^(?:-w|-o|-u|--(?:watch|watchAll|coverage|onlyChanged|changed|update|updateSnapshot|passWithNoTests|pass-with-no-tests|spec|recursive|experimental-test-coverage)(?:[=.].*)?|--testPathPatterns?=.*)$/;
const DROPPED_VALUED = new Set(['--spec', '--testPathPattern', '--testPathPatterns', '--changed']);
/** Beside the tests these change nothing that the tests need. */
const SIDE_WORK =
  /^(?:eslint|biome|prettier|oxlint|standard|xo|tslint|stylelint|echo|knip|publint|attw)$|^tsc$/;
const SIDE_SCRIPT = /^(?:lint|types?|typecheck|type-check|format|fmt|prettier|check-types)(?:[:-].*)?$/;

/**
 * Words of each command of a script, in order; null for anything but plain commands joined by `&&`.
 * Quotes are taken off as a POSIX shell does.
 */
export function segmentsOf(script: string): string[][] | null {
  const segments: string[][] = [[]];
  let word: string | null = null;
  for (let i = 0; i < script.length; i++) {
    const char = script[i] ?? '';
    if (char === "'" || char === '"') {
      const end = script.indexOf(char, i + 1);
      if (end < 0) return null;
      const inner = script.slice(i + 1, end);
      if (char === '"' && /[$`\\]/.test(inner)) return null;
      word = (word ?? '') + inner;
      i = end;
    } else if (/\s/.test(char)) {
      if (word !== null) segments.at(-1)?.push(word);
      word = null;
    } else if (script.startsWith('&&', i)) {
      if (word !== null) segments.at(-1)?.push(word);
      word = null;
      segments.push([]);
      i += 1;
    } else if (/[|&;<>()$`\\#!{}]/.test(char)) {
      return null;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (word !== null) segments.at(-1)?.push(word);
  return segments.every((words) => words.length > 0) ? segments : null;
}

/**
 * The command that runs named test files as the scripts would, with `{files}` in their place; null when that cannot be
 * told: then only all tests can be run.
 * @param scripts texts that run one after the other: `pretest`, then `test`
 * @param bin how a program of a package is started: below node_modules, or through the manager where there is none
 */
export function namedTests(scripts: readonly string[], bin: readonly string[] = []): string[] | null {
  const all: string[][] = [];
  for (const script of scripts) {
    const segments = segmentsOf(script);
    if (segments === null) return null;
    all.push(...segments);
  }
  const ways = all.map((words) => (isSideWork(words) ? 'side' : fromSegment(words, bin)));
  const tests = ways.filter((way) => way !== 'side');
  const [only] = tests;
  return tests.length === 1 && only ? only : null;
}

function isSideWork(words: readonly string[]): boolean {
  const [program = '', ...rest] = words[0] === 'npx' ? words.slice(1) : words;
  const args = rest.filter((word) => word !== 'run' && word !== '--silent' && word !== '-s');
  if (/^(?:npm|pnpm|yarn|bun)$/.test(program)) return SIDE_SCRIPT.test(args[0] ?? '');
  return SIDE_WORK.test(program) && (program !== 'tsc' || rest.includes('--noEmit'));
}

const nameOf = (word: string): string =>
  /(?:^|\/)node_modules\/([\w-]+)\/(?:[\w-]+\/)*[\w-]+\.[cm]?js$/.exec(word)?.[1] ??
  word.replace(/^.*\//, '').replace(/\.[cm]?js$/, '');

/** The words of one command, made to run named files; null when its runner is not known. */
function fromSegment(words: readonly string[], bin: readonly string[]): string[] | null {
  const start = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  if (start < 0) return null;
  const variables = words.slice(0, start);
  const rest = words.slice(start);
  if (rest[0] === 'cross-env') {
    const inner = fromSegment(rest.slice(1), bin);
    if (inner === null) return null;
    return inner[0] === 'env' ? [...started('cross-env', bin), ...inner.slice(1)] : inner;
  }
  const command = plainSegment(rest, bin);
  return command && variables.length > 0 ? ['env', ...variables, ...command] : command;
}

function started(program: string, bin: readonly string[]): string[] {
  return bin.length > 0 ? [...bin, program] : [`${BIN}/${program}`];
}

function plainSegment(words: readonly string[], bin: readonly string[]): string[] | null {
  const [program = ''] = words;
  if ((program === 'node' || program === 'tsx') && words.includes('--test')) {
    const args = kept(words.slice(1));
    return [...(program === 'node' ? ['node'] : started(program, bin)), ...args, FILES];
  }
  if (program === 'bun' && words[1] === 'test') return ['bun', 'test', ...kept(words.slice(2)), FILES];
  const at = words.findIndex((word) => Object.hasOwn(RUNNERS, nameOf(word)));
  if (at < 0) return null;
  const runner = RUNNERS[nameOf(words[at] ?? '')];
  const before = words.slice(0, at);
  if (!runner || !isPassedThrough(before)) return null;
  const head = before[0] === 'node' ? words.slice(0, at + 1) : started(nameOf(words[at] ?? ''), bin);
  return [...head, ...runner.fixed, ...kept(words.slice(at + 1)), ...runner.last, FILES];
}

/** What may stand before a runner: a starter of programs, a counter of coverage, or Node with its options. */
function isPassedThrough(before: readonly string[]): boolean {
  const [first] = before;
  if (first === undefined) return true;
  if (first === 'node') return before.slice(1).every((word) => word.startsWith('-'));
  return /^(?:npx|c8|nyc|yarn|pnpm)$/.test(first);
}

/** Options without the files, patterns and options that do not belong to a run of named files. */
function kept(args: readonly string[]): string[] {
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    if (DROPPED_VALUED.has(word)) i += 1;
    if (!word.startsWith('-') || word === '--' || DROPPED.test(word) || DROPPED_VALUED.has(word)) continue;
    words.push(word);
    const value = args[i + 1];
    if (VALUED.has(word) && value !== undefined && !value.startsWith('-')) {
      words.push(value);
      i += 1;
    }
  }
  return words;
}
