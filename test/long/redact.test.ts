import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/core/redact.ts';
import { hash4 } from '../support/redact-grid.ts';
import { HOSTILE, HOSTILE_KNOWN, hostileText } from '../support/redact-hostile.ts';

describe('one megabyte of anything is read within seconds', () => {
  const { redact } = createRedactor({ hash4, ips: 'public', known_values: HOSTILE_KNOWN });
  it.each(HOSTILE)('%j', (seed) => {
    const input = hostileText(seed, 1_000_000);
    const started = performance.now();
    redact(input);
    expect(performance.now() - started).toBeLessThan(6_000);
  });
});
