import { describe, expect, it } from 'vitest';
import { deploymentsOf } from '../../../src/core/review/deploys.ts';
import { type Story, story } from '../../support/events.ts';
import { at, folded } from '../../support/review-kit.ts';

const MINUTE = 60_000;
const begun = () => at(at(story('P1'), 'started', 0), 'detected', 5);
const over = (...stories: Story[]) => deploymentsOf(folded(...stories), null);

describe('failed deployments', () => {
  it('are incidents that a rollback or a hotfix ended, and hotfixes taken back; nothing else', () => {
    const flag = begun().add('mitigation_applied', { minute: 9 });
    const staging = begun().add('deployed', { minute: 9, data: { environment: 'staging' } });
    const rollback = begun().add('rolled_back', { minute: 10 });
    const twice = begun()
      .add('deployed', { minute: 20 })
      .add('rolled_back', { minute: 50, data: { target: 'hotfix' } })
      .add('deployed', { minute: 80 });
    expect(over(flag, staging)).toMatchObject({ failed: 0, unplanned: { hotfixes: 0, rollbacks: 0 } });
    expect(over(flag, rollback, twice)).toMatchObject({
      failed: 3,
      unplanned: { hotfixes: 2, rollbacks: 2 },
    });
  });

  it('counts a mitigation that is called a rollback, once', () => {
    const said = begun().add('mitigation_applied', { minute: 9, data: { type: 'rollback' } });
    expect(over(said)).toMatchObject({ failed: 1, unplanned: { hotfixes: 0, rollbacks: 1 } });
    expect(over(said.add('rolled_back'))).toMatchObject({ unplanned: { rollbacks: 1 } });
  });

  it('measures detected to restored, and start to the deployment that stands', () => {
    const healed = at(begun().add('deployed', { minute: 40 }), 'impact_ended', 45);
    const twice = begun()
      .add('deployed', { minute: 20 })
      .add('rolled_back', { minute: 50, data: { target: 'hotfix' } })
      .add('deployed', { minute: 80 });
    const found = over(healed, twice);
    expect(found.detected_to_restored).toMatchObject({ n: 1, median_ms: 40 * MINUTE, missing: 1 });
    // 40 and 80 minutes from the start, and the hotfix that stood for 30.
    expect(found.failed_to_remedied).toMatchObject({
      ...{ n: 3, min_ms: 30 * MINUTE, median_ms: 40 * MINUTE, max_ms: 80 * MINUTE },
      missing: 0,
    });
  });

  it('gives no number where an end is unknown or the order impossible', () => {
    const unknown = story('P1').add('deployed', { minute: 40 });
    const backwards = at(story('P1'), 'started', 50).add('deployed', { minute: 40 });
    expect(over(unknown, backwards).failed_to_remedied).toMatchObject({
      ...{ n: 0, median_ms: null, missing: 1, impossible: 1 },
    });
  });
});

describe('deployment rework rate', () => {
  const one = folded(begun().add('deployed', { minute: 40 }));
  it.each([
    [null, null],
    [0, null],
    [1, 1],
    [40, 0.025],
  ])('with %s deployments in all it is %s', (stated, rate) => {
    expect(deploymentsOf(one, stated)).toMatchObject({ stated_deployments: stated, rework_rate: rate });
  });
  it('is unknown when fewer were stated than were unplanned', () => {
    const two = folded(begun().add('deployed', { minute: 40 }), begun().add('rolled_back'));
    expect(deploymentsOf(two, 1).rework_rate).toBeNull();
  });
});
