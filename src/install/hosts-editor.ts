import { plain, typed } from './entry-shapes.ts';
import { type Host, type McpTarget, SERVER } from './host.ts';

const NONE = { project: null, user: null };
const NOTHING = { project: [], user: [] };
const both = (note: string) => ({ project: [note], user: [note] });
const JSON_SERVERS: McpTarget = { files: [], format: 'json', key: ['mcpServers'], entry: plain };

/** Agents that cannot be run offline, and the row for all others. Source: agent table, section 2.1. */
export const EDITOR_HOSTS: readonly Host[] = [
  {
    id: 'amp',
    label: 'Amp',
    mcp: {
      project: { ...JSON_SERVERS, files: ['./.amp/settings.json'], key: ['amp.mcpServers'] },
      user: { ...JSON_SERVERS, files: ['$XDG_CONFIG_HOME/amp/settings.json'], key: ['amp.mcpServers'] },
    },
    skills: {
      project: ['./.agents/skills', './.claude/skills'],
      user: [
        '~/.agents/skills',
        '~/.claude/skills',
        '$XDG_CONFIG_HOME/agents/skills',
        '$XDG_CONFIG_HOME/amp/skills',
      ],
    },
    commands: NONE,
    clashes: { project: [], user: [] },
    typed: 'Use the {name} skill: <what is broken>',
    approve: { project: `Approve the server once: amp mcp approve ${SERVER}`, user: '' },
    limits: '',
    withheld: '',
    notes: both('Amp asks for approval again whenever the entry changes.'),
    signs: { programs: ['amp'], user: ['$XDG_CONFIG_HOME/amp'], project: ['./.amp'] },
    allow: (tools) => ({
      where: '.amp/settings.json',
      // Amp writes the names of servers with underscores.
      text: `{"amp.permissions": [${tools
        .map((tool) => `{"tool": "mcp__${SERVER.replaceAll('-', '_')}__${tool}", "action": "allow"}`)
        .join(', ')}]}`,
    }),
    evidence: 'documentation',
  },
  {
    id: 'cursor',
    label: 'Cursor',
    mcp: {
      project: { ...JSON_SERVERS, files: ['./.cursor/mcp.json'] },
      user: { ...JSON_SERVERS, files: ['~/.cursor/mcp.json'] },
    },
    skills: {
      project: ['./.agents/skills', './.cursor/skills', './.claude/skills', './.codex/skills'],
      user: ['~/.agents/skills', '~/.cursor/skills', '~/.claude/skills', '~/.codex/skills'],
    },
    commands: NONE,
    clashes: { project: ['./.cursor/commands/{name}.md'], user: ['~/.cursor/commands/{name}.md'] },
    typed: '/{name} <what is broken>',
    approve: {
      project: 'Switch the server on in Cursor Settings, Tools & MCP.',
      user: 'Switch the server on in Cursor Settings, Tools & MCP.',
    },
    limits: '',
    withheld: '',
    notes: NOTHING,
    signs: { programs: ['cursor', 'cursor-agent'], user: ['~/.cursor'], project: ['./.cursor'] },
    allow: () => null,
    evidence: 'documentation',
  },
  {
    id: 'vscode',
    label: 'VS Code (GitHub Copilot)',
    mcp: {
      project: { ...JSON_SERVERS, files: ['./.vscode/mcp.json'], key: ['servers'], entry: typed },
      user: { ...JSON_SERVERS, files: ['$VSCODE_USER/mcp.json'], key: ['servers'], entry: typed },
    },
    skills: {
      project: ['./.agents/skills', './.claude/skills', './.github/skills'],
      user: ['~/.agents/skills', '~/.claude/skills', '~/.copilot/skills'],
    },
    commands: NONE,
    clashes: {
      project: ['./.github/prompts/{name}.prompt.md'],
      user: ['$VSCODE_USER/prompts/{name}.prompt.md'],
    },
    typed: '/{name} <what is broken>',
    approve: {
      project: 'VS Code asks whether you trust the server when it first starts.',
      user: 'VS Code asks whether you trust the server when it first starts.',
    },
    limits: '',
    withheld: '',
    notes: NOTHING,
    signs: { programs: ['code'], user: ['$VSCODE_USER'], project: ['./.vscode'] },
    allow: () => null,
    evidence: 'documentation',
  },
  {
    id: 'generic',
    label: 'Any other agent',
    mcp: NONE,
    skills: { project: ['./.agents/skills'], user: ['~/.agents/skills'] },
    commands: NONE,
    clashes: { project: [], user: [] },
    typed: 'Use the {name} skill: <what is broken>',
    approve: { project: '', user: '' },
    limits: '',
    withheld: '',
    notes: both("Put the printed server entry into the agent's own configuration."),
    signs: { programs: [], user: [], project: [] },
    allow: () => null,
    evidence: 'documentation',
  },
];
