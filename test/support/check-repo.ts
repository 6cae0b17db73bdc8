import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createChecks } from '../../src/adapters/checks-port.ts';
import { createWorktrees } from '../../src/adapters/git/worktree.ts';
import type { CheckSettings, ProofWanted } from '../../src/core/ship/check-run.ts';
import { type TempRepo, tempRepo } from './repo.ts';

export const ENV = { PATH: process.env.PATH, HOME: process.env.HOME };
export const NODE = process.execPath;

export interface CheckRepo extends TempRepo {
  home: string;
  /** Writes these files, commits them, answers the commit. */
  save(files: Record<string, string>, message?: string): string;
  checks(
    env?: Record<string, string | undefined>,
    limits?: { each: number; setup: number },
  ): ReturnType<typeof createChecks>;
  place(env?: Record<string, string | undefined>): {
    root: string;
    worktrees: ReturnType<typeof createWorktrees>;
    env: Record<string, string | undefined>;
  };
  /** What is left of temporary working trees. */
  leftovers(): string[];
}

export function checkRepo(files: Record<string, string> = {}): CheckRepo {
  const repo = tempRepo();
  const home = join(repo.root, '.git', 'hotfix-pulse');
  const one: CheckRepo = {
    ...{ ...repo, home },
    save(texts, message = 'change') {
      for (const [path, text] of Object.entries(texts)) {
        mkdirSync(dirname(join(repo.root, path)), { recursive: true });
        writeFileSync(join(repo.root, path), text);
        repo.git(['add', '-f', '--', path]);
      }
      repo.git(['commit', '-q', '--allow-empty', '-m', message]);
      return repo.git(['rev-parse', 'HEAD']);
    },
    checks: (env = ENV, limits) => createChecks(repo.root, home, env, limits),
    place: (env = ENV) => ({ root: repo.root, worktrees: createWorktrees(repo.root, home), env }),
    leftovers: () => [
      ...readdirSync(join(home, 'worktrees')),
      ...repo
        .git(['worktree', 'list'])
        .split('\n')
        .filter((line) => line.includes('hotfix-pulse-wt-')),
    ],
  };
  one.save({ 'README.md': 'x\n', ...files });
  return one;
}

/** Tests run by Node itself, without dependencies. */
export const PLAIN: CheckSettings = { checks: [], test: [NODE, '--test', '{files}'] };

/** A base with a bug and a fix with its test, and a call that asks for the proof of it. */
export function fixedRepo(
  options: { base?: Record<string, string>; fix?: Record<string, string>; settings?: CheckSettings } = {},
) {
  const { settings = PLAIN } = options;
  const text = JSON.stringify({ ...settings, checks: undefined });
  const repo = checkRepo({
    'login.js': 'exports.login = (name) => name.split("+")[0];\n',
    'test/old.test.js': test('names stay', "assert.equal(login('ana'), 'ana')"),
    'hotfix-pulse.config.json': text,
    ...options.base,
  });
  const base = repo.git(['rev-parse', 'HEAD']);
  const commit = repo.save(
    {
      'login.js': 'exports.login = (name) => name;\n',
      'test/plus.test.js': test('accepts a plus sign', "assert.equal(login('a+b'), 'a+b')"),
      ...options.fix,
    },
    'fix',
  );
  const prove = (
    wanted: Partial<ProofWanted> = {},
    watch: { signal?: AbortSignal; progress?: (line: string) => void } = {},
    env: Record<string, string | undefined> = ENV,
    limits?: { each: number; setup: number },
  ) =>
    repo
      .checks(env, limits)
      .prove({ base, commit, tests: ['test/plus.test.js'], settings, ...wanted }, watch);
  return { repo, base, commit, prove };
}

/** A test file of Node's own runner with one test about `login`. */
export function test(name: string, body: string): string {
  return [
    "const { test } = require('node:test');",
    "const assert = require('node:assert');",
    "const { login } = require('../login.js');",
    `test(${JSON.stringify(name)}, () => { ${body}; });`,
    '',
  ].join('\n');
}
