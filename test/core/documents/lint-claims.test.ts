import { describe, expect, it } from 'vitest';
import { claimsIn } from '../../../src/core/documents/claims.ts';
import { lintOf } from '../../../src/core/documents/lint.ts';
import { supportOf, unsupported } from '../../../src/core/documents/lint-claims.ts';
import {
  numbered,
  openedOnly,
  SAMPLE_NARRATIVE,
  sampleEvents,
  sampleOf,
  tell,
} from '../../support/sample-incident.ts';

const sample = sampleOf(sampleEvents());
const support = supportOf(sample.incident, sample.view);

describe('a claim', () => {
  /** The record: began 13:42, detected 13:58, opened 14:05, mitigated 14:18, deployed 14:50, ended 14:55, resolved 15:10. */
  it.each<[string, ...string[]]>([
    ['Logins failed for 73 minutes.'],
    ['Logins failed for 1 hour 13 minutes.'],
    ['Logins failed for 1h 13m.'],
    ['Logins failed for about an hour.'],
    ['It took 16 min to see it, and half an hour from there to the cause.'],
    ['It lasted 1.5 hours from its beginning to the resolution.'],
    ['Detected at 13:58, mitigated at 14:18 on 2026-11-20.'],
    ['5xx fell from 40 % to 12%.'],
    ['About 70 % of logins failed.'],
    ['Release 1.4.0 was the one.'],
    ['v1.4.0 answered 500 on every login; AI-001, T013, P1 and 9f8e7d6c are names.'],
    ['OAuth2, UTF-8, 2FA and the 5xx alert are names.'],
    ['3 updates were posted.'],
    ['We answered within 15 minutes.'],
    ['Logins failed for 46 minutes.', '46 min'],
    ['Logins failed for two hours.', '2 h'],
    ['Detected at 12:30.', '12:30'],
    ['It began on 2026-11-19.', '2026-11-19'],
    ['Some 4,200 users were hurt.', '4200'],
    ['It cost 3.5k orders.', '3500'],
    ['Two million rows and 12 million reads.', '2000000', '12000000'],
    ['99.95 % of requests failed.', '99.95 %'],
    ['Release 1.5.0 was the one.', '1.5.0'],
    ['9 updates were posted.', '9'],
    ['It took 46-47 minutes.', '46 min', '47 min'],
    ['Errors rose 30x.', '30'],
    ['46 minutes, then again 46 minutes.', '46 min'],
  ])('%s', (text, ...shown) => {
    expect(unsupported(text, () => support)).toEqual(shown);
  });

  it('is not supported by what the agent wrote itself', () => {
    const events = [
      ...openedOnly(),
      tell('2026-11-21T16:00:00Z', 'postmortem_written', 'Lost 777 orders', {
        ...{ errors: 0, warnings: 0, preset: 'default', narrative: { summary: 'Lost 777 orders' } },
      }),
    ];
    const { incident, view } = sampleOf(numbered(events));
    expect(unsupported('Lost 777 orders', () => supportOf(incident, view))).toEqual(['777']);
  });

  it('becomes a finding: a warning of what happened, a note of what to do', () => {
    const found = lintOf(
      sample.incident,
      { ...SAMPLE_NARRATIVE, impact: '987 users', lessons: ['Page after 987 s'] },
      sample.view,
    );
    expect(found).toContainEqual({
      ...{ level: 'warning', where: 'narrative.impact' },
      text: 'No event supports: 987. Times are UTC. Record it (noted, fact_recorded), or take it out.',
    });
    expect(found).toContainEqual(expect.objectContaining({ level: 'note', where: 'narrative.lessons' }));
    expect(found.filter(({ text }) => text.startsWith('No event supports'))).toHaveLength(2);
  });

  it('is read in linear time', () => {
    for (const piece of ['1', '1,', '12:', '1-', 'an hour ', '1 h ', '2026-11-', '9 ']) {
      const begin = performance.now();
      claimsIn(piece.repeat(30_000));
      expect(performance.now() - begin, piece).toBeLessThan(1500);
    }
  });
});
