import { describe, expect, it } from 'vitest';
import {
  anchorsOf,
  contradictionsOf,
  durationMs,
  endedAt,
  INTERVALS,
  intervalsOf,
} from '../../src/core/intervals.ts';
import { minute, type Story, story } from '../support/events.ts';

const at = (s: Story, name: string, when: number) =>
  s.add('fact_recorded', { minute: when, recorded: 400, data: { name, value: 'stated' } });
const whole = () => {
  const s = story('P1').add('acknowledged', { minute: 3 }).add('mitigation_applied', { minute: 20 });
  return at(at(at(s.add('resolved', { minute: 90 }), 'started', -40), 'detected', -10), 'impact_ended', 25);
};
const inMinutes = (s: Story) =>
  Object.fromEntries(intervalsOf(s.fold()).map(({ name, ms }) => [name, ms === null ? null : ms / 60_000]));

describe('intervals', () => {
  it('are measured between named anchors', () => {
    expect(inMinutes(whole())).toEqual({
      ...{ time_to_detect: 30, time_to_acknowledge: 13, time_to_mitigate: 60 },
      ...{ time_to_restore: 65, time_to_resolve: 100 },
    });
    expect(intervalsOf(whole().fold()).map(({ problem }) => problem)).toEqual(INTERVALS.map(() => 'none'));
  });

  it('are unknown when an end is missing: nothing is made up from the opening', () => {
    const s = story('P1').add('resolved', { minute: 60 });
    expect(anchorsOf(s.fold())).toEqual({
      ...{ started: null, detected: null, acknowledged: null, mitigated: null, impact_ended: null },
      resolved: minute(60),
    });
    expect(intervalsOf(s.fold()).every(({ ms, problem }) => ms === null && problem === 'missing')).toBe(true);
    expect(intervalsOf(s.fold()).map(({ missing }) => missing)).toEqual([
      ...[
        ['started', 'detected'],
        ['detected', 'acknowledged'],
        ['started', 'mitigated'],
      ],
      ...[['started', 'impact_ended'], ['detected']],
    ]);
    expect(durationMs(s.fold())).toBeNull();
  });

  it('have no number in an impossible order', () => {
    const s = at(whole(), 'detected', -50);
    expect(intervalsOf(s.fold())[0]).toMatchObject({ ms: null, problem: 'impossible', missing: [] });
    expect(durationMs(at(s, 'impact_ended', -60).fold())).toBeNull();
  });

  it.each([
    ['an order that can be', 25, []],
    ['an end of impact after the resolution', 91, [{ earlier: 'impact_ended', later: 'resolved' }]],
  ])('contradict each other in nothing else: %s', (_what, ended, expected) => {
    expect(contradictionsOf(at(whole(), 'impact_ended', ended).fold())).toEqual(expected);
  });

  it('contradict each other when the response or the resolution lies before the start', () => {
    expect(contradictionsOf(at(whole(), 'started', 4).fold())).toEqual([
      { earlier: 'started', later: 'acknowledged' },
    ]);
    expect(contradictionsOf(at(whole(), 'started', 95).fold()).map(({ later }) => later)).toEqual([
      ...['acknowledged', 'resolved'],
    ]);
  });

  it('may be nothing at all', () => {
    expect(inMinutes(at(whole(), 'detected', -40)).time_to_detect).toBe(0);
  });

  it('take the first mitigation told; a rollback of the release is one, of the hotfix not', () => {
    const back = (target: 'release' | 'hotfix') =>
      anchorsOf(whole().add('rolled_back', { minute: 10, recorded: 500, data: { target } }).fold()).mitigated;
    expect(back('release')).toBe(minute(10));
    expect(back('hotfix')).toBe(minute(20));
  });

  it('end with the impact, else with the resolution that stands', () => {
    expect([endedAt(whole().fold()), durationMs(whole().fold())]).toEqual([minute(25), 65 * 60_000]);
    const s = at(story('P1').add('resolved', { minute: 60 }), 'detected', 0);
    expect([endedAt(s.fold()), durationMs(s.fold())]).toEqual([minute(60), 60 * 60_000]);
    expect([endedAt(s.add('reopened').fold()), durationMs(s.fold())]).toEqual([null, null]);
  });

  it('take a corrected time', () => {
    expect(anchorsOf(at(whole(), 'started', -20).fold()).started).toBe(minute(-20));
  });
});
