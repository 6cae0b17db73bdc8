import { codex, copilotUser, kimiUser, opencode, plain, typed } from './entry-shapes.ts';
import { type Host, type McpTarget, SERVER } from './host.ts';

const MCP_JSON: McpTarget = { files: ['./.mcp.json'], format: 'json', key: ['mcpServers'], entry: plain };
const NONE = { project: null, user: null };
const ALL = '';
const SILENT = { project: [], user: [] };
const both = (note: string) => ({ project: [note], user: [note] });
const inProject = (note: string) => ({ project: [note], user: [] });
/** Placeholders of an agent's own rule lists. */
const rules = (prefix: string, tools: readonly string[]) =>
  tools.map((tool) => JSON.stringify(`${prefix}${tool}`)).join(', ');
const allowList = (where: string) => (tools: readonly string[]) => ({
  where,
  text: `{"permissions": {"allow": [${rules(`mcp__${SERVER}__`, tools)}]}}`,
});

/** Agents that run in a terminal. Source: design of the agent table, sections 2.1 to 2.5. */
export const TERMINAL_HOSTS: readonly Host[] = [
  {
    id: 'claude-code',
    label: 'Claude Code',
    mcp: {
      project: MCP_JSON,
      user: {
        ...{ files: ['$CLAUDE_JSON/.claude.json'], format: 'json', key: ['mcpServers'], entry: typed },
        through: 'claude',
      },
    },
    skills: { project: ['./.claude/skills'], user: ['$CLAUDE_CONFIG_DIR/skills'] },
    commands: NONE,
    clashes: {
      project: ['./.claude/commands/{name}.md'],
      user: ['$CLAUDE_CONFIG_DIR/commands/{name}.md'],
    },
    typed: '/{name} <what is broken>',
    approve: {
      project: 'Claude Code asks once before it starts a server of the project: choose to use it.',
      user: '',
    },
    limits: 'Headless runs wait 5 to 7 s for a server to start.',
    withheld: ALL,
    notes: SILENT,
    signs: { programs: ['claude'], user: ['$CLAUDE_CONFIG_DIR'], project: ['./.claude', './CLAUDE.md'] },
    allow: allowList('.claude/settings.json (or ~/.claude/settings.json)'),
    evidence: 'tested',
  },
  {
    id: 'codex',
    label: 'Codex',
    mcp: {
      project: { files: ['./.codex/config.toml'], format: 'toml', key: ['mcp_servers'], entry: codex },
      user: { files: ['$CODEX_HOME/config.toml'], format: 'toml', key: ['mcp_servers'], entry: codex },
    },
    skills: {
      project: ['./.agents/skills', './.codex/skills'],
      user: ['~/.agents/skills', '$CODEX_HOME/skills'],
    },
    commands: NONE,
    clashes: { project: [], user: [] },
    typed: '${name} <what is broken>',
    approve: {
      project: 'Codex ignores the project file until the folder is trusted: answer its question with yes.',
      user: '',
    },
    limits: 'codex exec waits about 1 s for a server; a call may take 90 s (set in the entry).',
    withheld: `Codex passes on HOME, LANG, PATH, SHELL, TERM and TMPDIR only. For git over ssh or tokens, name the variables in [mcp_servers.${SERVER}]: env_vars = ["SSH_AUTH_SOCK", "GITHUB_TOKEN"]`,
    notes: both('Codex has no slash commands of its own: /hotfix is answered with "Unrecognized command".'),
    signs: { programs: ['codex'], user: ['$CODEX_HOME'], project: ['./.codex'] },
    allow: (tools) => ({
      where: '~/.codex/config.toml',
      text: tools
        .map((tool) => `[mcp_servers.${SERVER}.tools.${tool}]\napproval_mode = "approve"`)
        .join('\n'),
    }),
    evidence: 'tested',
  },
  {
    id: 'opencode',
    label: 'opencode',
    mcp: {
      project: {
        files: [
          './opencode.json',
          './opencode.jsonc',
          './.opencode/opencode.json',
          './.opencode/opencode.jsonc',
        ],
        ...{ format: 'json', key: ['mcp'], entry: opencode },
        fresh: { $schema: 'https://opencode.ai/config.json' },
      },
      user: {
        files: [
          '$XDG_CONFIG_HOME/opencode/opencode.json',
          '$XDG_CONFIG_HOME/opencode/opencode.jsonc',
          '~/.opencode/opencode.json',
          '~/.opencode/opencode.jsonc',
        ],
        ...{ format: 'json', key: ['mcp'], entry: opencode },
        fresh: { $schema: 'https://opencode.ai/config.json' },
      },
    },
    skills: {
      project: ['./.agents/skills', './.claude/skills', './.opencode/skills', './.opencode/skill'],
      user: ['~/.agents/skills', '~/.claude/skills', '$XDG_CONFIG_HOME/opencode/skills'],
    },
    // The command wins over a skill of the same name, and only a command can be run headless.
    commands: { project: './.opencode/commands', user: '$XDG_CONFIG_HOME/opencode/commands' },
    clashes: {
      project: ['./.opencode/commands/{name}.md', './.opencode/command/{name}.md'],
      user: ['$XDG_CONFIG_HOME/opencode/commands/{name}.md', '$XDG_CONFIG_HOME/opencode/command/{name}.md'],
    },
    typed: '/{name} <what is broken>',
    approve: { project: '', user: '' },
    limits: 'A call that stays quiet for 60 s fails; ours answer within 40 s.',
    withheld: ALL,
    notes: both(
      'opencode runs an exclamation mark followed by a backquoted command that stands in the text typed after a slash command, before any tool or model sees it: put alert text into a file and name the file.',
    ),
    signs: {
      programs: ['opencode'],
      user: ['$XDG_CONFIG_HOME/opencode', '~/.opencode'],
      project: ['./opencode.json', './opencode.jsonc', './.opencode'],
    },
    allow: (tools) => ({
      where: 'opencode.json (asks for nothing unless told to)',
      text: `{"permission": {${tools.map((tool) => `"${SERVER}_${tool}": "allow"`).join(', ')}}}`,
    }),
    evidence: 'tested',
  },
  {
    id: 'gemini',
    label: 'Gemini CLI',
    mcp: {
      project: { ...MCP_JSON, files: ['./.gemini/settings.json'] },
      user: { ...MCP_JSON, files: ['~/.gemini/settings.json'] },
    },
    skills: {
      project: ['./.agents/skills', './.gemini/skills'],
      user: ['~/.agents/skills', '~/.gemini/skills'],
    },
    // A TOML command of the same name makes Gemini rename both, and /hotfix is gone.
    commands: NONE,
    clashes: { project: ['./.gemini/commands/{name}.toml'], user: ['~/.gemini/commands/{name}.toml'] },
    typed: '/{name} <what is broken>',
    approve: {
      project: 'Gemini starts no server in an untrusted folder: trust it when asked.',
      user: 'Gemini starts no server in an untrusted folder, not even one of the user: trust it when asked.',
    },
    limits: '',
    withheld: `Gemini drops variables with TOKEN or KEY in their name and SSH_AUTH_SOCK. Name them in the entry: "env": {"GITHUB_TOKEN": "\${GITHUB_TOKEN}"}`,
    notes: inProject(
      'Started in a folder below the repository, Gemini finds neither the server nor the skills of the project.',
    ),
    signs: { programs: ['gemini'], user: ['~/.gemini'], project: ['./.gemini', './GEMINI.md'] },
    allow: (tools) => ({
      where: '.gemini/settings.json',
      text: `{"tools": {"allowed": [${rules(`mcp_${SERVER}_`, tools)}]}}`,
    }),
    evidence: 'tested',
  },
  {
    id: 'copilot',
    label: 'GitHub Copilot CLI',
    mcp: {
      project: MCP_JSON,
      user: { ...MCP_JSON, files: ['$COPILOT_HOME/mcp-config.json'], entry: copilotUser },
    },
    skills: {
      project: ['./.agents/skills', './.claude/skills', './.github/skills'],
      user: ['~/.agents/skills', '$COPILOT_HOME/skills'],
    },
    commands: NONE,
    clashes: { project: ['./.claude/commands/{name}.md'], user: [] },
    typed: '/{name} <what is broken>',
    approve: { project: 'Copilot ignores the project until its folder is trusted.', user: '' },
    limits: '',
    withheld: ALL,
    notes: inProject(
      'From a folder below the repository, Copilot finds the skills but not the server of the project.',
    ),
    signs: { programs: ['copilot'], user: ['$COPILOT_HOME'], project: ['./.github/copilot-instructions.md'] },
    allow: (tools) => ({
      where: 'the command line',
      text: `copilot ${tools.map((tool) => `--allow-tool '${SERVER}(${tool})'`).join(' ')}`,
    }),
    evidence: 'tested',
  },
  {
    id: 'qwen',
    label: 'Qwen Code',
    mcp: {
      project: { ...MCP_JSON, files: ['./.qwen/settings.json'] },
      user: { ...MCP_JSON, files: ['~/.qwen/settings.json'] },
    },
    skills: { project: ['./.agents/skills', './.qwen/skills'], user: ['~/.agents/skills', '~/.qwen/skills'] },
    // A command would win over the skill.
    commands: NONE,
    clashes: {
      project: ['./.qwen/commands/{name}.md', './.qwen/commands/{name}.toml'],
      user: ['~/.qwen/commands/{name}.md', '~/.qwen/commands/{name}.toml'],
    },
    typed: '/{name} <what is broken>',
    approve: { project: `Approve the server once: qwen mcp approve ${SERVER}`, user: '' },
    limits: '',
    withheld: ALL,
    notes: inProject(
      'Started in a folder below the repository, Qwen finds neither the server nor the skills of the project.',
    ),
    signs: { programs: ['qwen'], user: ['~/.qwen'], project: ['./.qwen', './QWEN.md'] },
    allow: allowList('.qwen/settings.json'),
    evidence: 'tested',
  },
  {
    id: 'kimi',
    label: 'Kimi Code',
    mcp: {
      project: MCP_JSON,
      user: { ...MCP_JSON, files: ['$KIMI_CODE_HOME/mcp.json'], entry: kimiUser },
    },
    skills: {
      project: ['./.agents/skills', './.kimi-code/skills'],
      user: ['~/.agents/skills', '$KIMI_CODE_HOME/skills'],
    },
    commands: NONE,
    clashes: { project: [], user: [] },
    typed: '/{name} <what is broken>',
    approve: { project: 'Kimi skips the servers of a folder until it is trusted.', user: '' },
    limits: 'A call that takes longer than 60 s fails; the entry of the user scope allows 90 s.',
    withheld: ALL,
    notes: SILENT,
    signs: { programs: ['kimi'], user: ['$KIMI_CODE_HOME'], project: ['./.kimi-code'] },
    allow: () => null,
    evidence: 'tested',
  },
];
