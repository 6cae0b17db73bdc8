import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../src/core/events.ts';
import { createDeps, findRoot } from '../src/wire.ts';

const AGENT: Actor = { kind: 'agent', name: 'codex-mcp-client' };
const SECRET = 'zebra-crossing-nine';

let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'wire-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'pipe' });
const put = (name: string, text: string) => writeFileSync(join(root, name), text);
const wire = (env: Record<string, string> = {}, actor = AGENT) => createDeps({ root, actor, env });

describe('the dependencies', () => {
  it('work outside git: a log, a workspace, no git, the default settings', async () => {
    const deps = await wire();
    expect(deps.git).toBeNull();
    expect(deps.workspace.root).toBe(root);
    expect(deps.settings).toMatchObject({ stability_h: 24, matrix: { preset: 'default' } });
    expect(deps.actor).toEqual(AGENT);
    expect(await deps.log.uids()).toEqual([]);
  });

  it('say for whom an agent works, and leave a person alone', async () => {
    git('init', '-q');
    git('config', 'user.name', 'Ada');
    expect((await wire()).actor).toEqual({ ...AGENT, on_behalf_of: 'Ada' });
    expect((await wire({}, { ...AGENT, on_behalf_of: 'Bob' })).actor.on_behalf_of).toBe('Bob');
    const person: Actor = { kind: 'human', name: 'Eve', via: 'terminal' };
    expect((await wire({}, person)).actor).toEqual(person);
    expect(await (await wire()).git?.facts()).toMatchObject({ user: 'Ada' });
  });

  it('take clock and ids from a test', async () => {
    const ids = { ulid: () => '01JD0000000000000000000000', sha256: () => 'abcdef', nonce: () => 'n' };
    const deps = await createDeps({ root, actor: AGENT, env: {} }, { clock: { now: () => 42 }, ids });
    expect([deps.clock.now(), deps.ids.nonce()]).toEqual([42, 'n']);
  });
});

describe('what is known to be secret', () => {
  it.each<[string, () => Promise<Record<string, string>>]>([
    ['in the environment', async () => ({ GITHUB_TOKEN: SECRET })],
    [
      'in a .env file',
      async () => {
        put('.env.local', `export API_KEY="${SECRET}"\n`);
        return {};
      },
    ],
    ['in an address', async () => ({ REDIS_URL: `redis://u:${SECRET}@h` })],
  ])('%s is taken out of texts and of the log', async (_, prepare) => {
    const deps = await wire(await prepare());
    const { text, removed } = deps.redact(`login with ${SECRET} failed`);
    expect(text).toMatch(/^login with \[REDACTED:[\w-]+#[0-9a-f]{4}\] failed$/);
    expect(removed).toHaveLength(1);
    expect(deps.redact(Buffer.from(SECRET).toString('base64')).text).not.toContain('emVicmE');
    const uid = deps.ids.ulid(deps.clock.now(), null);
    const draft = {
      kind: 'noted',
      text: `used ${SECRET}`,
      evidence: [`output: ${SECRET}`],
      data: {},
    } as const;
    const rest = { at_source: 'observed', basis: 'stated', input_hash: 'x' } as const;
    const { events } = await deps.log.append({
      incident: uid,
      by: deps.actor,
      drafts: [{ ...draft, ...rest, evidence: [...draft.evidence] }],
    });
    expect(events).toHaveLength(1);
    expect(JSON.stringify(await deps.log.read(uid))).not.toContain(SECRET);
  });

  it('is not what the settings allow', async () => {
    put('hotfix-pulse.config.json', JSON.stringify({ redaction: { allow: [SECRET] } }));
    expect((await wire({ GITHUB_TOKEN: SECRET })).redact(SECRET).text).toBe(SECRET);
  });

  it('the same value has the same token, from its SHA-256', async () => {
    const { redact, ids } = await wire({ GITHUB_TOKEN: SECRET });
    expect(redact(`${SECRET} and ${SECRET}`).text.match(/#[0-9a-f]{4}\]/g)).toEqual(
      [0, 1].map(() => `#${ids.sha256(SECRET).slice(0, 4)}]`),
    );
  });
});

describe('a long life', () => {
  it('sees settings and secrets that come and go', async () => {
    const deps = await wire();
    expect(deps.redact(SECRET).text).toBe(SECRET);
    put('.env', `MY_TOKEN=${SECRET}\n`);
    put('hotfix-pulse.config.json', '{"stability_h": 7}');
    await deps.refresh();
    expect(deps.settings.stability_h).toBe(7);
    expect(deps.redact(SECRET).text).not.toContain(SECRET);
    rmSync(join(root, '.env'));
    await deps.refresh();
    expect(deps.redact(SECRET).text).toBe(SECRET);
  });

  it("sees the repository's own template change, and is no worse off without it", async () => {
    put('hotfix-pulse.config.json', '{"postmortem": {"template": "pm.md"}}');
    const deps = await wire();
    expect(deps.settings.postmortem).toMatchObject({ template: null, fault: { code: 'invalid_input' } });
    put('pm.md', '# one');
    await deps.refresh();
    expect(deps.settings.postmortem).toEqual({ preset: 'default', template: '# one', fault: null });
    put('pm.md', '# another');
    await deps.refresh();
    expect(deps.settings.postmortem.template).toBe('# another');
    put('hotfix-pulse.config.json', '{"postmortem": {"preset": "pulse"}}');
    await deps.refresh();
    expect(deps.settings.postmortem).toEqual({ preset: 'pulse', template: null, fault: null });
  });

  it('refuses wrong settings until they are mended', async () => {
    put('hotfix-pulse.config.json', '{"stabilty_h": 7}');
    await expect(wire()).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('hotfix-pulse.config.json'),
    });
    put('hotfix-pulse.config.json', '{}');
    const deps = await wire();
    put('hotfix-pulse.config.json', '{"stability_h": "x"}');
    await expect(deps.refresh()).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(deps.refresh()).rejects.toMatchObject({ code: 'invalid_input' });
    put('hotfix-pulse.config.json', '{"stability_h": 48}');
    await deps.refresh();
    expect(deps.settings.stability_h).toBe(48);
  });
});

it('finds the repository', async () => {
  expect(await findRoot({ explicit: root, env: {}, cwd: null })).toBe(root);
});
