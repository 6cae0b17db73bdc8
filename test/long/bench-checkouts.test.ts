import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, it, vi } from 'vitest';
import { type Bench, changed, copyOf, FIX, put, service, settings, testOf } from '../support/bench-repos.ts';
import { playRow, type Row } from '../support/bench-way.ts';
import { git } from '../support/repo.ts';

/** Checkouts in every state, and tests that cannot run. Source: issue 4, "Shown by". */
let usual: Bench;
beforeAll(() => {
  usual = service();
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const inState = (change: (bench: Bench) => void) => changed(() => usual, change);

/** Nothing was shown by tests, so nothing goes on without a person; the way back is open all the same. */
const STOPPED: Row['expect'] = {
  deploy_plan: 'planned: main, v1.1.1; gate: checks_green',
  deploy:
    /^gate_closed: the deploy gate is closed: checks_green; run the checks on exactly this commit .*override_reason/,
  ...{ backport_plan: 'develop: missing', backport: 'no plan' },
  rollback_plan: 'planned: release, by push',
};
const SHALLOW = /this is a shallow clone: .*run: git fetch --unshallow --tags, then call again/;
const NO_BRANCH =
  /^not rehearsed\n- production's branch is not known: set deploy.branch in hotfix-pulse.config.json/;
const NO_FIX = /^not_found: there is no hotfix branch here and no fix on record; start one with start_hotfix/;

const ROWS: Row[] = [
  {
    name: 'a shallow clone',
    bench: inState(({ folder, root, bare }) => {
      rmSync(root, { recursive: true });
      git(folder, ['clone', '-q', '--depth', '1', `file://${bare}`, root]);
      for (const name of ['user.name', 'user.email']) git(root, ['config', name, 'ana@example.com']);
    }),
    again: { deploy_plan: { mend: ({ root }) => git(root, ['fetch', '-q', '--unshallow', '--tags']) } },
    expect: {
      ...{ suspects: SHALLOW, release: SHALLOW },
      deploy_plan: [SHALLOW, 'planned: main, v1.1.1'],
    },
  },
  {
    name: 'a linked worktree',
    bench: inState((bench) => {
      const { folder, root } = bench;
      const linked = join(folder, 'linked');
      git(root, ['worktree', 'add', '-q', '-b', 'mine', linked, 'develop']);
      put(linked, { 'src/login.js': 'half an idea\n' });
      Object.assign(bench, { root: linked, checkouts: [root, linked] });
    }),
  },
  {
    name: 'a detached HEAD',
    bench: inState(({ root }) => git(root, ['checkout', '-q', '--detach', 'v1.0.0'])),
  },
  {
    name: 'staged, unstaged and untracked files and a stash',
    bench: inState(({ root }) => {
      put(root, { 'src/cart.js': 'stashed\n' });
      git(root, ['stash', 'push', '-q', '-m', 'mine']);
      put(root, { 'src/profile.js': 'staged\n', 'new.txt': 'new\n' });
      git(root, ['add', '-A']);
      put(root, {
        'src/profile.js': 'and changed\n',
        'src/login.js': 'half an idea\n',
        'mine.txt': 'mine\n',
      });
      rmSync(join(root, 'docs/login.md'));
    }),
    takenBack: true,
  },
  {
    name: 'the production branch in the main worktree',
    bench: inState(({ root }) => git(root, ['checkout', '-q', 'main'])),
  },
  {
    name: 'a rebase in progress',
    bench: inState(({ root }) => {
      try {
        git(root, ['rebase', '-q', '--exec', 'false', 'develop~2']);
      } catch {
        if (existsSync(join(root, '.git/rebase-merge'))) return;
      }
      throw new Error('the rebase did not stop');
    }),
  },
  {
    name: 'a sparse checkout without the tests',
    bench: inState(({ root }) => git(root, ['sparse-checkout', 'set', '--cone', 'docs'])),
  },
  {
    name: 'HEAD on a branch without a commit',
    bench: inState(({ root }) => git(root, ['symbolic-ref', 'HEAD', 'refs/heads/nothing'])),
  },
  {
    name: 'a base without dependencies',
    bench: () => service({ files: { 'test/login.test.js': `require('left-lib');\n${testOf('x', '')}` } }),
    expect: {
      ...STOPPED,
      check:
        /^could_not_run; .*A module that it needs is not there. Set setup so that dependencies are installed/,
      proof: /^could_not_run; The base as it was: A module that it needs is not there. Set setup/,
    },
  },
  {
    name: 'a missing test runner',
    bench: () =>
      service({
        files: settings({
          checks: [{ name: 'test', command: ['no-such-runner'] }],
          test: ['no-such-runner', '{files}'],
        }),
      }),
    expect: {
      ...STOPPED,
      check: /^could_not_run; .*The program was not found or could not be started. Install it, or set setup/,
      proof:
        /^could_not_run; The base as it was: The program was not found or could not be started. Install it/,
    },
  },
  {
    name: 'a syntax error in the new test',
    bench: () => copyOf(usual),
    fix: { ...FIX, 'test/plus.test.js': 'test(\n' },
    expect: {
      ...STOPPED,
      check: /^failed; Failed: test\./,
      proof: /^could_not_run; The base with the new tests: A file could not be read: it has a syntax error/,
    },
  },
  {
    name: 'no commit at all',
    bench: inState(({ folder, root, bare }) => {
      for (const path of [root, bare]) rmSync(path, { recursive: true });
      git(folder, ['init', '-q', '--bare', bare]);
      git(folder, ['init', '-q', '-b', 'main', root]);
      git(root, ['remote', 'add', 'origin', bare]);
    }),
    expect: {
      suspects:
        /^not_configured: the repository has no commits; .*record what changed outside of it as a fact/,
      release: NO_BRANCH,
      rehearsal: NO_BRANCH,
      start:
        /^not_configured: what is in production could not be found, and HEAD is never taken for it; pass base/,
      ...{ check: NO_FIX, proof: NO_FIX, deploy_plan: NO_FIX },
      deploy: 'no plan',
      backport_plan: /^conflict: no fix stands that could be brought to other branches; record fix_committed/,
      backport: 'no plan',
      rollback_plan: 'by_hand: release, by by_hand',
    },
  },
];

describe('from the incident to the way back', () => {
  it.each(ROWS)('$name', playRow, 60_000);
});
