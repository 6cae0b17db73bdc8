import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { signInPage } from '../core/board/page.ts';
import { PulseError } from '../core/errors.ts';
import { foldTokens, mayDo, type Token, tokenState } from '../core/team-tokens.ts';
import type { Team } from '../ports-team.ts';
import { actorOfToken, holderOf } from './auth/tokens.ts';
import { createBoardDoor } from './board.ts';
import { type BoardAccess, COOKIE_RULES, goneCookie, type Visitor } from './board-access.ts';
import { ULID } from './board-act.ts';
import { cookieOf, FORM_PAGE, isSameOrigin, send } from './board-http.ts';
import { answer, readBody } from './body.ts';
import { HUB } from './context.ts';
import type { OpenDoor } from './door.ts';

const SIGN_IN = '/board/sign-in';
const COOKIE = 'hotfix_pulse_board';
const SESSION_MS = 12 * 60 * 60_000;
const MOST_BODY = 1_024;
const SHORTEST_KEY = 32;
const VALUE = /^(([0-9a-f]{12})\.(\d{13})\.[\w-]{22})\.([\w-]{43})$/;

/** The board of a team's hub. People sign in with their own token; an agent's opens nothing here. */
export const openBoardDoor: OpenDoor = async (context) => {
  const { clock } = await context.depsFor(HUB);
  const team = await context.team();
  const now = (): number => clock.now();
  return createBoardDoor(context, createTokenAccess(team, { key: keyOf(context.env), now }), now);
};

/** Several hubs that answer for one another share a key; without one it is random, and a restart signs everybody out. */
function keyOf(env: Readonly<Record<string, string | undefined>>): Buffer {
  const given = env.HOTFIX_PULSE_SESSION_KEY?.trim() ?? '';
  if (given === '') return randomBytes(32);
  if (given.length >= SHORTEST_KEY) return Buffer.from(given, 'utf8');
  throw new PulseError(
    'not_configured',
    'HOTFIX_PULSE_SESSION_KEY is too short to sign sessions with.',
    'Set it to at least 32 random characters (openssl rand -base64 32), or leave it out.',
  );
}

/**
 * A person's token is exchanged for a signed cookie of twelve hours. The token is looked up with every request, so
 * revoking it ends the session, and nothing of it is in the cookie but its id.
 */
export function createTokenAccess(team: Team, { key, now }: { key: Buffer; now(): number }): BoardAccess {
  const mac = (text: string): string =>
    createHmac('sha256', key).update(`${team.workspace}\n${text}`).digest('base64url');
  /** Sessions that somebody has left here, until they would have ended anyway. */
  const left = new Map<string, number>();

  /** What the cookie says, when we have signed it and nobody has left. */
  function sessionIn(req: IncomingMessage): { body: string; id: string; until: number } | null {
    const [value, body = '', id = '', until, given = ''] = VALUE.exec(cookieOf(req, COOKIE) ?? '') ?? [];
    if (value === undefined || Number(until) <= now() || left.has(body)) return null;
    const isOurs = timingSafeEqual(Buffer.from(given), Buffer.from(mac(`session\n${body}`)));
    return isOurs ? { body, id, until: Number(until) } : null;
  }

  async function signedIn(req: IncomingMessage): Promise<Visitor | null> {
    const session = sessionIn(req);
    if (session === null) return null;
    const tokens = foldTokens(await team.tokens.read());
    const isValid = (token: Token): boolean =>
      token.kind === 'person' && tokenState(token, team.workspace, now()) === 'valid';
    const token = tokens.get(session.id);
    if (token === undefined || !isValid(token)) return null;
    const names = [...tokens.values()].flatMap((one) =>
      isValid(one) && mayDo(one, 'approve') ? [one.name] : [],
    );
    return visitorOf(token, mac(`csrf\n${session.body}`), [...new Set(names)]);
  }

  function leave(req: IncomingMessage): string {
    for (const [body, until] of left) if (until <= now()) left.delete(body);
    const session = sessionIn(req);
    if (session !== null) left.set(session.body, session.until);
    return goneCookie(COOKIE);
  }

  async function enter(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const wanted = new URL(req.url ?? '', 'http://board').searchParams.get('incident') ?? '';
    // Where they wanted to go: an incident of ours, never an address that a link brings along.
    const query = ULID.test(wanted) ? `?incident=${wanted}` : '';
    const form = (refused: string | null): string => signInPage(`${SIGN_IN}${query}`, refused);
    if (req.method === 'GET') return send(res, 200, 'text/html', form(null), FORM_PAGE);
    const isSmall = Number(req.headers['content-length'] ?? MOST_BODY + 1) <= MOST_BODY;
    if (!isSameOrigin(req) || !isSmall) return answer(res, 403, { connection: 'close' });
    const text = new URLSearchParams((await readBody(req)).toString('utf8')).get('token')?.trim() ?? '';
    const token = holderOf(text, foldTokens(await team.tokens.read()), team.workspace, now());
    // A refusal counts against the address that it went to.
    if (token?.kind !== 'person')
      return send(res, 401, 'text/html', form('That is no valid token of a person.'), FORM_PAGE);
    const body = `${token.id}.${now() + SESSION_MS}.${randomBytes(16).toString('base64url')}`;
    const secure = req.headers.origin?.startsWith('https:') ? '; Secure' : '';
    const attributes = `${COOKIE_RULES}; Max-Age=${SESSION_MS / 1_000}${secure}`;
    const cookie = `${COOKIE}=${body}.${mac(`session\n${body}`)}; ${attributes}`;
    answer(res, 303, { location: `/board${query}`, 'set-cookie': cookie });
  }

  return {
    whoIs: signedIn,
    leave,
    howToGetIn: 'Sign in with your own token.',
    entrance: { path: SIGN_IN, isAForm: true, handle: enter },
  };
}

function visitorOf(token: Token, csrf: string, approvers: string[]): Visitor {
  return {
    ...{ actor: actorOfToken(token), csrf, write: mayDo(token, 'write') },
    approve: mayDo(token, 'approve') ? 'named' : null,
    approvers,
    proof: `token ${token.id} of the hub, on the board`,
  };
}
