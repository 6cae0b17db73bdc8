import { describe, expect, it } from 'vitest';
import { type Ended, outcomeOf } from '../../../src/core/ship/check-outcome.ts';

const exited = (code: number, tail = ''): Ended => ({ ended: 'exited', code, tail });

const SPEC = (name: string, error: string): string => `${error}
✖ ${name} (1.9ms)
ℹ tests 2
ℹ pass 1
ℹ fail 1

✖ failing tests:

test at fail.test.js:2:23
✖ ${name} (1.9ms)
  ${error}
`;
const LOADER = `node:internal/modules/cjs/loader:1210
  throw err;
  ^

Error: Cannot find module './nothing'
Require stack:
- /tmp/x/miss.test.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:1207:15) {
  code: 'MODULE_NOT_FOUND',
}
`;
const TAP_NESTED = `TAP version 13
# Subtest: login
    # Subtest: accepts a plus sign
    not ok 1 - accepts a plus sign
      ---
      duration_ms: 1.5
      location: '/tmp/x/fail.test.js:2:23'
      failureType: 'testCodeFailure'
      error: |-
        Expected values to be strictly equal:
      code: 'ERR_ASSERTION'
      name: 'AssertionError'
      ...
    1..1
not ok 1 - login
  ---
  duration_ms: 2.4
  type: 'suite'
  location: '/tmp/x/fail.test.js:2:1'
  failureType: 'subtestsFailed'
  error: '1 subtest failed'
  ...
1..1
# tests 2
# fail 1
`;
const tapFile = (said: string): string => `TAP version 13
${said}
# Subtest: /tmp/x/one.test.js
not ok 1 - /tmp/x/one.test.js
  ---
  duration_ms: 70.7
  location: '/tmp/x/one.test.js:1:1'
  failureType: 'testCodeFailure'
  exitCode: 1
  error: 'test failed'
  code: 'ERR_TEST_FAILURE'
  ...
1..1
# tests 1
# fail 1
`;
const tapNamed = (error: string): string => `TAP version 13
# Subtest: parses the body
not ok 1 - parses the body
  ---
  duration_ms: 1.0
  location: '/tmp/x/json.test.js:1:36'
  failureType: 'testCodeFailure'
${error}
  ...
1..1
# tests 1
# fail 1
`;
const VITEST = (error: string): string => `
 RUN  v4.1.12 /tmp/x

 ❯ fail.test.js (2 tests | 1 failed) 13ms
     × accepts a plus sign 5ms

⎯⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯⎯

 FAIL  fail.test.js > login > accepts a plus sign
${error}

 Test Files  1 failed (1)
      Tests  1 failed | 1 passed (2)
`;
const VITEST_SUITE = (error: string): string => `
⎯⎯⎯⎯⎯⎯ Failed Suites 1 ⎯⎯⎯⎯⎯⎯⎯

 FAIL  miss.test.js [ miss.test.js ]
${error}

 Test Files  1 failed (1)
      Tests  no tests
`;
const JEST = (name: string, error: string): string => `FAIL jest/fail.test.js
  ● ${name}

    ${error}

    > 1 | test('x', () => {})
        |     ^

Test Suites: 1 failed, 1 total
Tests:       1 failed, 1 total
`;
const JEST_EXPECT = `expect(received).toBe(expected) // Object.is equality

    Expected: 2
    Received: 1`;
const MOCHA = (error: string): string => `
  login
    1) accepts a plus sign
    ✔ ok

  1 passing (5ms)
  1 failing

  1) login
       accepts a plus sign:

      ${error}
      at Context.<anonymous> (mocha/fail.js:1:71)
`;
const PYTEST = `    def test_plus():
>       assert 1 == 2
E       assert 1 == 2

test_fail.py:2: AssertionError
=========================== short test summary info ============================
FAILED test_fail.py::test_plus - assert 1 == 2
1 failed, 1 passed in 0.73s
`;
const PYTEST_COLLECT = (error: string): string => `
==================================== ERRORS ====================================
________________________ ERROR collecting test_miss.py _________________________
ImportError while importing test module '/tmp/x/test_miss.py'.
test_miss.py:1: in <module>
    import nothing_here
E   ${error}
=========================== short test summary info ============================
ERROR test_miss.py
!!!!!!!!!!!!!!!!!!!! Interrupted: 1 error during collection !!!!!!!!!!!!!!!!!!!!
1 error in 0.62s
`;
const GO = `--- FAIL: TestPlus (0.00s)
    plus_test.go:6: got 1, want 2
FAIL
FAIL	example.com/a	0.002s
FAIL
`;
const GO_BUILD = `# example.com/a [example.com/a.test]
./plus_test.go:6:7: undefined: Plus
FAIL	example.com/a [build failed]
FAIL
`;
const CARGO = `running 1 test
test plus ... FAILED

failures:

---- plus stdout ----

thread 'plus' (28992) panicked at tests/plus.rs:1:20:
assertion \`left == right\` failed

test result: FAILED. 0 passed; 1 failed; 0 ignored
error: test failed, to rerun pass \`--test plus\`
`;

describe('a test that fails by an assertion is red, for a check and for a proof, and is named', () => {
  it.each<[string, number, string, string]>([
    [
      'node spec',
      1,
      SPEC('accepts a plus sign', 'AssertionError [ERR_ASSERTION]: no'),
      'accepts a plus sign',
    ],
    ['node tap, nested', 1, TAP_NESTED, 'accepts a plus sign'],
    ['vitest', 1, VITEST('AssertionError: expected 1 to be 2'), 'fail.test.js > login > accepts a plus sign'],
    ['jest', 1, JEST('login › accepts a plus sign', JEST_EXPECT), 'login › accepts a plus sign'],
    ['mocha', 3, MOCHA('AssertionError [ERR_ASSERTION]: 1 !== 2'), 'login accepts a plus sign'],
    [
      'ava',
      1,
      '  ✘ [fail]: accepts a plus\n\n  Difference (- actual, + expected):\n\n  1 test failed\n',
      'accepts a plus',
    ],
    ['pytest', 1, PYTEST, 'test_fail.py::test_plus - assert 1 == 2'],
    ['go', 1, GO, 'TestPlus'],
    ['cargo', 101, CARGO, 'plus'],
    [
      'colours',
      1,
      `\u001b[31m${SPEC('accepts a plus sign', '\u001b[1mAssertionError: no')}`,
      'accepts a plus sign',
    ],
    [
      'a plain script',
      1,
      'node:assert:126\n  throw new AssertionError(obj);\n  ^\n\nAssertionError [ERR_ASSERTION]: 1 == 2\n    at Object.<anonymous> (/tmp/x/t.js:1:1)\n\nNode.js v20.20.2\n',
      'AssertionError [ERR_ASSERTION]: 1 == 2',
    ],
    [
      'a test script below node --test',
      1,
      tapFile('# AssertionError [ERR_ASSERTION]: 1 == 2'),
      '# AssertionError [ERR_ASSERTION]: 1 == 2',
    ],
  ])('%s', (_name, code, tail, failing) => {
    for (const asked of ['check', 'proof'] as const) {
      expect(outcomeOf(exited(code, tail), asked)).toEqual({
        outcome: 'failed',
        reason: `It failed with exit code ${code}.`,
        failing,
      });
    }
  });
});

describe('words of a missing module do not hide a failing test', () => {
  it.each<[string, string]>([
    [
      'quoted by an assertion',
      SPEC('names the module', "AssertionError: 'Cannot find module x' !== 'other'"),
    ],
    [
      'in a diff',
      VITEST(
        "AssertionError: expected 'a' to be 'b'\n\n- Expected\n+ Received\n\n- Cannot find module 'x'\n+ Cannot find package 'y'",
      ),
    ],
    ['printed by the code', `Error: Cannot find module 'optional'\n${JEST('login › x', JEST_EXPECT)}`],
    ['said by a shell in a test', `sh: 1: foo: not found\n${VITEST('AssertionError: expected 1 to be 2')}`],
    ['a syntax error thrown by the code', VITEST("SyntaxError: Expected property name or '}' in JSON")],
    [
      'the same under node',
      tapNamed("  error: 'bad JSON'\n  code: 'ERR_TEST_FAILURE'\n  name: 'SyntaxError'"),
    ],
    ['the same under mocha', MOCHA('SyntaxError: Unexpected end of JSON input')],
    ['the same under jest', JEST('login › json', 'SyntaxError: Unexpected end of JSON input')],
    ['a type error in a test', VITEST('TypeError: login is not a function')],
    ['a time limit of the runner', JEST('login › slow', 'thrown: "Exceeded timeout of 5000 ms for a test."')],
  ])('%s', (_name, tail) => {
    expect(outcomeOf(exited(1, tail), 'proof').outcome).toBe('failed');
    expect(outcomeOf(exited(1, tail)).outcome).toBe('failed');
  });
});

describe('what could not run is never red, and says what to set', () => {
  it.each<[string, Ended, RegExp]>([
    ['not started', { ended: 'could_not_start', code: null, tail: '' }, /not found or could not be started/],
    ['killed', { ended: 'killed', code: null, tail: '' }, /signal/],
    ['time limit', { ended: 'time_limit', code: null, tail: VITEST('AssertionError: no') }, /timeout_s/],
    ['stopped', { ended: 'stopped', code: null, tail: '' }, /stopped/],
    ['exit 126', exited(126, 'sh: ./x: Permission denied'), /program/],
    ['exit 127', exited(127, 'sh: 1: vitest: not found'), /Set setup/],
    ['a shell saw it killed', exited(137), /signal/],
    [
      'make without its program',
      exited(2, 'make: pytest: No such file or directory\nmake: *** [Makefile:2: test] Error 127\n'),
      /Set setup/,
    ],
    [
      'make without the target',
      exited(2, "make: *** No rule to make target 'test'.  Stop.\n"),
      /Set checks or test/,
    ],
    [
      'npm without the script',
      exited(1, 'npm error Missing script: "test"\nnpm error\n'),
      /Set checks or test/,
    ],
    ['yarn without the program', exited(1, 'error Command "vitest" not found.\n'), /Set checks or test/],
    ['windows', exited(1, "'vitest' is not recognized as an internal or external command,\n"), /Set setup/],
    ['python without pytest', exited(1, '/usr/bin/python3: No module named pytest\n'), /Set setup/],
    [
      'node: test file needs a module',
      exited(1, `${LOADER}\n${SPEC('/tmp/x/miss.test.js', "'test failed'")}`),
      /module/,
    ],
    ['node tap', exited(1, tapFile("# Error: Cannot find module './nothing'")), /module/],
    [
      'node esm',
      exited(
        1,
        tapFile("# Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'x' imported from /tmp/x/a.mjs"),
      ),
      /module/,
    ],
    [
      'node: the code under test needs one',
      exited(1, tapNamed("  error: |-\n    Cannot find module './plugin'\n  code: 'MODULE_NOT_FOUND'")),
      /module/,
    ],
    [
      'vitest: file',
      exited(1, VITEST_SUITE("Error: Cannot find module './nothing' imported from /tmp/x/a.test.js")),
      /module/,
    ],
    [
      'vitest: package',
      exited(1, VITEST_SUITE('Error: Failed to resolve import "x" from "a.test.ts". Does the file exist?')),
      /module/,
    ],
    [
      'vitest: in the test',
      exited(1, VITEST("Error: Cannot find module '/plugin' imported from /tmp/x/a.test.js")),
      /module/,
    ],
    [
      'jest: file',
      exited(1, JEST('Test suite failed to run', "Cannot find module './nothing' from 'a.test.js'")),
      /module/,
    ],
    [
      'mocha: file',
      exited(1, "\n Exception during run: Error: Cannot find module './nothing'\nRequire stack:\n"),
      /module/,
    ],
    ['mocha: no file', exited(1, 'Error: No test files found: "mocha/nofile.js"\n'), /no tests/],
    ['vitest: no file', exited(1, 'No test files found, exiting with code 1\n'), /no tests/],
    ['node: no file', exited(1, "Could not find '/tmp/x/nofile.test.js'\n"), /no tests/],
    [
      'ava: no file',
      exited(
        1,
        '  ✘ Based on your configuration, 11 test files were found, but did not match the filters:\n',
      ),
      /no tests/,
    ],
    ['pytest: no test', exited(5, '\nno tests ran in 0.53s\n'), /no tests/],
    [
      'pytest: module',
      exited(2, PYTEST_COLLECT("ModuleNotFoundError: No module named 'nothing_here'")),
      /module/,
    ],
    [
      'go: package',
      exited(
        1,
        'a_test.go:3:8: no required module provides package example.com/x; to add it:\n\tgo get\nFAIL\texample.com/a [setup failed]\n',
      ),
      /module|compile/,
    ],
    [
      'cargo: offline',
      exited(101, 'error: failed to get `serde` as a dependency of package `a v0.1.0`\n'),
      /module/,
    ],
  ])('%s', (_name, run, reason) => {
    for (const asked of ['check', 'proof'] as const) {
      const verdict = outcomeOf(run, asked);
      expect(verdict).toMatchObject({ outcome: 'could_not_run', failing: null });
      expect(verdict.reason).toMatch(reason);
    }
  });

  it.each<[string, number, string]>([
    ['node tap', 1, tapFile("# SyntaxError: Unexpected token '=>'")],
    ['node spec', 1, `SyntaxError: Unexpected token '=>'\n${SPEC('/tmp/x/syn.test.js', "'test failed'")}`],
    [
      'missing export',
      1,
      tapFile("# SyntaxError: The requested module './a.js' does not provide an export named 'b'"),
    ],
    [
      'vitest',
      1,
      VITEST_SUITE(
        'Error: Failed to parse source for import analysis because the content contains invalid JS syntax.',
      ),
    ],
    [
      'jest',
      1,
      JEST(
        'Test suite failed to run',
        'Jest encountered an unexpected token\n\n    SyntaxError: /tmp/x/a.test.js: Unexpected token (1:12)',
      ),
    ],
    [
      'mocha',
      1,
      "\n Exception during run: /tmp/x/syn.js:1\nit('x', ( => {});\n          ^^\n\nSyntaxError: Unexpected token '=>'\n",
    ],
    ['pytest', 2, PYTEST_COLLECT('  SyntaxError: invalid syntax')],
    ['go', 1, GO_BUILD],
    [
      'cargo',
      101,
      'error[E0425]: cannot find function `g` in crate `a`\nerror: could not compile `a` (test "plus") due to 1 previous error\n',
    ],
    ['a file that breaks outside of its tests', 1, tapFile('# ReferenceError: x is not defined')],
    ['only an exit code', 1, ''],
    ['an unknown output', 1, 'something went on\n'],
  ])('a proof takes nothing from a file that cannot be read: %s', (_name, code, tail) => {
    expect(outcomeOf(exited(code, tail), 'proof')).toMatchObject({ outcome: 'could_not_run', failing: null });
  });

  it.each<[string, number, string]>([
    ['a syntax error', 1, tapFile("# SyntaxError: Unexpected token '=>'")],
    ['code that does not compile', 1, GO_BUILD],
    ['types', 2, "src/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.\n"],
    [
      'types of a module that is not there',
      2,
      "src/a.ts(1,20): error TS2307: Cannot find module './b' or its corresponding type declarations.\n",
    ],
    [
      'lint',
      1,
      '/tmp/x/a.js\n  1:1  error  x is not defined  no-undef\n\n✖ 1 problem (1 error, 0 warnings)\n',
    ],
    ['nothing said', 1, ''],
  ])('a check is red by %s', (_name, code, tail) => {
    expect(outcomeOf(exited(code, tail))).toMatchObject({ outcome: 'failed' });
  });
});

describe('success', () => {
  it('is green, but shows nothing when no test ran', () => {
    expect(outcomeOf(exited(0, '# tests 3\n# pass 3\n'), 'proof').outcome).toBe('passed');
    expect(outcomeOf(exited(0, ''), 'proof').outcome).toBe('passed');
    for (const tail of [
      'TAP version 13\n1..0\n# tests 0\n',
      'ℹ tests 0\nℹ pass 0\n',
      '\n\n  0 passing (0ms)\n',
      'No test files found, exiting with code 0\n',
      '?   \texample.com/a\t[no test files]\n',
      'ok  \texample.com/a\t0.002s [no tests to run]\n',
      'running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored\n',
    ]) {
      expect(outcomeOf(exited(0, tail), 'proof'), tail).toMatchObject({ outcome: 'could_not_run' });
      expect(outcomeOf(exited(0, tail)).outcome).toBe('passed');
    }
    const mixed = '?   \texample.com/a\t[no test files]\nok  \texample.com/b\t0.002s\n';
    expect(outcomeOf(exited(0, mixed), 'proof').outcome).toBe('passed');
  });
});

describe('the name of a failing test', () => {
  it('is one line of at most 200 characters, without anything a terminal obeys', () => {
    const { failing } = outcomeOf(
      exited(1, SPEC(`\u001b]0;x\u0007${'a'.repeat(400)}`, 'AssertionError: no')),
      'proof',
    );
    expect(failing?.length).toBeLessThanOrEqual(200);
    expect(failing).not.toContain('\u001b');
  });

  it('is found in linear time', () => {
    const hostile = [
      ' 1) a\n'.repeat(1400),
      'not ok 1 - a\n  ---\n  x\n'.repeat(350),
      '  \n'.repeat(2700),
      'a: '.repeat(2700),
    ];
    const from = performance.now();
    for (const tail of hostile) outcomeOf(exited(1, tail), 'proof');
    expect(performance.now() - from).toBeLessThan(1_000);
  });
});
