import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { plainPage } from '../core/board/page.ts';
import { answer } from './body.ts';

/** What every page is forbidden; each adds what it needs. */
export const FORBIDDEN =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; img-src data:";

/** A page with one plain form and no script. */
export const FORM_PAGE = FORBIDDEN.replace("form-action 'none'", "form-action 'self'");

export function send(
  res: ServerResponse,
  status: number,
  type: string,
  text: string,
  policy = "default-src 'none'",
): void {
  res.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': String(Buffer.byteLength(text)),
    'content-security-policy': policy,
  });
  res.end(text);
}

export const nobody = (res: ServerResponse, status: number, title: string, text: string): void =>
  send(res, status, 'text/html', plainPage(title, text), FORBIDDEN);

export const noSuch = (res: ServerResponse): void =>
  nobody(res, 404, 'There is no such incident', 'The board lists those that are open: /board');

/** A browser names where a request comes from with every POST. The guard before has looked at the host already. */
export function isSameOrigin(req: IncomingMessage): boolean {
  const { origin, host } = req.headers;
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

/** No form of another site can send that. */
const isJson = (req: IncomingMessage): boolean =>
  /^application\/json(?:;|$)/i.test(req.headers['content-type'] ?? '');

function sameText(a: string, b: string): boolean {
  const [one, two] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return b !== '' && one !== undefined && two !== undefined && timingSafeEqual(one, two);
}

export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

export function cookieOf(req: IncomingMessage, name: string): string | null {
  for (const pair of (req.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value !== undefined && value !== '') return value;
  }
  return null;
}

/** Of a request that does something. The largest field has 300 characters. */
const MOST_BODY = 16 * 1024;

/** What changes something comes from a page of ours, in its session, and is small; anything else is answered here. */
export function isMeant(req: IncomingMessage, res: ServerResponse, csrf: string): boolean {
  const isOurs =
    isSameOrigin(req) && isJson(req) && sameText(String(req.headers['x-board-csrf'] ?? ''), csrf);
  const isSmall = Number(req.headers['content-length'] ?? MOST_BODY + 1) <= MOST_BODY;
  if (!isOurs || !isSmall) answer(res, isOurs ? 413 : 403, { connection: 'close' });
  return isOurs && isSmall;
}
