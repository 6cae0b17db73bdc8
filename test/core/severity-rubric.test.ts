import { describe, expect, it } from 'vitest';
import { classify } from '../../src/core/classify.ts';
import { matrixOf } from '../../src/core/severity.ts';
import { SeverityFacts } from '../../src/core/severity-facts.ts';

const matrix = matrixOf('default');
/** Facts that rule out the two silent killers. */
const safe = { data: 'none', security: 'no' } as const;

// facts -> label ("?" = unconfirmed), range
const RUBRIC: readonly (readonly [SeverityFacts, string, string])[] = [
  // nothing or nearly nothing
  [{}, 'P1?', 'P3..P0'],
  [{ ...safe }, 'P1?', 'P3..P0'],
  [{ service: 'unknown', users: 'unknown', error_rate: 'unknown' }, 'P1?', 'P3..P0'],
  [{ service: 'working' }, 'P3?', 'P3..P0'],
  [{ users: 'one' }, 'P3?', 'P3..P0'],
  // outage
  [{ service: 'down' }, 'P0?', 'P2..P0'],
  [{ service: 'down', users: 'all' }, 'P0', 'P0..P0'],
  [{ service: 'down', users: 'most' }, 'P0', 'P0..P0'],
  [{ service: 'down', users: 'many' }, 'P0', 'P0..P0'],
  [{ service: 'down', users: '60%', workaround: 'yes' }, 'P0', 'P0..P0'],
  [{ service: 'down', users: 'some', ...safe }, 'P1', 'P1..P1'],
  [{ service: 'down', users: '5%', ...safe }, 'P1', 'P1..P1'],
  [{ service: 'down', users: 'few', ...safe }, 'P2', 'P2..P2'],
  [{ service: 'down', users: 'few' }, 'P2?', 'P2..P0'],
  // harm to data
  [{ data: 'lost_or_corrupted' }, 'P0', 'P0..P0'],
  [{ data: 'exposed' }, 'P0', 'P0..P0'],
  [{ data: 'lost_or_corrupted', users: 'one', service: 'working' }, 'P0', 'P0..P0'],
  [{ data: 'at_risk' }, 'P1?', 'P1..P0'],
  [{ data: 'at_risk', security: 'no', service: 'degraded', users: 'some' }, 'P1', 'P1..P1'],
  [{ data: 'at_risk', security: 'no', service: 'working', flow: 'none' }, 'P1', 'P1..P1'],
  // security
  [{ security: 'yes' }, 'P0', 'P0..P0'],
  [{ security: 'yes', service: 'working', users: 'none' }, 'P0', 'P0..P0'],
  [{ security: 'suspected' }, 'P0?', 'P1..P0'],
  [{ security: 'suspected', service: 'working', users: 'one', flow: 'none', data: 'none' }, 'P0?', 'P1..P0'],
  // critical flows
  [{ service: 'degraded', flow: 'login', users: 'many', ...safe }, 'P1', 'P1..P1'],
  [{ service: 'degraded', flow: 'payment', users: 'some', ...safe }, 'P1', 'P1..P1'],
  [{ service: 'degraded', flow: 'checkout', users: 'most', ...safe }, 'P1', 'P1..P1'],
  [{ service: 'degraded', flow: 'data_write', users: 'some', ...safe }, 'P1', 'P1..P1'],
  [{ service: 'working', flow: 'payment', users: 'some', ...safe, error_rate: '0%' }, 'P1', 'P1..P1'],
  [{ service: 'degraded', flow: 'login', users: 'many', ...safe, workaround: 'yes' }, 'P1', 'P1..P1'],
  [{ service: 'degraded', flow: 'login', users: 'all', ...safe }, 'P0?', 'P1..P0'],
  [{ service: 'degraded', flow: 'login', users: 'all', ...safe, workaround: 'no' }, 'P0', 'P0..P0'],
  [{ service: 'degraded', flow: 'login', users: 'all', ...safe, workaround: 'yes' }, 'P1', 'P1..P1'],
  [{ service: 'degraded', flow: 'payment', users: 'few', ...safe, spreading: 'no' }, 'P2', 'P2..P2'],
  [{ flow: 'login' }, 'P1?', 'P3..P0'],
  [{ service: 'degraded', flow: 'login' }, 'P1?', 'P3..P0'],
  // degradation
  [{ service: 'degraded' }, 'P1?', 'P3..P0'],
  [{ service: 'degraded', users: 'many', flow: 'other', ...safe, workaround: 'no' }, 'P1', 'P1..P1'],
  [{ service: 'degraded', users: '40%', flow: 'other', ...safe, workaround: 'no' }, 'P1', 'P1..P1'],
  [{ service: 'degraded', users: 'all', flow: 'other', ...safe }, 'P1?', 'P2..P1'],
  [
    {
      service: 'degraded',
      users: 'many',
      flow: 'other',
      ...safe,
      workaround: 'yes',
      error_rate: '0.5%',
      spreading: 'no',
    },
    'P2',
    'P2..P2',
  ],
  [{ service: 'degraded', users: 'some', flow: 'other', ...safe }, 'P2?', 'P2..P1'],
  [
    { service: 'degraded', users: 'some', flow: 'other', ...safe, error_rate: '0.8%', spreading: 'no' },
    'P2',
    'P2..P2',
  ],
  [{ service: 'degraded', users: 'few', flow: 'other', ...safe }, 'P2', 'P2..P2'],
  [{ service: 'degraded', users: '0.5%', flow: 'none', ...safe }, 'P2', 'P2..P2'],
  [{ service: 'degraded', users: 'one', flow: 'other', ...safe, spreading: 'no' }, 'P3', 'P3..P3'],
  [{ service: 'degraded', users: 'one', flow: 'other', ...safe }, 'P3?', 'P3..P2'],
  // spreading
  [{ service: 'degraded', users: 'some', flow: 'other', ...safe, spreading: 'yes' }, 'P1', 'P1..P1'],
  [{ service: 'degraded', users: 'one', flow: 'other', ...safe, spreading: 'yes' }, 'P2', 'P2..P2'],
  // error rate
  [{ error_rate: '2%' }, 'P1?', 'P1..P0'],
  [{ error_rate: '2%', users: 'some', flow: 'other', service: 'degraded', ...safe }, 'P1', 'P1..P1'],
  [
    { error_rate: '1%', users: 'some', flow: 'other', service: 'degraded', ...safe, spreading: 'no' },
    'P2',
    'P2..P2',
  ],
  [{ error_rate: '100%' }, 'P0?', 'P1..P0'],
  [{ error_rate: '80%', service: 'degraded', users: 'most', flow: 'other', ...safe }, 'P1', 'P1..P1'],
  // minor
  [{ service: 'working', flow: 'none', ...safe }, 'P3', 'P3..P3'],
  [{ service: 'working', users: 'all', flow: 'none', ...safe }, 'P3', 'P3..P3'],
  [{ service: 'working', users: 'one', flow: 'other', ...safe, workaround: 'yes' }, 'P3', 'P3..P3'],
  [{ service: 'working', users: 'some', flow: 'other', ...safe }, 'P3', 'P3..P3'],
  [{ users: 'none', service: 'working', flow: 'none', ...safe }, 'P3', 'P3..P3'],
  // environment
  [{ environment: 'production', service: 'down', users: 'all' }, 'P0', 'P0..P0'],
  [{ environment: 'staging', service: 'down', users: 'all', ...safe }, 'P3', 'P3..P3'],
  [{ environment: 'development', data: 'lost_or_corrupted', security: 'no' }, 'P3', 'P3..P3'],
  [{ environment: 'staging', data: 'exposed' }, 'P0', 'P0..P0'],
  [{ environment: 'staging', security: 'yes' }, 'P0', 'P0..P0'],
  // further combinations: what is known decides, what is unknown stays open
  [{ service: 'down', users: 'one', ...safe }, 'P2', 'P2..P2'],
  [{ service: 'down', users: 'none', ...safe }, 'P2', 'P2..P2'],
  [{ service: 'down', users: '50%' }, 'P0', 'P0..P0'],
  [{ service: 'down', users: '10%' }, 'P0', 'P0..P0'],
  [{ service: 'down', users: '9.9%', ...safe, workaround: 'yes', flow: 'other' }, 'P1', 'P1..P1'],
  [{ service: 'down', users: 'some' }, 'P1?', 'P1..P0'],
  [{ service: 'down', users: 'few', ...safe, flow: 'login' }, 'P2', 'P2..P2'],
  [{ service: 'degraded', flow: 'payment', users: 'all', workaround: 'no' }, 'P0', 'P0..P0'],
  [{ service: 'working', flow: 'checkout', users: 'all', workaround: 'no' }, 'P0', 'P0..P0'],
  [{ service: 'degraded', flow: 'data_write', users: '95%', ...safe, workaround: 'no' }, 'P0', 'P0..P0'],
  [{ service: 'degraded', flow: 'data_write', users: '94%', ...safe, workaround: 'no' }, 'P1', 'P1..P1'],
  [{ service: 'degraded', flow: 'checkout', users: 'one', ...safe, spreading: 'no' }, 'P2', 'P2..P2'],
  [{ service: 'working', flow: 'login', users: 'none', ...safe }, 'P3', 'P3..P3'],
  [{ service: 'degraded', users: 'many', flow: 'none', ...safe, workaround: 'no' }, 'P1', 'P1..P1'],
  [
    { service: 'degraded', users: 'many', flow: 'none', ...safe, workaround: 'yes', error_rate: '0%' },
    'P2?',
    'P2..P1',
  ],
  [{ service: 'degraded', users: 'some', flow: 'none', ...safe, error_rate: '1.1%' }, 'P1', 'P1..P1'],
  [{ service: 'degraded', users: 'few', flow: 'none', ...safe, spreading: 'yes' }, 'P2', 'P2..P2'],
  [{ service: 'degraded', users: 'none', flow: 'none', ...safe, spreading: 'no' }, 'P3', 'P3..P3'],
  [{ service: 'working', spreading: 'yes', flow: 'none', ...safe }, 'P3', 'P3..P3'],
  [{ data: 'at_risk', security: 'no', service: 'down', users: 'all' }, 'P0', 'P0..P0'],
  [{ data: 'at_risk', security: 'suspected' }, 'P0?', 'P1..P0'],
  [{ data: 'exposed', security: 'suspected', service: 'working' }, 'P0', 'P0..P0'],
  [{ environment: 'staging', security: 'suspected' }, 'P0?', 'P1..P0'],
  [{ environment: 'development', service: 'down', users: 'all', data: 'exposed' }, 'P0', 'P0..P0'],
];

describe('rubric of stated facts', () => {
  it('holds at least 80 different cases', () => {
    expect(new Set(RUBRIC.map(([facts]) => JSON.stringify(facts))).size).toBe(RUBRIC.length);
    expect(RUBRIC.length).toBeGreaterThanOrEqual(80);
  });

  it.each(RUBRIC)('%j is %s, %s', (facts, label, range) => {
    expect(SeverityFacts.safeParse(facts).success).toBe(true);
    const answer = classify({ facts, matrix });
    expect([answer.label, `${answer.range.lowest}..${answer.range.highest}`]).toEqual([label, range]);
    expect(answer.confirmed).toBe(!label.endsWith('?'));
    expect(answer.severity).toBe(label.slice(0, 2));
  });
});
