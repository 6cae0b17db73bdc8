import { describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import { createGuardedLog } from '../../src/adapters/guarded-log.ts';
import { ANA, handClock, newUid, note, request } from '../support/log-kit.ts';
import { createMemoryLog } from '../support/memory-log.ts';

const SECRET = 'tok_secret';
const redact = (text: string) => ({
  text: text.replaceAll(SECRET, '[REDACTED:test#0000]'),
  removed: text.includes(SECRET) ? [{ type: 'test', token: '[REDACTED:test#0000]' }] : [],
});

function guarded() {
  const inner = createMemoryLog({ clock: handClock(), ids: systemIds });
  return { inner, log: createGuardedLog(inner, { redact }), uid: newUid() };
}

describe('guarded log', () => {
  it('takes a secret out of every text, wherever it stands, and says so once', async () => {
    const { log, uid, inner } = guarded();
    const draft = {
      ...note(`text ${SECRET}`, `key-${SECRET}`, {
        flat: SECRET,
        deep: [{ [`name ${SECRET}`]: [SECRET, 5, null, true] }],
        blob: SECRET,
      }),
      evidence: [`output: ${SECRET}`],
    };
    const by = { ...ANA, name: SECRET, on_behalf_of: SECRET, via: SECRET };
    const outcome = await log.append({ incident: uid, by, drafts: [draft] });
    expect(outcome.removed).toEqual([{ type: 'test', token: '[REDACTED:test#0000]' }]);
    expect(JSON.stringify(outcome) + (await log.lines(uid))).not.toContain(SECRET);
    expect(outcome.events[0]?.data).toMatchObject({
      deep: [{ 'name [REDACTED:test#0000]': [expect.any(String), 5, null, true] }],
    });

    expect((await log.append({ incident: uid, by, drafts: [draft] })).replayed).toBe(true);
    const other = { ...draft, key: `key-${SECRET}-2` };
    expect((await log.append({ incident: uid, by, drafts: [other] })).replayed).toBe(false);

    const hash = await log.putBlob(uid, `long ${SECRET}`);
    expect(inner.blobs.get(hash)).toBe('long [REDACTED:test#0000]');
    const purged = await log.purge(uid, outcome.events[0]?.id ?? '', ANA, `it held ${SECRET}`);
    expect(purged.data).toMatchObject({ reason: 'it held [REDACTED:test#0000]' });
  });

  it.each([
    ['an escape sequence', 'tok_\u001b[31msecret'],
    ['a control character', 'tok_\u0007secret'],
  ])('finds a secret split by %s', async (_, text) => {
    const { log, uid } = guarded();
    const { events, removed } = await log.append(request(uid, note(text)));
    expect(events).toMatchObject([{ text: '[REDACTED:test#0000]' }]);
    expect(removed).toHaveLength(1);
  });

  it('cleans what is stored and leaves ordinary text, hashes and ids alone', async () => {
    const { log, uid } = guarded();
    const data = { commit: 'a'.repeat(40), ref: newUid() };
    const { events, removed } = await log.append(request(uid, note('a\u001b]0;x\u0007b\r\n🔥', 'k', data)));
    expect(events).toMatchObject([{ text: 'ab\n🔥', key: 'k', data }]);
    expect(removed).toEqual([]);
  });
});
