import { describe, expect, it } from 'vitest';
import { OTHER_COMMANDS } from '../../src/cli/dispatch.ts';
import { commandHelp } from '../../src/cli/help.ts';
import { OPERATIONS, operationCommand } from '../../src/cli/operation.ts';
import { ERROR_CODES, PulseError } from '../../src/core/errors.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { checkedArguments } from '../../src/tools/support/call.ts';
import { tempFolder } from '../support/repo.ts';
import { fakeWorld, opened, run, sample } from './fakes.ts';

describe('running an operation', () => {
  it.each([['sample-tool'], ['sample_tool']])('%s', async (name) => {
    const { code, stdout, stderr, world } = await run([name, 'x', '--evidence', 'metric: 1']);
    expect(code).toBe(0);
    expect(stdout).toBe('ran\nNext: go on\n');
    expect(stderr).toContain('warning: careful\n');
    expect(stderr).toContain('notice: the record is kept in the fallback folder');
    expect(world.calls).toEqual([{ text: 'x', evidence: ['metric: 1'] }]);
  });

  it('prints one JSON value and keeps people on stderr', async () => {
    const { code, stdout } = await run(['sample-tool', 'x', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ got: { text: 'x' }, warnings: ['careful'] });
    expect(stdout.trimEnd()).not.toContain('\n');
  });

  it('keeps what a terminal would obey out of JSON and text', async () => {
    const evil = 'a\u009b2J\u202eb\u007f\x1b]52;c;x\x07c\u200b';
    const { stdout } = await run(['sample-tool', evil, '--json']);
    expect(stdout).not.toMatch(/[\u007f-\u009f\u202e\u200b\x1b\x07]/);
    expect(JSON.parse(stdout).got.text).toBe(evil);
  });

  it.each<[string, string[], unknown]>([
    ['--repo', ['sample-tool', 'x', '--repo', '../other'], '/other'],
    ['--repo before the command', ['--repo=/a', 'sample-tool', 'x'], '/a'],
    ['none', ['sample-tool', 'x'], undefined],
  ])('looks for the repository by %s', async (_name, argv, explicit) => {
    const { world } = await run(argv);
    expect(world.roots).toEqual([{ explicit, env: {}, cwd: '/repo' }]);
    expect(world.calls).toEqual([{ text: 'x' }]);
  });

  it('takes repo out of the input, and lets --repo win', async () => {
    const files = { 'a.json': '{"text":"x","repo":"/from-file"}' };
    const first = await run(['sample-tool', '--input', 'a.json'], fakeWorld(), { files });
    expect(first.world.roots).toMatchObject([{ explicit: '/from-file' }]);
    expect(first.world.calls).toEqual([{ text: 'x' }]);
    const second = await run(['sample-tool', '--input', 'a.json', '--repo', '/b'], fakeWorld(), { files });
    expect(second.world.roots).toMatchObject([{ explicit: '/b' }]);
  });
});

describe('refusals', () => {
  it.each(ERROR_CODES.map((code, index) => [code, index + 2] as const))(
    '%s exits with %i',
    async (code, exit) => {
      const world = {
        ...fakeWorld(),
        fail: new PulseError(code, 'what happened', 'what next', { open: ['hotfix-001'] }),
      };
      const text = await run(['sample-tool', 'x'], world);
      expect(text).toMatchObject({ code: exit, stdout: '' });
      expect(text.stderr).toContain(`${code}: what happened\nnext: what next\n`);
      const json = await run(['sample-tool', 'x', '--json'], world);
      expect(json.code).toBe(exit);
      expect(JSON.parse(json.stdout)).toEqual({
        error: { code, message: 'what happened', hint: 'what next', open: ['hotfix-001'] },
      });
      expect(json.stderr).not.toContain('what happened');
    },
  );

  it('calls anything else a bug, with the details on stderr', async () => {
    const world = { ...fakeWorld(), fail: new TypeError('undefined is not\x1b[2J a function') };
    const text = await run(['sample-tool', 'x'], world);
    expect(text).toMatchObject({ code: 1, stdout: '' });
    expect(text.stderr).toMatch(/report/);
    expect(text.stderr).toContain('TypeError: undefined is not a function');
    const json = await run(['sample-tool', 'x', '--json'], world);
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'internal' } });
    expect(json.stdout).not.toContain('undefined');
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown command', ['stauts'], /no such command.*Commands: .*status/s],
    ['mcp in the wrong place', ['--json', 'mcp'], /hotfix-pulse mcp/],
    ['an unknown flag', ['status', '--frobnicate'], /--frobnicate is not a flag.*--repo/s],
    ['a flag before any command', ['--frobnicate'], /--frobnicate is not a flag/],
    ['a value out of range', ['watch', '--every', '0'], /Missing or wrong: every/],
    ['a missing word', ['print'], /Missing or wrong: document/],
    ['an unknown document', ['print', 'secrets.md'], /hotfix\.md, tasks\.md or post-mortem\.md|Print one of/],
  ])('%s', async (_name, argv, expected) => {
    const { code, stderr, stdout } = await run(argv);
    expect(code).toBe(2);
    expect(stderr + stdout).toMatch(expected);
  });

  it('answers a broken flag as JSON when JSON is asked for', async () => {
    const { stdout, stderr } = await run(['status', '--frobnicate', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'invalid_input' } });
    expect(stderr).toBe('');
  });

  it('refuses an unknown member of the input of a command that is no operation', async () => {
    const { code } = await run(['status', '--input', '-'], fakeWorld(), { stdin: '{"drop":1}' });
    expect(code).toBe(2);
  });

  it('says so when there is no repository', async () => {
    const { fakeApp, fakeIo } = await import('./fakes.ts');
    const { runCli } = await import('../../src/cli/dispatch.ts');
    const io = { ...fakeIo(), cwd: null };
    expect(await runCli(['status'], io, fakeApp(fakeWorld(), io))).toBe(5);
    expect(io.written.stderr).toContain('--repo');
  });
});

describe('who is calling', () => {
  const both = { stdin: true, stderr: true };
  it.each<[string, Parameters<typeof run>[2], string | null, unknown]>([
    ['a terminal', { tty: both }, 'Ana Git', { kind: 'human', name: 'Ana Git', via: 'terminal' }],
    [
      'a terminal without a git user',
      { tty: both },
      null,
      { kind: 'human', name: 'os-ana', via: 'terminal' },
    ],
    [
      'a terminal in CI',
      { tty: both, env: { CI: 'true' } },
      'A',
      { kind: 'human', name: 'A', via: 'terminal' },
    ],
    [
      'a pipe into it',
      { tty: { stderr: true, stdout: true } },
      'A',
      { kind: 'agent', name: 'cli', on_behalf_of: 'A' },
    ],
    [
      'errors into a file',
      { tty: { stdin: true, stdout: true } },
      'A',
      { kind: 'agent', name: 'cli', on_behalf_of: 'A' },
    ],
    ['CI', { env: { CI: 'true' } }, null, { kind: 'agent', name: 'cli' }],
  ])('%s', async (_name, options, gitUser, actor) => {
    const { world } = await run(['sample-tool', 'x'], { ...fakeWorld(), gitUser }, options);
    expect(world.actors).toEqual([actor]);
  });

  it('cannot be set by an argument or a variable', async () => {
    const { code } = await run(['sample-tool', 'x', '--by', 'Ana'], fakeWorld(), {
      env: { HOTFIX_PULSE_ACTOR: 'human' },
    });
    expect(code).toBe(2);
  });
});

describe('help', () => {
  it('is the answer to nothing, help and --help', async () => {
    const all = await Promise.all([[], ['help'], ['--help'], ['-h']].map((argv) => run(argv)));
    expect(new Set(all.map(({ stdout }) => stdout)).size).toBe(1);
    expect(all.map(({ code, stderr }) => [code, stderr])).toEqual(all.map(() => [0, '']));
    expect(all[0]?.stdout).toMatchSnapshot();
  });

  it('of a command comes even when the line is wrong', async () => {
    const right = await run(['help', 'sample-tool']);
    for (const argv of [
      ['sample-tool', '--help'],
      ['sample_tool', '--frob', '--help'],
      ['sample-tool', '-h'],
    ]) {
      expect((await run(argv)).stdout).toBe(right.stdout);
    }
    expect(right.stdout).toMatchSnapshot();
  });

  it('is not asked for by a word after --', async () => {
    const { world } = await run(['sample-tool', '--', '--help']);
    expect(world.calls).toEqual([{ text: '--help' }]);
  });

  it.each(OTHER_COMMANDS.map((command) => [command.name, command] as const))('of %s', (_name, command) => {
    expect(commandHelp(command)).toMatchSnapshot();
  });

  it('of every operation has no line that wraps', () => {
    for (const command of [...TOOLS.map(operationCommand), ...OTHER_COMMANDS]) {
      const long = commandHelp(command)
        .split('\n')
        .filter((line) => line.length > 110 && !line.startsWith('  hotfix-pulse'));
      expect(long).toEqual([]);
    }
  });

  it.each([['--version'], ['status --version']])('%s gives the version', async (line) => {
    expect(await run(line.split(' '))).toMatchObject({ code: 0, stdout: '1.2.3\n' });
  });

  it('knows every operation, by a name of its own', () => {
    expect(Object.keys(OPERATIONS)).toEqual(TOOLS.map((tool) => tool.name));
    const names = [...TOOLS.map(operationCommand), ...OTHER_COMMANDS].flatMap((c) => [c.name, ...c.aliases]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('every example is a call that works', () => {
  /** Words as a POSIX shell splits the examples: double quotes only. */
  const words = (line: string) =>
    [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
  const examples = [...TOOLS.map(operationCommand), ...OTHER_COMMANDS].flatMap((command) =>
    command.examples.map((example) => [example, command] as const),
  );
  it.each(examples)('%s', async (example, command) => {
    const argv = words(example.replace(/ > .*/, ''));
    const tool = TOOLS.find((known) => known.name === command.name.replaceAll('-', '_'));
    const asked = argv.includes('--input') ? null : await received(argv);
    expect([command.name, ...command.aliases]).toContain(argv[0]);
    if (tool && asked) expect(() => checkedArguments(tool, asked)).not.toThrow();
  });

  /** What the operation (a stand-in for it) is called with. */
  async function received(argv: string[]) {
    const tools = TOOLS.map((tool) => ({ ...tool, run: sample.run }));
    const { code, world, stderr } = await run(
      [...argv, ...(argv[0] === 'watch' ? ['--for', '0'] : [])],
      fakeWorld([opened()]),
      { cwd: tempFolder() },
      tools,
    );
    // not_found is fine: the fake world has neither that incident nor that event; some commands need a terminal, git or a database.
    const other: Record<string, number> = {
      ...{ approve: 8, 'accept-checks': 5, install: 8, uninstall: 8 },
      ...{ migrate: 5, push: 5, pull: 5, token: 8 },
      // It looks at this machine, and no service is named in the fake world.
      doctor: 11,
    };
    expect([other[argv[0] ?? ''] ?? 0, 0, 3, 10], stderr).toContain(code);
    return world.calls[0];
  }
});
