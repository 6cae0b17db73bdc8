import { describe, expect, it } from 'vitest';
import { checkStated, statedSentence } from '../../../src/core/interchange/stated-times.ts';
import { intervalsOf } from '../../../src/core/intervals.ts';
import {
  bare,
  type DfdsRow,
  dfdsRows,
  incidentOf,
  pageOf,
  read,
  rendered,
  statements,
} from '../../support/interchange-kit.ts';
import { describeIf } from '../../support/requires.ts';

const FIELDS = ['title', 'summary', 'contributing_factors', 'action_items', 'lessons', 'category'] as const;
/** Lines of the page's own statistics, also where they stand at the end of another field. */
const STATED = /^(?:time to (?:detection|recovery)|stats$|category)/i;

/** Field by field: how much the row says, and what of it the folder made from it does not say. */
function report(row: DfdsRow, i: number) {
  const record = read(pageOf(row, i));
  const incident = incidentOf(record);
  const all = bare(Object.values(rendered(incident)).join('\n'));
  const lost: Record<string, string[]> = {};
  for (const field of FIELDS) {
    const said = statements(row[field]).filter((line) => !STATED.test(line));
    lost[field] = said.filter((line) => !all.includes(bare(line)));
  }
  lost.timeline = row.timeline.flatMap(([, text]) => (all.includes(bare(text)) ? [] : [text]));
  lost.times = row.timeline.flatMap(([at]) =>
    all.includes(bare(at.slice(0, 16).replace('T', ' '))) ? [] : [at],
  );
  lost.stated = [row.stated_time_to_detection, row.stated_time_to_recovery].filter(
    (text) => !all.includes(bare(text)),
  );
  return { row, record, incident, lost };
}

describeIf('shared')('23 postmortems that people wrote', () => {
  const reports = () => dfdsRows().map(report);

  it('are taken over and rendered again without losing a statement or a time', () => {
    const all = reports();
    expect(all).toHaveLength(23);
    const counted = all.map(({ row, lost }) => [
      row.id,
      Object.entries(lost).filter(([, texts]) => texts.length > 0),
    ]);
    expect(counted.filter(([, fields]) => fields?.length !== 0)).toEqual([]);
    const lines = all.reduce((sum, { record }) => sum + record.moments.length, 0);
    expect(lines).toBe(all.reduce((sum, { row }) => sum + row.timeline.length, 0));
  });

  it('tell by line which times could not be read', () => {
    const problems = reports().flatMap(({ row, record }) =>
      record.problems.map(({ line, problem }) => `${row.id} ${line}: ${problem}`),
    );
    // One of them has typed the year 202.
    expect(problems).toHaveLength(5);
    for (const problem of problems)
      expect(problem).toMatch(
        /^PM2020-003 \d+: the time lies before 2000 or in the future; kept as reported$/,
      );
  });

  it('state times to detect and to recover that the timeline gives too, or the difference is listed', () => {
    const checks = reports().flatMap(({ row, record }) =>
      record.stated.map((stated) => ({ id: row.id, ...checkStated(stated, record.moments) })),
    );
    const listed = checks.map((check) => `${check.id} ${statedSentence(check)}`);
    process.stdout.write(`stated and computed times\n${listed.map((line) => `  ${line}\n`).join('')}`);
    const count = (result: string) => checks.filter((check) => check.result === result).length;
    expect(checks.length).toBeGreaterThan(30);
    expect(count('agrees')).toBeGreaterThanOrEqual(9);
    for (const { computed, ms, result } of checks) {
      if (result === 'agrees' || result === 'fits')
        expect(Math.abs((computed ?? 0) - (ms ?? 0))).toBeLessThan(60_000);
      if (result === 'differs') expect(computed).not.toBeNull();
    }
  });

  it('compute no interval but from lines that say so or a stated time that fits', () => {
    for (const { row, record, incident } of reports()) {
      const computed = intervalsOf(incident).flatMap(({ name, ms }) => (ms === null ? [] : [{ name, ms }]));
      for (const { name, ms } of computed) {
        if (name !== 'time_to_detect') continue;
        const stated = record.stated.find((one) => one.name === 'detect');
        expect([row.id, ms]).toEqual([row.id, stated?.ms]);
      }
    }
  });

  it('have all times open when nobody says the zone', () => {
    for (const [i, row] of dfdsRows().entries()) {
      const record = read(pageOf(row, i), { zone: null });
      expect(record.moments.every(({ at }) => at === null)).toBe(true);
      expect(record.problems).toHaveLength(row.timeline.length);
      const incident = incidentOf(record);
      expect(intervalsOf(incident).every(({ ms }) => ms === null)).toBe(true);
      const all = bare(rendered(incident)['post-mortem.md'] ?? '');
      for (const [at, text] of row.timeline)
        expect(all).toContain(bare(`[reported at "${at.slice(0, 16).replace('T', ' ')}"] ${text}`));
    }
  });
});

describe('a stated time', () => {
  const page = (stated: string) =>
    read(
      `# X\n\n## Timeline\n\n| Time (UTC) | Event |\n|---|---|\n| 2026-01-05 13:40 | Deploy of v2 |\n| 2026-01-05 13:55 | Issue detected by an alert |\n| 2026-01-05 15:00 | Service restored |\n\n## Stats\n\n${stated}\n`,
    );
  it.each([
    ['- Time to detection: 15 minutes', 'agrees', 'the timeline gives the same (lines 7 to 8)'],
    ['- Time to recovery: 1 hour 20 min', 'agrees', 'the timeline gives the same (lines 7 to 9)'],
    ['- TTR: 65 minutes', 'agrees', 'the timeline gives the same (lines 8 to 9)'],
    ['- Time to detection: 5 minutes', 'differs', 'the timeline gives 15 minutes (lines 7 to 8)'],
    ['- Time to detection: N/A', 'not computable', 'not computed, it is no duration'],
  ])('%s %s', (stated, result, says) => {
    const record = page(stated);
    const checks = record.stated.map((one) => checkStated(one, record.moments));
    if (stated.endsWith('N/A')) {
      expect(checks).toEqual([]);
      return;
    }
    expect(checks).toMatchObject([{ result }]);
    expect(checks.map(statedSentence).join()).toContain(says);
  });

  it('that fits makes the first line the beginning, inferred; one that does not leaves it unknown', () => {
    const began = (stated: string) =>
      incidentOf(page(stated)).recorded.find(
        (event) => event.kind === 'fact_recorded' && event.data.name === 'started',
      );
    expect(began('- Time to detection: 15 minutes')).toMatchObject({
      at: '2026-01-05T13:40:00.000Z',
      at_source: 'inferred',
    });
    expect(began('- Time to detection: 5 minutes')).toBeUndefined();
  });
});
