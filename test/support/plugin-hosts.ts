import { join } from 'node:path';
import { AGENTS } from './requires.ts';

const ID = 'hotfix-pulse@hotfix-pulse';

/** Arguments of the agent's own program, and what it must answer. */
type Step = readonly [words: readonly string[], shows: RegExp];

export interface PluginHost {
  /** Whether `.ci/run` installs it; the others run where they are found. */
  demanded: boolean;
  door: 'run-agent.mjs' | 'tui-agent.mjs';
  steps: (folder: string) => readonly Step[];
  /** The name by which the skill is called. */
  says: string;
  /** Where a server works: some agents start it in the plugin's folder, so the model has to name the repository. */
  startsIn: 'project' | 'plugin';
  env?: Readonly<Record<string, string>>;
  more?: readonly string[];
}

/** The agents whose own installer runs without a network. Source: design of the agent table, section 5. */
export const PLUGIN_HOSTS: Record<string, PluginHost> = {
  claude: {
    demanded: true,
    door: 'run-agent.mjs',
    steps: (folder) => [
      [['plugin', 'validate', '--strict', folder], /skills: hotfix-pulse:hotfix\n[\s\S]*Validation passed/],
      [['plugin', 'marketplace', 'add', folder], /Successfully added marketplace/],
      [['plugin', 'install', ID], /Successfully installed plugin/],
      [
        ['plugin', 'details', 'hotfix-pulse'],
        /Skills \(4\) {2}hotfix, incident, incident-review, postmortem\n/,
      ],
      [['mcp', 'list'], /plugin:hotfix-pulse:hotfix-pulse: .*Connected/],
    ],
    says: '/hotfix-pulse:hotfix',
    startsIn: 'project',
    more: ['--arg', 'mcp__plugin_hotfix-pulse_hotfix-pulse'],
  },
  codex: {
    demanded: true,
    door: 'run-agent.mjs',
    steps: (folder) => [
      [['plugin', 'marketplace', 'add', folder], /Added marketplace/],
      [['plugin', 'add', ID], /Added plugin/],
      [['mcp', 'list'], /hotfix-pulse +node +\S+\/plugin\/start\.mjs mcp/],
      [['debug', 'prompt-input', 'hello'], /- hotfix-pulse:hotfix: Use when production is broken/],
    ],
    says: '$hotfix-pulse:hotfix',
    startsIn: 'plugin',
  },
  gemini: {
    demanded: true,
    door: 'tui-agent.mjs',
    steps: (folder) => [
      [['extensions', 'validate', folder], /successfully validated/],
      [['extensions', 'install', '--consent', '--skip-settings', folder], /installed successfully/],
      [['extensions', 'list'], /MCP servers:\s+hotfix-pulse[\s\S]*hotfix: Use when production is broken/],
      [['mcp', 'list'], /hotfix-pulse \(from hotfix-pulse\).*Connected/],
    ],
    says: '/hotfix-pulse:hotfix',
    startsIn: 'project',
    env: { GEMINI_CLI_TRUST_WORKSPACE: 'true' },
  },
  qwen: {
    demanded: false,
    door: 'run-agent.mjs',
    steps: (folder) => [
      [['extensions', 'install', '--consent', `${folder}:hotfix-pulse`], /installed successfully/],
      [
        ['extensions', 'list'],
        /Skills:\s+hotfix\s+incident\s+incident-review\s+postmortem\s+MCP servers:\s+hotfix-pulse/,
      ],
      [['mcp', 'list'], /hotfix-pulse: .*Connected/],
    ],
    says: '/hotfix-pulse:hotfix',
    startsIn: 'project',
  },
  copilot: {
    demanded: false,
    door: 'tui-agent.mjs',
    steps: (folder) => [
      [['plugin', 'marketplace', 'add', folder], /added successfully/],
      [['plugin', 'install', ID], /Installed 4 skills/],
      [['mcp', 'list'], /Plugin servers:\s+hotfix-pulse \(local\)/],
      [['skill', 'list'], /Plugin skills:\s+hotfix - Use when production is broken/],
    ],
    says: '/hotfix-pulse:hotfix',
    startsIn: 'plugin',
    env: {
      COPILOT_OFFLINE: 'true',
      COPILOT_AUTO_UPDATE: 'false',
      COPILOT_PROVIDER_BASE_URL: 'http://127.0.0.1:1/v1',
      COPILOT_MODEL: 'none',
      // It unpacks itself there, once for all homes.
      XDG_CACHE_HOME: join(AGENTS, 'copilot', 'cache'),
    },
  },
  kimi: { demanded: false, door: 'tui-agent.mjs', steps: () => [], says: '/hotfix', startsIn: 'plugin' },
};
