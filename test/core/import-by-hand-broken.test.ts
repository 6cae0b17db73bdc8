import { describe, expect, it } from 'vitest';
import { line, read, told } from '../support/by-hand.ts';

describe('what cannot be read', () => {
  const NOTE = '; kept as a note';
  const ROWS: [string, string, string][] = [
    ['- it broke around noon', 'not in the form "- time | kind | text | evidence"', '- it broke around noon'],
    [
      'Ana says: it is the cookie',
      'not in the form "- time | kind | text | evidence"',
      'Ana says: it is the cookie',
    ],
    [
      line('noted', 'late', '-', '14:00'),
      'the time is not RFC 3339 with a zone, or lies in the future',
      'noted: late',
    ],
    [
      line('noted', 'late', '-', '2026-01-01T14:00:00'),
      'the time is not RFC 3339 with a zone, or lies in the future',
      'noted: late',
    ],
    [
      line('noted', 'late', '-', '-15m'),
      'the time is not RFC 3339 with a zone, or lies in the future',
      'noted: late',
    ],
    [
      line('noted', 'soon', '-', '2027-01-01T14:00:00Z'),
      'the time is not RFC 3339 with a zone, or lies in the future',
      'noted: soon',
    ],
    [line('celebrated', 'cake'), 'unknown kind', 'celebrated: cake'],
    [line('opened', 'opened again'), 'this line alone cannot say that', 'opened: opened again'],
    [line('closed', 'done'), 'this line alone cannot say that', 'closed: done'],
    [
      line('task_skipped', 'T021 no meeting'),
      'this line alone cannot say that',
      'task_skipped: T021 no meeting',
    ],
    [
      line('mitigation_applied', 'flag off'),
      'a needed field is missing, has a wrong value, or the kind makes no sense here',
      'mitigation_applied: flag off',
    ],
    [
      line('severity_changed', 'worse', 'severity: P9'),
      'a needed field is missing, has a wrong value, or the kind makes no sense here',
      'severity_changed: worse',
    ],
    [
      line('action_added', 'alert', 'due: next week'),
      'a needed field is missing, has a wrong value, or the kind makes no sense here',
      'action_added: alert',
    ],
    [
      line('reopened', 'again', 'reason: back'),
      'a needed field is missing, has a wrong value, or the kind makes no sense here',
      'reopened: again',
    ],
  ];
  it.each(ROWS)('%s', (broken, problem, text) => {
    const found = read(
      `# Timeline: hotfix-001\n\n${line('opened', 'Login down')}\n${broken}\n${line('noted', 'after')}\n`,
    );
    expect(found.problems).toEqual([{ line: 4, problem: problem + NOTE }]);
    expect(told(found)).toEqual([
      ['opened', 'Login down'],
      ['noted', text],
      ['noted', 'after'],
    ]);
    expect(found.drafts.every((draft) => draft.imported)).toBe(true);
  });

  it('headings, empty lines and fences say nothing', () => {
    expect(read('# Timeline\n\n```text\n```\n   \n')).toMatchObject({
      problems: [],
      drafts: [{ kind: 'opened' }],
    });
  });

  it('keeps the evidence and the time of a line that became a note', () => {
    const { drafts } = read(line('celebrated', 'cake', 'type: big; metric: 5xx 0 %; https://a.example'));
    expect(drafts[1]).toMatchObject({
      kind: 'noted',
      at: '2026-01-01T14:00:00.000Z',
      evidence: ['metric: 5xx 0 %', 'https://a.example'],
    });
  });

  it('strips what could act on a terminal', () => {
    expect(told(read(line('noted', 'a\u001b[31mb\u202ec')))[1]).toEqual(['noted', 'ab<U+202E>c']);
  });
});
