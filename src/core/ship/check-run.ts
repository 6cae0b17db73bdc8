import type { ShipSettings } from './ship-settings.ts';

/** What the settings say about checks; what is left out is detected. */
export type CheckSettings = Pick<ShipSettings, 'checks' | 'setup' | 'test' | 'copy'>;

/** `could_not_run` says nothing about the code: it is neither red nor green. */
export type CheckOutcome = 'passed' | 'failed' | 'could_not_run';

/** A command of the repository: a program and its arguments, never a shell line. */
export interface Check {
  /** `lint`, `types`, `build`, `test`, or what the settings call it. */
  name: string;
  command: readonly string[];
  /** Everything known that decides what the command runs: texts of scripts and their neighbours, of a Makefile. */
  defines: string;
  timeout_s?: number | undefined;
}

/** How named test files are run. */
export interface TestWay {
  /** All tests of the repository. */
  whole: readonly string[];
  /** `{files}` stands where the named ones go; null when only all can be run. */
  named: readonly string[] | null;
  /** What takes the place: the paths, their folders (Go), or `--test <name>` (Cargo). */
  as: 'files' | 'folders' | 'cargo_tests';
  /** Endings of the files it runs; empty for any. */
  endings: readonly string[];
  defines: string;
}

/** Installs what the checks need, by what a lock file says. */
export interface SetupWay {
  /** The lock file; `setup` of the settings has none. */
  lock: string | null;
  commands: readonly (readonly string[])[];
  /** Name of the folder that it fills, anywhere in the tree; null when that lies outside. */
  folder: string | null;
  defines: string;
}

/** What a repository at one commit offers to be run. */
export interface FoundChecks {
  checks: readonly Check[];
  setups: readonly SetupWay[];
  tests: readonly TestWay[];
}

/** `committed`: in settings that are committed; `accepted`: a person has seen it; `open`: nobody has, so it must not run. */
export type Standing = 'committed' | 'accepted' | 'open';

/** One command as a person is shown it before it may run. */
export interface PlannedCommand {
  what: 'setup' | 'check' | 'test';
  name: string;
  command: readonly string[];
  defines: string;
  /** Names exactly this command and what defines it (64 hex). */
  pin: string;
  standing: Standing;
}

/** What would run at a commit, where that comes from, and whether it may run. */
export interface CheckPlan extends FoundChecks {
  commit: string;
  /** Ignored files of the checkout that come along. */
  copy: readonly string[];
  /** Whether the checks are named in the settings, or were found in the files of the commit. */
  source: 'settings' | 'detected';
  /** Everything that could run, setup first. */
  commands: readonly PlannedCommand[];
  /** Of the setup and the checks, the lowest. */
  allowed: Standing;
  /** Names all commands together (64 hex). */
  pin: string;
}

/** A check that was run, or was not because something before it failed. */
export interface CheckResult {
  name: string;
  command: readonly string[];
  outcome: CheckOutcome;
  /** In our own words; empty when it passed. */
  reason: string;
  exit_code: number | null;
  ms: number;
  /** Text of the repository, not redacted: the end of what it printed. */
  tail: string;
  /** Of all output. */
  bytes: number;
  /** Name or line of the first failing test, text of the repository; null when none was seen. */
  failing: string | null;
  /** It changed tracked files, which were put back for the checks after it. */
  changed: boolean;
}

export interface ChecksReport {
  commit: string;
  pin: string;
  /** `failed` when one failed; else `could_not_run` when one could not run or there was none; else `passed`. */
  outcome: CheckOutcome;
  /** Why nothing or not everything could run, with what to set; empty otherwise. */
  reason: string;
  /** In the order of the plan; empty when the working tree could not be prepared. */
  results: readonly CheckResult[];
  /** How the working tree was prepared, for people. */
  notes: readonly string[];
  /** Of the setup when it failed; else empty. Text of the repository. */
  tail: string;
  ms: number;
}

export interface CheckWatch {
  signal?: AbortSignal | undefined;
  /** One line at a time, in our own words. */
  progress?: ((line: string) => void) | undefined;
}

export interface ProofWanted {
  /** Full names. */
  base: string;
  commit: string;
  /** Paths of the fix commit. */
  tests: readonly string[];
  settings: CheckSettings;
}

export type ProofOutcome =
  | 'proven'
  | 'not_red_at_base'
  | 'not_green_at_fix'
  | 'flaky'
  | 'could_not_run'
  | 'base_is_red';

/** One run of tests on the way to a proof. */
export interface ProofRun {
  /** `control`: the base as it was; `red`: the base with the new files; `green`: the fix. */
  side: 'control' | 'red' | 'green';
  command: readonly string[];
  outcome: CheckOutcome;
  reason: string;
  exit_code: number | null;
  failing: string | null;
  ms: number;
}

export interface ProofReport {
  outcome: ProofOutcome;
  /** What was found and what to do, in our own words. */
  reason: string;
  base: string;
  commit: string;
  tests: readonly string[];
  /** Runs the named files; empty when it did not come to that. */
  command: readonly string[];
  /** Exit codes with the new files; null when it did not come to that. */
  base_exit: number | null;
  fix_exit: number | null;
  /** Name or line of the test that fails at the base, text of the repository. */
  failing: string | null;
  runs: readonly ProofRun[];
  notes: readonly string[];
  /** Output of the run that decided, text of the repository, not redacted. */
  tail: string;
  ms: number;
}
