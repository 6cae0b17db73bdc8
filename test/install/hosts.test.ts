import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { chosenByDefault, detectHosts } from '../../src/install/detect.ts';
import { isGenerated, startedBy } from '../../src/install/entry-shapes.ts';
import {
  allowable,
  HOST_IDS,
  type HostId,
  NEVER_ALLOWED,
  SCOPES,
  type Scope,
} from '../../src/install/host.ts';
import { HOSTS, hostOf } from '../../src/install/hosts.ts';
import { readPack } from '../../src/install/pack.ts';
import { skillTargets } from '../../src/install/text-targets.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { place, put, treeOf, VERSION } from './kit.ts';

const NPX = { command: 'npx', args: ['-y', `hotfix-pulse@${VERSION}`, 'mcp'] };
const OWN = {
  command: '/usr/bin/node',
  args: [`HOME/.local/share/hotfix-pulse/${VERSION}/hotfix-pulse.js`, 'mcp'],
};
const STDIO = { type: 'stdio' };

/** Agent, scope, file, and everything in it. Source: design of the agent table, sections 2.1 and 2.2. */
const FILES: readonly (readonly [HostId, Scope, string, unknown])[] = [
  ['claude-code', 'project', '.mcp.json', { mcpServers: { 'hotfix-pulse': NPX } }],
  ['claude-code', 'user', '.claude.json', { mcpServers: { 'hotfix-pulse': { ...STDIO, ...OWN } } }],
  [
    'codex',
    'project',
    '.codex/config.toml',
    { mcp_servers: { 'hotfix-pulse': { ...NPX, startup_timeout_sec: 60, tool_timeout_sec: 90 } } },
  ],
  [
    'codex',
    'user',
    '.codex/config.toml',
    { mcp_servers: { 'hotfix-pulse': { ...OWN, tool_timeout_sec: 90 } } },
  ],
  [
    'opencode',
    'project',
    'opencode.json',
    {
      $schema: 'https://opencode.ai/config.json',
      mcp: {
        'hotfix-pulse': {
          type: 'local',
          command: [NPX.command, ...NPX.args],
          enabled: true,
          timeout: 60_000,
        },
      },
    },
  ],
  [
    'opencode',
    'user',
    '.config/opencode/opencode.json',
    {
      $schema: 'https://opencode.ai/config.json',
      mcp: { 'hotfix-pulse': { type: 'local', command: [OWN.command, ...OWN.args], enabled: true } },
    },
  ],
  ['gemini', 'project', '.gemini/settings.json', { mcpServers: { 'hotfix-pulse': NPX } }],
  ['gemini', 'user', '.gemini/settings.json', { mcpServers: { 'hotfix-pulse': OWN } }],
  ['copilot', 'project', '.mcp.json', { mcpServers: { 'hotfix-pulse': NPX } }],
  [
    'copilot',
    'user',
    '.copilot/mcp-config.json',
    { mcpServers: { 'hotfix-pulse': { type: 'local', ...OWN, tools: ['*'] } } },
  ],
  ['qwen', 'project', '.qwen/settings.json', { mcpServers: { 'hotfix-pulse': NPX } }],
  ['qwen', 'user', '.qwen/settings.json', { mcpServers: { 'hotfix-pulse': OWN } }],
  ['kimi', 'project', '.mcp.json', { mcpServers: { 'hotfix-pulse': NPX } }],
  [
    'kimi',
    'user',
    '.kimi-code/mcp.json',
    { mcpServers: { 'hotfix-pulse': { ...OWN, toolTimeoutMs: 90_000 } } },
  ],
  ['amp', 'project', '.amp/settings.json', { 'amp.mcpServers': { 'hotfix-pulse': NPX } }],
  ['amp', 'user', '.config/amp/settings.json', { 'amp.mcpServers': { 'hotfix-pulse': OWN } }],
  ['cursor', 'project', '.cursor/mcp.json', { mcpServers: { 'hotfix-pulse': NPX } }],
  ['cursor', 'user', '.cursor/mcp.json', { mcpServers: { 'hotfix-pulse': OWN } }],
  ['vscode', 'project', '.vscode/mcp.json', { servers: { 'hotfix-pulse': { ...STDIO, ...NPX } } }],
  ['vscode', 'user', '.config/Code/User/mcp.json', { servers: { 'hotfix-pulse': { ...STDIO, ...OWN } } }],
];

describe('each agent', () => {
  it.each(FILES)('%s, %s scope: %s', async (id, scope, file, value) => {
    const at = place();
    await at.install([id], { scope });
    const root = scope === 'user' ? at.home : at.repo;
    const text = readFileSync(join(root, file), 'utf8').replaceAll(at.home, 'HOME');
    const read = file.endsWith('.toml') ? parse(text) : JSON.parse(text);
    expect(JSON.parse(JSON.stringify(read))).toEqual(value);
    const skills = id === 'claude-code' ? '.claude/skills' : '.agents/skills';
    const names = Object.keys(treeOf(root)).filter((name) => /SKILL\.md$|commands\/.*\.md$/.test(name));
    const commands = scope === 'user' ? '.config/opencode/commands' : '.opencode/commands';
    const expected = [`${skills}/hotfix/SKILL.md`, `${skills}/incident/SKILL.md`];
    if (id === 'opencode') expected.push(`${commands}/hotfix.md`, `${commands}/incident.md`);
    expect(names.sort()).toEqual(expected.sort());
  });

  it('has one row, and every choice of the command line is a row', () => {
    expect(HOSTS.map(({ id }) => id).sort()).toEqual([...HOST_IDS].sort());
    expect(HOST_IDS.filter((id) => hostOf(id).evidence === 'documentation')).toEqual([
      'amp',
      'cursor',
      'vscode',
      'generic',
    ]);
  });

  it('what is written is known again as ours', () => {
    for (const [, , , value] of FILES) {
      const [servers] = Object.values(value as Record<string, Record<string, unknown>>).filter(
        (part) => typeof part === 'object',
      );
      const entry = servers?.['hotfix-pulse'];
      expect([isGenerated(entry), startedBy(entry)?.at(-1)]).toEqual([true, 'mcp']);
    }
    expect(isGenerated({ command: 'node', args: ['/opt/hotfix-pulse/dist/hotfix-pulse.js', 'mcp'] })).toBe(
      false,
    );
    expect(isGenerated({ command: 'npx', args: ['-y', 'hotfix-pulse@latest', 'mcp'] })).toBe(false);
    expect(isGenerated({ url: 'https://example.org' })).toBe(false);
    expect(isGenerated(null)).toBe(false);
  });

  it('uses the configuration of opencode that is there', async () => {
    for (const file of ['opencode.jsonc', '.opencode/opencode.json']) {
      const at = place();
      put(at.repo, file, '{\n  // mine\n}\n');
      await at.install(['opencode']);
      expect(readFileSync(join(at.repo, file), 'utf8')).toContain('hotfix-pulse@');
      expect(treeOf(at.repo)['opencode.json']).toBeUndefined();
    }
  });
});

describe('skill folders', () => {
  const folders = (hosts: HostId[], scope: Scope) => {
    const { where } = place().machine;
    return skillTargets({ hosts, scope, where }).map((target) => target.place);
  };

  it('no agent gets two copies, and none goes without', () => {
    expect(folders(['claude-code', 'opencode', 'copilot', 'amp', 'cursor', 'vscode'], 'project')).toEqual([
      './.claude/skills',
    ]);
    expect(folders(['codex', 'opencode', 'gemini', 'qwen', 'kimi'], 'project')).toEqual(['./.agents/skills']);
    expect(folders(['claude-code', 'codex'], 'project')).toEqual(['./.claude/skills', './.agents/skills']);
    for (const scope of SCOPES) {
      const chosen = folders([...HOST_IDS], scope);
      for (const id of HOST_IDS)
        expect(
          hostOf(id).skills[scope].some((folder) => chosen.includes(folder)),
          id,
        ).toBe(true);
    }
  });
});

describe('detection', () => {
  it('by program, by folder of the person, by file of the project', () => {
    const at = place();
    chmodSync(put(at.home, 'bin/codex', '#!/bin/sh\n'), 0o755);
    put(at.home, 'bin/qwen', 'not a program');
    mkdirSync(join(at.home, '.gemini'));
    put(at.repo, 'CLAUDE.md', '');
    const where = { ...at.machine.where, env: { PATH: `${join(at.home, 'bin')}:relative` } };
    const found = detectHosts(where);
    const signs = Object.fromEntries(
      found.filter((row) => row.signs.length > 0).map((row) => [row.id, row.signs]),
    );
    expect(signs).toEqual({ 'claude-code': ['project'], codex: ['program'], gemini: ['user'] });
    expect(chosenByDefault(found, 'project')).toEqual(['claude-code', 'codex', 'gemini']);
    // A colleague's file in the project is no reason to change this person's settings.
    expect(chosenByDefault(found, 'user')).toEqual(['codex', 'gemini']);
  });
});

describe('pre-allowing', () => {
  it('is for tools that only read', () => {
    const forged = NEVER_ALLOWED.map((name) => ({ name, effect: 'read' }));
    const names = allowable([...TOOLS, ...forged]);
    expect(names).toContain('list_incidents');
    expect(names.filter((name) => TOOLS.find((tool) => tool.name === name)?.effect !== 'read')).toEqual([]);
  });

  it.each<[HostId, string]>([
    ['claude-code', '"mcp__hotfix-pulse__get"'],
    ['codex', '[mcp_servers.hotfix-pulse.tools.get]'],
    ['opencode', '"hotfix-pulse_get"'],
    ['gemini', '"mcp_hotfix-pulse_get"'],
    ['copilot', "'hotfix-pulse(get)'"],
    ['qwen', '"mcp__hotfix-pulse__get"'],
    ['amp', '"mcp__hotfix_pulse__get"'],
  ])('%s calls the tool by its own name', (id, name) => {
    expect(hostOf(id).allow(['get'])?.text).toContain(name);
  });
});

describe('the real pack', () => {
  it('has the skill that is the slash command, and a command for each skill', () => {
    const pack = readPack(new URL('../..', import.meta.url).pathname, VERSION);
    expect(pack.skills.map(({ name }) => name).sort()).toEqual(pack.commands.map(({ name }) => name).sort());
    for (const { files } of pack.skills)
      expect(files.find(({ path }) => path === 'SKILL.md')?.text).toContain('hotfix-pulse');
    for (const { text } of pack.commands) expect(text).toContain('hotfix-pulse');
    expect(
      pack.skills.find(({ name }) => name === 'hotfix')?.files.find(({ path }) => path === 'SKILL.md')?.text,
    ).toMatch(/^name: hotfix$/m);
  });
});
