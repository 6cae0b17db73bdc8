import * as z from 'zod/v4';
import { PulseError } from './errors.ts';
import { DAY, HOUR } from './time.ts';

/**
 * Bearer tokens of the hub: who may come in, how far, until when. They are kept as lines of a log, so that who could
 * come in at which time stays known. Source: threat model, row 11.
 */

export const TOKEN_KINDS = ['person', 'agent'] as const;
/** Each holds the ones before it. `approve` is for persons: an agent says yes to nothing. */
export const SCOPES = ['read', 'write', 'approve'] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];
export type Scope = (typeof SCOPES)[number];

const ID = /^[0-9a-f]{12}$/;
/** `hp_<id>_<secret>`: the id finds the record, the secret is 256 random bits in base64url. */
const TEXT = /^hp_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;
/** A name gets into records and on pages, so nothing in it may look like anything else. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._@+-]{0,59}$/u;

const Created = z
  .object({
    ...{ v: z.literal(1), did: z.literal('created'), at: z.iso.datetime(), id: z.string().regex(ID) },
    ...{ name: z.string().regex(NAME), kind: z.enum(TOKEN_KINDS), scope: z.enum(SCOPES) },
    /** Of the record that it is for. */
    workspace: z.string(),
    expires_at: z.iso.datetime().nullable(),
    /** Of the secret, in hex. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .refine(({ kind, scope }) => kind === 'person' || scope !== 'approve');
const Revoked = z.object({
  ...{ v: z.literal(1), did: z.literal('revoked'), at: z.iso.datetime(), id: z.string().regex(ID) },
});
const Entry = z.union([Created, Revoked]);
export type TokenEntry = z.infer<typeof Entry>;
export type CreatedToken = z.infer<typeof Created>;

export interface Token extends Omit<CreatedToken, 'v' | 'did' | 'at'> {
  created_at: string;
  revoked_at: string | null;
}

/** Null for what is none of ours, such as a line that a crash has torn. */
export function parseTokenEntry(value: unknown): TokenEntry | null {
  return Entry.safeParse(value).data ?? null;
}

/** By id, oldest first. An id is never given again, and a revocation is never taken back. */
export function foldTokens(entries: readonly TokenEntry[]): ReadonlyMap<string, Token> {
  const tokens = new Map<string, Token>();
  const gone = new Map<string, string>();
  for (const entry of entries) {
    if (entry.did === 'revoked') gone.set(entry.id, gone.get(entry.id) ?? entry.at);
    else if (!tokens.has(entry.id)) {
      const { v: _v, did: _did, at, ...kept } = entry;
      tokens.set(entry.id, { ...kept, created_at: at, revoked_at: null });
    }
  }
  for (const [id, at] of gone) {
    const token = tokens.get(id);
    if (token) token.revoked_at = at;
  }
  return tokens;
}

export type TokenState = 'valid' | 'expired' | 'revoked' | 'elsewhere';

/** `elsewhere`: it is for another record than the one that is served. */
export function tokenState(token: Token, workspace: string, nowMs: number): TokenState {
  if (token.revoked_at !== null) return 'revoked';
  if (token.expires_at !== null && Date.parse(token.expires_at) <= nowMs) return 'expired';
  return token.workspace === workspace ? 'valid' : 'elsewhere';
}

export function mayDo(token: Pick<Token, 'scope'>, needed: Scope): boolean {
  return SCOPES.indexOf(token.scope) >= SCOPES.indexOf(needed);
}

/** The two parts of a token as somebody presents it; null when it has another form. */
export function tokenParts(text: string): { id: string; secret: string } | null {
  const [, id, secret] = TEXT.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

export const tokenText = (id: string, secret: string): string => `hp_${id}_${secret}`;

/** @throws PulseError invalid_input for an agent that would approve, or a name that is none */
export function checkNewToken({ name, kind, scope }: Pick<Token, 'name' | 'kind' | 'scope'>): void {
  if (!NAME.test(name)) {
    throw new PulseError(
      'invalid_input',
      'That is not a name for a token.',
      'Use up to 60 letters, digits, spaces and . _ @ + - and begin with a letter or digit: --name ana.',
    );
  }
  if (kind === 'agent' && scope === 'approve') {
    throw new PulseError(
      'invalid_input',
      'An agent cannot get the scope approve: a yes is given by a person.',
      'Give the agent --scope write, and the person who says yes a token of their own: --kind person --scope approve.',
    );
  }
}

const UNITS: Record<string, number> = { d: DAY, h: HOUR };
const LONGEST_DAYS = 3_650;

/** `90d`, `12h` or `never`, from now on. @throws PulseError invalid_input */
export function expiryOf(text: string, nowMs: number): string | null {
  const wanted = text.trim().toLowerCase();
  if (wanted === 'never') return null;
  const [, count, unit = ''] = /^(\d{1,5})([dh])$/.exec(wanted) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (ms > 0 && ms <= LONGEST_DAYS * DAY) return new Date(nowMs + ms).toISOString();
  throw new PulseError(
    'invalid_input',
    '--expires takes a number of days or hours, or never.',
    'Write --expires 90d, --expires 12h or --expires never.',
  );
}
