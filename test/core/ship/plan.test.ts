import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemIds } from '../../../src/adapters/clock-ids.ts';
import {
  MOST_FILES,
  Plan,
  planCode,
  planId,
  planLines,
  planTitle,
  showCommand,
} from '../../../src/core/ship/plan.ts';
import { FIX, MERGE, OLD, planWith } from '../../support/plans.ts';

const { sha256 } = systemIds;
const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 40, maxLength: 40 });
const words = fc.array(fc.string({ maxLength: 8 }), { maxLength: 3 });
const moment = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
  .map((at) => at.toISOString());

/** Another value for every member. */
const MEMBERS: { [K in keyof Required<Plan>]: fc.Arbitrary<Plan[K]> } = {
  v: fc.constant(1),
  action: fc.constantFrom('deploy', 'backport', 'rollback'),
  incident: fc.string(),
  attempt: fc.integer({ min: 1, max: 9 }),
  target: fc.constantFrom(undefined, 'release', 'hotfix'),
  way: fc.constantFrom('push', 'command', 'push_and_command', 'by_hand', 'pull_request'),
  remote: fc.option(fc.string()),
  moves: fc.array(fc.record({ ref: fc.string(), old: fc.option(hex), new: hex }), { maxLength: 3 }),
  pulls: fc.option(
    fc.array(fc.record({ head: fc.string(), base: fc.string(), title: fc.string() }), { maxLength: 3 }),
    { nil: undefined },
  ),
  commit: hex,
  ships: fc.option(hex, { nil: undefined }),
  tag: fc.option(fc.string(), { nil: undefined }),
  ref: fc.constantFrom(undefined, 'main', 'release/1.x'),
  files: fc.array(
    fc.record({ path: fc.string(), change: fc.constantFrom('added', 'modified', 'deleted', 'renamed') }),
    { maxLength: 3 },
  ),
  file_count: fc.nat(99),
  commands: fc.array(words, { maxLength: 3 }),
  verify: fc.option(words),
  skips: words,
  override: fc.option(fc.record({ reason: fc.string(), until: fc.string() }, { requiredKeys: ['reason'] }), {
    nil: undefined,
  }),
  skip_hooks: fc.constantFrom(undefined, true, false),
  notes: fc.option(words, { nil: undefined }),
  made_at: moment,
};
const anyPlan = fc.record(MEMBERS) as fc.Arbitrary<Plan>;

describe('the name of a plan', () => {
  it('is another one as soon as any member is', () => {
    const changed = fc
      .constantFrom(...(Object.keys(MEMBERS) as (keyof Plan)[]))
      .chain((name) => fc.record({ name: fc.constant(name), plan: anyPlan, value: MEMBERS[name] }));
    fc.assert(
      fc.property(changed, ({ name, plan, value }) => {
        const other = { ...plan, [name]: value } as Plan;
        const isSame = JSON.stringify(other[name]) === JSON.stringify(plan[name]);
        expect(planId(other, sha256) === planId(plan, sha256)).toBe(isSame);
      }),
    );
  });

  it('covers every member of the schema', () => {
    expect(Object.keys(MEMBERS).sort()).toEqual(Object.keys(Plan.shape).sort());
  });

  it('is the same after the way through the log, whatever the order of members', () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const read = Object.fromEntries(Object.entries(JSON.parse(JSON.stringify(plan))).reverse());
        expect(planId(Plan.parse(read), sha256)).toBe(planId(plan, sha256));
        expect(planId(plan, sha256)).toMatch(/^[0-9a-f]{12}$/);
      }),
    );
  });

  it('also covers what a newer version added to a stored plan', () => {
    const newer = { ...planWith(), force: true };
    expect(planId(newer, sha256)).not.toBe(planId(planWith(), sha256));
  });
});

describe('the code', () => {
  it('is four characters that nobody mistakes for others, and belongs to one plan', () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const code = planCode(plan, sha256);
        expect(code).toMatch(/^[2-9A-HJKMNP-Z]{4}$/);
        expect(planCode(structuredClone(plan), sha256)).toBe(code);
      }),
    );
    const codes = new Set(
      Array.from({ length: 200 }, (_, n) => planCode(planWith({ file_count: n }), sha256)),
    );
    // Of 923 521 codes 200 are nearly always different.
    expect(codes.size).toBeGreaterThan(195);
  });

  it('cannot be read off the id', () => {
    const id = planId(planWith(), sha256);
    const moved = sha256('x').replace(/^.{12}/, id);
    expect(planCode(planWith(), sha256)).not.toBe(planCode(planWith(), () => moved));
  });
});

describe('the lines of a plan', () => {
  it('show refs, old and new commit, files, commands and everything that is passed over', () => {
    const plan = planWith({
      ...{ ships: MERGE, tag: 'v1.0.1', skips: ['staging', 'checks_green'], skip_hooks: true },
      moves: [
        { ref: 'refs/heads/main', old: OLD, new: MERGE },
        { ref: 'refs/tags/v1.0.1', old: null, new: FIX },
      ],
      commands: [
        ['git', 'push', 'origin', 'main'],
        ['sh', '-c', "echo 'it is' $HOME"],
      ],
      ...{ verify: ['npm', 'run', 'smoke'], notes: ['AWS_PROFILE is set here'] },
      override: { reason: 'staging is down', until: '2026-03-03' },
    });
    expect(planLines(plan)).toEqual([
      'Deploy the hotfix to production (f1f1f1f1f1, tag v1.0.1)',
      'Goes live: 3e3e3e3e3e',
      'Remote: origin',
      'Refs:',
      '  refs/heads/main 0a0a0a0a0a -> 3e3e3e3e3e',
      '  refs/tags/v1.0.1 new -> f1f1f1f1f1',
      'Files: 1',
      '  modified src/login.js',
      'Commands:',
      '  git push origin main',
      `  sh -c 'echo '\\''it is'\\'' $HOME'`,
      'Verified by: npm run smoke',
      'Skipped, kept as debt: staging, checks_green',
      'Because: staging is down',
      'Until: 2026-03-03',
      "The repository's hooks are passed over.",
      'Note: AWS_PROFILE is set here',
    ]);
  });

  it('leave out what is not there', () => {
    const bare = planWith({
      way: 'command',
      remote: null,
      moves: [],
      commands: [],
      files: [],
      file_count: 0,
    });
    expect(planLines({ ...bare, action: 'rollback', target: 'release' })).toEqual([
      'Roll back the release (f1f1f1f1f1)',
      'Files: 0',
    ]);
    expect(planTitle(planWith({ action: 'backport' }))).toBe('Bring the hotfix to other branches');
  });

  it('name at most fifty files and count the others; a plan with more is none', () => {
    const files = Array.from({ length: MOST_FILES }, (_, n) => ({
      path: `${n}.js`,
      change: 'added' as const,
    }));
    const lines = planLines(planWith({ files, file_count: 73 }));
    expect(lines.filter((line) => line.startsWith('  added '))).toHaveLength(50);
    expect(lines).toContain('  and 23 more');
    expect(planLines(planWith({ files, file_count: 50 })).join()).not.toContain('more');
    const more = [...files, { path: 'x', change: 'added' }];
    expect(Plan.safeParse(planWith({ files, file_count: 73 })).success).toBe(true);
    expect(Plan.safeParse({ ...planWith(), files: more }).success).toBe(false);
  });

  it('are one line each, whatever a name holds', () => {
    const evil = 'a\nRefs:\n  refs/heads/prod\u001b[2J\u202e\r';
    const lines = planLines(
      planWith({
        ...{ remote: evil, tag: evil, notes: [evil], skips: [evil], verify: ['x', evil] },
        moves: [{ ref: evil, old: null, new: FIX }],
        ...{ files: [{ path: evil, change: 'added' }], commands: [['git', evil]] },
        override: { reason: evil, until: evil },
      }),
    );
    expect(lines).toHaveLength(13);
    expect(lines.filter((line) => line === 'Refs:')).toHaveLength(1);
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(lines).toContain("  git $'a\\012Refs:\\012 refs/heads/prod\\033[2J<U+202E>\\015'");
  });

  it('have an end, and a command has a later one', () => {
    const long = 'x'.repeat(2_000);
    const lines = planLines(
      planWith({ files: [{ path: long, change: 'added' }], commands: [[long, 'end']] }),
    );
    expect(lines.find((line) => line.startsWith('  added'))?.length).toBeLessThan(310);
    expect(lines).toContain(`  ${long} end`);
    expect(
      Math.max(...planLines(planWith({ commands: [Array(9).fill(long)] })).map((l) => l.length)),
    ).toBeLessThan(4_010);
  });
});

describe('a command for people', () => {
  it('means the same words to a shell', () => {
    const list = [
      ...['', '-n', "it's", '$HOME `id`', 'a b', '~', '*', '!x', '#', 'é 日本'],
      'tab\tline\n\\back\u0001',
    ];
    const shell = (line: string) => execFileSync('bash', ['-c', line], { encoding: 'utf8' });
    expect(shell(showCommand(['printf', '<%s>', ...list]))).toBe(list.map((word) => `<${word}>`).join(''));
  });

  it('is one line of visible characters', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary-ascii' })), (list) => {
        expect(showCommand(list)).not.toMatch(/[\u0000-\u001f\u007f]/);
      }),
    );
  });
});
