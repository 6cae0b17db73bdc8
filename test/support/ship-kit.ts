import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createShipping } from '../../src/adapters/git/ship.ts';
import { PulseError } from '../../src/core/errors.ts';
import type { PushWanted } from '../../src/core/ship/push-verdict.ts';
import type { ShipDraft, ShipWanted } from '../../src/core/ship/shipping.ts';
import { git, type TempRepo, tempFolder, tempRepo } from './repo.ts';

export const FIX_BRANCH = 'hotfix/001-users-cant-login';

/** Production `v1.4.0` on main of a bare remote, and a fix on its own branch in the clone. */
export interface World extends TempRepo {
  bare: string;
  release: string;
  fix: string;
}

export function world(options: { tag?: string; remote?: boolean; riders?: number } = {}): World {
  const repo = tempRepo({ commits: 1 });
  const release = repo.git(['rev-parse', 'HEAD']);
  if (options.tag !== '') repo.git(['tag', '-a', options.tag ?? 'v1.4.0', '-m', 'release']);
  for (let i = 1; i <= (options.riders ?? 0); i++) repo.commit(`new${i}.txt`, `${i}\n`, `feat: ${i}`);
  repo.git(['checkout', '-q', '-b', FIX_BRANCH, release]);
  const fix = repo.commit('fix.txt', 'fixed\n', 'fix: [HOTFIX] read the token');
  repo.git(['checkout', '-q', 'main']);
  let bare = '';
  if (options.remote !== false) {
    bare = tempRepo({ bare: true }).root;
    repo.git(['remote', 'add', 'origin', bare]);
    repo.git(['push', '-q', '--tags', 'origin', 'main']);
    repo.git(['fetch', '-q', 'origin']);
  }
  return { ...repo, bare, release, fix };
}

export function shippingIn(root: string) {
  const common = git(root, ['rev-parse', '--path-format=absolute', '--git-common-dir']);
  return createShipping(root, join(common, 'hotfix-pulse'), { PATH: process.env.PATH });
}

export function wanted(commit: string, more: Partial<ShipWanted> = {}): ShipWanted {
  return {
    ...{ commit, base: 'v1.4.0', skip_hooks: false },
    message: 'fix: [HOTFIX] Users cannot log in\n\nHotfix: hotfix-001\n',
    tag_message: 'Hotfix: Users cannot log in\n',
    ...more,
  };
}

export function pushOf(draft: ShipDraft, commit: string, more: Partial<PushWanted> = {}): PushWanted {
  return {
    ...{ remote: draft.remote ?? '', moves: draft.moves, branch: draft.branch, commit },
    ...{ hotfix_branch: FIX_BRANCH, skip_hooks: false },
    ...more,
  };
}

export function hook(folder: string, name: string, script: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** Somebody else's clone of the remote. */
export function colleague(bare: string): TempRepo {
  const root = tempFolder();
  git(root, ['clone', '-q', bare, '.']);
  git(root, ['config', 'user.name', 'Ben']);
  git(root, ['config', 'user.email', 'ben@example.com']);
  const write: TempRepo['write'] = (path, text) => writeFileSync(join(root, path), text);
  return {
    root,
    write,
    git: (args, cwd = root) => git(cwd, args),
    commit(path, text, message = `change ${path}`) {
      write(path, text);
      git(root, ['add', '--', path]);
      git(root, ['commit', '-q', '-m', message]);
      return git(root, ['rev-parse', 'HEAD']);
    },
  };
}

/** Branches and tags of the bare remote. */
export function refsOf(bare: string): Record<string, string> {
  const out = git(bare, ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads', 'refs/tags']);
  return Object.fromEntries(out.split('\n').map((row) => row.split(' ')));
}

export async function refusal(call: Promise<unknown>): Promise<PulseError> {
  const error = await call.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof PulseError) return error;
  throw error;
}
