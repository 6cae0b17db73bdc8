/** The agents that can be set up; `generic` is every agent that reads `.agents/skills`. */
export const HOST_IDS = [
  'claude-code',
  'codex',
  'opencode',
  'gemini',
  'copilot',
  'qwen',
  'kimi',
  'amp',
  'cursor',
  'vscode',
  'generic',
] as const;
export type HostId = (typeof HOST_IDS)[number];

export const SCOPES = ['project', 'user'] as const;
/** `project`: files in the repository, shared by commit. `user`: files of one person on one machine. */
export type Scope = (typeof SCOPES)[number];

/**
 * A file or folder, by a base and a path below it with `/`: `./x` in the repository, `~/x` in the home folder,
 * `$CODEX_HOME/x` and its like below a folder that a variable may move (see places.ts).
 */
export type Place = string;

/** What an entry starts. */
export interface Launch {
  /** `installed`: our own copy; `dependency`: the one in node_modules; `npx`: fetched on first use. */
  kind: 'installed' | 'dependency' | 'npx';
  command: string;
  args: readonly string[];
}

export type EntryValue = string | number | boolean | readonly string[];
export type Entry = Readonly<Record<string, EntryValue>>;

/** Where and how an agent is told about the server. */
export interface McpTarget {
  /** The first that exists is used, else the first. */
  files: readonly Place[];
  format: 'json' | 'toml';
  /** Members from the root to the table of servers. One member may hold a dot. */
  key: readonly string[];
  entry(launch: Launch): Entry;
  /** Members that a new file gets besides, because the agent would write them itself. */
  fresh?: Readonly<Record<string, string>>;
  /** The agent rewrites this file itself, so its own command is used where the program is found. */
  through?: 'claude';
}

/** A suggestion, printed and never written: which calls a person may stop confirming. */
interface Allowance {
  where: string;
  text: string;
}

export interface Host {
  id: HostId;
  label: string;
  mcp: Readonly<Record<Scope, McpTarget | null>>;
  /** Every skill folder that the agent reads; ours goes to one of them, the earlier the better. */
  skills: Readonly<Record<Scope, readonly Place[]>>;
  /** Where our command files go, for agents that need them beside the skills. */
  commands: Readonly<Record<Scope, Place | null>>;
  /** Command files that would shadow our skill, or that our skill would shadow; `{name}` is the command. */
  clashes: Readonly<Record<Scope, readonly Place[]>>;
  /** What a person types; `{name}` is the skill. */
  typed: string;
  /** What has to be trusted or approved; empty when nothing. */
  approve: Readonly<Record<Scope, string>>;
  /** What the agent waits for, and what the entry sets. */
  limits: string;
  /** Variables that the server does not get, and where to name them; empty when it gets all. */
  withheld: string;
  /** What else to know; no line is about the other scope. */
  notes: Readonly<Record<Scope, readonly string[]>>;
  /** Signs that a person uses the agent: a program on the path, a folder of its own, a file in the project. */
  signs: { programs: readonly string[]; user: readonly Place[]; project: readonly Place[] };
  /** Lines that pre-allow these tools, or null when the agent has no file for it or never asks. */
  allow(tools: readonly string[]): Allowance | null;
  /** `tested`: run for real, offline, with a scripted model. `documentation`: read, not run. */
  evidence: 'tested' | 'documentation';
}

export const SERVER = 'hotfix-pulse';
/** The skill that is the slash command and may get another name. */
export const MAIN_SKILL = 'hotfix';

/** Never pre-allowed, whatever a list says: they change what runs in production. */
export const NEVER_ALLOWED = ['deploy_hotfix', 'rollback_change', 'backport_hotfix'] as const;

/** The tools that may be suggested for pre-allowing: those that only read. */
export function allowable(tools: readonly { name: string; effect: string }[]): string[] {
  return tools
    .filter(({ name, effect }) => effect === 'read' && !NEVER_ALLOWED.some((never) => never === name))
    .map(({ name }) => name);
}
