import { PulseError } from '../../core/errors.ts';
import { pickRemote } from '../git/fetch.ts';
import { runGit } from '../git.ts';

const WORKSPACE = /^[a-z0-9][a-z0-9._/-]{0,199}$/;

/**
 * The workspace of a repository: what HOTFIX_PULSE_WORKSPACE says, else host, owner and name of its remote, so that
 * every clone comes to the same.
 * @throws PulseError not_configured when neither tells, invalid_input when the variable is no such name
 */
export async function workspaceOf(root: string | null, named: string | undefined): Promise<string> {
  const wanted = named?.trim().toLowerCase() ?? '';
  if (wanted !== '') {
    if (WORKSPACE.test(wanted)) return wanted;
    throw new PulseError(
      'invalid_input',
      'HOTFIX_PULSE_WORKSPACE is not a name of a workspace.',
      'Use at most 200 letters, digits and . _ - / and begin with a letter or digit, such as payments or github.com/acme/shop.',
    );
  }
  const address = root === null ? '' : await addressOf(root);
  const found = fromAddress(address);
  if (found !== null) return found;
  throw new PulseError(
    'not_configured',
    'It is not clear which workspace of the database belongs to this repository: no remote with host and path tells it.',
    'Set HOTFIX_PULSE_WORKSPACE to the name that your team uses, such as payments.',
  );
}

async function addressOf(root: string): Promise<string> {
  const remote = await pickRemote(root, null);
  if (remote === null) return '';
  const { code, out } = await runGit(root, ['remote', 'get-url', '--', remote]);
  return code === 0 ? out.trim() : '';
}

/** `git@host:owner/name.git`, `ssh://`, `https://` and `git://` forms. Never a user, a password or a port. */
export function fromAddress(address: string): string | null {
  const [, host, path] =
    /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?([^/:@]+)(?::\d+)?\/+(.+)$/i.exec(address) ??
    /^(?:[^@/\s]+@)?([^/:@\s]{2,}):(?!\/\/)\/*(.+)$/.exec(address) ??
    [];
  if (host === undefined || path === undefined) return null;
  const name = path.replace(/\/+$/, '').replace(/\.git$/i, '');
  const id = `${host}/${name}`.toLowerCase();
  return WORKSPACE.test(id) && !id.includes('//') ? id : null;
}
