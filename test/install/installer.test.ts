import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HOST_IDS, type HostId, SCOPES } from '../../src/install/host.ts';
import { HOSTS, hostOf } from '../../src/install/hosts.ts';
import { changes, createInstaller } from '../../src/install/installer.ts';
import { fullPath, spotOf } from '../../src/install/places.ts';
import { EMPTY_HOME, place, put, treeOf, VERSION } from './kit.ts';

const ALL = HOST_IDS;
const CHOICE = { scope: 'project', name: null, replace: new Set<string>() } as const;

describe('install and uninstall', () => {
  it.each(SCOPES)(
    'every agent, %s scope: nothing is left behind, nothing was there before',
    async (scope) => {
      const at = place();
      put(at.home, '.keep/x', 'x');
      const before = { home: treeOf(at.home), repo: treeOf(at.repo) };
      const { plan, applied } = await at.install(ALL, { scope });
      expect(plan.refusals).toEqual([]);
      expect(applied.failed).toBeNull();
      expect(Object.keys(treeOf(scope === 'user' ? at.home : at.repo)).length).toBeGreaterThan(20);
      // A project scope leaves nothing in the home but the manifest.
      const other = treeOf(scope === 'user' ? at.repo : at.home);
      expect(Object.keys(other).filter((name) => !/^\.local|^\.keep/.test(name))).toEqual([]);
      const undone = await at.uninstall(ALL, { scope });
      expect(undone.plan.refusals).toEqual([]);
      expect({ home: treeOf(at.home), repo: treeOf(at.repo) }).toEqual(before);
    },
  );

  it.each(SCOPES)('a second run changes nothing, %s scope', async (scope) => {
    const at = place();
    await at.install(ALL, { scope });
    const once = { home: treeOf(at.home), repo: treeOf(at.repo) };
    const { plan } = await at.install(ALL, { scope });
    expect(changes(plan.edits)).toEqual([]);
    expect({ home: treeOf(at.home), repo: treeOf(at.repo) }).toEqual(once);
  });

  it.each(ALL.flatMap((id) => SCOPES.map((scope): [HostId, 'project' | 'user'] => [id, scope])))(
    '%s, %s scope: an existing configuration gets its bytes back',
    async (id, scope) => {
      const at = place();
      const target = hostOf(id).mcp[scope];
      const spot = target && spotOf(target.files[0] ?? '', at.machine.where);
      const text =
        target?.format === 'toml'
          ? '\ufeff# mine\r\nmodel = "x" # y\r\n\r\n[mcp_servers.other]\r\ncommand = "a"\r\n# end'
          : '\ufeff{\r\n\t// mine\r\n\t"a": [1,2,], /* b */\r\n\t"mcpServers": { "o": {} }, // c\r\n}';
      if (spot) put(spot.base, spot.path, text);
      const before = { home: treeOf(at.home), repo: treeOf(at.repo) };
      const { applied } = await at.install([id], { scope });
      expect(applied.failed).toBeNull();
      if (spot) expect(readFileSync(fullPath(spot), 'utf8')).toContain('hotfix-pulse');
      await at.uninstall([id], { scope });
      expect({ home: treeOf(at.home), repo: treeOf(at.repo) }).toEqual(before);
    },
  );

  it('one agent of several that share files keeps what the others need', async () => {
    const at = place();
    await at.install(['claude-code', 'copilot', 'codex']);
    await at.uninstall(['claude-code', 'codex']);
    expect(readFileSync(join(at.repo, '.mcp.json'), 'utf8')).toContain('hotfix-pulse');
    expect(Object.keys(treeOf(at.repo)).some((name) => name.endsWith('hotfix/SKILL.md'))).toBe(true);
    expect(treeOf(at.repo)['.codex/config.toml']).toBeUndefined();
    await at.uninstall(['copilot']);
    expect(treeOf(at.repo)).toEqual({});
  });

  it('without its manifest, by what the files hold', async () => {
    const at = place();
    put(at.repo, '.mcp.json', '{\n  "mcpServers": {\n    "other": { "command": "x" }\n  }\n}\n');
    const before = treeOf(at.repo);
    await at.install(ALL);
    rmSync(join(at.home, '.local'), { recursive: true });
    const { plan } = await at.uninstall(ALL);
    expect(plan.refusals).toEqual([]);
    const after = treeOf(at.repo);
    expect(after['.mcp.json']).toBe(before['.mcp.json']);
    expect(Object.keys(after).filter((name) => /skill|command/i.test(name) && !name.endsWith('/'))).toEqual(
      [],
    );
  });

  it('an entry that a person added to keeps what they added', async () => {
    const at = place();
    await at.install(['gemini']);
    const file = join(at.repo, '.gemini/settings.json');
    const value = JSON.parse(readFileSync(file, 'utf8'));
    value.mcpServers['hotfix-pulse'].env = { GITHUB_TOKEN: 'ghp_mine' };
    writeFileSync(file, JSON.stringify(value, null, 2));
    const at2 = { ...at.machine, version: '0.2.0' };
    const { createInstaller } = await import('../../src/install/installer.ts');
    const installer = createInstaller(at2);
    const plan = installer.planInstall({
      scope: 'project',
      hosts: ['gemini'],
      name: null,
      replace: new Set(),
    });
    await installer.install(plan);
    const entry = JSON.parse(readFileSync(file, 'utf8')).mcpServers['hotfix-pulse'];
    expect(entry).toEqual({
      command: 'npx',
      args: ['-y', 'hotfix-pulse@0.2.0', 'mcp'],
      env: { GITHUB_TOKEN: 'ghp_mine' },
    });
    // The token is nowhere else.
    expect(JSON.stringify(treeOf(at.home))).not.toContain('ghp_mine');
    await at.uninstall(['gemini']);
    expect(treeOf(at.repo)).toEqual({});
  });

  it('an upgrade stays exactly reversible', async () => {
    const at = place();
    const text = '{\n    "a": 1, // one\n}\n';
    const file = put(at.repo, '.gemini/settings.json', text);
    await at.install(['gemini']);
    const next = place({ ...at.machine, version: '0.2.0' });
    next.machine.where = at.machine.where;
    await next.install(['gemini']);
    expect(readFileSync(file, 'utf8')).toContain('hotfix-pulse@0.2.0');
    await next.uninstall(['gemini']);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});

describe('what a person wrote', () => {
  it('an edited skill and a hand-written entry are left alone until they may be replaced', async () => {
    const at = place();
    await at.install(['gemini']);
    const skill = join(at.repo, '.agents/skills/hotfix/SKILL.md');
    writeFileSync(skill, `${readFileSync(skill, 'utf8')}mine\n`);
    const config = join(at.repo, '.gemini/settings.json');
    const own = '{"mcpServers":{"hotfix-pulse":{"command":"node","args":["/opt/mine.js"]}}}';
    writeFileSync(config, own);
    const { plan } = await at.install(['gemini']);
    expect(plan.refusals.map(({ code, path, may_replace }) => [code, path, may_replace])).toEqual([
      ['edited', skill, true],
      ['edited', config, true],
    ]);
    expect(readFileSync(config, 'utf8')).toBe(own);
    const undone = await at.uninstall(['gemini']);
    expect(undone.plan.refusals.map(({ path }) => path)).toEqual([skill]);
    await at.install(['gemini'], { replace: 'all' });
    expect(readFileSync(skill, 'utf8')).not.toContain('mine');
    expect(readFileSync(config, 'utf8')).toContain('npx');
  });

  it.each([
    ['.claude/commands/hotfix.md', 'claude-code'],
    ['.gemini/commands/hotfix.toml', 'codex'],
    ['.agents/skills/hotfix/SKILL.md', 'codex'],
    ['.opencode/command/hotfix.md', 'opencode'],
    ['.qwen/commands/hotfix.md', 'qwen'],
  ] as [string, HostId][])(
    'a /hotfix of their own (%s) is not touched, and another name is offered',
    async (path, id) => {
      const at = place();
      put(at.repo, path, '# Spec kit hotfix\n');
      const { plan } = await at.install([id]);
      expect(plan.refusals).toHaveLength(1);
      expect(plan.refusals[0]).toMatchObject({ code: 'taken', path: join(at.repo, path) });
      expect(plan.refusals[0]?.hint).toContain('--name');
      const names = Object.keys(treeOf(at.repo)).filter((name) => /hotfix/.test(name) && !name.endsWith('/'));
      expect(names).toEqual([path]);
      expect(treeOf(at.repo)[path]).toBe('# Spec kit hotfix\n');
      const again = await at.install([id], { name: 'prod-hotfix' });
      expect(again.plan.refusals).toEqual([]);
      const skill = Object.entries(treeOf(at.repo)).find(([name]) => name.endsWith('prod-hotfix/SKILL.md'));
      expect(skill?.[1]).toContain('\nname: prod-hotfix\n');
      // The name is remembered.
      expect(changes((await at.install([id])).plan.edits)).toEqual([]);
    },
  );

  it('another name takes the first one away', async () => {
    const at = place();
    await at.install(['claude-code']);
    await at.install(['claude-code'], { name: 'prod-hotfix' });
    const names = Object.keys(treeOf(at.repo));
    expect(names).toContain('.claude/skills/prod-hotfix/SKILL.md');
    expect(names.filter((name) => name.startsWith('.claude/skills/hotfix/'))).toEqual([]);
  });

  it.each(['Hotfix', '../x', 'incident', 'a--b', ''])('refuses the name %j', async (name) => {
    await expect(place().install(['codex'], { name })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('nothing by halves', () => {
  it('a failure in the middle puts everything back', async () => {
    const at = place();
    put(at.repo, '.gemini/settings.json', '{}\n');
    const file = put(at.repo, '.codex/config.toml', '');
    const installer = createInstaller(at.machine);
    const plan = installer.planInstall({ ...CHOICE, hosts: ['gemini', 'codex'] });
    writeFileSync(file, 'model = "x"\n');
    const before = treeOf(at.repo);
    const applied = await installer.install(plan);
    expect(applied.failed?.why).toBe('changed');
    expect(treeOf(at.repo)).toEqual(before);
    expect(treeOf(at.home)).toEqual(EMPTY_HOME);
  });

  it('a file where a folder should be stops only the agent that needs it', async () => {
    const at = place();
    put(at.repo, '.codex', 'a file');
    const { plan, applied } = await at.install(['gemini', 'codex']);
    expect(plan.refusals.map(({ code, hosts }) => [code, hosts])).toEqual([['unsafe', ['codex']]]);
    expect(applied.failed).toBeNull();
    expect(Object.keys(treeOf(at.repo))).toContain('.gemini/settings.json');
  });

  it('a file that changed after the plan was made is not overwritten', async () => {
    const at = place();
    const file = put(at.repo, '.gemini/settings.json', '{}\n');
    const installer = createInstaller(at.machine);
    const plan = installer.planInstall({ ...CHOICE, hosts: ['gemini'] });
    writeFileSync(file, '{"b":1}\n');
    const applied = await installer.install(plan);
    expect(applied.failed?.why).toBe('changed');
    expect(treeOf(at.repo)).toEqual({ '.gemini/': '', '.gemini/settings.json': '{"b":1}\n' });
  });

  it('keeps the mode of a file', async () => {
    const at = place();
    const file = put(at.repo, '.gemini/settings.json', '{}\n');
    chmodSync(file, 0o640);
    await at.install(['gemini']);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it('links are refused, in the file and on the way to it', async () => {
    const at = place();
    const elsewhere = put(at.home, 'elsewhere/settings.json', '{}\n');
    mkdirSync(join(at.repo, '.gemini'));
    symlinkSync(elsewhere, join(at.repo, '.gemini/settings.json'));
    symlinkSync(join(at.home, 'elsewhere'), join(at.repo, '.agents'));
    const { plan } = await at.install(['gemini']);
    expect(new Set(plan.refusals.map(({ code }) => code))).toEqual(new Set(['unsafe']));
    expect(changes(plan.edits)).toEqual([]);
    expect(treeOf(join(at.home, 'elsewhere'))).toEqual({ 'settings.json': '{}\n' });
  });
});

describe('user scope', () => {
  it('copies the program, and the entry names Node and that file by absolute paths', async () => {
    const at = place();
    await at.install(['cursor'], { scope: 'user' });
    const copy = join(at.home, '.local/share/hotfix-pulse', VERSION);
    expect(Object.keys(treeOf(copy))).toEqual(['hotfix-pulse.js', 'mcp.js', 'package.json']);
    const entry = JSON.parse(readFileSync(join(at.home, '.cursor/mcp.json'), 'utf8')).mcpServers[
      'hotfix-pulse'
    ];
    expect(entry).toEqual({ command: '/usr/bin/node', args: [join(copy, 'hotfix-pulse.js'), 'mcp'] });
  });

  it('leaves out what V8 has kept beside the program, and takes that of the copy away with it', async () => {
    const at = place();
    put(at.machine.root, 'dist/cache/program-1.bin', 'of the original');
    await at.install(['cursor'], { scope: 'user' });
    const copy = join(at.home, '.local/share/hotfix-pulse', VERSION);
    expect(Object.keys(treeOf(copy))).toEqual(['hotfix-pulse.js', 'mcp.js', 'package.json']);
    put(copy, 'cache/program-1.bin', 'of the copy');
    // Still the same program: it is not copied again.
    await at.install(['cursor'], { scope: 'user' });
    expect(readFileSync(join(copy, 'cache/program-1.bin'), 'utf8')).toBe('of the copy');
    await at.uninstall(['cursor'], { scope: 'user' });
    expect(Object.keys(treeOf(at.home)).filter((name) => name.includes('hotfix-pulse'))).toEqual([]);
  });

  it('says so when it cannot note what it did, and still takes it away', async () => {
    const at = place();
    put(at.home, '.local/share/hotfix-pulse/installed', 'a file where a folder should be');
    const { plan, applied } = await at.install(['cursor'], { scope: 'user' });
    expect(applied.failed).toBeNull();
    expect(plan.notices.at(-1)).toContain('could not be noted');
    await at.uninstall(['cursor'], { scope: 'user' });
    expect(readFileSync(join(at.home, '.cursor/mcp.json'), 'utf8')).not.toContain('hotfix-pulse');
  });

  it('a copy that is not as it should be is made again', async () => {
    const at = place();
    await at.install(['cursor'], { scope: 'user' });
    const file = join(at.home, '.local/share/hotfix-pulse', VERSION, 'mcp.js');
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, 'broken');
    await at.install(['cursor'], { scope: 'user' });
    expect(readFileSync(file, 'utf8')).toBe(good);
  });

  it.each([
    [{ node: '/home/a/.npm/_npx/12ab/node_modules/node/bin/node' }, {}],
    [{ node: '/scratch/node', temp: ['/scratch'] }, {}],
    [{ temp: ['/scratch'] }, { XDG_DATA_HOME: '/scratch/data' }],
  ])('refuses a program that does not last: %j %j', async (change, env) => {
    const at = place(change, env as Record<string, string>);
    await expect(at.install(['cursor'], { scope: 'user' })).rejects.toMatchObject({ code: 'unsafe' });
    expect(treeOf(at.home)).toEqual(EMPTY_HOME);
  });

  it('follows the variables that move folders', async () => {
    const base = place();
    const env = {
      CODEX_HOME: join(base.home, 'cx'),
      XDG_DATA_HOME: join(base.home, 'data'),
      CLAUDE_CONFIG_DIR: join(base.home, 'cl'),
    };
    const at = place({}, env);
    await at.install(['codex', 'claude-code'], { scope: 'user' });
    const names = Object.keys(treeOf(base.home));
    expect(names).toEqual(
      expect.arrayContaining([
        'cx/config.toml',
        'cl/.claude.json',
        'cl/skills/hotfix/SKILL.md',
        `data/hotfix-pulse/${VERSION}/mcp.js`,
      ]),
    );
  });

  it('leaves ~/.claude.json to the command of Claude Code where that is found', async () => {
    const at = place();
    const bin = put(at.home, 'bin/claude', '#!/bin/sh\n');
    chmodSync(bin, 0o755);
    const json = join(at.home, '.claude.json');
    at.machine.where.env = { PATH: join(at.home, 'bin') };
    at.machine.run = async (command) => {
      at.ran.push(command);
      const [, , verb, , , , , node, ...args] = command;
      const mcpServers =
        verb === 'add' ? { 'hotfix-pulse': { type: 'stdio', command: node, args, env: {} } } : {};
      writeFileSync(json, JSON.stringify({ startups: at.ran.length, mcpServers }));
      return { ended: 'exited', code: 0 };
    };
    const { applied } = await at.install(['claude-code'], { scope: 'user' });
    expect(applied.failed).toBeNull();
    const program = join(at.home, '.local/share/hotfix-pulse', VERSION, 'hotfix-pulse.js');
    const add = [bin, 'mcp', 'add', '--scope', 'user', 'hotfix-pulse', '--', '/usr/bin/node', program, 'mcp'];
    expect(at.ran).toEqual([add]);
    await at.install(['claude-code'], { scope: 'user' });
    expect(at.ran).toHaveLength(1);
    const { plan } = await at.uninstall(['claude-code'], { scope: 'user' });
    expect(at.ran[1]).toEqual([bin, 'mcp', 'remove', '--scope', 'user', 'hotfix-pulse']);
    expect(plan.notices).toEqual([expect.stringContaining(`${json} is written by Claude Code itself`)]);
    expect(Object.keys(treeOf(at.home)).filter((name) => name.startsWith('.local/share/h'))).toEqual([]);
  });

  it('says so when that command does nothing', async () => {
    const at = place();
    chmodSync(put(at.home, 'bin/claude', '#!/bin/sh\n'), 0o755);
    at.machine.where.env = { PATH: join(at.home, 'bin') };
    const before = treeOf(at.home);
    const { applied } = await at.install(['claude-code'], { scope: 'user' });
    expect(applied.failed?.why).toBe('command_failed');
    expect(treeOf(at.home)).toEqual(before);
  });
});

describe('project scope', () => {
  it('holds no absolute path', async () => {
    const at = place();
    await at.install(ALL);
    for (const text of Object.values(treeOf(at.repo))) {
      expect(text).not.toContain(at.home);
      expect(text).not.toContain(at.repo);
      expect(text).not.toContain('/usr/bin/node');
    }
  });

  it('starts the dev dependency where the project has it', async () => {
    const at = place();
    put(at.repo, 'package.json', '{"devDependencies":{"hotfix-pulse":"^0.1.0"}}');
    put(at.repo, 'node_modules/hotfix-pulse/package.json', '{}');
    await at.install(['gemini']);
    const { mcpServers } = JSON.parse(readFileSync(join(at.repo, '.gemini/settings.json'), 'utf8'));
    expect(mcpServers['hotfix-pulse']).toEqual({
      command: 'node',
      args: ['./node_modules/hotfix-pulse/dist/hotfix-pulse.js', 'mcp'],
    });
  });

  it('every row has an entry for both scopes, and only `generic` has none', () => {
    for (const { id, mcp } of HOSTS) expect([mcp.project, mcp.user].every(Boolean)).toBe(id !== 'generic');
  });
});
