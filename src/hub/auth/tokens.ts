import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { PulseError } from '../../core/errors.ts';
import type { Actor } from '../../core/events.ts';
import {
  type CreatedToken,
  checkNewToken,
  foldTokens,
  type Token,
  tokenParts,
  tokenState,
  tokenText,
} from '../../core/team-tokens.ts';
import type { Team } from '../../ports-team.ts';

/**
 * One round of SHA-256 is right here: the secret is 256 random bits, which nobody can guess from its hash. A slow
 * hash is for passwords that people choose, and would only make every request slow.
 */
const hashOf = (secret: string): Buffer => createHash('sha256').update(secret, 'utf8').digest();

export type TokenWanted = Pick<Token, 'name' | 'kind' | 'scope' | 'expires_at'>;

/** Makes a token. `text` is nowhere but in this answer. @throws PulseError invalid_input */
export async function createToken(
  wanted: TokenWanted,
  { tokens, workspace }: Team,
  nowMs: number,
): Promise<{ token: Token; text: string }> {
  checkNewToken(wanted);
  const secret = randomBytes(32).toString('base64url');
  const entry: CreatedToken = {
    ...{ v: 1, did: 'created', at: new Date(nowMs).toISOString(), id: randomBytes(6).toString('hex') },
    ...{ name: wanted.name, kind: wanted.kind, scope: wanted.scope, expires_at: wanted.expires_at },
    ...{ workspace, sha256: hashOf(secret).toString('hex') },
  };
  await tokens.append(entry);
  const token = foldTokens([entry]).get(entry.id);
  if (!token) throw new Error('a token that was just made is missing');
  return { token, text: tokenText(entry.id, secret) };
}

export async function allTokens({ tokens }: Team): Promise<Token[]> {
  return [...foldTokens(await tokens.read()).values()];
}

/** Takes effect with the next request, in every hub that reads the same tokens. @throws PulseError not_found */
export async function revokeToken(given: string, team: Team, nowMs: number): Promise<Token> {
  // Whoever has only the token itself must be able to end it.
  const id = tokenParts(given.trim())?.id ?? given.trim().toLowerCase();
  const found = (await allTokens(team)).find((token) => token.id === id);
  if (!found) {
    throw new PulseError('not_found', 'No token has that id.', 'hotfix-pulse token list shows the ids.');
  }
  if (found.revoked_at !== null) return found;
  const at = new Date(nowMs).toISOString();
  await team.tokens.append({ v: 1, did: 'revoked', at, id });
  return { ...found, revoked_at: at };
}

/** Whose token it is; null for whatever is wrong with it, which nobody is told. Takes the same time for each. */
export function holderOf(
  text: string,
  tokens: ReadonlyMap<string, Token>,
  workspace: string,
  nowMs: number,
): Token | null {
  const { id, secret } = tokenParts(text) ?? { id: '', secret: '' };
  const token = tokens.get(id);
  const stored = Buffer.from(token?.sha256 ?? '0'.repeat(64), 'hex');
  const isRight = timingSafeEqual(stored, hashOf(secret));
  return token && isRight && tokenState(token, workspace, nowMs) === 'valid' ? token : null;
}

/** Who is in the events of a call. Comes from the token and from nothing else. */
export function actorOfToken({ name, kind }: Pick<Token, 'name' | 'kind'>): Actor {
  return { name, kind: kind === 'person' ? 'human' : 'agent', via: 'hub token' };
}
