import { describe, expect, it } from 'vitest';
import { tokenParts } from '../../src/core/team-tokens.ts';
import { fakeWorld, run, T0 } from './fakes.ts';

const DAY = 86_400_000;
const AGENT = ['--name', 'robo', '--kind', 'agent', '--scope', 'write'];
const ANA = ['--name', 'ana', '--kind', 'person', '--scope', 'approve'];

describe('token create', () => {
  it('prints the token alone, once; what is kept is a hash', async () => {
    const world = fakeWorld();
    const { code, stdout, stderr } = await run(['token', 'create', ...AGENT], world);
    expect(code).toBe(0);
    const parts = tokenParts(stdout.trim());
    expect(parts).not.toBeNull();
    expect(world.tokens).toMatchObject([
      {
        ...{ did: 'created', id: parts?.id, name: 'robo', kind: 'agent', scope: 'write' },
        ...{ workspace: 'local', expires_at: new Date(T0 + 90 * DAY).toISOString() },
      },
    ]);
    expect(JSON.stringify(world.tokens)).not.toContain(parts?.secret);
    expect(stderr).toMatch(/For robo \(agent, write\), until 2027-02-18/);
    expect(stderr).not.toContain(parts?.secret);
  });

  it('as JSON has it with what it may do', async () => {
    const { stdout } = await run(['token', 'create', ...AGENT, '--expires', '12h', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ name: 'robo', kind: 'agent', scope: 'write', state: 'valid' },
      expires_at: new Date(T0 + DAY / 2).toISOString(),
      token: expect.stringMatching(/^hp_/),
    });
  });

  it('for a person needs a terminal at both ends: an agent does not make itself one', async () => {
    const world = fakeWorld();
    for (const tty of [false, { stdin: true }, { stderr: true, stdout: true }]) {
      const { code, stdout } = await run(['token', 'create', ...ANA], world, { tty });
      expect([code, stdout]).toEqual([8, '']);
    }
    expect(world.tokens).toEqual([]);
    const { code, stderr } = await run(['token', 'create', ...ANA], world, { tty: true });
    expect(code).toBe(0);
    expect(stderr).toMatch(/Never put it into the settings of an agent/);
    expect(world.tokens).toHaveLength(1);
  });

  it.each([
    ['an agent that would approve', ['--name', 'robo', '--kind', 'agent', '--scope', 'approve']],
    ['no name', ['--kind', 'agent', '--scope', 'write']],
    ['no kind', ['--name', 'robo', '--scope', 'write']],
    ['no scope', ['--name', 'robo', '--kind', 'agent']],
    ['a scope that is none', ['--name', 'robo', '--kind', 'agent', '--scope', 'admin']],
    ['a time that is none', [...AGENT, '--expires', 'soon']],
    ['a name with a line end', ['--name', 'a\nb', '--kind', 'agent', '--scope', 'read']],
    ['a word too many', ['abc', ...AGENT]],
  ])('refuses %s', async (_what, words) => {
    const world = fakeWorld();
    const { code } = await run(['token', 'create', ...words], world, { tty: true });
    expect(code).toBe(2);
    expect(world.tokens).toEqual([]);
  });
});

describe('token list and revoke', () => {
  it('shows what each may do and until when, and never a secret or its hash', async () => {
    const world = fakeWorld();
    expect((await run(['token', 'list'], world)).stdout).toMatch(/^No token was made here yet/);
    const made = await run(['token', 'create', ...AGENT], world);
    await run(['token', 'create', ...AGENT, '--expires', 'never'], world);
    const [first, second] = world.tokens;
    expect((await run(['token', 'list'], world)).stdout).toBe(
      [
        `${first?.id}  agent robo: write, valid, until 2027-02-18 14:00 UTC`,
        `${second?.id}  agent robo: write, valid, until it is revoked\n`,
      ].join('\n'),
    );
    const json = (await run(['token', 'list', '--json'], world)).stdout;
    expect(JSON.parse(json)).toMatchObject({ workspace: 'local', tokens: [{ id: first?.id }, {}] });
    expect(json).not.toContain('sha256');
    expect(json).not.toContain(made.stdout.trim());
  });

  it('revokes by the id, also by the token itself', async () => {
    const world = fakeWorld();
    const made = await run(['token', 'create', ...AGENT], world);
    const { code, stdout } = await run(['token', 'revoke', made.stdout.trim()], world);
    expect([code, stdout]).toEqual([
      0,
      `Revoked: ${world.tokens[0]?.id} of robo. Every hub refuses it from now on.\n`,
    ]);
    expect((await run(['token', 'list'], world)).stdout).toMatch(/write, revoked/);
  });

  it.each([
    [['revoke'], 2],
    [['revoke', 'ffffffffffff'], 3],
    [['delete'], 2],
    [[], 2],
  ])('refuses %j', async (words, expected) => {
    expect((await run(['token', ...words])).code).toBe(expected);
  });
});
