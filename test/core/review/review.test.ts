import { describe, expect, it } from 'vitest';
import { minute, story } from '../../support/events.ts';
import { another, at, review } from '../../support/review-kit.ts';

describe('what a review counts', () => {
  it('counts by severity and status, rehearsals left out', () => {
    const drill = story('P0');
    Object.assign(drill.last('opened').data, { drill: true });
    const found = review([
      ...[story(), story('P1').add('resolved'), story('P1'), story('P2').add('cancelled')],
      drill,
    ]);
    expect(found).toMatchObject({
      ...{ incidents: 4, drills_left_out: 1, imported: 0 },
      by_severity: { unclassified: 1, P1: 2, P2: 1 },
      by_status: { investigating: 2, resolved: 1, cancelled: 1 },
    });
    expect(found.by_severity).not.toHaveProperty('P0');
  });

  it('keeps to the period, by when an incident was opened', () => {
    const [early, late] = [another(1), another(2)];
    early.last('opened').at = minute(-60 * 24 * 40);
    const from = minute(-60);
    expect(review([early, late], { period: { from, until: minute(600) } })).toMatchObject({ incidents: 1 });
    expect(review([early, late], { period: { from: null, until: minute(-60) } })).toMatchObject({
      incidents: 1,
    });
    expect(review([early, late])).toMatchObject({ incidents: 2 });
  });

  it('says what is owed by incidents of any time', () => {
    const early = another(1).add('action_added');
    early.last('opened').at = minute(-60 * 24 * 40);
    const found = review([early], { period: { from: minute(-60), until: minute(600) } });
    expect(found).toMatchObject({ incidents: 0, owed: { actions: [{ incident: 'hotfix-001' }] } });
  });

  it('counts what was imported among the incidents, and says how many', () => {
    const one = story('P1');
    for (const event of one.events) Object.assign(event, { imported: true });
    expect(review([one, story()])).toMatchObject({ incidents: 2, imported: 1 });
  });

  it('names incidents whose times contradict each other', () => {
    const one = at(at(another(3), 'started', 20), 'detected', 5).add('resolved', { minute: 10 });
    expect(review([one, at(at(another(4), 'started', 1), 'detected', 2)]).warnings).toEqual([
      'hotfix-003: detection is recorded before start of harm; not counted',
      'hotfix-003: resolution is recorded before start of harm; not counted',
    ]);
  });
});
