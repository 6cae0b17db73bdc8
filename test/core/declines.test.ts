import { describe, expect, it } from 'vitest';
import { declineKey, declinesOf, declineText } from '../../src/core/declines.ts';
import { foldIncident } from '../../src/core/incident.ts';
import { sampleEvents } from '../support/sample-incident.ts';

const PLAN = 'abcdef012345';
const hash = (text: string): string => Buffer.from(text).toString('hex').padEnd(64, '0');

/** The sample with notes under keys. */
function withNotes(notes: readonly { key?: string; text: string; live?: boolean }[]) {
  const [first, ...rest] = sampleEvents();
  if (!first) throw new Error('no sample');
  const made = notes.map(({ key, text, live = true }, index) => ({
    ...{ ...first, id: `01K0000000000000000000000${index}`, kind: 'noted' as const, data: {}, text, live },
    ...{ by: { name: 'Ben', kind: 'human' as const }, ...(key === undefined ? {} : { key }) },
  }));
  return foldIncident(first.incident, [first, ...rest, ...made]);
}

describe('a no', () => {
  it('is one for the same words, and names its plan', () => {
    const key = declineKey(PLAN, 'Ben: wrong', hash);
    expect(key).toMatch(/^board\/decline\/abcdef012345\/[0-9a-f]{12}$/);
    expect(declineKey(PLAN, 'Ben: wrong', hash)).toBe(key);
    expect(declineKey(PLAN, 'Cy: wrong', hash)).not.toBe(key);
  });

  it('is found with who and why, from the board and from Slack, and nothing else is', () => {
    const why = 'wrong branch: it is\nmain';
    const incident = withNotes([
      { key: `board/decline/${PLAN}/0123456789ab/0`, text: declineText('Deploy', PLAN, why) },
      { key: `slack/decline/${PLAN}/U1/0`, text: `Deploy: plan ${PLAN} declined in Slack` },
      { key: `board/decline/000000000000/0123456789ab/0`, text: 'of another plan' },
      { key: `board/decline/${PLAN}/x/0`, text: 'of a published copy', live: false },
      { key: `elsewhere/board/decline/${PLAN}/x/0`, text: declineText('Deploy', PLAN, 'no') },
      { text: declineText('Deploy', PLAN, 'said in a note') },
    ]);
    expect(declinesOf(incident, PLAN)).toEqual([
      { by: 'Ben', at: expect.any(String), why },
      { by: 'Ben', at: expect.any(String), why: null },
    ]);
  });
});
