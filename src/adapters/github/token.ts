import { homedir } from 'node:os';
import { PulseError } from '../../core/errors.ts';
import { runCommand } from '../checks.ts';
import { type Env, isGitHubs } from './target.ts';

/** The token as gh finds it. It stays in memory: never in a file, an argument, a log or an error. */

/** Variables by the host that they are for, the first one first. Source: `gh help environment`. */
const VARIABLES = {
  github: ['GH_TOKEN', 'GITHUB_TOKEN'],
  enterprise: ['GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN'],
} as const;
const GH_MS = 5_000;
/** Both outputs of gh arrive as one: its warnings have spaces, a token has none. */
const TOKEN = /^[A-Za-z0-9_.-]{20,400}$/;

/**
 * The token for exactly this host.
 * @param host as `targetOf` says it: GitHub's own, or the one in GH_HOST
 * @throws PulseError not_configured when there is none, or when it is not usable
 */
export async function tokenFor(host: string, env: Env): Promise<string> {
  const names = isGitHubs(host) ? VARIABLES.github : VARIABLES.enterprise;
  const name = names.find((one) => (env[one]?.trim() ?? '') !== '');
  if (name === undefined) {
    const token = await askGh(host, env);
    if (token !== null) return token;
    throw new PulseError(
      'not_configured',
      `GitHub: there is no token for ${host}`,
      `set ${names.join(' or ')} in the environment, or sign in with: gh auth login --hostname ${host}`,
    );
  }
  const token = env[name]?.trim() ?? '';
  if (/^[\x21-\x7e]{1,1000}$/.test(token)) return token;
  throw new PulseError(
    'not_configured',
    `GitHub: ${name} is no token`,
    `set ${name} to the token alone, without spaces or line breaks`,
  );
}

/** Null where gh is not installed or not signed in there. */
async function askGh(host: string, env: Env): Promise<string | null> {
  const { ended, code, tail } = await runCommand({
    command: ['gh', 'auth', 'token', '--hostname', host],
    // Away from the repository: nothing in it decides which gh that is.
    cwd: homedir(),
    env: { ...env, GH_PROMPT_DISABLED: '1', GH_NO_UPDATE_NOTIFIER: '1', NO_COLOR: '1' },
    timeoutMs: GH_MS,
  });
  if (ended !== 'exited' || code !== 0) return null;
  return (
    tail
      .split('\n')
      .map((line) => line.trim())
      .find((line) => TOKEN.test(line)) ?? null
  );
}
