import { PulseError } from '../../core/errors.ts';
import { pickRemote } from '../git/fetch.ts';
import { runGit } from '../git.ts';
import { baseAddress } from '../http.ts';

/** Which repository on which host, and nothing secret. */
export interface GitHubTarget {
  /** `github.com`, `acme.ghe.com` or what GH_HOST names; may have a port. */
  host: string;
  /** Address of its API, without a slash at the end. */
  api: string;
  /** Where its pages are, without a slash at the end. */
  web: string;
  owner: string;
  repo: string;
}

export type Env = Readonly<Record<string, string | undefined>>;

const HOST = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?$/;
const NAME = /^([A-Za-z0-9][A-Za-z0-9-]{0,38})\/(?!\.{1,2}$)([A-Za-z0-9._-]{1,100})$/;
/** Other names of github.com. Source: GitHub, "Using SSH over the HTTPS port". */
const DOTCOM = /^(?:github\.com|www\.github\.com|ssh\.github\.com)$/;
const TENANT = /^[a-z0-9-]+\.ghe\.com$/;

/**
 * The repository of the settings, else of the remote, on the host of the remote. A host that is neither GitHub's nor
 * named by GH_HOST is none that a token is sent to.
 * @throws PulseError not_configured saying what to set
 */
export async function targetOf(root: string, wanted: string | undefined, env: Env): Promise<GitHubTarget> {
  const enterprise = enterpriseHost(env);
  const remote = await remoteOf(root);
  const near = remote === null ? null : knownHost(remote.host, enterprise);
  if (wanted === undefined && remote === null)
    throw unset('the repository has no remote', 'set github.repo to owner/name, or add the remote');
  if (wanted === undefined && near === null) {
    throw unset(
      'the remote is on no GitHub host that is known here',
      'set GH_HOST to its host if it is a GitHub Enterprise server; else set github.repo to owner/name',
    );
  }
  const host = near ?? enterprise ?? 'github.com';
  const [, owner, repo] = NAME.exec(wanted ?? remote?.path ?? '') ?? [];
  if (owner === undefined || repo === undefined)
    throw unset('the address of the remote names no repository of GitHub', 'set github.repo to owner/name');
  return { host, api: apiOf(host, env), web: `https://${host}`, owner, repo };
}

/** The host in GH_HOST, when it is another than GitHub's own. @throws PulseError not_configured */
function enterpriseHost(env: Env): string | null {
  const host = env.GH_HOST?.trim().toLowerCase() ?? '';
  if (host === '') return null;
  if (!HOST.test(host))
    throw unset(
      'GH_HOST is no host name',
      'set GH_HOST to a host such as github.example.com, without https://',
    );
  return isGitHubs(host) ? null : host;
}

/** True for github.com and the hosts that GitHub runs for its customers. */
export function isGitHubs(host: string): boolean {
  return DOTCOM.test(host) || TENANT.test(host);
}

function knownHost(host: string, enterprise: string | null): string | null {
  if (DOTCOM.test(host)) return 'github.com';
  if (TENANT.test(host)) return host;
  return enterprise !== null && host === enterprise.replace(/:\d+$/, '') ? enterprise : null;
}

function apiOf(host: string, env: Env): string {
  const given = env.GITHUB_API_URL?.trim() ?? '';
  if (given !== '') return baseAddress('GITHUB_API_URL', given);
  return isGitHubs(host) ? `https://api.${host}` : `https://${host}/api/v3`;
}

/** Host (lower case, without port) and path of the remote; null where there is none that is an address. */
async function remoteOf(root: string): Promise<{ host: string; path: string } | null> {
  const remote = await pickRemote(root, null);
  if (remote === null) return null;
  const { code, out } = await runGit(root, ['remote', 'get-url', '--', remote]);
  return code === 0 ? addressParts(out.trim()) : null;
}

/** `https://host/owner/name.git`, `ssh://git@host:22/owner/name`, `git@host:owner/name`. */
export function addressParts(address: string): { host: string; path: string } | null {
  const [, scpHost, scpPath] = /^(?:[^@/:\s]+@)?([^/:@\s]+):(?!\/\/|:)(\S+)$/.exec(address) ?? [];
  const url = scpHost === undefined && URL.canParse(address) ? new URL(address) : null;
  if (url !== null && !/^(?:https?|ssh|git\+ssh|git):$/.test(url.protocol)) return null;
  const host = (scpHost ?? url?.hostname ?? '').toLowerCase();
  const path = (scpPath ?? url?.pathname ?? '').replace(/^\/+|\/+$/g, '').replace(/\.git$/i, '');
  // One letter before a colon is a drive.
  return host.length < 2 || path === '' ? null : { host, path };
}

function unset(message: string, hint: string): PulseError {
  return new PulseError('not_configured', `GitHub: ${message}`, hint);
}
