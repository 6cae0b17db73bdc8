/** Reads the end of a test runner's output: which test fails, and whether it fails by an assertion. */

/** First group: name or line of a failing test. In the order in which they are tried; the most telling form first. */
const FAILING: readonly RegExp[] = [
  // vitest: ` FAIL  test/a.test.ts > suite > name`
  /^[ \t]*FAIL\s+(?:\|[^|\n]+\|\s+)?(\S+ > .+)$/gm,
  // jest: `  ● suite › name`
  /^[ \t]+● (?!Test suite failed to run|Console|Cannot log)(.+)$/gm,
  // pytest: `FAILED test_a.py::test_x - reason`
  /^FAILED (\S+::.+)$/gm,
  // Go: `--- FAIL: TestX (0.00s)`
  /^[ \t]*--- FAIL: (\S+)/gm,
  // Cargo: `test plus ... FAILED`
  /^test (\S+(?: - .+)?) \.\.\. FAILED$/gm,
  // ava: `  ✘ [fail]: name`
  /^[ \t]*✘ \[fail\]: (.+)$/gm,
  // node --test, spec: `✖ name (1.2ms)`, also indented
  /^[ \t]*✖ (?!failing tests:)(.+?)(?: \([\d.]+ms\))?$/gm,
  // TAP, also indented: `not ok 1 - name`
  /^[ \t]*not ok \d+(?: -)? (?!.*# (?:TODO|SKIP))(.+)$/gim,
  // mocha: `  1) suite`, then `       name:`
  /^ +\d+\) (.+(?:\n {6,}.+){0,5}?):$/gm,
  // unittest: `FAIL: test_x (module.Class)`
  /^(?:FAIL|ERROR): (\w+ \(.+\))$/gm,
  // bun: `(fail) suite > name [1.00ms]`
  /^\(fail\) (.+?)(?: \[[\d.]+ms\])?$/gm,
  // PHPUnit and others in words of their own: `✕ name`
  /^[ \t]*[✕×✗] (.+?)(?: \(?\d+ ?ms\)?)?$/gm,
];

/** A file is no test: it failed as a whole. */
const FILE = /^(?:\/|file:)|^\S+\.(?:[cm]?[jt]sx?|py|rb|go)(?: exited with .*)?$/;
/** A suite that only passes on what failed inside. */
const PASSED_ON = /^ *not ok \d+ - (.+)\n +---\n(?: +.*\n){0,6}? +failureType: 'subtestsFailed'/gm;

/** Name or line of the first failing test; null when none is named. */
export function failingTest(text: string): string | null {
  const outer = new Set([...text.matchAll(PASSED_ON)].map(([, name]) => name));
  for (const form of FAILING) {
    const names = [...text.matchAll(form)]
      .map(([, name = '']) => name.replace(/\s*\n\s*/g, ' ').trim())
      .filter((name) => name !== '' && !FILE.test(name));
    const first = names.find((name) => !outer.has(name)) ?? names[0];
    if (first !== undefined) return first;
  }
  return null;
}

const ASSERTION =
  /\bAssertionError\b|ERR_ASSERTION|^[ \t]*expect\((?:received|jest\.fn)|^[ \t]*(?:Expected|Received)(?: \w+)*:|^E[ \t]+assert\b|\bassertion [^\n]*failed|^[ \t]*--- FAIL: |^[ \t]*✘ \[fail\]: |\bpanicked at\b/m;

/** Whether a test fails because something is not as it says, and not only because something is missing. */
export function hasAssertion(text: string): boolean {
  return ASSERTION.test(text);
}

/** The last line that tells of a failure, for runners of an unknown kind; null when there is none. */
export function lastTelling(text: string): string | null {
  const lines = text.split('\n').map((line) => line.trim());
  return (
    lines.findLast((line) => /\b\w*(?:Error|Exception)\b: /.test(line) || /\bAssertionError\b/.test(line)) ??
    lines.findLast((line) => /\b(?:fail(?:ed|ure|s)?|error|expected|not ok)\b/i.test(line)) ??
    null
  );
}
