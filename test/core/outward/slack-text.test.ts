import { describe, expect, it } from 'vitest';
import { systemIds } from '../../../src/adapters/clock-ids.ts';
import { slackFailure } from '../../../src/core/outward/slack-failures.ts';
import { markOf, readBlockId, stamped } from '../../../src/core/outward/slack-marks.ts';
import { packed, plainOf, slackLine, slackText, slackTime } from '../../../src/core/outward/slack-text.ts';
import { UID } from '../../support/events.ts';

describe('text', () => {
  it('is escaped once and cut after that', () => {
    expect(slackText('a < b & c > d', 100)).toBe('a &lt; b &amp; c &gt; d');
    expect(slackText('<'.repeat(10), 12)).toBe('&lt;&lt;…');
    expect(slackText('  ', 10)).toBe('-');
    expect(slackLine(' a\n  b ', 10)).toBe('a b');
  });

  it('is never cut within a character', () => {
    expect(slackText('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 15)).toBe('👩‍👩‍👧‍👦…');
  });

  it('is packed by whole lines, or not at all', () => {
    expect(packed(['aa', 'bb', 'cc'], 5, 2)).toEqual(['aa\nbb', 'cc']);
    expect(packed(['aa', 'bb', 'cc'], 5, 1)).toBeNull();
    expect(packed(['too long'], 5, 2)).toBeNull();
  });

  it('shows a moment in the time zone of the reader', () => {
    expect(slackTime('2026-01-05T16:00:00.000Z')).toBe(
      '<!date^1767628800^{date_short_pretty} {time}|2026-01-05 16:00 UTC>',
    );
  });

  it.each([
    ['a &lt; b &amp;&amp; c', 'a < b && c'],
    ['see <https://x.example/a|the graph>', 'see https://x.example/a'],
    ['<@U1|ana> in <#C1|ops> <@U2> <!here> <!subteam^S1|@sre>', '@ana in #ops @U2 @here @sre'],
    ['&amp;lt;', '&lt;'],
  ])('of a person is read: %j', (slack, text) => expect(plainOf(slack)).toBe(text));
});

describe('marks', () => {
  const comment = (key = '') => `<!-- hotfix-pulse:${UID}${key} -->`;

  it('stand in the ids of blocks and are read again', () => {
    const mark = markOf(comment(':post/01ABC'), systemIds.sha256);
    const [block] = stamped([{ type: 'divider' }], { mark, part: 'post', stamp: 'abc123' });
    expect(block).toEqual({ type: 'divider', block_id: `hotfix-pulse:${UID}:post/01ABC|post|abc123|0` });
    expect(readBlockId(String(block?.block_id))).toEqual({ mark, uid: UID, part: 'post', stamp: 'abc123' });
  });

  it('fit whatever the key, and differ when it does', () => {
    const long = (end: string) => markOf(comment(`:${'k'.repeat(300)}|${end}`), systemIds.sha256);
    expect(long('a')).not.toBe(long('b'));
    const [block] = stamped([{ type: 'divider' }], { mark: long('a'), part: 'post', stamp: 'abc' });
    expect(String(block?.block_id).length).toBeLessThanOrEqual(255);
    expect(readBlockId(String(block?.block_id))?.mark).toBe(long('a'));
  });

  it.each([
    '',
    'abc',
    `hotfix-pulse:${UID}`,
    `hotfix-pulse:short|root|a|0`,
    `x hotfix-pulse:${UID}|root|a|0`,
  ])('are not read out of %j', (id) => expect(readBlockId(id)).toBeNull());
});

describe('what Slack answers', () => {
  it.each([
    ['channel_not_found', 'not_found'],
    ['not_in_channel', 'not_found'],
    ['is_archived', 'gone'],
    ['message_not_found', 'gone'],
    ['missing_scope', 'not_allowed'],
    ['invalid_auth', 'not_allowed'],
    ['msg_too_long', 'invalid'],
    ['something_new', 'invalid'],
    ['ratelimited', 'limited'],
    ['internal_error', 'unknown'],
  ])('%s is %s', (error, why) => expect(slackFailure(error)).toBe(why));
});
