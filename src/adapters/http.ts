import { PulseError } from '../core/errors.ts';
import type { Refusal, SendOutcome } from '../core/outward/sending.ts';

/** The only file that calls fetch: every request has an end, follows no redirect and reads a bounded answer. */

/** One attempt; calls of agents stop at 60 s. */
const TIMEOUT_MS = 15_000;
const MAX_BYTES = 5 * 1024 * 1024;
/** Source: RFC 9110, section 15. */
const REFUSED: Readonly<Record<number, Refusal>> = {
  401: 'not_allowed',
  403: 'not_allowed',
  404: 'not_found',
  410: 'gone',
};

interface HttpAnswer {
  status: number;
  /** Seconds that the service asks to wait; null when it does not say. */
  retry_after_s: number | null;
  /** Parsed JSON; null when there is none or it is none. Untrusted. */
  body: unknown;
  header(name: string): string | null;
}

/** `lost`: no answer came, so it may have been carried out. */
export type HttpResult = ({ state: 'answered' } & HttpAnswer) | { state: 'lost' };

export interface Http {
  /** `path` begins with a slash; the body becomes JSON. Never throws for what the network does. */
  send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<HttpResult>;
}

/**
 * The address of a service from the environment: https, or http on this machine.
 * @throws PulseError not_configured naming the variable
 */
export function baseAddress(name: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  const isLocal = url !== null && /^(?:127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname);
  const isPlain =
    url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (url === null || !isPlain || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal))) {
    throw new PulseError(
      'not_configured',
      `${name} is no address that can be used`,
      `set ${name} to an https address without user, query or fragment`,
    );
  }
  return url.href.replace(/\/+$/, '');
}

/** Requests below one address with fixed headers. */
export function createHttp(base: string, headers: Readonly<Record<string, string>>): Http {
  return {
    async send(method, path, body) {
      try {
        const response = await boundedFetch(`${base}${path}`, {
          method,
          headers: {
            accept: 'application/json',
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return {
          ...{ state: 'answered', status: response.status, body: await jsonOf(response) },
          retry_after_s: retryAfter(response.headers.get('retry-after')),
          header: (name) => response.headers.get(name),
        };
      } catch {
        return { state: 'lost' };
      }
    },
  };
}

/** `fetch` for clients that bring their own requests: a time limit, and no redirect that would carry a token elsewhere. */
export function boundedFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
  return fetch(input, { ...init, signal, redirect: 'error' });
}

/** How a write ended that was not answered with success; `lost` and 5xx leave it open. */
export function failureOf(result: HttpResult): Exclude<SendOutcome, { outcome: 'done' }> {
  if (result.state === 'lost') return { outcome: 'unknown' };
  const { status, retry_after_s } = result;
  if (status === 429) return { outcome: 'limited', retry_after_s };
  if (status >= 500) return { outcome: 'unknown' };
  return { outcome: 'declined', why: REFUSED[status] ?? 'invalid' };
}

/** For reads: the service cannot be asked. Our own words, never its. */
export function cannotAsk(service: string, result: HttpResult): PulseError {
  const what =
    result.state === 'lost'
      ? 'does not answer'
      : result.status === 429
        ? 'asks for a pause'
        : result.status === 401 || result.status === 403
          ? 'does not accept the token'
          : `answers with status ${result.status}`;
  return new PulseError(
    'upstream',
    `${service} ${what}`,
    'hotfix-pulse doctor says what to set; then call again',
  );
}

async function jsonOf(response: Response): Promise<unknown> {
  const reader = response.body?.getReader();
  if (!reader) return null;
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > MAX_BYTES) {
      await reader.cancel();
      return null;
    }
    parts.push(value);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    return null;
  }
}

/** Seconds or a date. Source: RFC 9110, section 10.2.3. */
function retryAfter(value: string | null): number | null {
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}
