import type { IncomingMessage } from 'node:http';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { PulseError } from '../core/errors.ts';

/** Who may be asked for, and from where. Source: threat model, row 11. */

const HERE = ['localhost', '127.0.0.1', '[::1]'];
const NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/;

export interface Address {
  host: string;
  port: number;
  /** A proxy that speaks TLS stands in front, and nothing else can reach this address. */
  behindProxy: boolean;
  /** Names under which callers know the hub. */
  publicHosts: readonly string[];
}

/**
 * The names that a request may be for.
 * @throws PulseError when the hub would be open to a network without a proxy, or be there under no name
 */
export function checkedAddress({ host, behindProxy, publicHosts }: Omit<Address, 'port'>): string[] {
  const names = publicHosts.map((name) => name.trim().toLowerCase());
  const wrong = names.some((name) => isIPv6(name) || !NAME.test(name));
  if (wrong || (isIP(host) === 0 && host !== 'localhost')) {
    throw new PulseError(
      'invalid_input',
      wrong
        ? '--public-host takes a host name without scheme and port.'
        : '--host takes an address of this machine.',
      wrong ? 'Write --public-host hooks.example.com.' : 'Write --host 127.0.0.1.',
    );
  }
  if (isLoopback(host)) return [...HERE, ...names];
  if (!behindProxy) {
    throw new PulseError(
      'unsafe',
      'This address can be reached from other machines, and the hub speaks no TLS.',
      'Leave --host out and let a proxy on this machine pass webhooks on, or add --behind-proxy when a proxy with TLS is the only one that can reach this address (docs/hub.md).',
    );
  }
  if (names.length > 0) return [...HERE, ...names];
  throw new PulseError(
    'invalid_input',
    'The hub has to know its public name.',
    'Add --public-host with the name that the proxy answers to, for example --public-host hooks.example.com.',
  );
}

/**
 * @param isAnybody whether somebody can come in: a token was made, or a service is let in with its secret
 * @throws PulseError for a hub that is open to a network and to nobody: whoever starts it so has forgotten something
 */
export async function checkCallers(
  { host }: Pick<Address, 'host'>,
  isAnybody: () => Promise<boolean>,
): Promise<void> {
  if (isLoopback(host) || (await isAnybody())) return;
  throw new PulseError(
    'not_configured',
    'This address can be reached from other machines, and nobody can come in: there is no token, and no service is named.',
    'Make a token here first (hotfix-pulse token create --name NAME --kind person --scope approve), or leave --host out.',
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** What people follow a link to, from a chat or a mail. */
const PAGES = ['/board', '/board/ended', '/board/postmortem', '/board/sign-in'];

/**
 * A link of another site that somebody followed, in a window of its own: browsers say so, and no script of that site can.
 * A GET of these pages changes nothing, and they cannot be framed or read from outside.
 */
function isFollowedLink({ method, url, headers }: IncomingMessage): boolean {
  const says = (name: string, value: string): boolean => String(headers[name] ?? '').toLowerCase() === value;
  const isPage = PAGES.includes((url ?? '').split('?', 1)[0] ?? '');
  return (
    method === 'GET' && isPage && says('sec-fetch-mode', 'navigate') && says('sec-fetch-dest', 'document')
  );
}

/**
 * False for a request to another name (DNS rebinding) and for one that a page of another site makes, except that a link
 * to a page for people may be followed.
 */
export function isForUs(req: IncomingMessage, names: readonly string[]): boolean {
  const hosts = req.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  const host = HOST.exec((req.headers.host ?? '').toLowerCase())?.[1];
  if (hosts.length !== 1 || host === undefined || !names.includes(host)) return false;
  const isElsewhere = /^(?:cross-site|same-site)$/i.test(String(req.headers['sec-fetch-site'] ?? ''));
  if (isElsewhere && !isFollowedLink(req)) return false;
  const { origin } = req.headers;
  return origin === undefined || (URL.canParse(origin) && names.includes(new URL(origin).hostname));
}

/** The address of the caller: the last one that our own proxy has written down, else that of the connection. */
export function callerOf(req: IncomingMessage, behindProxy: boolean): string {
  const given = String(req.headers['x-forwarded-for'] ?? '');
  const last = given.split(',').at(-1)?.trim() ?? '';
  return behindProxy && isIP(last) !== 0 ? last : (req.socket.remoteAddress ?? 'unknown');
}
