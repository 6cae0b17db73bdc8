import { describe, expect, it } from 'vitest';
import { clocksOf } from '../../src/core/clocks.ts';
import { owedBy } from '../../src/core/owed.ts';
import { hours, type Story, story } from '../support/events.ts';

const owed = (told: Story, hour = 30 * 24) => {
  const incident = told.fold();
  return owedBy(incident, clocksOf(incident, null, { stability_h: 24 }, hours(hour)));
};
const skipped = () =>
  story('P1')
    .add('gate_overridden', { data: { until: '2026-03-05' } })
    .add('closed');

describe('what an earlier incident still owes', () => {
  it.each<[string, Story, string[]]>([
    ['nothing', story('P1').add('closed'), []],
    ['a debt', skipped(), ['hotfix-001 debt regression (until 2026-03-05)']],
    [
      'a debt without a date',
      story('P1').add('gate_overridden'),
      ['hotfix-001 debt regression (until no date)'],
    ],
    ['a debt that was paid', skipped().add('regression_proven', { basis: 'measured' }), []],
    [
      'a late action item',
      story('P1')
        .add('action_added', { data: { owner: 'Ana', due: '2026-03-10' } })
        .add('closed'),
      ['hotfix-001 AI-001 overdue since 2026-03-10'],
    ],
    ['an action item that is not due', story('P2').add('action_added', { data: { due: '2026-12-31' } }), []],
    [
      'a priority item past its four weeks, whatever its date says',
      story('P1').add('action_added', { data: { due: '2026-12-31' } }),
      ['hotfix-001 AI-001 (4 weeks) overdue since 2026-03-29'],
    ],
    ['a cancelled one', story('P1').add('gate_overridden').add('cancelled'), []],
  ])('%s', (_name, told, lines) => {
    expect(owed(told)).toEqual(lines);
  });

  it('nothing from a rehearsal', () => {
    const told = skipped();
    Object.assign(told.last('opened').data, { drill: true });
    expect(owed(told)).toEqual([]);
  });
});
