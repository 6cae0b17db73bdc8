import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PulseError } from '../../core/errors.ts';
import { gitCommonDir, runGit, runGitGroup } from '../git.ts';

/** A key that has to be unlocked by somebody hangs instead of failing. */
const TRY_MS = 15_000;
const SIGN_MS = 30_000;

/** What could ask for a passphrase has nowhere to ask: no terminal, no display. */
export const SILENT_SIGNING = {
  GPG_TTY: '',
  DISPLAY: '',
  WAYLAND_DISPLAY: '',
  SSH_ASKPASS: '',
  SSH_ASKPASS_REQUIRE: 'never',
};

export interface Signing {
  commits: boolean;
  tags: boolean;
}

async function isSet(root: string, name: string): Promise<boolean> {
  return (await runGit(root, ['config', '--type=bool', '--get', name])).out.trim() === 'true';
}

/** What is signed in this repository, by its settings. */
export async function signingOf(root: string): Promise<Signing> {
  const [commits, tags, annotated] = await Promise.all(
    ['commit.gpgSign', 'tag.gpgSign', 'tag.forceSignAnnotated'].map((name) => isSet(root, name)),
  );
  return { commits: commits === true, tags: tags === true || annotated === true };
}

/**
 * Signs a commit that is thrown away, so that a key that would ask is found before anything is made.
 * @param commit any commit, full name
 * @throws PulseError not_configured when it cannot be signed without asking
 */
export async function checkSigning(root: string, commit: string, limitMs = TRY_MS): Promise<void> {
  const folder = temporary();
  try {
    const common = await gitCommonDir(root);
    const env = {
      ...SILENT_SIGNING,
      GIT_OBJECT_DIRECTORY: folder,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(join(common ?? '', 'objects')),
    };
    const args = ['commit-tree', '-S', '-m', 'a signature that is tried', `${commit}^{tree}`];
    const { code } = await runGitGroup(root, args, { env, timeoutMs: limitMs });
    if (code === 0) return;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  throw new PulseError(
    'not_configured',
    'commits or tags are signed here (commit.gpgSign, tag.gpgSign), and the key cannot sign without asking somebody',
    'unlock it in a terminal of your own (sign anything once with gpg, or ssh-add the key) so that its agent remembers it, then call again',
  );
}

/**
 * An annotated tag object, and no ref: the tag comes into being on the remote alone.
 * @param name of the tag, without `refs/tags/`
 * @returns its full object name
 * @throws PulseError unsafe for a name git would not take, not_configured when git does not know who tags
 */
export async function makeTag(
  root: string,
  tag: { name: string; commit: string; message: string; sign: boolean },
): Promise<string> {
  const legal = await runGit(root, ['check-ref-format', `refs/tags/${tag.name}`]);
  if (legal.code !== 0 || tag.name.startsWith('-')) {
    throw new PulseError(
      'unsafe',
      'the next version gives no legal name for a tag',
      'set git.release_tags in hotfix-pulse.config.json to the tags that are releases',
    );
  }
  const made = tag.sign ? await signed(root, tag) : await plain(root, tag);
  if (made !== null && /^[0-9a-f]{40,64}$/.test(made)) return made;
  throw new PulseError(
    tag.sign ? 'not_configured' : 'upstream',
    tag.sign ? 'git could not sign the tag' : 'git could not make the tag',
    'tag something by hand (git tag -a) to see what git says, mend that, then call again',
  );
}

async function plain(
  root: string,
  { name, commit, message }: { name: string; commit: string; message: string },
): Promise<string | null> {
  const who = await runGit(root, ['var', 'GIT_COMMITTER_IDENT']);
  if (who.code !== 0) throw nobody();
  const text = `object ${commit}\ntype commit\ntag ${name}\ntagger ${who.out.trim()}\n\n${message.trimEnd()}\n`;
  const { code, out } = await runGit(root, ['mktag'], { input: text });
  return code === 0 ? out.trim() : null;
}

export function nobody(): PulseError {
  return new PulseError(
    'not_configured',
    'git does not know who you are, so it makes neither a merge nor a tag',
    'run: git config user.name "..." and git config user.email "...", then call again',
  );
}

/** `git tag` makes a ref too: it is made in a throwaway repository that writes its objects to this one. */
async function signed(
  root: string,
  { name, commit, message }: { name: string; commit: string; message: string },
): Promise<string | null> {
  const folder = temporary();
  try {
    const common = await gitCommonDir(root);
    const format = (await runGit(root, ['rev-parse', '--show-object-format'])).out.trim();
    const args = ['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, '--', folder];
    if (common === null || (await runGit(root, args)).code !== 0) return null;
    const env = {
      ...SILENT_SIGNING,
      GIT_DIR: folder,
      GIT_OBJECT_DIRECTORY: join(common, 'objects'),
    };
    const settings = await signingSettings(root);
    const words = [...settings, 'tag', '-s', '-F', '-', '--end-of-options', name, commit];
    const ran = await runGitGroup(folder, words, { env, input: message, timeoutMs: SIGN_MS });
    if (ran.code !== 0) return null;
    const read = await runGit(folder, ['rev-parse', '--verify', `refs/tags/${name}`], { env });
    return read.code === 0 ? read.out.trim() : null;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Who signs and with what, as this repository has it; the throwaway one has no settings of its own. */
async function signingSettings(root: string): Promise<string[]> {
  const { out } = await runGit(root, ['config', '-z', '--get-regexp', '^(user|committer|gpg)\\.']);
  return out
    .split('\0')
    .filter((entry) => entry.includes('\n'))
    .flatMap((entry) => {
      const at = entry.indexOf('\n');
      return ['-c', `${entry.slice(0, at)}=${entry.slice(at + 1)}`];
    });
}

function temporary(): string {
  return mkdtempSync(join(realpathSync(tmpdir()), 'hotfix-pulse-sign-'));
}
