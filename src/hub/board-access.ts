import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BoardMay } from '../core/board/view.ts';
import type { Actor } from '../core/events.ts';
import { cookieOf } from './board-http.ts';
import { answer } from './body.ts';

/** Somebody who is let in. */
export interface Visitor extends BoardMay {
  /** Who stands behind what is recorded. */
  actor: Actor;
  /** Of this session; every request that changes something carries it. */
  csrf: string;
  /** By what they were recognised, for a yes that is kept. */
  proof?: string;
}

/** Who may see the board. A team's hub has its own, with a person's token behind it. */
export interface BoardAccess {
  /** Null for somebody who is not let in, or not any more. */
  whoIs(req: IncomingMessage): Promise<Visitor | null> | Visitor | null;
  /** Told to whoever is not let in. */
  howToGetIn: string;
  /** Ends the session of a request. Gives the cookie to answer with, which takes the one of the browser away. */
  leave(req: IncomingMessage): string;
  /** Where a secret becomes a session. */
  entrance?: {
    path: string;
    /** It asks for the secret itself, so a page leads there. */
    isAForm?: true;
    handle(req: IncomingMessage, res: ServerResponse): Promise<void> | void;
  };
}

/**
 * `Lax`, so that a link in a chat opens the page for whoever is signed in; `Strict` would show them the sign-in instead.
 * Such a link can only show a page: whatever changes something needs our own origin and a token of the session besides.
 */
export const COOKIE_RULES = 'Path=/board; HttpOnly; SameSite=Lax';

/** Takes a cookie away from the browser. */
export const goneCookie = (name: string): string => `${name}=; ${COOKIE_RULES}; Max-Age=0`;

const ENTRANCE = '/board/open';
const SESSION_MS = 12 * 60 * 60_000;
const MOST_SESSIONS = 20;

const secret = (): string => randomBytes(32).toString('base64url');
const printOf = (text: string): Buffer => createHash('sha256').update(text).digest();

export interface LinkAccess extends BoardAccess {
  /** Path with the secret that lets one browser in, once. */
  link(): string;
}

/**
 * For one person on their own machine: a link that works once is exchanged for a cookie that no script can read and no
 * other site's page can send. Secrets are kept as hashes, in this process alone.
 * @param onUsed called when the link was used; `link` gives another one then
 */
export function createLinkAccess(
  visitor: Omit<Visitor, 'csrf'>,
  { now, onUsed }: { now(): number; onUsed(): void },
): LinkAccess {
  // Cookies know no ports: boards of several repositories must not take each other's.
  const cookie = `hotfix_pulse_board_${randomBytes(4).toString('hex')}`;
  const sessions = new Map<string, { csrf: string; until: number }>();
  let key = secret();

  return {
    link: () => `${ENTRANCE}?key=${key}`,
    howToGetIn:
      'The link works once, for one browser. The terminal in which hotfix-pulse board runs shows a new one.',
    whoIs(req) {
      const given = cookieOf(req, cookie);
      const session = given === null ? undefined : sessions.get(printOf(given).toString('hex'));
      return session && session.until > now() ? { ...visitor, csrf: session.csrf } : null;
    },
    leave(req) {
      sessions.delete(printOf(cookieOf(req, cookie) ?? '').toString('hex'));
      return goneCookie(cookie);
    },
    entrance: {
      path: ENTRANCE,
      handle(req, res) {
        const given = new URL(req.url ?? '', 'http://board').searchParams.get('key') ?? '';
        if (req.method !== 'GET' || !timingSafeEqual(printOf(given), printOf(key)))
          return answer(res, 303, { location: '/board' });
        key = secret();
        const session = secret();
        sessions.set(printOf(session).toString('hex'), { csrf: secret(), until: now() + SESSION_MS });
        const [oldest] = sessions.keys();
        if (sessions.size > MOST_SESSIONS && oldest !== undefined) sessions.delete(oldest);
        const attributes = `${COOKIE_RULES}; Max-Age=${SESSION_MS / 1_000}`;
        answer(res, 303, { location: '/board', 'set-cookie': `${cookie}=${session}; ${attributes}` });
        onUsed();
      },
    },
  };
}
