import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify } from '../../src/core/classify.ts';
import { compare, matrixOf } from '../../src/core/severity.ts';
import type { SeverityFacts } from '../../src/core/severity-facts.ts';
import { readText } from '../../src/core/text-score.ts';
import { TEXT_SIGNS } from '../../src/core/text-signs.ts';

const matrix = matrixOf('default');
const decide = (description: string, facts: SeverityFacts = {}) => classify({ facts, description, matrix });
const answerOf = (description: string, facts: SeverityFacts = {}): string => {
  const { label, range } = decide(description, facts);
  return `${label} ${range.lowest}..${range.highest}`;
};

// one text per sign, and what the sign alone does
const SIGNS: readonly (readonly [string, string, string])[] = [
  ['still-investigating', 'We are investigating this', 'P2? P2..P0'],
  ['told-afterwards', 'Between 09:10 UTC and 09:40 UTC tokens were wrong', 'P3? P3..P1'],
  ['reference-only', 'INC0012345', 'P1? P2..P0'],
  ['whole-service-down', 'The platform is completely down', 'P0? P2..P0'],
  ['cannot-be-reached', 'Reports are not accessible', 'P1? P3..P0'],
  ['severe', 'Critical problem in the importer', 'P1? P2..P0'],
  ['fails', 'The importer fails', 'P1? P3..P0'],
  ['slow', 'The importer lags', 'P2? P3..P1'],
  ['performance', 'Degraded performance of the importer', 'P2? P2..P0'],
  ['several-services', 'Trouble with search, imports and exports', 'P1? P3..P0'],
  ['many-services', 'Trouble in every region', 'P1? P3..P0'],
  ['limited', 'Odd results for certain tenants', 'P2? P3..P1'],
  ['path', 'Networking in one zone', 'P2? P3..P1'],
  ['login-or-money', 'Problems with payments', 'P1? P3..P0'],
  ['front-door', 'Trouble in the console', 'P1? P2..P0'],
  ['data-path', 'Trouble with ingestion', 'P1? P3..P0'],
  ['work-in-turn', 'Trouble with builds', 'P1? P2..P0'],
  ['side-service', 'Trouble with newsletter', 'P2? P3..P1'],
  ['cosmetic', 'Label with wrong font', 'P3? P3..P1'],
];

describe('signs', () => {
  it.each(SIGNS)('%s: %s is %s', (id, text, answer) => {
    expect(readText(text)?.signs.map((sign) => sign.id)).toContain(id);
    expect(answerOf(text)).toBe(answer);
  });

  it('are all tried here, each with an id of its own', () => {
    expect(TEXT_SIGNS.map(({ id }) => id).sort()).toEqual(SIGNS.map(([id]) => id).sort());
  });

  it('add up, once each', () => {
    expect(readText('slow, slow and slow')?.points).toBe(-1);
    expect(readText('Imports fail and the console is unavailable')?.points).toBe(4);
    expect(readText('nothing of note')).toBeUndefined();
  });

  it('are dropped where they are denied', () => {
    expect(readText('no outage')).toBeUndefined();
    expect(readText('There is no delay')).toBeUndefined();
  });

  it('keep P0 possible while the limits are not known', () => {
    expect(answerOf('Imports are slow')).toBe('P2? P3..P1');
    expect(answerOf('Imports are slow. We are investigating.')).toBe('P2? P2..P0');
    expect(answerOf('Logins are slow')).toBe('P1? P3..P0');
    expect(answerOf('Imports are slow. Severe.')).toBe('P1? P2..P0');
  });

  it.each(['we are investigating ', 'for a, b, ', 'between 10:00 ', 'for a', 'upgrade to ', 'login issue '])(
    'stay fast on 16 KB of %j',
    (piece) => {
      const text = piece.repeat(Math.ceil(16_384 / piece.length)).slice(0, 16_384);
      const started = performance.now();
      readText(text);
      expect(performance.now() - started).toBeLessThan(1000);
    },
  );
});

describe('what the signs may decide', () => {
  it.each<[string, SeverityFacts, string]>([
    ['Possible data loss in slow imports', {}, 'P1? P1..P0'],
    ['Suspicious logins, slow console', {}, 'P0? P1..P0'],
    ['Everything is slow, 30% of requests fail', {}, 'P1? P1..P0'],
    ['Search is slow', { service: 'degraded' }, 'P1? P3..P0'],
    ['Search is slow', { users: 'many' }, 'P1? P2..P0'],
    ['Search is slow', { flow: 'login' }, 'P1? P3..P0'],
    ['Search is slow', { data: 'at_risk' }, 'P1? P1..P0'],
    ['Search is slow', { data: 'none', security: 'no' }, 'P2? P3..P1'],
    ["Users can't login - 500 error on auth endpoint", {}, 'P1? P3..P0'],
  ])('%s, stated %j: %s', (text, facts, answer) => {
    expect(answerOf(text, facts)).toBe(answer);
  });

  it('show each sign with its points and its words, and no rule that they speak against', () => {
    const { rules } = decide('Search is slow');
    expect(rules.at(-1)).toMatchObject({
      id: 'text-slow',
      effect: 'text -1, slow or late, which is not gone (P0 improbable)',
      fact: 'text',
      origin: 'extracted',
      quote: 'slow',
    });
    expect(rules.map(({ id }) => id)).not.toContain('major-degradation');
  });

  it('never confirm, and never leave the range', () => {
    const words = fc.constantFrom(
      ...SIGNS.map(([, text]) => text),
      ...['data loss', 'all users', 'site is down', 'no', 'some users', 'logins fail', '2% of requests', '.'],
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 6 }), (parts) => {
        const answer = decide(parts.join(' '));
        expect(answer.confirmed).toBe(false);
        expect(compare(answer.range.highest, answer.severity)).toBeLessThanOrEqual(0);
        expect(compare(answer.severity, answer.range.lowest)).toBeLessThanOrEqual(0);
        expect(
          readText(parts.join(' '))?.signs.every(({ quote }) => parts.join(' ').includes(quote)),
        ).not.toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
