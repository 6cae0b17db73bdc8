import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import { createUnscanned } from '../../src/adapters/unscanned.ts';
import { createDeps } from '../../src/wire.ts';
import { note, request } from '../support/log-kit.ts';

let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'unscanned-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const LONG = `héllo ${'x'.repeat(17 * 1024 * 1024)}`;
const kept = () => join(root, '.hotfix-pulse', 'unscanned');

describe('a text that cannot be looked through', () => {
  it('is a mark in the record and whole in a private file, until its event is purged', async () => {
    const deps = await createDeps({ root, actor: { kind: 'agent', name: 'test' }, env: {} });
    const uid = deps.ids.ulid(deps.clock.now(), null);
    const { events, removed } = await deps.log.append(request(uid, note(LONG)));
    const sha256 = deps.ids.sha256(LONG);
    const mark = `[UNSCANNED ${Buffer.byteLength(LONG)} bytes, sha256 ${sha256}]`;
    expect(events[0]?.text).toBe(mark);
    expect(removed).toEqual([{ type: 'unscanned', token: mark }]);
    expect(deps.redact(`before ${mark} password=hunter2`).text).toContain(
      `before ${mark} password=[REDACTED:`,
    );

    expect(readdirSync(kept())).toEqual([sha256]);
    expect(readFileSync(join(kept(), sha256), 'utf8')).toBe(LONG);
    expect(statSync(join(kept(), sha256)).mode & 0o777).toBe(0o600);
    expect(await deps.log.lines(uid)).not.toContain('xxxx');

    await deps.log.purge(uid, events[0]?.id ?? '', { kind: 'human', name: 'Ana' }, 'not ours');
    expect(readdirSync(kept())).toEqual([]);
  });

  it('is refused when there is no place to keep it', () => {
    writeFileSync(join(root, 'file'), '');
    const places = { live: join(root, 'file', 'a'), fallback: join(root, 'file', 'b') };
    const given = { text: 'gone', removed: [{ type: 'unscanned', token: 'gone' }] };
    const redact = createUnscanned(places, systemIds).keeping(() => given);
    expect(() => redact('whole')).toThrow(expect.objectContaining({ code: 'upstream' }));
  });
});
