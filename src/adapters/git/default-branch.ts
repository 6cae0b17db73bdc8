import { runGit } from '../git.ts';
import { pickRemote } from './fetch.ts';

/** What a default branch is called where the remote's own word was not fetched. */
const USUAL: readonly string[] = ['main', 'master', 'trunk'];

/** The remote's default branch as far as this clone knows it, without asking the remote; null when it is open. */
export async function defaultBranch(root: string): Promise<string | null> {
  const remote = await pickRemote(root, null);
  const prefix = remote === null ? 'refs/heads/' : `refs/remotes/${remote}/`;
  if (remote !== null) {
    const { code, out } = await runGit(root, ['symbolic-ref', '--quiet', '--', `${prefix}HEAD`]);
    if (code === 0 && out.trim().startsWith(prefix)) return out.trim().slice(prefix.length);
  }
  const { out } = await runGit(root, ['for-each-ref', '--format=%(refname)', '--', prefix]);
  const names = out.split('\n').flatMap((ref) => (ref.startsWith(prefix) ? [ref.slice(prefix.length)] : []));
  const usual = names.filter((name) => USUAL.includes(name));
  const sure = usual.length > 0 ? usual : names;
  return sure.length === 1 ? (sure[0] ?? null) : null;
}
