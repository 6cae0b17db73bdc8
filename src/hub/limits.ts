import { isIPv6 } from 'node:net';

/** What one caller may cost. Source: threat model, rows 11 and 17. */
export const LIMITS = {
  /** Of a body. Slack and GitHub send less; ClickUp far less. */
  bodyBytes: 1024 * 1024,
  headerBytes: 16 * 1024,
  /** For a whole head. */
  headersMs: 5_000,
  /** For a whole request, however slowly it comes. */
  requestMs: 10_000,
  /** Without a byte in either direction. */
  silenceMs: 30_000,
  keepAliveMs: 5_000,
  connections: 256,
  requestsPerConnection: 1_000,
  /** Requests that were refused, per address and minute; then all of its requests are, for the rest of the minute. */
  refusedPerMinute: 30,
  addresses: 10_000,
} as const;
export type Limits = { readonly [name in keyof typeof LIMITS]: number };

const MINUTE_MS = 60_000;

/** Counts refusals by address. Forgets after a minute, and the oldest address when there are too many. */
export interface Refusals {
  count(address: string): void;
  /** Seconds until it may ask again; 0 when it may. */
  waitS(address: string): number;
}

export function createRefusals(now: () => number, most: number = LIMITS.refusedPerMinute): Refusals {
  const seen = new Map<string, { count: number; until: number }>();
  return {
    count(address) {
      const key = groupOf(address);
      const before = seen.get(key);
      const at = now();
      if (before && before.until > at) {
        before.count += 1;
        return;
      }
      seen.delete(key);
      seen.set(key, { count: 1, until: at + MINUTE_MS });
      if (seen.size <= LIMITS.addresses) return;
      for (const oldest of seen.keys()) {
        seen.delete(oldest);
        break;
      }
    },
    waitS(address) {
      const one = seen.get(groupOf(address));
      const left = one === undefined ? 0 : one.until - now();
      return one !== undefined && one.count >= most && left > 0 ? Math.ceil(left / 1_000) : 0;
    },
  };
}

/** One customer of a provider has a whole /64 of IPv6. */
function groupOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array<string>(zeros).fill('0'), ...last];
  return `${groups.slice(0, 4).join(':').toLowerCase()}::/64`;
}
