import { describe, expect, it } from 'vitest';
import { reminderOf } from '../../../src/core/outward/slack-reminders.ts';
import { MINUTE } from '../../../src/core/time.ts';
import { type Story, story, T0 } from '../../support/events.ts';
import { slackView } from '../../support/slack-view.ts';

const at = (told: Story, minutes: number) => {
  const incident = told.fold();
  return reminderOf(incident, slackView(incident).clocks, T0 + minutes * MINUTE);
};

describe('a reminder', () => {
  it.each([
    [9, null],
    [10, 'The next update is due at 12:15 UTC.'],
    [15, 'The next update is due at 12:15 UTC.'],
    [16, 'The next update was due at 12:15 UTC.'],
    [6_000, 'The next update was due at 12:15 UTC.'],
  ])('at minute %i of a P1, whose first update is due at minute 15: %j', (minutes, words) => {
    expect(at(story('P1'), minutes)?.message.text.slice(0, words?.length) ?? null).toBe(words);
  });

  it('has one key for one due time, and another for the next', () => {
    const told = story('P1');
    expect(at(told, 12)?.key).toBe(at(told, 300)?.key);
    const updated = story('P1').add('update_posted', { minute: 14 });
    expect(at(updated, 20)).toBeNull();
    expect(at(updated, 40)?.key).not.toBe(at(told, 12)?.key);
  });

  it.each([
    ['a rehearsal', story('P1').fold()],
    ['one that was resolved', story('P1').add('resolved', { minute: 5 }).fold()],
    ['one that was cancelled', story('P1').add('cancelled', { minute: 5 }).fold()],
    ['one without a severity', story().fold()],
  ])('does not come about %s', (name, incident) => {
    const shown = name === 'a rehearsal' ? { ...incident, drill: true } : incident;
    expect(reminderOf(shown, slackView(shown).clocks, T0 + 60 * MINUTE)).toBeNull();
  });
});
