import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DoctorCheck } from '../../src/core/doctor.ts';
import { copyChecks } from '../../src/install/doctor-copies.ts';
import { entriesOf } from '../../src/install/doctor-entries.ts';
import { callLimit, environmentFor, startLimit } from '../../src/install/doctor-limits.ts';
import { startOf } from '../../src/install/doctor-starts.ts';
import { textChecks } from '../../src/install/doctor-texts.ts';
import { type HostId, SCOPES } from '../../src/install/host.ts';
import { hostOf } from '../../src/install/hosts.ts';
import type { Choice } from '../../src/install/installer.ts';
import { readManifest } from '../../src/install/manifest.ts';
import { readPack, renamed } from '../../src/install/pack.ts';
import { tempFolder } from '../support/repo.ts';
import { type Place, place, put, VERSION } from './kit.ts';

/** As a machine where `node` is where the kit says it is. */
const at = () => place({ node: process.execPath }, { PATH: '/usr/bin:/bin' });

const states = (checks: readonly DoctorCheck[]) => checks.map(({ id, state }) => `${id} ${state}`);

function textsOf(from: Place, hosts: readonly HostId[], name = 'hotfix') {
  const { where, root } = from.machine;
  const manifests = SCOPES.map((scope) => readManifest(scope, where)).filter((one) => one !== null);
  const pack = renamed(readPack(root, VERSION), name);
  return textChecks(hosts.map(hostOf), { where, pack, name, manifests });
}

describe('texts', () => {
  const EVERY: readonly HostId[] = [
    'claude-code',
    'codex',
    'opencode',
    'gemini',
    'qwen',
    'cursor',
    'generic',
  ];

  it.each(SCOPES)('all in place after an installation into the %s scope', async (scope) => {
    const from = at();
    await from.install(EVERY, { scope });
    const checks = textsOf(from, EVERY);
    expect(new Set(checks.map(({ state }) => state))).toEqual(new Set(['ok']));
    expect(checks.some(({ seen }) => seen.includes('.agents/skills (Codex, opencode'))).toBe(true);
  });

  it('under another name, too', async () => {
    const from = at();
    await from.install(['codex', 'opencode'], { name: 'prod-hotfix' });
    expect(new Set(textsOf(from, ['codex', 'opencode'], 'prod-hotfix').map(({ state }) => state))).toEqual(
      new Set(['ok']),
    );
  });

  it('missing: a failure where it was installed, a warning where only a server was added by hand', async () => {
    const from = at();
    expect(states(textsOf(from, ['codex']))).toEqual(['skill_missing warn']);
    await from.install(['codex', 'opencode']);
    rmSync(join(from.repo, '.agents/skills/hotfix'), { recursive: true });
    rmSync(join(from.repo, '.opencode/commands/incident.md'));
    const checks = textsOf(from, ['codex', 'opencode']);
    expect(checks).toContainEqual(
      expect.objectContaining({ id: 'skill_missing', state: 'fail', agent: 'codex' }),
    );
    expect(checks).toContainEqual(
      expect.objectContaining({ id: 'command_missing', state: 'warn', agent: 'opencode' }),
    );
  });

  it('edited by a person, or left by an older version', async () => {
    const from = at();
    await from.install(['codex']);
    put(
      from.machine.root,
      'skills/incident/SKILL.md',
      '---\nname: incident\n---\nNew words, hotfix-pulse.\n',
    );
    put(from.repo, '.agents/skills/hotfix/references/fix.md', '# My own\n');
    const checks = textsOf(from, ['codex']);
    expect(states(checks)).toEqual(['texts warn', 'texts warn']);
    expect(checks.map(({ seen }) => seen).sort()).toEqual([
      expect.stringMatching(/^hotfix in .*: edited by a person/),
      expect.stringMatching(/^incident in .*: of another version$/),
    ]);
  });

  it('a copy elsewhere that an agent reads too is seen; through a link it is as good as a file', async () => {
    const from = at();
    await from.install(['gemini']);
    put(from.home, '.gemini/skills/hotfix/SKILL.md', '---\nname: hotfix\n---\nOld, hotfix-pulse.\n');
    expect(textsOf(from, ['gemini'])).toContainEqual(
      expect.objectContaining({ id: 'texts', state: 'warn', path: join(from.home, '.gemini/skills') }),
    );
    const linked = at();
    mkdirSync(join(linked.repo, '.claude'));
    symlinkSync(join(linked.machine.root, 'skills'), join(linked.repo, '.claude/skills'));
    expect(states(textsOf(linked, ['claude-code']))).toEqual(['texts ok']);
  });

  const SHADOWS: [HostId, string, 'mine' | 'ours', DoctorCheck['state'], RegExp][] = [
    ['gemini', '.gemini/commands/hotfix.toml', 'mine', 'fail', /renames both, and \/hotfix is gone/],
    ['gemini', '.gemini/commands/hotfix.toml', 'ours', 'fail', /renames both/],
    ['claude-code', '.claude/commands/hotfix.md', 'mine', 'warn', /is hidden by our skill/],
    ['claude-code', '.claude/commands/hotfix.md', 'ours', 'warn', /is hidden by our skill/],
    ['qwen', '.qwen/commands/hotfix.md', 'mine', 'fail', /hides our skill/],
    ['qwen', '.qwen/commands/hotfix.md', 'ours', 'warn', /hides our skill/],
    ['opencode', '.opencode/command/hotfix.md', 'mine', 'fail', /hides our skill/],
    ['cursor', '.cursor/commands/hotfix.md', 'mine', 'warn', /stands beside our skill/],
    ['codex', '.codex/skills/hotfix/SKILL.md', 'mine', 'warn', /another skill named hotfix/],
  ];
  it.each(SHADOWS)('%s with %s (%s): %s', async (id, file, whose, state, words) => {
    for (const root of ['repo', 'home'] as const) {
      const from = at();
      await from.install([id]);
      // In the home folder of opencode commands lie elsewhere.
      if (id === 'opencode' && root === 'home') continue;
      put(from[root], file, whose === 'ours' ? '# hotfix-pulse\n' : '# deploys my cat pictures\n');
      const shadowed = textsOf(from, [id]).filter((check) => check.id === 'shadowed');
      expect(shadowed).toEqual([expect.objectContaining({ state, agent: id, path: join(from[root], file) })]);
      expect(shadowed[0]?.seen).toMatch(words);
      expect(shadowed[0]?.todo).toContain(whose === 'ours' ? 'Remove this file' : '--name');
    }
  });

  it('Codex lists a skill of both scopes twice', async () => {
    const from = at();
    await from.install(['codex', 'gemini']);
    await from.install(['codex', 'gemini'], { scope: 'user' });
    expect(states(textsOf(from, ['codex']))).toContain('listed_twice warn');
    expect(states(textsOf(from, ['gemini']))).not.toContain('listed_twice warn');
  });
});

describe('entries', () => {
  it.each<[HostId, Choice['scope']]>(
    (
      [
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
      ] as const
    ).flatMap((id) => SCOPES.map((scope): [HostId, Choice['scope']] => [id, scope])),
  )('%s in the %s scope: what was installed is found, vouched for and can be started', async (id, scope) => {
    const from = at();
    await from.install([id], { scope });
    const { entries, absent, faults } = entriesOf(hostOf(id), from.machine.where);
    expect([entries.length, absent.length, faults]).toEqual([1, 1, []]);
    const [entry] = entries;
    if (!entry) throw new Error('no entry');
    const { where } = from.machine;
    put(from.home, 'bin/npx', '');
    chmodSync(join(from.home, 'bin/npx'), 0o755);
    const env = { PATH: `${from.home}/bin` };
    const project = readManifest('project', where);
    const { start, checks } = startOf(entry, {
      ...{ where: { ...where, env }, temp: [], project, trustsProject: false },
    });
    expect(checks).toEqual([]);
    expect(start?.words.slice(-1)).toEqual(['mcp']);
    expect(start?.isFetched).toBe(scope === 'project');
    expect(start?.cwd).toBe(scope === 'project' ? from.repo : from.home);
  });

  it.each<[HostId, string, string, [number, number]]>([
    ['cursor', '.cursor/mcp.json', '{\n  "mcpServers": {\n', [2, 17]],
    ['codex', '.codex/config.toml', 'a = 1\nb = = 2\n', [2, 5]],
    ['gemini', '.gemini/settings.json', '{"a": }', [1, 7]],
  ])('%s with broken settings: line and column', (id, file, text, place_) => {
    const from = at();
    put(from.repo, file, text);
    const { faults, entries } = entriesOf(hostOf(id), from.machine.where);
    expect(entries).toEqual([]);
    expect(faults).toEqual([
      expect.objectContaining({ id: 'config_broken', state: 'fail', line: place_[0], column: place_[1] }),
    ]);
  });

  it('reads through a link, which the installer does not', () => {
    const from = at();
    const real = put(
      tempFolder(),
      'mcp.json',
      '{"mcpServers":{"hotfix-pulse":{"command":"node","args":["x"]}}}',
    );
    mkdirSync(join(from.repo, '.cursor'));
    symlinkSync(real, join(from.repo, '.cursor/mcp.json'));
    expect(entriesOf(hostOf('cursor'), from.machine.where).entries).toHaveLength(1);
  });
});

describe('startOf', () => {
  function startsWith(value: Record<string, unknown>, change: { id?: HostId; temp?: string[] } = {}) {
    const from = at();
    const { id = 'cursor', temp = [] } = change;
    put(from.home, '.cursor/mcp.json', JSON.stringify({ mcpServers: { 'hotfix-pulse': value } }));
    const [entry] = entriesOf(hostOf('cursor'), from.machine.where).entries;
    if (!entry) throw new Error('no entry');
    const own = { ...entry, host: hostOf(id) };
    const { where } = from.machine;
    return startOf(own, { where, temp, project: null, trustsProject: false });
  }
  const node = process.execPath;

  it.each<[string, Record<string, unknown>, string]>([
    ['no program', { args: ['x'] }, 'entry_wrong fail'],
    ['words that are no text', { command: node, args: [1] }, 'entry_wrong fail'],
    ['a program that is gone', { command: '/no/such/node', args: ['x'] }, 'entry_gone fail'],
    ['a program that is not on the path', { command: 'no-such-node' }, 'entry_gone fail'],
    ['a file that is gone', { command: node, args: ['/no/such/hotfix-pulse.js', 'mcp'] }, 'entry_gone fail'],
    ['a relative file that is gone', { command: node, args: ['./gone.js'] }, 'entry_gone fail'],
    ['a folder that is gone', { command: node, args: [], cwd: '/no/such' }, 'entry_gone fail'],
    ['a switched off entry', { command: node, args: [], disabled: true }, 'entry_off warn'],
  ])('%s', (_, value, expected) => {
    const { checks } = startsWith(value);
    expect(states(checks)).toEqual([expected]);
  });

  it('a program in the cache of npx, and one in a temporary folder, may be gone tomorrow', () => {
    const folder = tempFolder();
    const cached = put(folder, '_npx/ab12/node_modules/hotfix-pulse/dist/hotfix-pulse.js', '');
    expect(states(startsWith({ command: node, args: [cached] }).checks)).toEqual(['entry_temporary warn']);
    const temporary = put(folder, 'x.js', '');
    const { checks, start } = startsWith({ command: node, args: [temporary] }, { temp: [folder] });
    expect(states(checks)).toEqual(['entry_temporary warn']);
    expect(start?.words).toEqual([node, temporary]);
  });

  it('a limit for calls that is shorter than ours take', () => {
    const value = { command: node, args: [], tool_timeout_sec: 20 };
    expect(states(startsWith(value, { id: 'codex' }).checks)).toEqual(['entry_limit warn']);
    expect(states(startsWith({ ...value, tool_timeout_sec: 90 }, { id: 'codex' }).checks)).toEqual([]);
  });
});

describe('limits', () => {
  it('knows who waits how long', () => {
    expect(startLimit('codex', 'Codex', {})).toEqual({ ms: 1_000, who: 'codex exec' });
    expect(startLimit('gemini', 'Gemini CLI', {}).ms).toBe(15_000);
    expect(startLimit('opencode', 'opencode', { timeout: 3_000 }).ms).toBe(3_000);
    expect(callLimit('kimi', { toolTimeoutMs: 90_000 })).toEqual({ member: 'toolTimeoutMs', ms: 90_000 });
    expect(callLimit('cursor', { timeout: 1 })).toBeNull();
  });

  const ENV = { HOME: '/h', PATH: '/b', SSH_AUTH_SOCK: '/s', GITHUB_TOKEN: 't', FOO: 'f' };
  it.each<[HostId, Record<string, unknown>, string[]]>([
    ['cursor', {}, ['FOO', 'GITHUB_TOKEN', 'HOME', 'PATH', 'SSH_AUTH_SOCK']],
    ['codex', {}, ['HOME', 'PATH']],
    ['codex', { env_vars: ['SSH_AUTH_SOCK'] }, ['HOME', 'PATH', 'SSH_AUTH_SOCK']],
    ['gemini', {}, ['FOO', 'HOME', 'PATH']],
    ['gemini', { env: { GITHUB_TOKEN: '${GITHUB_TOKEN}' } }, ['FOO', 'GITHUB_TOKEN', 'HOME', 'PATH']],
  ])('%s with %j hands on %j', (id, entry, names) => {
    expect(Object.keys(environmentFor(id, entry, ENV)).sort()).toEqual(names);
  });

  it('puts values in where entries name variables', () => {
    const entry = {
      env: { A: '${FOO}', B: '${env:FOO}', C: 'x$FOO', D: '${NONE}' },
      environment: { E: '{env:FOO}' },
    };
    expect(environmentFor('opencode', entry, { FOO: 'f' })).toEqual({
      ...{ FOO: 'f', A: 'f', B: 'f', C: 'x$FOO', D: '', E: 'f' },
    });
  });
});

describe('copies', () => {
  it('whole, and then changed', async () => {
    const from = at();
    await from.install(['codex'], { scope: 'user' });
    const { where } = from.machine;
    const user = readManifest('user', where);
    expect(states(copyChecks(user, where))).toEqual(['copy ok']);
    put(from.home, `.local/share/hotfix-pulse/${VERSION}/mcp.js`, 'process.exit(1)');
    expect(states(copyChecks(user, where))).toEqual(['copy fail']);
    expect(copyChecks(null, where)).toEqual([]);
  });
});
