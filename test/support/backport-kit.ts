import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBackports } from '../../src/adapters/git/backport.ts';
import {
  type BackportLook,
  type BackportStates,
  type BackportWanted,
  type PickTarget,
  type Verdict,
  withTrial,
} from '../../src/core/ship/backport.ts';
import { missingTargets } from '../../src/tools/support/backport-targets.ts';
import { git, type TempRepo, tempFolder, tempRepo } from './repo.ts';

export const LINES = Array.from({ length: 30 }, (_, at) => `line ${at}`);
/** The file of the fault, with lines replaced by number. */
export const fileWith = (changes: Record<number, string>): string =>
  `${LINES.map((line, at) => changes[at] ?? line).join('\n')}\n`;

export const FIX_MESSAGE = 'fix: [HOTFIX] read the token\n\nHotfix: hotfix-001';

export interface Flow extends TempRepo {
  bare: string;
  /** What production ran when the fix was started. */
  base: string;
  /** The fix, on the hotfix branch, pushed nowhere. */
  fix: string;
  wanted(more?: Partial<BackportWanted>): BackportWanted;
  states(more?: Partial<BackportWanted>, look?: BackportLook): Promise<BackportStates>;
  /** Verdict of one branch after a trial. */
  verdict(branch: string, more?: Partial<BackportWanted>): Promise<Verdict | undefined>;
  targets(...names: string[]): Promise<PickTarget[]>;
  backports: ReturnType<typeof createBackports>;
  /** Runs git in another clone and pushes what it did on a branch. */
  onRemote(branch: string, work: (other: TempRepo) => void): void;
}

/**
 * `main` released as v1.0.0; `develop` one commit ahead; a fix on `fix/token`, committed and not pushed. A bare
 * remote has main and develop, unless `remote` is false.
 */
export function flow(options: { remote?: boolean; branches?: string[] } = {}): Flow {
  const repo = tempRepo();
  const base = repo.commit('app.txt', fileWith({}), 'app');
  repo.git(['tag', '-a', 'v1.0.0', '-m', 'release']);
  repo.git(['checkout', '-q', '-b', 'develop']);
  repo.commit('new.txt', 'new\n', 'feat: new');
  for (const name of options.branches ?? []) repo.git(['branch', name, 'develop']);
  let bare = '';
  if (options.remote !== false) {
    bare = tempRepo({ bare: true }).root;
    repo.git(['remote', 'add', 'origin', bare]);
    repo.git(['push', '-q', '--tags', 'origin', 'main', 'develop', ...(options.branches ?? [])]);
    repo.git(['fetch', '-q', 'origin']);
  }
  repo.git(['checkout', '-q', '-b', 'fix/token', 'v1.0.0']);
  const fix = repo.commit('app.txt', fileWith({ 5: 'fixed' }), FIX_MESSAGE);
  repo.git(['checkout', '-q', 'develop']);
  const backports = createBackports(repo.root, join(repo.root, '.git', 'hotfix-pulse'));
  const wanted: Flow['wanted'] = (more = {}) => ({
    ...{
      commit: fix,
      base,
      aliases: [],
      label: 'hotfix-001',
      since: null,
      stated: [],
      long_lived: undefined,
    },
    ...{ deploy_branch: undefined, production: undefined, release_tags: undefined, remote: undefined },
    ...more,
  });
  const self: Flow = {
    ...repo,
    ...{ bare, base, fix, wanted, backports },
    states: (more, look = 'network') => backports.states(wanted(more), look),
    async verdict(branch, more) {
      const states = await self.states(more);
      const found = states.branches.find(({ name }) => name === branch);
      const trials = await backports.tryPicks(missingTargets(states));
      return found && withTrial(found, trials.get(branch)).verdict;
    },
    async targets(...names) {
      const all = missingTargets(await self.states());
      return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
    },
    onRemote(branch, work) {
      const root = tempFolder();
      git(root, ['clone', '-q', bare, '.']);
      git(root, ['checkout', '-q', branch]);
      const other: TempRepo = {
        root,
        git: (args, cwd = root) => git(cwd, args),
        write: (path, text) => writeFileSync(join(root, path), text),
        commit(path, text, message = `change ${path}`) {
          other.write(path, text);
          git(root, ['add', '--', path]);
          git(root, ['commit', '-q', '-m', message]);
          return git(root, ['rev-parse', 'HEAD']);
        },
      };
      work(other);
      git(root, ['push', '-q', 'origin', `HEAD:refs/heads/${branch}`]);
    },
  };
  return self;
}

/** A hook of a repository; `.git/hooks` or, in a bare one, `hooks`. */
export function hook(folder: string, name: string, script: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** The remote takes nothing on this branch. */
export function protect(bare: string, branch: string): void {
  hook(
    join(bare, 'hooks'),
    'update',
    `if [ "$1" = "refs/heads/${branch}" ]; then echo "GH006: Protected branch update failed" >&2; exit 1; fi`,
  );
}
