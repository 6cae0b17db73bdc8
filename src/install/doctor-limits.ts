import type { HostId } from './host.ts';

/** How long an agent waits for a server before it goes on without the tools. Measured; see the agent table, items 7 and 8. */
interface StartLimit {
  ms: number;
  /** In which of its modes; as the subject of a sentence. */
  who: string;
}

const START_LIMITS: Readonly<Partial<Record<HostId, StartLimit>>> = {
  'claude-code': { ms: 5_000, who: 'Claude Code without a terminal' },
  codex: { ms: 1_000, who: 'codex exec' },
};
/** A start of 15 s was waited for by all others that were measured, one of 40 s by two of them. */
const OTHERS_MS = 15_000;

/** Members of an entry that limit the start, and how many milliseconds one unit is. */
const START_MEMBERS: readonly (readonly [HostId, string, number])[] = [['opencode', 'timeout', 1]];

/** Members of an entry that limit a call. */
const CALL_MEMBERS: readonly (readonly [HostId, string, number])[] = [
  ['codex', 'tool_timeout_sec', 1_000],
  ['kimi', 'toolTimeoutMs', 1],
  ['gemini', 'timeout', 1],
  ['qwen', 'timeout', 1],
  ['copilot', 'timeout', 1],
];
/** Calls answer within 40 s (docs/architecture.md); below this some would be given up. */
export const CALL_NEEDS_MS = 45_000;

type Members = Readonly<Record<string, unknown>>;

function limitIn(
  table: readonly (readonly [HostId, string, number])[],
  id: HostId,
  entry: Members,
): { member: string; ms: number } | null {
  for (const [host, member, unit] of table) {
    const value = entry[member];
    if (host === id && typeof value === 'number' && value > 0) return { member, ms: value * unit };
  }
  return null;
}

/** Who waits how long for the start of this entry. */
export function startLimit(id: HostId, label: string, entry: Members): StartLimit {
  const own = limitIn(START_MEMBERS, id, entry);
  if (own) return { ms: own.ms, who: `${label} (${own.member} of the entry)` };
  return START_LIMITS[id] ?? { ms: OTHERS_MS, who: label };
}

/** The limit for a call that the entry itself sets; null without one. */
export function callLimit(id: HostId, entry: Members): { member: string; ms: number } | null {
  return limitIn(CALL_MEMBERS, id, entry);
}

type Env = Readonly<Record<string, string | undefined>>;

const CODEX_PASSES =
  /^(?:HOME|LANG|PATH|SHELL|TERM|TMPDIR|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|CODEX_CA_CERTIFICATE)$/;
const GEMINI_DROPS = /TOKEN|KEY|^SSH_AUTH_SOCK$/i;

/** What an agent hands on of its own environment; all of it unless it is in this table. */
const PASSES: Readonly<Partial<Record<HostId, (name: string) => boolean>>> = {
  codex: (name) => CODEX_PASSES.test(name),
  gemini: (name) => !GEMINI_DROPS.test(name),
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The environment that an agent starts the entry's program with. */
export function environmentFor(id: HostId, entry: Members, env: Env): Record<string, string> {
  const passes = PASSES[id] ?? (() => true);
  const named = Array.isArray(entry.env_vars) ? entry.env_vars : [];
  const own = [entry.env, entry.environment].filter(isRecord).flatMap((members) => Object.entries(members));
  return Object.fromEntries([
    ...Object.entries(env).filter(([name]) => passes(name) || named.includes(name)),
    ...own
      .filter((pair): pair is [string, string] => typeof pair[1] === 'string')
      .map(([name, value]) => [name, expanded(value, env)]),
  ]);
}

/** Agents replace `${NAME}`, `${env:NAME}` or `{env:NAME}` in values. */
function expanded(value: string, env: Env): string {
  return value.replace(
    /\$\{(?:env:)?(\w+)\}|\{env:(\w+)\}/g,
    (_, shell?: string, opencode?: string) => env[shell ?? opencode ?? ''] ?? '',
  );
}
