import { join } from 'node:path';
import type { HostId, Scope } from '../../src/install/host.ts';
import { AGENTS } from './requires.ts';

/** Arguments of the agent's own program, and what it must answer. */
export interface Shown {
  words: readonly string[];
  shows: readonly RegExp[];
}

/** What has to be typed for the skill to reach the model, and through which tool where the agent only names it. */
interface Door {
  says: string;
  /** Asked for by the model: an agent that does not expand what is typed without a terminal. */
  asks?: { name: string; args: Readonly<Record<string, string>> };
}

export interface AgentCli {
  id: HostId;
  /** One of the four whose runs without a terminal are the shortest: `.ci/run` has these. */
  isQuick?: true;
  env?: Readonly<Record<string, string>>;
  /**
   * Files from before we came, below the folder that holds `repo/` and `home/`: settings of its own, which
   * uninstall has to give back, and what a person answered to the agent's questions about trust.
   */
  before(scope: Scope, repo: string): Readonly<Record<string, string>>;
  server(scope: Scope): readonly Shown[];
  skills: readonly Shown[];
  headless: Door;
}

export const SKILLS = ['hotfix', 'incident', 'incident-review', 'postmortem'] as const;
const ENTRY: Readonly<Record<Scope, string>> = {
  project: 'node \\./node_modules/hotfix-pulse/dist/hotfix-pulse\\.js mcp',
  user: '\\S+ \\S+/\\.local/share/hotfix-pulse/[\\d.]+/hotfix-pulse\\.js mcp',
};
const shows = (words: string, ...patterns: (RegExp | string)[]): Shown => ({
  words: words.split(' '),
  shows: patterns.map((pattern) => new RegExp(pattern)),
});
const each = (form: (skill: string) => RegExp): RegExp[] => SKILLS.map(form);
const TYPED = '/hotfix';
const NAMED = 'Use the hotfix skill:';

/** Agents whose own program runs here. Source: design of the agent table, sections 2 and 3. */
export const AGENT_CLIS: Readonly<Record<string, AgentCli>> = {
  claude: {
    id: 'claude-code',
    isQuick: true,
    before: (scope) =>
      scope === 'user'
        ? { 'home/.claude.json': '{\n    "projects" : {"/elsewhere": {"hasTrustDialogAccepted": true}}\n}' }
        : {
            'repo/.mcp.json': '{\n\t"mcpServers" : { }\n}',
            'home/.claude/settings.json': '{"enableAllProjectMcpServers":true}',
          },
    server: (scope) => [shows('mcp list', `hotfix-pulse: ${ENTRY[scope]} - . Connected`)],
    // It has no list of skills; the first line of a run names them.
    skills: [],
    headless: { says: TYPED },
  },
  codex: {
    id: 'codex',
    isQuick: true,
    before: (scope, repo) =>
      scope === 'user'
        ? { 'home/.codex/config.toml': '# mine\n[tui]\nanimations = false   # quiet\n' }
        : {
            'repo/.codex/config.toml': '# ours\r\nhide_agent_reasoning = true\r\n',
            'home/.codex/config.toml': `[projects."${repo}"]\ntrust_level = "trusted"\n`,
          },
    server: () => [shows('mcp list --json', /"name": "hotfix-pulse",\s+"enabled": true/)],
    skills: [
      // What the model is told; the server's own words are there only when it answered.
      shows(
        'debug prompt-input hello',
        /mcp__hotfix_pulse: hotfix-pulse keeps the record/,
        ...each((skill) => new RegExp(`- ${skill}: Use when `)),
      ),
    ],
    headless: { says: '$hotfix' },
  },
  opencode: {
    id: 'opencode',
    before: (scope) => ({
      [scope === 'user' ? 'home/.config/opencode/opencode.jsonc' : 'repo/opencode.jsonc']:
        '{\n  // ours\n  "$schema": "https://opencode.ai/config.json",\n  "instructions":[]\n}',
    }),
    server: () => [shows('mcp list', /✓ hotfix-pulse \S*connected/)],
    skills: [
      // Either folder, where another installer filled both.
      shows(
        'debug skill',
        ...each((skill) => new RegExp(`"location": "\\S+/\\.(?:agents|claude)/skills/${skill}/SKILL`)),
      ),
      shows('debug config', ...each((command) => new RegExp(`"${command}": \\{\\s+"description"`))),
    ],
    headless: { says: TYPED },
  },
  gemini: {
    id: 'gemini',
    isQuick: true,
    env: { GEMINI_CLI_TRUST_WORKSPACE: 'true' },
    before: (scope) =>
      scope === 'user'
        ? { 'home/.gemini/settings.json': '{"ui":  {"hideTips": true}}\n' }
        : { 'repo/.gemini/settings.json': '{\n  // ours\n  "ui": { "hideBanner": true }\n}\n' },
    server: (scope) => [shows('mcp list', `✓ hotfix-pulse: ${ENTRY[scope]} \\(stdio\\) - Connected`)],
    skills: [shows('skills list', ...each((skill) => new RegExp(`^${skill} \\[Enabled\\]`, 'm')))],
    // Without a terminal it expands TOML commands only, and one of that name would hide the skill.
    headless: { says: NAMED, asks: { name: 'activate_skill', args: { name: 'hotfix' } } },
  },
  copilot: {
    id: 'copilot',
    isQuick: true,
    env: {
      COPILOT_OFFLINE: 'true',
      COPILOT_AUTO_UPDATE: 'false',
      COPILOT_PROVIDER_BASE_URL: 'http://127.0.0.1:1/v1',
      COPILOT_MODEL: 'none',
      COPILOT_ALLOW_ALL: 'true',
      // It unpacks itself there, once for all homes.
      XDG_CACHE_HOME: join(AGENTS, 'copilot', 'cache'),
    },
    before: (scope) =>
      scope === 'user'
        ? { 'home/.copilot/mcp-config.json': '{"mcpServers":{}}' }
        : { 'repo/.mcp.json': '{\n\t"mcpServers" : { }\n}' },
    server: (scope) => [
      shows(
        'mcp list',
        scope === 'user'
          ? /User servers:\s+hotfix-pulse \(local\)/
          : /Workspace servers:\s+hotfix-pulse \(local\)/,
      ),
    ],
    skills: [shows('skill list', ...each((skill) => new RegExp(`^ {2}${skill} - Use when `, 'm')))],
    headless: { says: NAMED, asks: { name: 'skill', args: { skill: 'hotfix' } } },
  },
  qwen: {
    id: 'qwen',
    before: (scope) =>
      scope === 'user'
        ? { 'home/.qwen/settings.json': '{"ui":  {"hideTips": true}}' }
        : {
            'repo/.qwen/settings.json': '{\n  // ours\n  "$version": 4,\n  "ui":  { "hideTips": true }\n}\n',
          },
    server: (scope) => [
      ...(scope === 'project'
        ? [shows('mcp approve hotfix-pulse', /Approved MCP server "hotfix-pulse"/)]
        : []),
      shows('mcp list', `hotfix-pulse: ${ENTRY[scope]} \\(stdio\\) - Connected`),
    ],
    skills: [],
    headless: { says: TYPED },
  },
  kimi: {
    id: 'kimi',
    before: (scope): Record<string, string> =>
      scope === 'user' ? {} : { 'repo/.mcp.json': '{\r\n    "mcpServers": {}\r\n}\r\n' },
    // It lists neither servers nor skills; the first request of a run has both.
    server: () => [shows('doctor', /All checked config files are valid/)],
    skills: [],
    headless: { says: NAMED, asks: { name: 'Skill', args: { skill: 'hotfix' } } },
  },
  amp: {
    id: 'amp',
    env: { AMP_URL: 'http://127.0.0.1:1/', AMP_API_KEY: 'none', AMP_SKIP_UPDATE_CHECK: '1' },
    before: (scope) => ({
      [scope === 'user' ? 'home/.config/amp/settings.json' : 'repo/.amp/settings.json']:
        '{\n  // ours\n  "amp.showCosts": false\n}\n',
    }),
    server: (scope) => [
      shows('mcp list', `hotfix-pulse +command +${ENTRY[scope]}`),
      ...(scope === 'project'
        ? [shows('mcp approve hotfix-pulse', /Approved MCP server "hotfix-pulse"/)]
        : []),
      shows('mcp doctor', /hotfix-pulse \(.*\): connected \(\d+ tools: /),
      shows('tools list', /mcp__hotfix_pulse__create_hotfix_task +Open an incident/),
    ],
    skills: [shows('skill list', ...each((skill) => new RegExp(`/\\.agents/skills/${skill}\\n`)))],
    // Its agent runs behind a server of its own: only the lists can be seen here.
    headless: { says: NAMED },
  },
};

/** Those whose agent runs with a scripted model, without a terminal and in it. */
export const RUNNABLE = Object.keys(AGENT_CLIS).filter((name) => name !== 'amp');
