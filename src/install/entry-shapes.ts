import type { Entry, Launch } from './host.ts';

/** `npx` may have to fetch the package first. In seconds. */
const SLOW_START_S = 60;
/** Calls answer within 40 s (see docs/architecture.md); the limit leaves room. In milliseconds. */
const CALL_LIMIT_MS = 90_000;

/** Claude Code, Gemini, Qwen, Kimi, Amp, Cursor. */
export const plain = ({ command, args }: Launch): Entry => ({ command, args });

/** Claude Code's user file and VS Code name the transport. */
export const typed = (launch: Launch): Entry => ({ type: 'stdio', ...plain(launch) });

/** Copilot's user file. */
export const copilotUser = (launch: Launch): Entry => ({ type: 'local', ...plain(launch), tools: ['*'] });

/** Its call limit is 60 s, and a quiet call that takes longer fails. */
export const kimiUser = (launch: Launch): Entry => ({ ...plain(launch), toolTimeoutMs: CALL_LIMIT_MS });

/** One list for program and arguments; the limit is for the start as well, in milliseconds. */
export const opencode = ({ command, args, kind }: Launch): Entry => ({
  type: 'local',
  command: [command, ...args],
  enabled: true,
  ...(kind === 'npx' ? { timeout: SLOW_START_S * 1000 } : {}),
});

export const codex = (launch: Launch): Entry => ({
  ...plain(launch),
  ...(launch.kind === 'npx' ? { startup_timeout_sec: SLOW_START_S } : {}),
  tool_timeout_sec: CALL_LIMIT_MS / 1000,
});

/** Members that say what is started: only these are brought up to date in an entry that a person added to. */
export const STARTING = ['command', 'args'] as const;

const VERSION = String.raw`\d+\.\d+\.\d+(?:-[\w.]+)?`;
const GENERATED: readonly RegExp[] = [
  new RegExp(`^npx\n-y\nhotfix-pulse@${VERSION}\nmcp$`),
  /^node\n\.\/node_modules\/hotfix-pulse\/dist\/hotfix-pulse\.js\nmcp$/,
  new RegExp(`^[^\n]+\n[^\n]+[\\\\/]hotfix-pulse[\\\\/]${VERSION}[\\\\/]hotfix-pulse\\.js\nmcp$`),
];

/** The words that an entry of any agent starts; null when it is none. */
export function startedBy(entry: unknown): string[] | null {
  if (typeof entry !== 'object' || entry === null) return null;
  const { command, args } = entry as { command?: unknown; args?: unknown };
  const words = Array.isArray(command) ? command : [command, ...(Array.isArray(args) ? args : [])];
  return words.length > 0 && words.every((word): word is string => typeof word === 'string') ? words : null;
}

/** Whether an entry starts what some version of this installer writes, so that it may be brought up to date. */
export function isGenerated(entry: unknown): boolean {
  const words = startedBy(entry)?.join('\n');
  return words !== undefined && GENERATED.some((form) => form.test(words));
}
