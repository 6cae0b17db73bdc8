import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTokenFile } from '../../src/adapters/token-file.ts';
import type { EventDraft } from '../../src/core/events.ts';
import { createRedactor } from '../../src/core/redact.ts';
import {
  expiryOf,
  foldTokens,
  mayDo,
  parseTokenEntry,
  SCOPES,
  type Token,
  tokenParts,
  tokenState,
} from '../../src/core/team-tokens.ts';
import { createRates } from '../../src/hub/auth/rates.ts';
import { depsWithin, scopeOf } from '../../src/hub/auth/scopes.ts';
import { actorOfToken, allTokens, createToken, holderOf, revokeToken } from '../../src/hub/auth/tokens.ts';
import getIncident from '../../src/tools/get-incident.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { loadAll } from '../../src/tools/support/load.ts';
import { openTokens } from '../../src/wire.ts';
import { planWorld } from '../support/plan-world.ts';
import { tempFolder, tempRepo } from '../support/repo.ts';

const NOW = Date.parse('2026-11-20T14:00:00Z');
const DAY = 86_400_000;
const wanted = { name: 'ana', kind: 'person', scope: 'write', expires_at: null } as const;

const team = (folder = join(tempFolder(), 'live')) => ({
  ...{ folder, path: join(folder, 'tokens.jsonl'), workspace: 'local' },
  tokens: createTokenFile({ live: folder, git: true }),
});

describe('a token', () => {
  it('is shown once: the file has the hash of its secret, for its owner alone', async () => {
    const one = team();
    const { token, text } = await createToken(wanted, one, NOW);
    expect(text).toMatch(/^hp_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/);
    const { id, secret } = tokenParts(text) ?? { id: '', secret: '' };
    const kept = readFileSync(one.path, 'utf8');
    expect(id).toBe(token.id);
    expect(kept).toContain(id);
    expect(kept).not.toContain(secret);
    expect(kept).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
    expect(statSync(one.path).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(await allTokens(one))).not.toContain(secret);
  });

  it('has a secret of its own each time', async () => {
    const one = team();
    const made = await Promise.all([1, 2, 3].map(() => createToken(wanted, one, NOW)));
    expect(new Set(made.map(({ text }) => text.slice(-43))).size).toBe(3);
    expect(await allTokens(one)).toHaveLength(3);
  });

  it.each([
    ['an agent that would approve', { kind: 'agent', scope: 'approve' }],
    ['no name', { name: ' ' }],
    ['a name with a line end', { name: 'ana\nX-Role: admin' }],
    ['a name that looks like markup', { name: '<b>ana' }],
    ['a name that turns the line around', { name: 'ana\u202e' }],
    ['a name that is too long', { name: 'a'.repeat(61) }],
  ])('is not made for %s', async (_what, change) => {
    const one = team();
    await expect(createToken({ ...wanted, ...change } as never, one, NOW)).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(await allTokens(one)).toEqual([]);
  });

  it('opens only with its whole text, in time, unrevoked, for its own record', async () => {
    const one = team();
    const { token, text } = await createToken({ ...wanted, expires_at: expiryOf('1d', NOW) }, one, NOW);
    const other = await createToken(wanted, one, NOW);
    const tokens = foldTokens(await one.tokens.read());
    const open = (given: string, workspace = 'local', at = NOW) => holderOf(given, tokens, workspace, at);
    expect(open(text)?.id).toBe(token.id);
    expect(open(text, 'local', NOW + DAY - 1)?.id).toBe(token.id);
    const flipped = `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`;
    const mixed = `hp_${token.id}_${other.text.slice(-43)}`;
    for (const bad of [flipped, mixed, text.slice(0, -1), `${text}A`, text.toUpperCase(), ` ${text}`, '']) {
      expect(open(bad)).toBeNull();
    }
    expect(open(`hp_${'0'.repeat(12)}_${text.slice(-43)}`)).toBeNull();
    expect(open(text, 'payments')).toBeNull();
    expect(open(text, 'local', NOW + DAY)).toBeNull();
  });

  it('can be revoked by its id or by itself, for good, and in every process at once', async () => {
    const one = team();
    const other = createTokenFile({ live: one.folder, git: true });
    const { token, text } = await createToken(wanted, one, NOW);
    const second = await createToken({ ...wanted, name: 'ben' }, one, NOW);
    const opens = async (given: string) =>
      holderOf(given, foldTokens(await other.read()), 'local', NOW) !== null;
    expect(await opens(text)).toBe(true);
    await revokeToken(text, one, NOW + 1);
    expect(await opens(text)).toBe(false);
    expect(await opens(second.text)).toBe(true);
    await revokeToken(token.id.toUpperCase(), one, NOW + 2);
    const [first] = await allTokens(one);
    expect(first?.revoked_at).toBe(new Date(NOW + 1).toISOString());
    await expect(revokeToken('ffffffffffff', one, NOW)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is known to the redactor', async () => {
    const { text } = await createToken(wanted, team(), NOW);
    const { redact } = createRedactor({ hash4: () => '1234' });
    const told = redact(`he pasted ${text} into the chat, and x${text}`);
    expect(told.text).not.toContain(text.slice(-43));
    expect(told.removed.map(({ type }) => type)).toContain('hotfix-pulse-token');
    expect(redact('hp_laserjet_4200 is out of paper').removed).toEqual([]);
  });
});

describe('the file of the tokens', () => {
  const line = async () => {
    const one = team();
    await createToken(wanted, one, NOW);
    return readFileSync(one.path, 'utf8').trim();
  };

  it('passes over what a crash has torn, and goes on behind it', async () => {
    const one = team();
    const { token } = await createToken(wanted, one, NOW);
    writeFileSync(one.path, `${(await line()).slice(0, 50)}`, { flag: 'a' });
    const second = await createToken({ ...wanted, name: 'ben' }, one, NOW);
    expect((await allTokens(one)).map(({ id }) => id)).toEqual([token.id, second.token.id]);
  });

  it('is no token by what somebody writes into it by hand', async () => {
    const good = JSON.parse(await line()) as Record<string, unknown>;
    expect(parseTokenEntry(good)).not.toBeNull();
    for (const change of [
      { kind: 'agent', scope: 'approve' },
      { scope: 'admin' },
      { sha256: '' },
      { id: '../../etc' },
      { v: 2 },
      { name: '' },
      { expires_at: 'never' },
    ]) {
      expect(parseTokenEntry({ ...good, ...change })).toBeNull();
    }
  });

  it('gives an id once: a second line for it changes neither hash nor scope', async () => {
    const first = parseTokenEntry(JSON.parse(await line()));
    if (first?.did !== 'created') throw new Error('no token');
    const tokens = foldTokens([first, { ...first, scope: 'approve', sha256: 'f'.repeat(64) }]);
    expect(tokens.get(first.id)).toMatchObject({ scope: 'write', sha256: first.sha256 });
  });

  it.each(['read', 'append'] as const)('is not followed through a link: %s', async (what) => {
    const one = team();
    mkdirSync(one.folder);
    const target = join(tempFolder(), 'elsewhere');
    writeFileSync(target, '');
    symlinkSync(target, one.path);
    const work =
      what === 'read' ? one.tokens.read() : createToken(wanted, one, NOW).then(() => one.tokens.read());
    await expect(work).rejects.toThrow();
    expect(readFileSync(target, 'utf8')).toBe('');
  });

  it('belongs to the record: with a database to the workspace that is served', async () => {
    const { root } = tempRepo({ commits: 1 });
    expect((await openTokens(root, {})).workspace).toBe('local');
    const env = { HOTFIX_PULSE_DATABASE_URL: 'postgres://db/x', HOTFIX_PULSE_WORKSPACE: 'payments' };
    expect((await openTokens(root, env)).workspace).toBe('payments');
  });
});

describe('how long', () => {
  it.each([
    ['90d', 90 * DAY],
    ['12h', DAY / 2],
    [' 1D ', DAY],
  ])('%s', (text, ms) => expect(expiryOf(text, NOW)).toBe(new Date(NOW + ms).toISOString()));

  it('never is said, not left out', () => expect(expiryOf('never', NOW)).toBeNull());

  it.each(['', '0d', '90', '-1d', '1.5d', '4000d', '99999h', '1y', 'd'])('refuses %j', (text) => {
    expect(() => expiryOf(text, NOW)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });

  it('counts to the very moment, and a revocation counts first', () => {
    const token: Token = {
      ...{ id: 'a'.repeat(12), name: 'ana', kind: 'person', scope: 'read', workspace: 'local' },
      ...{ sha256: '', created_at: '', revoked_at: null, expires_at: new Date(NOW).toISOString() },
    };
    expect(tokenState(token, 'local', NOW - 1)).toBe('valid');
    expect(tokenState(token, 'local', NOW)).toBe('expired');
    expect(tokenState(token, 'other', NOW - 1)).toBe('elsewhere');
    expect(tokenState({ ...token, revoked_at: token.expires_at }, 'local', NOW)).toBe('revoked');
  });
});

describe('scopes', () => {
  it('hold the ones before them', () => {
    const may = SCOPES.map((scope) => SCOPES.filter((needed) => mayDo({ scope }, needed)));
    expect(may).toEqual([['read'], ['read', 'write'], ['read', 'write', 'approve']]);
  });

  it('of the operations: only what reads is for reading', () => {
    const reading = TOOLS.filter((tool) => scopeOf(tool) === 'read').map(({ name }) => name);
    expect(reading.sort()).toEqual([
      'classify_severity',
      'get_incident',
      'list_incidents',
      'review_incidents',
    ]);
  });

  it('to who may only read, nothing that writes is there, whatever an operation tries', async () => {
    const world = await planWorld();
    const before = await world.deps.log.lines(world.uid);
    const deps = depsWithin({ scope: 'read' }, world.deps);
    const draft: EventDraft = {
      ...{ kind: 'noted', at_source: 'observed', text: 'x', evidence: [], data: {}, basis: 'stated' },
      ...{ input_hash: 'h' },
    };
    const append = deps.log.append({ incident: world.uid, by: deps.actor, drafts: [draft] });
    await expect(append).rejects.toMatchObject({ code: 'unsafe' });
    await expect(deps.log.withNumbering(async () => 1)).rejects.toMatchObject({ code: 'unsafe' });
    expect([deps.shipping, deps.checks, deps.rollbacks, deps.backports, deps.outward]).toEqual(
      Array(5).fill(undefined),
    );
    // Somebody has ticked a box in their editor: it is read back for those who may record it.
    const folder = join(world.root, 'specs/hotfix-001-users-cant-login/tasks.md');
    const ticked = readFileSync(folder, 'utf8').replace('- [ ] **T002**', '- [x] **T002**');
    writeFileSync(folder, ticked);
    await getIncident.run({}, deps);
    expect(await world.deps.log.lines(world.uid)).toBe(before);
    expect(readFileSync(folder, 'utf8')).toBe(ticked);
    await getIncident.run({}, depsWithin({ scope: 'write' }, world.deps));
    expect(await world.deps.log.lines(world.uid)).not.toBe(before);
    expect(await loadAll(deps)).toHaveLength(1);
  });

  it('make a person or an agent of the caller', () => {
    expect(actorOfToken({ name: 'ana', kind: 'person' })).toEqual({
      ...{ name: 'ana', kind: 'human', via: 'hub token' },
    });
    expect(actorOfToken({ name: 'robo', kind: 'agent' }).kind).toBe('agent');
  });
});

describe('rates', () => {
  it('let a burst through, then what flows in, each token by itself', () => {
    const clock = { ms: 0 };
    const rates = createRates(() => clock.ms, { perS: 2, burst: 3 });
    expect([1, 2, 3, 4].map(() => rates.take('a'))).toEqual([0, 0, 0, 1]);
    expect(rates.take('b')).toBe(0);
    clock.ms += 500;
    expect([rates.take('a'), rates.take('a')]).toEqual([0, 1]);
    clock.ms += 60_000;
    expect([1, 2, 3, 4].map(() => rates.take('a'))).toEqual([0, 0, 0, 1]);
  });
});
