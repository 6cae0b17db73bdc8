import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/core/redact.ts';
import type { ChangeDiff, ChangedFile, RangeCommit } from '../../../src/core/ship/change-diff.ts';
import { FINDING_LIMITS, findingsOf } from '../../../src/core/ship/change-findings.ts';
import { layerOf } from '../../../src/core/ship/change-kinds.ts';
import type { FindingContext } from '../../../src/core/ship/finding.ts';

const { redact } = createRedactor({ hash4: () => 'abcd' });
const SHA = (digit: string): string => digit.repeat(40);

const lines = (text: string[]) => text.map((one, at) => ({ line: at + 1, text: one }));

/** A file of a change: `+`, `-` are its lines; everything else is as usual. */
function file(
  path: string,
  added: string[] = [],
  more: Partial<ChangedFile> & { minus?: string[] } = {},
): ChangedFile {
  const { minus = [], ...rest } = more;
  return {
    ...{ path, oldPath: null, status: 'modified', oldMode: '100644', newMode: '100644' },
    ...{
      added: added.length,
      removed: minus.length,
      binary: false,
      bytes: 100,
      cut: false,
      generated: false,
    },
    ...{ addedLines: lines(added), removedLines: lines(minus) },
    ...rest,
  };
}

function commit(more: Partial<RangeCommit> = {}): RangeCommit {
  return {
    ...{ commit: SHA('c'), subject: 'fix: [HOTFIX] read the token', parents: 1, firstParent: true },
    trailers: ['hotfix-001'],
    ...more,
  };
}

function diff(files: ChangedFile[], more: Partial<ChangeDiff> = {}): ChangeDiff {
  const commits = more.commits ?? [commit()];
  return {
    ...{ base: SHA('a'), commit: SHA('c'), onBase: true, files, commits, commitCount: commits.length },
    ...{ riders: { commits: [], count: 0 }, behind: 0, present: [], passing: [], whole: true },
    ...more,
  };
}

const CONTEXT: FindingContext = {
  ...{ limits: FINDING_LIMITS, number: 1, named: [] },
  secrets: (text) => redact(text).removed.map(({ type }) => type),
};

const look = (change: ChangeDiff, context: Partial<FindingContext> = {}) =>
  findingsOf(change, { ...CONTEXT, ...context });
const idsOf = (change: ChangeDiff, context: Partial<FindingContext> = {}): string[] =>
  look(change, context).ids;

const FIX = file('src/auth.js', ['const user = load(id);'], { minus: ['const user = load();'] });
const TEST = file('test/auth.test.js', ["it('reads', () => {});"]);
const one = (path: string, ...added: string[]): ChangeDiff => diff([file(path, added)]);
const many = (n: number, at: (n: number) => string): string[] => Array.from({ length: n }, (_, i) => at(i));
const block = many(9, (n) => `  const value${n} = compute(${n});`);

/** Per finding: its level, changes in which it must be found, and near misses in which it must not. */
const TABLE: Record<
  string,
  { level: string; hits: ChangeDiff[]; misses: ChangeDiff[]; context?: Partial<FindingContext> }
> = {
  no_change: { level: 'stop', hits: [diff([])], misses: [diff([FIX])] },
  not_all_read: {
    level: 'warn',
    hits: [diff([FIX], { whole: false }), diff([file('src/a.js', ['x'], { cut: true })])],
    misses: [diff([FIX])],
  },
  many_files: {
    level: 'warn',
    hits: [diff(many(6, (n) => `src/f${n}.js`).map((path) => file(path, ['x = 1'])))],
    misses: [
      diff(many(5, (n) => `src/f${n}.js`).map((path) => file(path, ['x = 1']))),
      diff([FIX, ...many(9, (n) => `test/f${n}.test.js`).map((path) => file(path, ['x = 1']))]),
    ],
  },
  many_lines: {
    level: 'warn',
    hits: [one('src/a.js', ...many(101, (n) => `x(${n})`))],
    misses: [
      one('src/a.js', ...many(100, (n) => `x(${n})`)),
      one('test/a.test.js', ...many(500, (n) => `x(${n})`)),
      one('package-lock.json', ...many(500, (n) => `x(${n})`)),
      one('dist/a.js', ...many(500, (n) => `x(${n})`)),
    ],
  },
  several_layers: {
    level: 'note',
    hits: [diff([file('src/api/a.js', ['x']), file('src/db/b.js', ['x'])])],
    misses: [diff([FIX, TEST, file('docs/a.md', ['x'])])],
  },
  missing_test: {
    level: 'warn',
    hits: [diff([FIX]), diff([FIX, file('test/a.test.js', [], { status: 'deleted', minus: ['x'] })])],
    misses: [
      diff([FIX, TEST]),
      diff([file('README.md', ['x'])]),
      diff([file('config/app.yml', ['x: 1'])]),
      diff([file('dist/a.js', ['x'])]),
    ],
  },
  unrelated_file: {
    level: 'note',
    context: { named: ['/var/app/src/auth.js'] },
    hits: [diff([FIX, file('lib/other.js', ['x'])])],
    misses: [diff([FIX]), diff([file('src/auth.ts', ['x'])]), diff([FIX, TEST, file('docs/a.md', ['x'])])],
  },
  dependencies: {
    level: 'warn',
    hits: [
      one('package.json', '    "left-pad": "^1.3.0",'),
      one('yarn.lock', 'left-pad@^1.3.0:'),
      one('go.mod', 'require example.com/x v1.2.3'),
      one('requirements.txt', 'django==4.2.1'),
      one('Cargo.toml', 'serde = "1.0"'),
    ],
    misses: [
      one('package.json', '  "version": "1.2.4",'),
      one('Cargo.toml', 'version = "1.2.4"'),
      diff([FIX]),
    ],
  },
  lock_without_manifest: {
    level: 'warn',
    hits: [diff([file('package-lock.json', ['x'])], { present: ['package.json', 'package-lock.json'] })],
    misses: [
      diff([file('package-lock.json', ['x']), file('package.json', ['"version": "1.0.1"'])], {
        present: ['package.json', 'package-lock.json'],
      }),
      diff([file('yarn.lock', ['x']), file('web/package.json', ['"a": "1.0.1"'])], {
        present: ['package.json', 'yarn.lock'],
      }),
      diff([file('yarn.lock', ['x'])]),
    ],
  },
  manifest_without_lock: {
    level: 'warn',
    hits: [
      diff([file('package.json', ['"left-pad": "^1.3.0"'])], { present: ['package.json', 'yarn.lock'] }),
      diff([file('web/package.json', ['"left-pad": "^1.3.0"'])], { present: ['pnpm-lock.yaml'] }),
    ],
    misses: [
      diff([file('package.json', ['"left-pad": "^1.3.0"'])], { present: ['package.json'] }),
      diff([file('package.json', ['"version": "1.0.1"'])], { present: ['yarn.lock'] }),
      diff([file('package.json', ['"left-pad": "^1.3.0"']), file('yarn.lock', ['x'])], {
        present: ['yarn.lock'],
      }),
    ],
  },
  migration: {
    level: 'note',
    hits: [one('db/migrations/1.sql', 'ALTER TABLE a ADD COLUMN b int;')],
    misses: [
      one('src/migrate.ts', 'x()'),
      diff([file('db/migrations/1.sql', [], { status: 'deleted', minus: ['x'] })]),
    ],
  },
  migration_destructive: {
    level: 'warn',
    hits: [one('db/migrations/1.sql', 'SELECT 1;', 'DROP TABLE a;')],
    misses: [one('db/migrations/1.sql', '-- DROP TABLE a;', 'SELECT 1;')],
  },
  migration_forward_only: {
    level: 'warn',
    hits: [one('db/migrations/1.sql', 'ALTER TABLE a ADD COLUMN b int NOT NULL;')],
    misses: [one('db/migrations/1.sql', 'ALTER TABLE a ADD COLUMN b int NOT NULL DEFAULT 0;')],
  },
  generated_file: {
    level: 'warn',
    hits: [
      one('dist/app.js', 'x'),
      one('web/app.min.js', 'x'),
      one('api/user.pb.go', 'x'),
      one('src/types.generated.ts', 'x'),
      one('test/__snapshots__/a.snap', 'x'),
      diff([file('src/a.go', ['x'], { generated: true })]),
    ],
    misses: [one('src/distance.js', 'x'), one('package-lock.json', 'x'), one('src/minify.js', 'x')],
  },
  ci_changed: {
    level: 'warn',
    hits: [one('.github/workflows/ci.yml', 'x'), one('Jenkinsfile', 'x'), one('Dockerfile', 'x')],
    misses: [one('src/workflows/order.ts', 'x')],
  },
  feature_flag: {
    level: 'note',
    hits: [one('config/flags.yml', 'new_login: true'), one('src/a.ts', 'if (isFeatureEnabled("new")) {')],
    misses: [one('src/a.ts', 'const flagged = true;'), one('test/a.test.ts', 'unleash()')],
  },
  what_runs_changed: {
    level: 'warn',
    hits: [
      ...['hotfix-pulse.config.json', '.claude/settings.json', '.mcp.json', '.husky/pre-commit', 'AGENTS.md'],
      ...['web/.npmrc', '.gitattributes', '.vscode/tasks.json'],
    ].map((path) => one(path, 'x')),
    misses: [one('src/claude/a.ts', 'x'), one('docs/agents-guide.md', 'x')],
  },
  submodule_changed: {
    level: 'warn',
    hits: [diff([file('lib', ['Subproject commit x'], { oldMode: '160000', newMode: '160000' })])],
    misses: [diff([FIX])],
  },
  link_changed: {
    level: 'warn',
    hits: [diff([file('a', ['/etc/passwd'], { newMode: '120000', status: 'type_changed' })])],
    misses: [diff([file('a', ['x'], { oldMode: '120000', newMode: '120000' })])],
  },
  mode_changed: {
    level: 'warn',
    hits: [diff([file('run.sh', [], { newMode: '100755' })])],
    misses: [diff([file('run.sh', ['x'], { status: 'added', oldMode: '000000', newMode: '100755' })])],
  },
  binary_file: {
    level: 'warn',
    hits: [diff([file('a.bin', [], { binary: true })])],
    misses: [diff([file('a.bin', [], { binary: true, status: 'deleted', newMode: '000000' })])],
  },
  large_file: {
    level: 'warn',
    hits: [diff([file('data.csv', ['x'], { status: 'added', bytes: 600_000 })])],
    misses: [
      diff([file('data.csv', ['x'], { status: 'added', bytes: 400_000 })]),
      diff([file('old.csv', ['x'], { bytes: 600_000 })]),
      diff([file('yarn.lock', ['x'], { status: 'added', bytes: 600_000 })]),
    ],
  },
  leftover_file: {
    level: 'warn',
    hits: [one('src/a.js.orig', 'x'), one('src/a.js.rej', 'x'), one('src/a.js~', 'x')],
    misses: [
      one('src/original.js', 'x'),
      diff([file('src/a.js.orig', [], { status: 'deleted', minus: ['x'] })]),
    ],
  },
  renamed_file: {
    level: 'warn',
    hits: [diff([file('src/b.js', ['x'], { status: 'renamed', oldPath: 'src/a.js' })])],
    misses: [diff([FIX])],
  },
  test_removed: {
    level: 'warn',
    hits: [diff([file('test/a.test.js', [], { status: 'deleted', minus: ['x'] })])],
    misses: [diff([file('src/a.js', [], { status: 'deleted', minus: ['x'] })])],
  },
  line_endings: {
    level: 'warn',
    hits: [diff([file('src/a.js', ['a\r', 'b\r'], { minus: ['a', 'b'] })])],
    misses: [diff([file('src/a.js', ['a\r', 'c\r'], { minus: ['a', 'b'] })])],
  },
  whitespace_only: {
    level: 'warn',
    hits: [
      diff([file('src/a.js', ['  a( b );', ''], { minus: ['a(b);'] })]),
      diff([file('src/a.py', ['    a  = 1'], { minus: ['    a = 1  '] })]),
      diff([file('src/a.js', ['call(a,', '  b);'], { minus: ['call(a, b);'] })]),
    ],
    misses: [
      diff([file('src/a.js', ['a(b, c);'], { minus: ['a(b);'] })]),
      diff([file('src/a.py', ['    a = 1'], { minus: ['a = 1'] })]),
      diff([file('src/a.js', ['', ''], { status: 'added' })]),
    ],
  },
  style_only: {
    level: 'warn',
    hits: [diff([file('src/a.js', ["const a = 'x'"], { minus: ['const a = "x";'] })])],
    misses: [
      diff([file('src/a.js', ["const a = 'y'"], { minus: ['const a = "x";'] })]),
      diff([file('notes.txt', ["a 'x'"], { minus: ['a "x"'] })]),
    ],
  },
  import_order: {
    level: 'warn',
    hits: [
      diff([
        file('src/a.js', ["import b from 'b';", "import a from 'a';"], {
          minus: ["import a from 'a';", "import b from 'b';"],
        }),
      ]),
    ],
    misses: [
      diff([
        file('src/a.js', ["import b from 'b';", "import c from 'c';"], {
          minus: ["import a from 'a';", "import b from 'b';"],
        }),
      ]),
      diff([file('src/a.js', ['b();', 'a();'], { minus: ['a();', 'b();'] })]),
    ],
  },
  formatting_mixed: {
    level: 'warn',
    hits: [
      diff([
        file('src/a.js', [...block.map((text) => `  ${text}`), '  x();', '  y();', 'z();'], {
          minus: [...block, 'x();', 'y();'],
        }),
      ]),
    ],
    misses: [diff([file('src/a.js', ['  x();', 'z();'], { minus: ['x();'] })])],
  },
  moved_block: {
    level: 'warn',
    hits: [diff([file('src/b.js', ['head();', ...block]), file('src/a.js', [], { minus: block })])],
    misses: [
      diff([file('src/b.js', block.slice(0, 7)), file('src/a.js', [], { minus: block })]),
      diff([
        file(
          'src/b.js',
          many(12, () => '}'),
        ),
        file('src/a.js', [], { minus: many(12, () => '}') }),
      ]),
    ],
  },
  secret: {
    level: 'stop',
    hits: [
      one('src/a.js', "const key = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';"),
      one('config.yml', 'password: hunter2000'),
      one(
        'a.pem',
        '-----BEGIN RSA PRIVATE KEY-----',
        'MIIEpAIBAAKCAQEA7bq',
        'qd1',
        '-----END RSA PRIVATE KEY-----',
      ),
    ],
    misses: [
      one('src/a.js', 'const token = session.getToken();', 'password: user.password,'),
      diff([file('src/a.js', [], { minus: ["const key = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';"] })]),
    ],
  },
  personal_data: {
    level: 'warn',
    hits: [one('src/a.js', "const to = 'maria.lopez@gmail.com';")],
    misses: [one('src/a.js', "const to = '@scope/package';")],
  },
  conflict_marker: {
    level: 'stop',
    hits: [one('src/a.js', '<<<<<<< HEAD'), one('a.md', '>>>>>>> theirs\r')],
    misses: [one('a.md', '======='), one('src/a.js', 'x = a <<<<<<< b'), one('src/a.js', '<<<<<<<<')],
  },
  breakpoint: {
    level: 'warn',
    hits: [
      one('src/a.ts', '  debugger;'),
      one('src/a.py', 'import pdb; pdb.set_trace()'),
      one('src/a.py', '    breakpoint()'),
      one('src/a.rb', 'binding.pry'),
    ],
    misses: [one('src/a.ts', 'attachDebugger();', '// debugger;'), one('src/a.md', 'debugger;')],
  },
  debug_output: {
    level: 'warn',
    hits: [
      one('src/a.ts', "console.log('x');"),
      one('src/a.py', '    print(x)'),
      one('src/a.rs', 'let y = dbg!(x);'),
      one('src/a.php', 'var_dump($x);'),
      one('src/a.rb', 'puts user'),
      one('src/a.go', 'fmt.Println(x)'),
    ],
    misses: [
      one('src/a.ts', '// console.log(x);', 'myconsole.log(x);', 'console.error(e);'),
      one('src/cli/a.ts', "console.log('done');"),
      one('scripts/a.py', 'print(x)'),
      one('src/a.py', 'fingerprint(x)'),
      one('README.md', 'console.log(x)'),
    ],
  },
  test_focused: {
    level: 'warn',
    hits: [one('test/a.test.js', "it.only('x', () => {})"), one('test/a.spec.ts', '  fdescribe("x")')],
    misses: [one('src/a.js', 'query.only(x); it.only'), one('test/a.test.js', 'readOnly(x)')],
  },
  test_skipped: {
    level: 'warn',
    hits: [
      one('test/a.test.js', "describe.skip('x', () => {})", "xit('y')"),
      one('tests/test_a.py', '@pytest.mark.skip'),
      one('a_test.go', 't.Skip("x")'),
    ],
    misses: [one('test/a.test.js', 'cursor.skip(5)', 'exit(1)'), one('src/a.js', "it.skip('x')")],
  },
  check_disabled: {
    level: 'warn',
    hits: [
      one('src/a.ts', '// eslint-disable-next-line no-eval'),
      one('src/a.ts', '// @ts-ignore'),
      one('src/a.py', 'import x  # noqa: F401'),
      one('src/a.py', 'run(x)  # nosec'),
      one('src/a.go', 'x() //nolint:errcheck'),
    ],
    misses: [one('src/a.ts', '// see eslint.config.js', 'ts.ignore()')],
  },
  security_disabled: {
    level: 'warn',
    hits: [
      one('src/a.ts', 'agent({ rejectUnauthorized: false })'),
      one('src/a.py', 'get(url, verify=False)'),
    ],
    misses: [
      one('src/a.ts', 'agent({ rejectUnauthorized: true })'),
      one('src/a.py', 'get(url, verify=True)'),
    ],
  },
  todo: {
    level: 'note',
    hits: [one('src/a.ts', '// TODO: later'), one('src/a.py', '# FIXME')],
    misses: [one('src/a.ts', 'const todo = 1;', 'MYTODOS'), one('docs/a.md', 'TODO')],
  },
  commented_out_code: {
    level: 'note',
    hits: [
      one('src/a.ts', '// const x = load();'),
      one('src/a.ts', '  // return null;'),
      one('src/a.ts', '// if (x) {'),
      one('src/a.py', '# import os'),
      one('src/a.py', '# x = load(y)'),
    ],
    misses: [
      one(
        'src/a.ts',
        '// Returns null if the user (still) has no session.',
        '/// const x = 1;',
        '// see https://example.com/a;b',
      ),
      one('src/a.py', '# the user has no session: wait', '# import of users happens later'),
      one('config/a.yml', '# x = 1'),
    ],
  },
  commit_form: {
    level: 'note',
    hits: [
      diff([FIX], { commits: [commit({ subject: 'quick fix' })] }),
      diff([FIX], { commits: [commit({ subject: 'fix: login' })] }),
    ],
    misses: [
      diff([FIX]),
      diff([FIX], { commits: [commit({ subject: 'fix(auth): [HOTFIX] read the token' })] }),
      diff([FIX], { commits: [commit({ subject: 'Merge x', parents: 2 })] }),
    ],
  },
  commit_trailer: {
    level: 'warn',
    hits: [
      diff([FIX], { commits: [commit({ trailers: [] })] }),
      diff([FIX], { commits: [commit({ trailers: ['hotfix-002'] })] }),
    ],
    misses: [diff([FIX])],
  },
  merge_commit: {
    level: 'warn',
    hits: [diff([FIX], { commits: [commit({ parents: 2 })] })],
    misses: [diff([FIX])],
  },
  rode_along: {
    level: 'warn',
    hits: [
      diff([FIX], { riders: { commits: [SHA('d')], count: 30 } }),
      diff([FIX], { commits: [commit({ firstParent: false, trailers: [] })] }),
    ],
    misses: [diff([FIX], { commits: [commit({ firstParent: false })] })],
  },
  secret_in_history: {
    level: 'stop',
    hits: [
      diff([FIX], {
        passing: [{ commit: SHA('d'), added: ["k = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'"] }],
      }),
    ],
    misses: [
      diff([file('a.js', ["k = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'"])], {
        passing: [{ commit: SHA('d'), added: ["k = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'"] }],
      }),
      diff([FIX], { passing: [{ commit: SHA('d'), added: ["to = 'maria.lopez@gmail.com'"] }] }),
    ],
  },
  not_on_base: { level: 'warn', hits: [diff([FIX], { onBase: false })], misses: [diff([FIX])] },
  behind_production: { level: 'note', hits: [diff([FIX], { behind: 2 })], misses: [diff([FIX])] },
};

describe('each finding', () => {
  const rows = Object.entries(TABLE);
  it.each(rows.flatMap(([id, row]) => row.hits.map((hit, at) => [id, at, row, hit] as const)))(
    '%s is found (%i)',
    (id, _, { level, context }, hit) => {
      const found = look(hit, context).findings.filter((finding) => finding.id === id);
      expect(found.length).toBeGreaterThan(0);
      for (const finding of found) {
        expect(finding.level).toBe(level);
        expect(finding.says).not.toBe('');
        expect(finding.do).not.toBe('');
      }
    },
  );
  it.each(rows.flatMap(([id, row]) => row.misses.map((miss, at) => [id, at, row, miss] as const)))(
    '%s is not found in a near miss (%i)',
    (id, _, { context }, miss) => {
      expect(idsOf(miss, context)).not.toContain(id);
    },
  );
});

describe('the whole', () => {
  it('is quiet about a small fix with its test, and says what it looked at', () => {
    const { findings, counts, ids, looked } = look(diff([FIX, TEST]));
    expect(findings).toEqual([]);
    expect(ids).toEqual([]);
    expect(counts).toEqual({ stop: 0, warn: 0, note: 0 });
    expect(looked).toContain('1 commit(s), 2 file(s), 2 added line(s)');
    expect(looked).toContain('what the code does was not judged');
  });

  it('says in what it looked at that something was not read', () => {
    expect(look(diff([file('a.bin', [], { binary: true })])).looked).toContain('1 file(s) not or not wholly');
  });

  it('puts the worst first, lists a few of each and counts all', () => {
    const noisy = many(40, () => 'console.log(1);');
    const { findings, counts } = look(one('src/a.js', '// TODO x', ...noisy, '<<<<<<< HEAD'));
    expect(findings[0]?.level).toBe('stop');
    expect(findings.at(-1)?.level).toBe('note');
    const outputs = findings.filter(({ id }) => id === 'debug_output');
    expect(outputs.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6]);
    expect(outputs.at(-1)?.more).toBe(35);
    expect(counts.warn).toBe(41);
  });

  it('counts riders that were not listed', () => {
    const { findings, counts } = look(
      diff([FIX, TEST], { riders: { commits: [SHA('d'), SHA('e')], count: 30 } }),
    );
    expect(findings.map(({ id, more }) => [id, more])).toEqual([
      ['rode_along', undefined],
      ['rode_along', 28],
    ]);
    expect(counts.warn).toBe(30);
  });

  it('never shows a secret, and names its line', () => {
    const value = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';
    const found = look(one('src/a.js', 'x();', `const key = '${value}';`));
    expect(found.findings.find(({ id }) => id === 'secret')).toMatchObject({
      line: 2,
      says: expect.stringContaining('github'),
    });
    expect(JSON.stringify(found)).not.toContain(value);
  });

  it('three parts of the system are a warning, and limits can be set', () => {
    const three = diff([
      file('src/api/a.js', ['x']),
      file('src/db/b.js', ['x']),
      file('config/c.yml', ['x: 1']),
    ]);
    const found = look(three).findings.find(({ id }) => id === 'several_layers');
    expect(found).toMatchObject({ level: 'warn' });
    expect(idsOf(three, { limits: { files: 1, lines: 1, layers: 3 } })).toEqual(
      expect.arrayContaining(['many_files', 'many_lines']),
    );
    expect(idsOf(three, { limits: { files: 1, lines: 1, layers: 3 } })).not.toContain('several_layers');
  });

  it('reads a migration by the lines of the new file', () => {
    const changed = file('db/migrations/1.sql', ['DROP TABLE a;']);
    changed.addedLines = [
      { line: 7, text: 'SELECT 1;' },
      { line: 9, text: 'DROP TABLE a;' },
    ];
    expect(look(diff([changed])).findings).toContainEqual(
      expect.objectContaining({ id: 'migration_destructive', line: 9 }),
    );
  });

  it('gives facts', () => {
    const facts = look(diff([FIX, TEST, file('README.md', ['x', 'y'])])).facts;
    expect(facts).toMatchObject({
      ...{ commits: 1, files: 3, added: 4, removed: 1, weighed: { files: 2, lines: 4 } },
      ...{ layers: ['docs', 'logic', 'test'], languages: ['javascript'] },
    });
  });

  it.each([
    ...['a'.repeat(1_000_000), ';'.repeat(300_000), ' '.repeat(300_000), '/'.repeat(300_000)],
    ...['// a('.repeat(60_000), '#'.repeat(300_000), '"\''.repeat(100_000), '= '.repeat(100_000)],
  ])('a line of any length costs little: case %#', (text) => {
    const from = performance.now();
    for (const path of ['src/a.ts', 'src/a.py', 'package.json', 'config.yml'])
      look(diff([file(path, [text, text], { minus: [`${text} `, text] })]), { secrets: () => [] });
    expect(performance.now() - from).toBeLessThan(1_500);
  });
});

describe('parts of the system', () => {
  it.each([
    ['src/api/users.ts', 'api'],
    ['app/controllers/users_controller.rb', 'api'],
    ['src/components/Cart.tsx', 'ui'],
    ['public/site.css', 'ui'],
    ['db/migrate/1_x.rb', 'db'],
    ['app/models/user.rb', 'db'],
    ['config/app.yml', 'config'],
    ['package.json', 'dependency'],
    ['.github/workflows/ci.yml', 'ci'],
    ['Dockerfile', 'ci'],
    ['test/a.test.ts', 'test'],
    ['docs/a.md', 'docs'],
    ['README.md', 'docs'],
    ['src/auth.js', 'logic'],
    ['assets/logo.png', 'other'],
  ])('%s is %s', (path, layer) => expect(layerOf(path)).toBe(layer));
});
