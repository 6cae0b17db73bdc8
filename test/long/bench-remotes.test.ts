import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, it, vi } from 'vitest';
import {
  type Bench,
  BROKEN,
  changed,
  elsewhere,
  hook,
  put,
  service,
  settings,
  type Writer,
} from '../support/bench-repos.ts';
import { BRANCH, playRow, type Row } from '../support/bench-way.ts';
import { git } from '../support/repo.ts';

/** Remotes, other branches and submodules that stand in the way. Source: issue 4, "Shown by". */
let usual: Bench;
beforeAll(() => {
  usual = service();
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** As the merge button of a host does it. */
function mergeButton({ bare }: Bench): void {
  const tree = git(bare, ['merge-tree', '--write-tree', 'main', BRANCH]);
  const merge = ['commit-tree', tree, '-p', 'main', '-p', BRANCH, '-m', 'Merge pull request #9'];
  git(bare, ['update-ref', 'refs/heads/main', git(bare, merge)]);
}

/** The command that a refusal names, run as it stands there. */
function obey({ root }: Bench, said: string, command: RegExp): void {
  const [words = ''] = command.exec(said) ?? [];
  git(root, words.split(' ').slice(1));
}

/** A library in a repository of its own, which the tests need. */
function withLibrary(to: Writer): void {
  const lib = join(to.root, '../lib.git');
  git(to.root, ['init', '-q', '-b', 'main', lib]);
  put(lib, { 'lib.js': 'exports.lib = 1;\n' });
  git(lib, ['add', '-A']);
  git(lib, ['commit', '-q', '-m', 'lib']);
  git(to.root, ['submodule', '--quiet', 'add', lib, 'lib']);
  to.commit('Use lib', { 'test/lib.test.js': "require('../lib/lib.js');\n" });
}

const UNFETCHED =
  /The submodules could not be fetched. See that their remotes can be reached without a password/;
const GATE = /^gate_closed: the deploy gate is closed: checks_green; run the checks on exactly this commit/;

const ROWS: Row[] = [
  {
    name: 'a protected branch (pre-receive): the pull request, then the tag on its merge',
    bench: changed(
      () => usual,
      ({ bare }) => {
        const script = 'while read -r old new ref; do test "$ref" != refs/heads/main || exit 1; done';
        hook(join(bare, 'hooks'), 'pre-receive', script);
      },
    ),
    again: {
      deploy: {
        mend: (bench, said) => {
          obey(bench, said, /git push origin [0-9a-f]{40}:refs\/heads\/[^,]+/);
          mergeButton(bench);
        },
      },
    },
    expect: {
      deploy: [
        /^upstream: the remote's own hook \(pre-receive or update\) declined the push; .*open a pull request: git push origin [0-9a-f]{40}:refs\/heads\/hotfix\/001-users-cant-login, .*call deploy_hotfix again/,
        'planned: v1.1.1',
        'deployed: v1.1.1',
      ],
    },
  },
  {
    name: 'production moved on after the plan',
    bench: () => service({ files: settings({ deploy: { branch: 'main' } }) }),
    before: { deploy: (bench) => elsewhere(bench, 'main', { 'theirs.txt': 'x\n' }) },
    again: { deploy: {} },
    expect: {
      deploy: [
        /^conflict: the remote has moved on since the plan was made; call deploy_hotfix again without plan_id/,
        'planned: main, v1.1.1',
        'deployed: main, v1.1.1',
      ],
    },
  },
  {
    name: 'a conflict on the backport',
    bench: () => service({ ahead: { 'src/login.js': BROKEN.replace('name.trim()', 'name.at(0)') } }),
    expect: { backport_plan: 'develop: conflicts', backport: 'no plan' },
  },
  {
    name: 'a submodule',
    bench: () => {
      vi.stubEnv('GIT_CONFIG_COUNT', '1');
      vi.stubEnv('GIT_CONFIG_KEY_0', 'protocol.file.allow');
      vi.stubEnv('GIT_CONFIG_VALUE_0', 'always');
      return service({ early: withLibrary });
    },
  },
  {
    name: 'a submodule that cannot be fetched',
    bench: () => {
      const bench = service({ early: withLibrary });
      rmSync(join(bench.folder, 'lib.git'), { recursive: true });
      return bench;
    },
    expect: {
      ...{ check: UNFETCHED, proof: UNFETCHED, deploy: GATE },
      deploy_plan: 'planned: main, v1.1.1; gate: checks_green',
      ...{ backport_plan: 'develop: missing', backport: 'no plan' },
      rollback_plan: 'planned: release, by push',
    },
  },
  {
    name: 'no remote: the commands, run by hand',
    bench: changed(
      () => usual,
      (bench) => {
        git(bench.root, ['remote', 'remove', 'origin']);
        rmSync(bench.bare, { recursive: true });
        bench.bare = '';
      },
    ),
    again: {
      deploy_plan: {
        mend: ({ root }, _said, text) => {
          const commands = text.match(/(?<=^ {0,2})git (?:switch|merge|tag) .*$/gm) ?? [];
          for (const words of commands) git(root, words.split(' ').slice(1));
        },
      },
    },
    expect: {
      deploy_plan: [
        'by_hand: main, v1.1.1',
        /^conflict: the fix is on the branch that production runs, and tagged: nothing is left to push; when it is live, record it/,
      ],
      deploy: 'no plan',
      ...{ backport_plan: 'develop: missing', backport: 'no plan' },
      rollback_plan: 'by_hand: release, by by_hand',
    },
  },
];

describe('from the incident to the way back', () => {
  it.each(ROWS)('$name', playRow, 60_000);
});
