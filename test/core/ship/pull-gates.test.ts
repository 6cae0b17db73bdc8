import { describe, expect, it } from 'vitest';
import type { PolicySettings } from '../../../src/core/ship/policy.ts';
import { deployGate, lacksReview, needToOpen, skippedBySeverity } from '../../../src/core/ship/ship-gates.ts';
import { TICK_RULES } from '../../../src/core/task-rules.ts';
import { story } from '../../support/events.ts';

const FIX = 'f1'.repeat(20);
const OTHER = 'e2'.repeat(20);
const review = (data: object) =>
  story('P1')
    .add('hotfix_started')
    .add('approval_given', { basis: 'measured', data: { strength: 'review', ...data } })
    .fold();
const gateIds = (by_pull: boolean, policy: PolicySettings = {}, incident = story('P2').fold()) =>
  deployGate(incident, { commit: FIX, policy, approval: 'terminal', by_pull }).missing.map(({ id }) => id);

describe('a deploy by pull request', () => {
  it('is not asked for a review before it is opened, and for nothing less otherwise', () => {
    const [byPush, byPull] = [gateIds(false), gateIds(true)];
    expect(byPush).toContain('second_review');
    expect(byPull).toEqual(byPush.filter((id) => id !== 'second_review'));
    expect(gateIds(false, { deploy: { P2: 'review' } })).toContain('approval');
    expect(gateIds(true, { deploy: { P2: 'review' } })).not.toContain('approval');
    expect(['word', 'terminal', 'named', 'review'].map((need) => needToOpen(need as never))).toEqual([
      'word',
      'terminal',
      'named',
      'terminal',
    ]);
  });

  it('owes the review later, not when it is opened', () => {
    const incident = story('P0').fold();
    expect(skippedBySeverity(incident, {})).toContain('second_review');
    expect(skippedBySeverity(incident, {}, { commit: FIX, by_pull: true })).toEqual(['staging']);
    expect(lacksReview(incident, {}, FIX)).toBe(true);
    expect(lacksReview(incident, { second_review: 'off' }, FIX)).toBe(false);
  });
});

describe('a review', () => {
  it.each<[string, object, boolean]>([
    ['of this commit', { commit: FIX }, true],
    ['of this commit by its short name', { commit: FIX.slice(0, 12) }, true],
    ['of another commit', { commit: OTHER }, false],
    ['of a backport', { commit: FIX, about: 'backport to develop' }, false],
    ['that names no commit', {}, true],
  ])('%s', (_, data, counts) => {
    const incident = review(data);
    expect(lacksReview(incident, {}, FIX)).toBe(!counts);
  });

  it('ticks T009, and one of a backport does not', () => {
    expect(TICK_RULES.T009?.(review({ commit: FIX }))).not.toBeNull();
    expect(TICK_RULES.T009?.(review({ commit: FIX, about: 'backport to develop' }))).toBeNull();
  });
});
