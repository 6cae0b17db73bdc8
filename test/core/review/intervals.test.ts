import { describe, expect, it } from 'vitest';
import { intervalSummaries } from '../../../src/core/review/intervals.ts';
import { story } from '../../support/events.ts';
import { at, folded } from '../../support/review-kit.ts';

/** Time to detect over incidents that were detected so many minutes after the start; null: nobody said. */
function toDetect(...minutes: (number | null)[]) {
  const stories = minutes.map((after) => {
    const begun = at(story('P1'), 'started', 10);
    return after === null ? begun : at(begun, 'detected', 10 + after);
  });
  const found = intervalSummaries(folded(...stories)).find((one) => one.name === 'time_to_detect');
  const inMinutes = (ms: number | null | undefined) => (ms == null ? null : ms / 60_000);
  return {
    ...{ n: found?.n, missing: found?.missing, impossible: found?.impossible },
    ...{ mean: inMinutes(found?.mean_ms), median: inMinutes(found?.median_ms) },
    range: [inMinutes(found?.min_ms), inMinutes(found?.max_ms)],
    percentiles: [found?.p25_ms, found?.p75_ms, found?.p90_ms].map(inMinutes),
  };
}

describe('intervals over many incidents', () => {
  it.each([
    ['an odd number', [30, 10, 20], 20, 20, [10, 30]],
    ['an even number', [40, 10, 20, 30], 25, 25, [10, 40]],
    ['one that is far off', [1, 2, 3, 1000], 251.5, 2.5, [1, 1000]],
    ['one', [7], 7, 7, [7, 7]],
  ])('gives mean, median and range of %s', (_what, minutes, mean, median, range) => {
    expect(toDetect(...minutes)).toMatchObject({
      ...{ n: minutes.length, mean, median, range },
      ...{ missing: 0, impossible: 0 },
    });
  });

  it('gives percentiles only from ten values on', () => {
    const nine = [9, 1, 2, 3, 4, 5, 6, 7, 8];
    expect(toDetect(...nine)).toMatchObject({ n: 9, percentiles: [null, null, null] });
    expect(toDetect(...nine, null)).toMatchObject({ n: 9, percentiles: [null, null, null], missing: 1 });
    expect(toDetect(...nine, 10)).toMatchObject({ n: 10, percentiles: [3.25, 7.75, 9.1] });
  });

  it('counts what is missing or impossible, and fills nothing in', () => {
    expect(toDetect(10, null, -5, null)).toMatchObject({
      ...{ n: 1, mean: 10, median: 10, missing: 2, impossible: 1 },
    });
    expect(toDetect(null)).toMatchObject({ n: 0, mean: null, median: null, range: [null, null], missing: 1 });
    expect(intervalSummaries([]).every((one) => one.n === 0 && one.mean_ms === null)).toBe(true);
  });
});
