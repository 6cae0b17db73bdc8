import { describe, expect, it } from 'vitest';
import { reviewCsv } from '../../../src/core/review/csv.ts';
import { story } from '../../support/events.ts';
import { another, at, rowsOf } from '../../support/review-kit.ts';

/** A reader of RFC 4180, strict: what it cannot read is an error. */
function parsed(csv: string): string[][] {
  const rows: string[][] = [];
  let [row, i]: [string[], number] = [[], 0];
  while (i < csv.length) {
    const [cell = ''] = /^(?:"(?:[^"]|"")*"|[^",\r\n]*)/.exec(csv.slice(i)) ?? [];
    row.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    i += cell.length;
    if (csv[i] === ',') i += 1;
    else {
      expect(csv.slice(i, i + 2)).toBe('\r\n');
      i += 2;
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

function table(csv: string): Record<string, string>[] {
  const [head = [], ...rows] = parsed(csv);
  return rows.map((row) => {
    expect(row).toHaveLength(head.length);
    return Object.fromEntries(head.map((name, i) => [name, row[i] ?? '']));
  });
}

describe('the review as CSV', () => {
  it('has one line per incident with what was recorded, and UNKNOWN for the rest', () => {
    const known = at(at(story('P1'), 'started', -30), 'detected', -12.5).add('mitigation_applied', {
      minute: 5,
    });
    const odd = at(at(another(2), 'started', 30), 'detected', 10);
    const [first, second] = table(reviewCsv(rowsOf(known, odd)));
    expect(first).toMatchObject({
      ...{
        incident: 'hotfix-001',
        severity: 'P1',
        status: 'mitigated',
        opened_at: '2026-03-01T12:00:00.000Z',
      },
      ...{ started_at: '2026-03-01T11:30:00.000Z', time_to_detect_min: '17.5', time_to_mitigate_min: '35' },
      ...{ time_to_restore_min: 'UNKNOWN', cause: 'UNKNOWN', updates_in_time: '0', updates_owed: '1' },
      ...{ mitigations: 'feature_flag', files: 'UNKNOWN', open_action_items: '0', origin: 'here' },
    });
    expect(second).toMatchObject({ time_to_detect_min: 'IMPOSSIBLE', title: 'Users cannot log in' });
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['＝cmd', "'＝cmd"],
    ['=HYPERLINK("https://x.example","y")', `'=HYPERLINK("https://x.example","y")`],
    ['a, "b"', 'a, "b"'],
    ['\t=1+1', "'=1+1"],
    ['\r=1+1', "'=1+1"],
    ['a\u202Eb', 'a<U+202E>b'],
  ])('the title %j cannot act and can be read', (title, shown) => {
    const [row] = table(reviewCsv(rowsOf(another(1, title))));
    expect(row?.title).toBe(shown);
  });

  it('keeps a cause of many lines and quotes in one cell', () => {
    const one = story().add('cause_identified', { text: '=cmd|"/c calc"!A1\n-2,\r\n"x"' });
    const [row] = table(reviewCsv(rowsOf(one)));
    expect(row?.cause).toBe(`'=cmd|"/c calc"!A1 -2, "x"`);
  });

  it('ends every line with CR LF and has a header even without incidents', () => {
    const csv = reviewCsv([]);
    expect(csv).toMatch(/^incident,uid,title,[a-z_,]+\r\n$/);
  });
});
