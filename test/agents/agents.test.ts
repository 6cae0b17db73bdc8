import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { AGENTS, describeIf, SHARED } from '../support/requires.ts';

/**
 * Real agent CLIs with a scripted model: what the user types reaches the model intact, the scripted calls run
 * against the built server, and the incident is on disk. Skill, command and server are put in place by hand.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'dist', 'hotfix-pulse.js');
const harness = join(SHARED, 'tools', 'agent-harness');
const typed = 'Users can\'t login - 500 "quoted" $(whoami)';

interface Host {
  /** How it is run: without a terminal, or typed into its own. */
  door: 'run-agent.mjs' | 'tui-agent.mjs';
  /** Where the skill goes, below the repository. */
  skills: string;
  /** Where a command file goes, for agents that expand one when run headless. */
  commands?: string;
  config: { file: string; text: string };
  prompt: string;
}

const standard = JSON.stringify({
  mcpServers: { 'hotfix-pulse': { command: process.execPath, args: [bin, 'mcp'] } },
});
const toml = `[mcp_servers.hotfix-pulse]\ncommand = ${JSON.stringify(process.execPath)}\nargs = [${JSON.stringify(bin)}, "mcp"]\n`;
const opencode = JSON.stringify({
  mcp: { 'hotfix-pulse': { type: 'local', command: [process.execPath, bin, 'mcp'], enabled: true } },
});

const HOSTS: Record<string, Host> = {
  claude: {
    door: 'run-agent.mjs',
    skills: '.claude/skills',
    config: { file: '.mcp.json', text: standard },
    prompt: `/hotfix ${typed}`,
  },
  opencode: {
    // Its own command line reads a bare number among the words ("500") as a number and stops.
    door: 'tui-agent.mjs',
    skills: '.agents/skills',
    commands: '.opencode/commands',
    config: { file: 'opencode.json', text: opencode },
    prompt: `/hotfix ${typed}`,
  },
  gemini: {
    // Skills are slash commands in its terminal only.
    door: 'tui-agent.mjs',
    skills: '.agents/skills',
    config: { file: '.gemini/settings.json', text: standard },
    prompt: `/hotfix ${typed}`,
  },
  codex: {
    door: 'run-agent.mjs',
    skills: '.agents/skills',
    config: { file: '.codex/config.toml', text: toml },
    prompt: `$hotfix ${typed}`,
  },
};

const script = {
  turns: [
    {
      text: 'Opening the incident.',
      tools: [
        {
          name: 'create_hotfix_task',
          args: { description: typed, facts: ['service: degraded', 'flow: login'] },
        },
      ],
      capture: { id: 'hotfix-\\d{3}' },
    },
    {
      tools: [
        {
          name: 'record_timeline_event',
          args: { incident: '{{id}}', kind: 'mitigation_applied', type: 'rollback', text: 'Put v1.0.0 back' },
        },
        { name: 'get_incident', args: { incident: '{{id}}' } },
      ],
    },
    { text: 'Incident {{id}} is contained.' },
  ],
};

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function install(agent: string): { repo: string; home: string; script: string; out: string } {
  const host = HOSTS[agent];
  if (!host) throw new Error(`no such agent: ${agent}`);
  const base = realpathSync(mkdtempSync(join(tmpdir(), `hotfix-pulse-${agent}-`)));
  folders.push(base);
  const [repo, home, out] = ['repo', 'home', 'out'].map((name) => join(base, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [repo, home, out]) mkdirSync(folder);
  execFileSync('git', ['init', '-q', '-b', 'main', repo]);
  cpSync(join(root, 'skills', 'hotfix'), join(repo, host.skills, 'hotfix'), { recursive: true });
  if (host.commands) cpSync(join(root, 'commands', 'hotfix.md'), join(repo, host.commands, 'hotfix.md'));
  mkdirSync(join(repo, host.config.file, '..'), { recursive: true });
  writeFileSync(join(repo, host.config.file), host.config.text);
  writeFileSync(join(base, 'script.json'), JSON.stringify(script));
  return { repo, home, out, script: join(base, 'script.json') };
}

describeIf(
  'shared',
  'agents',
  'tmux',
)('real agent CLIs', () => {
  it.each(Object.keys(HOSTS))(
    '%s: the typed text arrives intact and the incident is on disk',
    (agent) => {
      const place = install(agent);
      const args = ['--tools', AGENTS, '--repo', place.repo, '--home', place.home, '--out', place.out];
      const prompt = HOSTS[agent]?.prompt ?? '';
      // Off-line where a network namespace can be made; elsewhere the scripted model is still the only one reached.
      const offline = spawnSync('unshare', ['-n', 'true']).status === 0 ? ['--offline'] : [];
      const run = spawnSync(
        process.execPath,
        [
          join(harness, HOSTS[agent]?.door ?? ''),
          agent,
          ...args,
          '--prompt',
          prompt,
          '--script',
          place.script,
          '--expect',
          typed,
          ...offline,
        ],
        { encoding: 'utf8', maxBuffer: 1e9 },
      );
      const verdict = JSON.parse(run.stdout || '{}');
      const told = JSON.stringify(verdict, null, 1);
      expect(verdict.expect?.[typed], told).toBe(true);
      const calls: { name: string; executed: boolean; isError: boolean | null }[] = verdict.toolCalls ?? [];
      // Some agents look a tool up first.
      const ours = calls.filter((call) => !/search/i.test(call.name));
      expect(
        ours.map(({ name, executed, isError }) => [name, executed, isError === true]),
        told,
      ).toEqual([
        ['create_hotfix_task', true, false],
        ['record_timeline_event', true, false],
        ['get_incident', true, false],
      ]);
      expect(verdict.pass, told).toBe(true);
      const [folder = ''] = readdirSync(join(place.repo, 'specs'));
      expect(folder).toBe('hotfix-001-users-cant-login');
      const page = readFileSync(join(place.repo, 'specs', folder, 'hotfix.md'), 'utf8');
      expect(page).toContain('🟢🟢🟢⚪️⚪️');
      const log = readFileSync(join(place.repo, 'specs', folder, 'timeline.jsonl'), 'utf8');
      const opened = JSON.parse(log.split('\n').find((line) => line.includes('"opened"')) ?? '{}');
      expect(opened.data.description).toBe(typed);
      expect(opened.by.kind).toBe('agent');
    },
    180_000,
  );
});
