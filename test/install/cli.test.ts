import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/cli/app.ts';
import { installCommand } from '../../src/cli/install.ts';
import type { Setup } from '../../src/cli/install-setup.ts';
import { createOutput } from '../../src/cli/output.ts';
import { uninstallCommand } from '../../src/cli/uninstall.ts';
import { createInstaller } from '../../src/install/installer.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { type FakeOptions, fakeApp, fakeIo, fakeWorld } from '../cli/fakes.ts';
import { EMPTY_HOME, place, put, treeOf } from './kit.ts';

function door(options: FakeOptions & { answers?: string[] } = {}) {
  const at = place();
  const setup: Setup = async () => createInstaller(at.machine);
  const commands = { install: installCommand(setup), uninstall: uninstallCommand(setup) };
  return {
    ...at,
    async run(name: keyof typeof commands, args: Record<string, unknown>, json = false) {
      const answers = [...(options.answers ?? [])];
      const fake = fakeIo(options);
      const asked: string[] = [];
      const io = {
        ...fake,
        ask: async (question: string) => {
          asked.push(question);
          return answers.shift() ?? '';
        },
      };
      const app: App = { ...fakeApp(fakeWorld(), fake), tools: TOOLS };
      const session = {
        io,
        app,
        out: createOutput(io, { json, noColour: true }),
        deps: () => Promise.reject(new Error('no')),
      };
      const code = await commands[name].run(args, session);
      return { code, asked, out: fake.written.stdout, err: fake.written.stderr };
    },
  };
}

describe('install', () => {
  it('without a terminal it needs --yes, and changes nothing before', async () => {
    const at = door();
    await expect(at.run('install', { agent: ['codex'] })).rejects.toMatchObject({ code: 'unsafe' });
    expect([treeOf(at.repo), treeOf(at.home)]).toEqual([{}, EMPTY_HOME]);
    expect((await at.run('install', { agent: ['codex'], yes: true })).code).toBe(0);
    expect(Object.keys(treeOf(at.repo))).toContain('.codex/config.toml');
  });

  it('--dry-run shows what would change and touches nothing', async () => {
    const at = door();
    put(at.repo, '.cursor/mcp.json', '{"mcpServers":{"x":{"env":{"TOKEN":"ghp_secret"}}}}');
    const before = treeOf(at.repo);
    const { code, out, err } = await at.run('install', { agent: ['cursor'], dry_run: true });
    expect(code).toBe(0);
    expect(out).toContain(`M ${join(at.repo, '.cursor/mcp.json')}`);
    expect(out).toContain('+,"hotfix-pulse":{"command":"npx"');
    expect(out).toContain(`A ${join(at.repo, '.agents/skills/hotfix/SKILL.md')}`);
    expect(out + err).not.toContain('ghp_secret');
    expect([treeOf(at.repo), treeOf(at.home)]).toEqual([before, EMPTY_HOME]);
  });

  it('answers one JSON value', async () => {
    const at = door();
    put(at.repo, '.cursor/mcp.json', '{');
    const { code, out } = await at.run('install', { agent: ['codex', 'cursor', 'generic'], yes: true }, true);
    const value = JSON.parse(out);
    expect(code).toBe(4);
    expect(value).toMatchObject({
      scope: 'project',
      agents: ['codex', 'cursor', 'generic'],
      dry_run: false,
      name: 'hotfix',
    });
    expect(value.refusals).toMatchObject([{ code: 'broken', line: 1, column: 1, may_replace: false }]);
    expect(value.edits).toContainEqual({
      path: join(at.repo, '.codex/config.toml'),
      action: 'create',
      agents: ['codex'],
    });
    expect(JSON.parse(value.snippet).mcpServers['hotfix-pulse'].command).toBe('npx');
  });

  it('suggests to pre-allow tools that only read, and never others', async () => {
    const at = door();
    const all = [
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
    ];
    const { out } = await at.run('install', { agent: all, yes: true }, true);
    const { suggestions } = JSON.parse(out);
    expect(suggestions.map(({ agent }: { agent: string }) => agent)).toEqual([
      ...['claude-code', 'codex', 'opencode', 'gemini', 'copilot', 'qwen', 'amp'],
    ]);
    for (const { text } of suggestions) {
      expect(text).toContain('list_incidents');
      for (const { name, effect } of TOOLS) if (effect !== 'read') expect(text).not.toContain(name);
      expect(text).not.toMatch(/deploy_hotfix|rollback_change|backport_hotfix/);
    }
  });

  it('in a terminal: asks for the scope, ticks what is found, asks before it writes', async () => {
    const at = door({ tty: true, answers: ['', '1', '', 'y'] });
    put(at.repo, '.gemini/settings.json', '{}\n');
    const { code, asked, err, out } = await at.run('install', {});
    expect(code).toBe(0);
    expect(asked).toHaveLength(4);
    expect(err).toMatch(/\[x\] +4 +Gemini CLI {2}\(found\)/);
    expect(err).toMatch(/\[ \] +1 +Claude Code/);
    expect(err).toMatch(/\[x\] +1 +Claude Code/);
    expect(err).not.toContain('\u001b[');
    expect(out).toContain(`changed ${join(at.repo, '.gemini/settings.json')}`);
    expect(Object.keys(treeOf(at.repo))).toContain('.mcp.json');
  });

  it('in a terminal: no is no', async () => {
    const at = door({ tty: true, answers: ['n'] });
    await expect(at.run('install', { agent: ['codex'], scope: 'user' })).rejects.toMatchObject({
      code: 'unsafe',
    });
    expect(treeOf(at.home)).toEqual(EMPTY_HOME);
  });

  it('in a terminal: offers another name, and asks for each file that a person edited', async () => {
    const at = door({ tty: true, answers: ['prod-hotfix', 'y', 'y'] });
    put(at.repo, '.claude/commands/hotfix.md', '# mine\n');
    put(at.repo, '.mcp.json', '{"mcpServers":{"hotfix-pulse":{"command":"mine"}}}');
    const { code, asked } = await at.run('install', { agent: ['claude-code'], scope: 'project' });
    expect(code).toBe(0);
    expect(asked[1]).toContain('.mcp.json');
    expect(readFileSync(join(at.repo, '.mcp.json'), 'utf8')).toContain('npx');
    expect(Object.keys(treeOf(at.repo))).toContain('.claude/skills/prod-hotfix/SKILL.md');
    expect(treeOf(at.repo)['.claude/commands/hotfix.md']).toBe('# mine\n');
  });

  it('says when there is nothing to do, and where no agent is found', async () => {
    const at = door();
    await at.run('install', { agent: ['codex'], yes: true });
    expect((await at.run('install', { agent: ['codex'] })).out).toContain('nothing to change');
    await expect(door().run('install', { yes: true })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('tells agent by agent what to type and what to approve', async () => {
    const { err } = await door().run('install', { agent: ['codex', 'qwen'], yes: true });
    expect(err).toContain('Codex: type $hotfix');
    expect(err).toContain('qwen mcp approve hotfix-pulse');
    expect(err).toContain('env_vars');
    expect(err).toContain('slow');
  });
});

describe('uninstall', () => {
  it('takes all away, after a yes', async () => {
    const at = door();
    await at.run('install', { agent: ['codex', 'vscode'], yes: true });
    await expect(at.run('uninstall', { scope: 'project' })).rejects.toMatchObject({ code: 'unsafe' });
    const { code, out } = await at.run('uninstall', { yes: true });
    expect(code).toBe(0);
    expect(out).toContain('removed');
    expect([treeOf(at.repo), treeOf(at.home)]).toEqual([{}, EMPTY_HOME]);
  });

  it('keeps a skill that a person edited, and says so', async () => {
    const at = door();
    await at.run('install', { agent: ['codex'], yes: true });
    const skill = join(at.repo, '.agents/skills/hotfix/SKILL.md');
    writeFileSync(skill, 'hotfix-pulse, edited');
    const { code, err } = await at.run('uninstall', { yes: true });
    expect(code).toBe(4);
    expect(err).toContain('was changed by a person');
    expect(Object.keys(treeOf(at.repo)).filter((name) => !name.endsWith('/'))).toEqual([
      '.agents/skills/hotfix/SKILL.md',
    ]);
    expect((await at.run('uninstall', { yes: true, replace: true })).code).toBe(0);
    expect(treeOf(at.repo)).toEqual({});
  });
});
