import { existsSync } from 'node:fs';
import { PulseError } from '../../core/errors.ts';
import { runGit, runGitGroup } from '../git.ts';

const HOOK_MS = 180_000;

/** What programs say when they were not installed. Nothing of it is shown. */
const NOT_INSTALLED =
  /command not found|: not found|Cannot find (?:module|package)|ERR_MODULE_NOT_FOUND|No module named|could not (?:find|determine) executable|No such file or directory|LoadError|cannot load such file/i;

/**
 * The folder of the repository's hooks, absolute. A relative core.hooksPath (husky's `.husky/_`) is looked up in the
 * user's checkout: it is often ignored by git, and a fresh working tree would silently run none.
 */
export async function hooksFolder(root: string): Promise<string | null> {
  const at = async (cwd: string): Promise<string | null> => {
    const { code, out } = await runGit(cwd, ['rev-parse', '--path-format=absolute', '--git-path', 'hooks']);
    const path = out.replace(/\r?\n$/, '');
    return code === 0 && path !== '' && existsSync(path) ? path : null;
  };
  const here = await at(root);
  if (here !== null) return here;
  const { out } = await runGit(root, ['worktree', 'list', '--porcelain', '-z']);
  const [, main = root] = /^worktree ([^\0]+)\0/.exec(out) ?? [];
  return existsSync(main) ? at(main) : null;
}

/**
 * Runs one hook as git would, with closed input, nobody to ask and a time limit. Absent hooks pass.
 * @param folder from `hooksFolder`
 * @throws PulseError upstream, naming the hook, when it declines or cannot run
 */
export async function runHook(
  tree: string,
  folder: string,
  name: string,
  args: readonly string[] = [],
  limitMs: number = HOOK_MS,
): Promise<void> {
  const words = ['-c', `core.hooksPath=${folder}`, 'hook', 'run', '--ignore-missing', name, '--', ...args];
  const env = { GIT_EDITOR: ':', GIT_MERGE_AUTOEDIT: 'no' };
  const ran = await runGitGroup(tree, words, { timeoutMs: limitMs, env });
  if (ran.code === 0) return;
  const skip =
    'or pass skip_hooks: the hooks are then passed over, which a person decides and which is kept as debt';
  if (ran.stopped) {
    throw new PulseError(
      'upstream',
      `the ${name} hook of this repository did not end in time; nobody can answer a question it asks`,
      `make it end by itself, ${skip}`,
      { hook: name, why: 'timed_out' },
    );
  }
  const isMissing = ran.code === 127 || NOT_INSTALLED.test(`${ran.out}\n${ran.err}`);
  throw isMissing
    ? new PulseError(
        'upstream',
        `the ${name} hook of this repository could not run: it looks as if its dependencies are not installed in the temporary working tree`,
        `let the hook find its programs without the folder it runs in, ${skip}`,
        { hook: name, why: 'dependencies' },
      )
    : new PulseError(
        'upstream',
        `the ${name} hook of this repository declined the merge`,
        `run it by hand to read what it says and mend that, ${skip}`,
        { hook: name, why: 'declined' },
      );
}
