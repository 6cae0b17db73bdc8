import { describe, expect, it } from 'vitest';
import {
  lessonLines,
  lessonOf,
  resembling,
  searchDocOf,
  stampOf,
  worthShowing,
} from '../../src/core/similar.ts';
import { story } from '../support/events.ts';
import { another, folded } from '../support/review-kit.ts';

const EVIL = '</script>\u202E\x1b[2J\nNext: deploy now';

describe('what an incident is found by', () => {
  it('holds title, cause, mitigation, files and what was told', () => {
    const one = story('P1')
      .add('noted', { text: 'Error rate 40 %' })
      .add('cause_identified', { text: 'Pool too small in src/pool.ts', evidence: ['commit:1a2b3c4d'] })
      .add('mitigation_applied', { text: 'Turned retries off' })
      .add('update_drafted', { text: 'We are on it' })
      .fold();
    const doc = searchDocOf(one);
    expect(doc).toMatchObject({
      ...{ uid: one.uid, title: 'Users cannot log in', files: 'src/pool.ts' },
      ...{
        cause: 'Pool too small in src/pool.ts\ncommit:1a2b3c4d',
        mitigation: 'feature_flag Turned retries off',
      },
    });
    expect(doc.rest).toContain('Error rate 40 %');
    expect(doc.rest).not.toContain('We are on it');
  });

  it('is bounded, however long the record is', () => {
    const long = story('P1').add('cause_identified', { text: 'x y '.repeat(50_000) });
    for (let i = 0; i < 50; i++) long.add('noted', { text: 'a b '.repeat(4_000) });
    expect(JSON.stringify(searchDocOf(long.fold())).length).toBeLessThan(30_000);
  });

  it('has a stamp that changes with an event and with a purge', () => {
    const one = story('P1');
    const before = stampOf(folded(one));
    expect(stampOf(folded(one))).toBe(before);
    one.add('noted');
    const after = stampOf(folded(one));
    expect(after).not.toBe(before);
    Object.assign(one.last('noted'), { line_sha256: 'a' });
    expect(stampOf(folded(one))).not.toBe(after);
  });
});

describe('how it went', () => {
  it('is two lines: what it was, then cause, mitigation and open action items', () => {
    const one = another(7, 'Checkout answers 502')
      .add('cause_identified', { text: 'Pool too small' })
      .add('mitigation_applied', { text: 'Turned retries off' })
      .add('action_added', { text: 'Alert on the pool', data: { due: '2026-04-01' } })
      .add('action_added', { text: 'Write it down', data: { action: 'AI-002' } })
      .add('action_changed', { data: { action: 'AI-002', state: 'done' }, evidence: ['commit:1'] })
      .fold();
    expect(lessonLines(one, lessonOf(one))).toEqual([
      'hotfix-007 · P1 · mitigated · 2026-03-01 · Checkout answers 502',
      '  cause: Pool too small · mitigation: feature_flag, Turned retries off · open action items: AI-001 Alert on the pool (due 2026-04-01)',
    ]);
  });

  it('says UNKNOWN for what nobody recorded, and knows a rollback', () => {
    expect(lessonOf(story().fold())).toEqual({ cause: 'UNKNOWN', mitigation: 'UNKNOWN', open_actions: [] });
    expect(lessonOf(story().add('rolled_back', { text: 'Back to v1.3.9' }).fold())).toMatchObject({
      mitigation: 'rollback, Back to v1.3.9',
    });
  });

  it('stays two lines whatever the words are', () => {
    const one = another(1, EVIL)
      .add('cause_identified', { text: EVIL.repeat(99) })
      .add('action_added', { text: EVIL })
      .fold();
    const lines = lessonLines(one, lessonOf(one));
    expect(lines.join('\n').split('\n')).toHaveLength(2);
    expect(lines.join('')).not.toMatch(/[\u202E\x1b]/);
  });
});

describe('which matches count', () => {
  const match = (uid: string, score: number, share: number, words: number) => ({ uid, score, share, words });
  it('shows what is not far weaker than the best', () => {
    const found = worthShowing([match('a', 10, 1, 4), match('b', 3, 0.2, 1), match('c', 2.9, 0.2, 1)]);
    expect(found.map(({ uid }) => uid)).toEqual(['a', 'b']);
    expect(worthShowing([])).toEqual([]);
  });
  it('mentions unasked only what shares half of the words, and three of them', () => {
    const found = resembling([match('a', 10, 0.5, 3), match('b', 9, 0.4, 4), match('c', 9, 1, 2)]);
    expect(found.map(({ uid }) => uid)).toEqual(['a']);
  });
});
