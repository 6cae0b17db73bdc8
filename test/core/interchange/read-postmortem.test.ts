import { describe, expect, it } from 'vitest';
import { readTime } from '../../../src/core/interchange/written-time.ts';
import { read } from '../../support/interchange-kit.ts';

const table = (head: string, rows: string[], title = 'Timeline') =>
  `# Postmortem: Login is down\n\n**Date**: 2026-01-05\n\n## ${title}\n\n| ${head} |\n|---|---|\n${rows.map((row) => `| ${row} |`).join('\n')}\n`;

describe('a timeline table', () => {
  const HEADS = [
    'Time | Event',
    'Timestamp | What',
    'When | Description',
    'Time (UTC) | Details',
    'When (UTC) | What happened',
    'Date/Time | Entry',
    'Date and time | Activity',
    'Event | Time',
  ];
  it.each(HEADS)('under "%s"', (head) => {
    const cells = head.startsWith('Event') ? 'Incident detected | 13:55' : '13:55 | Incident detected';
    const { moments, problems } = read(table(head, [cells]));
    expect(problems).toEqual([]);
    expect(moments).toMatchObject([
      { line: 9, at: '2026-01-05T13:55:00.000Z', text: 'Incident detected', kind: 'detected', how: 'said' },
    ]);
  });

  it('with a column for the day, and for who', () => {
    const { moments } = read(
      '# X\n\n## Timeline\n\nDate | Time | Who | Event\n---|---|---|---\n2026-01-06 | 9:05 PM | Ana | Restarted a\\|b\n',
    );
    expect(moments).toMatchObject([{ at: '2026-01-06T21:05:00.000Z', text: '(Who: Ana) Restarted a|b' }]);
  });

  it('without a zone it is kept as reported, with the line and why, and anchors nothing', () => {
    const { moments, problems } = read(table('Time | Event', ['13:55 | Incident detected', 'noon | Lunch']), {
      zone: null,
      lineOffset: 3,
    });
    expect(moments).toMatchObject([
      { line: 12, at: null, written: '13:55' },
      { line: 13, at: null, written: 'noon' },
    ]);
    expect(problems).toEqual([
      { file: 'pm.md', line: 12, problem: 'the zone is not stated; kept as reported' },
      { file: 'pm.md', line: 13, problem: 'the time is in no known form; kept as reported' },
    ]);
  });

  it('a zone in the heading counts before the one that is given', () => {
    const { moments } = read(table('Time | Event', ['13:55 | x'], 'Timeline (CET)'));
    expect(moments[0]?.at).toBe('2026-01-05T12:55:00.000Z');
  });

  it('past midnight no day is guessed, until one is named again', () => {
    const { moments, problems } = read(
      table('Time | Event', ['23:50 | a', '00:10 | b', '00:20 | c', '2026-01-06 00:30 | d', '00:40 | e']),
    );
    expect(moments.map(({ at }) => at?.slice(0, 16) ?? null)).toEqual([
      '2026-01-05T23:50',
      null,
      null,
      '2026-01-06T00:30',
      '2026-01-06T00:40',
    ]);
    expect(problems.map(({ problem }) => problem)).toEqual([
      'the time goes back: its day is not stated; kept as reported',
      'the day is not stated; kept as reported',
    ]);
  });
});

describe('a timeline list', () => {
  it('reads the time first, or after its label', () => {
    const { moments } = read(
      '# Postmortem: X\n\n**Date**: 2026-01-05\n\n## Timeline\n- 13:55: Incident detected\n- [14:04 UTC] Investigation started\n- **Fix Deployed**: 2026-01-05 15:20 UTC, by Ana\n- 2026-01-05 15:30 - Incident resolved: all green\n- somebody had coffee\n',
    );
    expect(moments.map(({ at, kind, text }) => [at?.slice(11, 16), kind, text])).toEqual([
      ['13:55', 'detected', 'Incident detected'],
      ['14:04', 'acknowledged', 'Investigation started'],
      ['15:20', 'deployed', 'Fix Deployed, by Ana'],
      ['15:30', 'resolved', 'Incident resolved: all green'],
    ]);
  });

  it('keeps what has no time as a note', () => {
    expect(read('# X\n\n## Timeline\n- somebody had coffee\n').notes).toEqual([
      'Timeline: somebody had coffee',
    ]);
  });
});

describe('what has no place', () => {
  it('is kept word for word', () => {
    const { notes } = read(
      '# X\n\nA foreword.\n\n## Cat pictures\n\n- one <b>\n  - two\n\n## Cost\n\n| What | EUR |\n|---|---|\n| Beer | 12 |\n',
    );
    expect(notes).toEqual(['A foreword.', 'Cat pictures: one <b>; two', 'Cost: Beer | 12']);
  });

  it('headings in code are no headings', () => {
    expect(read('# X\n\n## Root cause\n\n```sh\n# Summary\nrm x\n```\n').causes).toEqual(['# Summary\nrm x']);
  });
});

describe('hostile text', () => {
  it('is read in linear time', () => {
    const hostile = [
      '|'.repeat(50_000),
      '- '.repeat(30_000),
      '1:'.repeat(30_000),
      `| a |\n|---|\n| ${'\\|'.repeat(30_000)}`,
      '#'.repeat(40_000),
      '['.repeat(50_000),
      `**${'a:'.repeat(30_000)}`,
      ' '.repeat(60_000),
      '<!--'.repeat(20_000),
      '(Who: '.repeat(15_000),
      '('.repeat(60_000),
    ];
    const began = performance.now();
    for (const text of hostile) {
      read(
        `# X\n\n## Timeline\n\n${text}\n\n## Action items\n\n- ${text}\n\n## Other\n${text}\n<!-- pulse:begin x -->\n`,
      );
      readTime(text);
    }
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
