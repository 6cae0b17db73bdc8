import type { IncomingMessage } from 'node:http';
import { foldTokens, type Scope, type Token } from '../../core/team-tokens.ts';
import type { Team } from '../../ports-team.ts';
import { createRefusals } from '../limits.ts';
import { createRates, type RATE } from './rates.ts';
import { holderOf } from './tokens.ts';

/**
 * Who comes in with a bearer token. OIDC would replace this file: what follows needs a name, a kind and a scope.
 * Source: RFC 6750; threat model, row 11.
 */

/** Why somebody stays out, in words that are the same whatever was wrong with the token. */
export interface Refusal {
  status: 401 | 403 | 429;
  headers: Record<string, string>;
  message: string;
}

type Admission = { token: Token } | { refusal: Refusal };

export interface Access {
  /** @param address of the caller, whose failed tries are counted */
  admit(req: IncomingMessage, address: string): Promise<Admission>;
}

export interface AccessOptions {
  team: Team;
  now(): number;
  /** For tests. */
  rate?: { perS: number; burst: number } | typeof RATE;
  failedPerMinute?: number;
}

const REALM = 'Bearer realm="hotfix-pulse"';
const CREATE = 'hotfix-pulse token create --name NAME --kind agent --scope write';

export function createAccess({ team, now, rate, failedPerMinute }: AccessOptions): Access {
  const rates = createRates(now, rate);
  const failed = createRefusals(now, failedPerMinute);
  return {
    async admit(req, address) {
      const tokens = foldTokens(await team.tokens.read());
      const text = bearerOf(req);
      const token = text === null ? null : holderOf(text, tokens, team.workspace, now());
      if (token) {
        // A neighbour behind the same address may fail as often as it likes: a good token is let in all the same.
        const waitS = rates.take(token.id);
        return waitS > 0 ? { refusal: slowDown(waitS) } : { token };
      }
      const waitS = failed.waitS(address);
      if (waitS > 0) return { refusal: slowDown(waitS) };
      failed.count(address);
      if (tokens.size === 0) return { refusal: noTokenYet() };
      return { refusal: unknownToken(text !== null) };
    },
  };
}

/** The one token of a request; null without one, and for two, of which a proxy might have checked the other. */
function bearerOf(req: IncomingMessage): string | null {
  const given = req.rawHeaders.flatMap((name, index, all) =>
    index % 2 === 0 && name.toLowerCase() === 'authorization' ? [all[index + 1] ?? ''] : [],
  );
  const [only = ''] = given;
  const [, text] = /^bearer +([\x21-\x7e]{1,200})$/i.exec(only) ?? [];
  return given.length === 1 && text !== undefined ? text : null;
}

function unknownToken(isGiven: boolean): Refusal {
  return {
    status: 401,
    // Source: RFC 6750, section 3.1: no error code for a request that brought no token.
    headers: { 'www-authenticate': isGiven ? `${REALM}, error="invalid_token"` : REALM },
    message:
      'This hub needs a valid token: Authorization: Bearer hp_... The person who runs the hub makes one with hotfix-pulse token create.',
  };
}

function noTokenYet(): Refusal {
  return {
    status: 403,
    headers: { 'www-authenticate': REALM },
    message: `Nobody can come in yet: this hub has no token. On its machine, in the repository that it serves: ${CREATE}`,
  };
}

function slowDown(waitS: number): Refusal {
  return {
    status: 429,
    headers: { 'retry-after': String(waitS) },
    message: `Too many requests. Try again in ${waitS} s.`,
  };
}

/** The token is good and may not do this. */
export function tooNarrow(needed: Scope): Refusal {
  return {
    status: 403,
    headers: { 'www-authenticate': `${REALM}, error="insufficient_scope", scope="${needed}"` },
    message: `This token may not do that; it takes one with the scope ${needed}.`,
  };
}
