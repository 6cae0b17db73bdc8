import { cleanText, oneLine } from '../untrusted.ts';
import type { CheckOutcome } from './check-run.ts';
import { failingTest, hasAssertion, lastTelling } from './test-failures.ts';

/** How a command ended; a code only when it exited. */
export interface Ended {
  ended: 'exited' | 'killed' | 'time_limit' | 'stopped' | 'could_not_start';
  code: number | null;
  /** The end of what it printed. */
  tail: string;
}

export interface Verdict {
  outcome: CheckOutcome;
  /** In our own words, with what to do when it could not run; empty when it passed. */
  reason: string;
  /** Name or line of the first failing test, text of the repository; null when none was seen. */
  failing: string | null;
}

const NOT_EXITED: Record<Exclude<Ended['ended'], 'exited'>, string> = {
  could_not_start:
    'The program was not found or could not be started. Install it, or set setup, or another command.',
  time_limit: 'The time limit was reached. Raise timeout_s of the check, or give a faster command.',
  killed: 'It was ended by a signal, for example for lack of memory.',
  stopped: 'It was stopped.',
};

const SETUP = 'Set setup so that dependencies are installed, or list ignored files under copy.';

/** What a runner prints when it has not got as far as a test. Each stands at the start of a line, where no assertion quotes it. */
const NOT_RUN: readonly [RegExp, string][] = [
  [
    /^(?:\S*\/)?(?:sh|bash|dash|ash|ksh|zsh): .*not found(?:: \S+)?$|^make(?:\[\d+\])?: \*\*\* \[.*\] Error 12[67]$|is not recognized as an internal or external command/m,
    `A program that it needs was not found. ${SETUP}`,
  ],
  [
    /^[^\w\n]{0,10}(?:npm (?:error|ERR!) missing script|error: script not found|error Command "[^"]*" not found|ERR_PNPM_(?:NO_SCRIPT|RECURSIVE_EXEC_FIRST_FAIL)|Usage Error: Couldn't find a script)|npx canceled due to missing packages|^make(?:\[\d+\])?: \*\*\* No rule to make target/im,
    'The script or target that it names is not there. Set checks or test in hotfix-pulse.config.json.',
  ],
  [
    /^\S*python[\d.]*(?:\.exe)?: (?:No module named|can't open file)/im,
    `A module that it needs is not installed. ${SETUP}`,
  ],
];

/** Loading failed: a module is not there. */
const MISSING =
  /^[# \t>E]*(?:Caused by: |Uncaught |Exception during run: )?(?:[\w.]*Error(?: \[[A-Z_]+\])?: )?(?:Cannot find (?:module|package) ['"]|Failed to (?:load url|resolve import) |Failed to resolve entry for package|No module named ['"]?[\w.]+|Could not resolve ["'])|^[ \t]*code: '(?:ERR_)?MODULE_NOT_FOUND'|^E[ \t]+(?:ModuleNotFoundError|ImportError): |^(?:.*: )?(?:no required module provides package|cannot find package|package \S+ is not in (?:std|GOROOT))|^error(?:\[E0463\])?: (?:can't find crate|failed to (?:get|download|load|select a version)|no (?:test target|matching package) named)/m;
/** A file could not be read as code at all. */
const SYNTAX =
  /^[# \t>E]*(?:Exception during run: )?(?:SyntaxError|IndentationError|TabError)\b|Failed to parse source for import analysis|Transform failed with \d+ error|\[?PARSE_ERROR\]?|Jest failed to parse a file|^error: (?:expected|unexpected|this file contains an unclosed)/m;
/** The code or a test did not compile. */
const UNCOMPILED = /^FAIL\s+\S+ \[(?:build|setup) failed\]|^error: could not compile `/m;
/** A whole file failed before, or outside of, any test in it. */
const FILE_FAILED =
  /Test suite failed to run|^[^\n]*\bFAIL\b[^\n]* \[ .+ \]$|Failed Suites \d|^not ok \d+ - (?:\/|\S+\.[cm]?[jt]sx?$)|^✖ \/?\S+\.[cm]?[jt]sx? \([\d.]+ms\)$|^ ?Exception during run:|^ERROR collecting |errors? during collection|^ERROR \S+\.py|Uncaught exception in |INTERNALERROR>/m;
/** Nothing was there to be run. */
const NO_TESTS =
  /No tests? (?:files? )?found|no tests ran\b|no tests to run|Could not find '|Couldn.t find any files to test|did not match the filters|No test suite found in file|must contain at least one test|file or directory not found|^testing: warning: no tests to run/im;
/** Nothing ran although it succeeded. */
const ZERO = [
  /^# tests 0$|^ℹ tests 0$/m,
  /^Tests:\s+0 total/m,
  /^[ \t]+0 passing/m,
  /^# tests 0\s*$/m,
  /^No test files found, exiting with code 0|^No tests found, exiting with code 0/m,
];
/** Each package or target of Go and Cargo speaks for itself: nothing ran only when none of them ran anything. */
const SOME_GO = /^(?:ok|FAIL|---)\s/m;
const NONE_GO = /^\?\s+\S+\s+\[no test files\]|\[no tests to run\]$/m;
const SOME_CARGO = /^test result: \w+\. (?!0 passed; 0 failed)/m;
const NONE_CARGO = /^test result: ok\. 0 passed; 0 failed/m;

/** 126: found but no program; 127: not found. Source: POSIX, Shell Command Language, 2.8.2. */
const NO_PROGRAM = new Set([126, 127]);

/**
 * What a run says. `proof`: the run is asked to show that a test fails or passes, so that a file that cannot be read,
 * does not compile or holds no test says nothing at all; for a plain check a syntax error is red.
 */
export function outcomeOf(run: Ended, asked: 'check' | 'proof' = 'check'): Verdict {
  if (run.ended !== 'exited' || run.code === null) {
    return none(NOT_EXITED[run.ended === 'exited' ? 'killed' : run.ended]);
  }
  const text = cleanText(run.tail);
  if (run.code === 0) {
    return asked === 'proof' && ranNothing(text)
      ? none('It succeeded without running a test. Name test files that hold tests.')
      : { outcome: 'passed', reason: '', failing: null };
  }
  if (NO_PROGRAM.has(run.code)) return none(`A program that it needs was not found. ${SETUP}`);
  // A shell's way to say that what it ran was ended by a signal; higher codes are a program's own.
  if (run.code > 128 && run.code <= 159) return none(NOT_EXITED.killed);
  return asked === 'proof' ? inProof(text, run.code) : inCheck(text, run.code);
}

function inCheck(text: string, code: number): Verdict {
  const failing = failingTest(text);
  const isFileFailed = FILE_FAILED.test(text);
  if (hasAssertion(text)) return red(code, failing ?? lastTelling(text));
  const missing = reasonNotRun(text);
  if (missing !== null && (failing === null || isFileFailed)) return none(missing);
  if (MISSING.test(text)) return none(`A module that it needs is not there. ${SETUP}`);
  if (failing === null && !isFileFailed && NO_TESTS.test(text)) return none(NO_FOUND);
  return red(code, failing ?? lastTelling(text));
}

const NO_FOUND = 'It found no tests. Name test files that the runner knows, or set test.';

function inProof(text: string, code: number): Verdict {
  if (UNCOMPILED.test(text)) return none('The code and the tests do not compile together.');
  const isFileFailed = FILE_FAILED.test(text);
  const failing = failingTest(text);
  const isLoaded = failing !== null && !isFileFailed;
  const missing = reasonNotRun(text);
  if (missing !== null && !isLoaded) return none(missing);
  if (MISSING.test(text) && !(isLoaded && hasAssertion(text)))
    return none(`A module that it needs is not there. ${SETUP}`);
  if (SYNTAX.test(text) && !isLoaded) return none('A file could not be read: it has a syntax error.');
  if (NO_TESTS.test(text) && !isLoaded) return none(NO_FOUND);
  if (isFileFailed && !hasAssertion(text)) return none('A test file failed before any test in it ran.');
  const line = failing ?? (hasAssertion(text) ? lastTelling(text) : null);
  if (line === null)
    return none('It failed without naming a test that fails. Set test to a command that names them.');
  return red(code, line);
}

function reasonNotRun(text: string): string | null {
  return NOT_RUN.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

function ranNothing(text: string): boolean {
  if (ZERO.some((pattern) => pattern.test(text)) && !/^(?:#|ℹ) tests [1-9]/m.test(text)) return true;
  if (NONE_GO.test(text) && !SOME_GO.test(text.replace(/^.*\[no tests to run\]$/gm, ''))) return true;
  return NONE_CARGO.test(text) && !SOME_CARGO.test(text);
}

function red(code: number, failing: string | null): Verdict {
  return {
    outcome: 'failed',
    reason: `It failed with exit code ${code}.`,
    failing: failing && oneLine(failing, 200),
  };
}

function none(reason: string): Verdict {
  return { outcome: 'could_not_run', reason, failing: null };
}
