import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { expiryOf, foldTokens, SCOPES, TOKEN_KINDS, type Token, tokenState } from '../core/team-tokens.ts';
import type { Team } from '../ports-team.ts';
import { actorOf } from './actor.ts';
import { type Command, EXIT, type Session } from './command.ts';
import { when } from './render.ts';

const input = z.strictObject({
  action: z.enum(['create', 'list', 'revoke']).describe('create, list or revoke'),
  id: z.string().optional().describe('revoke: id of the token, as token list shows it'),
  name: z.string().optional().describe('create: who it is for; stands in the record of what it does'),
  kind: z.enum(TOKEN_KINDS).optional().describe('create: a person, or an agent that works by itself'),
  scope: z.enum(SCOPES).optional().describe('create: how far it goes; approve is for persons only'),
  expires: z.string().default('90d').describe('create: 90d, 12h or never; 90d when left out'),
});

const WORDS: Record<ReturnType<typeof tokenState>, string> = {
  valid: 'valid',
  expired: 'expired',
  revoked: 'revoked',
  elsewhere: 'for another workspace',
};

/** Who may come in over the hub. */
export const token: Command = {
  name: 'token',
  aliases: [],
  summary: 'Make, list and revoke the tokens with which people and agents come in over the hub (/mcp).',
  details:
    'A token is shown once and kept as a hash: in the database where HOTFIX_PULSE_DATABASE_URL is set, else beside the record of this repository. read sees incidents, write works on them, approve (persons only) also says yes to plans by name. A token for a person is made in a terminal only. A hub that runs knows new and revoked tokens at once (docs/team.md).',
  input,
  positionals: ['action', 'id'],
  examples: [
    'token create --name ana --kind person --scope approve',
    'token create --name ci-agent --kind agent --scope write --expires 30d',
    'token list',
    'token revoke 1a2b3c4d5e6f',
  ],
  async run(args, session) {
    const wanted = input.parse(args);
    const { root } = (await session.deps()).workspace;
    const team = await session.app.openTokens(root, session.io.env);
    try {
      return await ACTIONS[wanted.action](wanted, team, session);
    } finally {
      await team.close?.();
    }
  },
};

type Wanted = z.output<typeof input>;
type Action = (wanted: Wanted, team: Team, session: Session) => Promise<number>;

const ACTIONS: Record<Wanted['action'], Action> = { create, list, revoke };

function shown(one: Token, { workspace }: Team, nowMs: number) {
  return {
    ...{ id: one.id, name: one.name, kind: one.kind, scope: one.scope },
    ...{ state: tokenState(one, workspace, nowMs) },
    ...{ created_at: one.created_at, expires_at: one.expires_at, revoked_at: one.revoked_at },
  };
}

async function list(_wanted: Wanted, team: Team, { io, out }: Session): Promise<number> {
  const { allTokens } = await import('../hub/auth/tokens.ts');
  const all = (await allTokens(team)).map((one) => shown(one, team, io.now()));
  const unused = await usableIn(team, io.now());
  if (out.json) out.value({ workspace: team.workspace, tokens: all, unused: unused.length });
  else out.text(all.length === 0 ? NONE : all.map(lineOf).join('\n'));
  if (unused.length > 0) {
    out.notice(
      `${unused.length} token(s) in tokens.jsonl of this clone open nothing while HOTFIX_PULSE_DATABASE_URL is set: make new ones.`,
    );
  }
  return EXIT.ok;
}

/** Those that would let somebody in if the hub read them. */
async function usableIn({ unused, workspace }: Team, nowMs: number): Promise<Token[]> {
  const tokens = foldTokens((await unused?.read()) ?? []);
  return [...tokens.values()].filter((one) =>
    ['local', workspace].some((name) => tokenState(one, name, nowMs) === 'valid'),
  );
}

async function revoke({ id }: Wanted, team: Team, { io, out }: Session): Promise<number> {
  if (id === undefined) {
    throw new PulseError(
      'invalid_input',
      'Say which token is to be revoked.',
      'hotfix-pulse token list shows the ids; then hotfix-pulse token revoke ID.',
    );
  }
  const { revokeToken } = await import('../hub/auth/tokens.ts');
  const gone = await revokeToken(id, team, io.now());
  if (out.json) out.value(shown(gone, team, io.now()));
  else out.text(`Revoked: ${gone.id} of ${gone.name}. Every hub refuses it from now on.`);
  return EXIT.ok;
}

async function create(wanted: Wanted, team: Team, { io, out }: Session): Promise<number> {
  const { id, name, kind, scope, expires } = wanted;
  if (id !== undefined || name === undefined || kind === undefined || scope === undefined) {
    throw new PulseError(
      'invalid_input',
      'A token needs --name, --kind and --scope, and no other word.',
      'Write: hotfix-pulse token create --name ana --kind person --scope write',
    );
  }
  if (kind === 'person' && actorOf(io, null).kind !== 'human') {
    throw new PulseError(
      'unsafe',
      'A token for a person is made by a person: this needs a terminal.',
      'Run the command in a terminal of your own, not through an agent or a pipe; for an agent: --kind agent.',
    );
  }
  const { createToken } = await import('../hub/auth/tokens.ts');
  const expiresAt = expiryOf(expires, io.now());
  const made = await createToken({ name, kind, scope, expires_at: expiresAt }, team, io.now());
  if (out.json) out.value({ ...shown(made.token, team, io.now()), token: made.text });
  else out.text(made.text);
  out.notice(`For ${name} (${kind}, ${scope}), ${untilOf(expiresAt)}. It is shown this once.`);
  if (scope === 'approve') {
    out.notice('Whoever has it says yes in that name. Never put it into the settings of an agent.');
  }
  return EXIT.ok;
}

const NONE = 'No token was made here yet: hotfix-pulse token create --name NAME --kind agent --scope write';

const untilOf = (at: string | null): string => (at === null ? 'until it is revoked' : `until ${when(at)}`);

function lineOf(one: {
  id: string;
  name: string;
  kind: string;
  scope: string;
  state: keyof typeof WORDS;
  expires_at: string | null;
}): string {
  return `${one.id}  ${one.kind} ${one.name}: ${one.scope}, ${WORDS[one.state]}, ${untilOf(one.expires_at)}`;
}
