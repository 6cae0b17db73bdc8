import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXPORT_FORMS, exportFiles } from '../../../src/core/interchange/export-forms.ts';
import type { Imported } from '../../../src/core/interchange/imported.ts';
import { readSpecKit } from '../../../src/core/interchange/read-spec-kit.ts';
import { intervalsOf } from '../../../src/core/intervals.ts';
import { bare, incidentOf, NOW, OPTIONS, read, rendered, viewFor } from '../../support/interchange-kit.ts';
import { describeIf, SHARED } from '../../support/requires.ts';

const SEEDS = join(SHARED, 'seeds');
const textOf = (seed: string) =>
  readFileSync(join(SEEDS, readdirSync(SEEDS).find((name) => name.startsWith(`${seed}_`)) ?? ''), 'utf8');

/** A seed's own form between two lines of its document. */
function formOf(seed: string, from: RegExp, to: RegExp): string {
  const lines = textOf(seed).split('\n');
  const begin = lines.findIndex((line) => from.test(line));
  const end = lines.findIndex((line, i) => i > begin && to.test(line));
  return lines.slice(begin, end < 0 ? undefined : end).join('\n');
}

const filled = (form: string, values: readonly (readonly [RegExp | string, string])[]) =>
  values.reduce((text, [blank, value]) => text.replace(blank, value), form);

const FORM_001 = () => formOf('001', /^# Incident Postmortem/, /^Communication Templates/);
const FORM_003 = () => formOf('003', /^# Postmortem:/, /^```/);

const FILLED_001 = () =>
  filled(FORM_001(), [
    ['[Title]', 'Users cannot log in'],
    ['YYYY-MM-DD |\n| Duration', '2026-01-05 |\n| Duration'],
    ['X hours Y minutes', '1 hour 35 minutes'],
    ['P0/P1/P2/P3', 'P1'],
    ['[Name]', 'Ana'],
    ['[Number of users affected]', '40 % of users'],
    ['[Revenue impact if applicable]', 'About 300 orders'],
    ['[Other business impact]', 'Support was flooded'],
    ['HH:MM', '13:55'],
    ['HH:MM', '14:00'],
    ['HH:MM', '14:30'],
    ['HH:MM', '15:20'],
    ['HH:MM', '15:30'],
    [
      '[Clear, technical explanation of what caused the incident]',
      'src/auth.js reads the session before it is set',
    ],
    ['- [ ] Monitoring alert', '- [x] Monitoring alert'],
    ['[Analysis]', 'Yes, by an alert on failed logins'],
    ['[Description of fix]', 'A guard in v1.1.1'],
    ['[Details]', 'A hotfix'],
    ['[Point 1]', 'The rollback took four minutes'],
    ['[Point 2]', 'One voice to the outside'],
    ['[Point 1]', 'The alert was late'],
    ['[Point 2]', 'Nobody owned the cookie'],
    ['[Point 1]', 'It was a quiet hour'],
    ['[Action 1] | [Name] | YYYY-MM-DD | [ ]', 'Alert on failed logins | Ben | 2026-01-20 | [ ]'],
    ['[Action 2] | [Name] | YYYY-MM-DD | [ ]', 'Test logins without a session | Cy | 2026-01-12 | [x]'],
    ['- [ ] Add monitoring for [X]', '- [x] Add monitoring for failed logins'],
  ]);

const FILLED_003 = () =>
  filled(FORM_003(), [
    ['[Incident Title]', 'Users cannot log in'],
    ['[date]', '2026-01-05'],
    ['[start] - [resolved]', '13:55 UTC - 15:30 UTC'],
    ['[P0/P1/P2]', 'P1'],
    ['[description]', '40 % of users'],
    ...['13:55', '14:04', '14:20', '14:30', '15:20', '15:30'].map(
      (time) => ['[time]', `${time} UTC`] as const,
    ),
    ['Mitigation applied', 'Mitigation applied: rolled back half of the hosts'],
    ['[What caused the incident]', 'src/auth.js reads the session before it is set'],
    ['[How it was fixed]', 'A guard in v1.1.1'],
    ['[Lesson 1]', 'A new field needs a test without it'],
    ['[Lesson 2]', 'Watch what users do'],
    ['- [ ] [Preventive measure 1]', '- [x] Alert on failed logins'],
    ['[Preventive measure 2]', 'Test logins without a session'],
  ]);

/** One line per field of the form: what stood there, and whether the folder made from it says it again. */
function report(record: Imported, fields: Record<string, readonly string[]>): Record<string, string[]> {
  const all = bare(Object.values(rendered(incidentOf(record))).join('\n'));
  return Object.fromEntries(
    Object.entries(fields).map(([name, texts]) => [name, texts.filter((text) => !all.includes(bare(text)))]),
  );
}

const kept = (fields: Record<string, readonly string[]>) =>
  Object.fromEntries(Object.keys(fields).map((name) => [name, []]));

describeIf('shared')('the forms of the seeds, filled in', () => {
  it('001: every field is read, and said again', () => {
    const record = read(FILLED_001(), { zone: null });
    expect(record.problems).toEqual([]);
    expect(record).toMatchObject({
      title: 'Users cannot log in',
      severity: { level: 'P1', confirmed: true },
    });
    expect(record.moments.map(({ at, kind }) => `${at?.slice(0, 16)} ${kind}`)).toEqual([
      '2026-01-05T13:55 detected',
      '2026-01-05T14:00 alerted',
      '2026-01-05T14:30 cause',
      '2026-01-05T15:20 deployed',
      '2026-01-05T15:30 resolved',
    ]);
    expect(record.actions).toEqual([
      { text: 'Alert on failed logins', owner: 'Ben', due: '2026-01-20', type: null, state: 'open' },
      { text: 'Test logins without a session', owner: 'Cy', due: '2026-01-12', type: null, state: 'done' },
    ]);
    const fields = {
      summary: ['2026-01-05', '1 hour 35 minutes', 'P1', 'Author: Ana'],
      impact: ['40 % of users', 'About 300 orders', 'Support was flooded'],
      timeline: [
        'Issue first detected',
        'Team alerted',
        'Root cause identified',
        'Fix deployed',
        'Issue resolved',
      ],
      cause: ['src/auth.js reads the session before it is set'],
      detection: ['Monitoring alert', 'Yes, by an alert on failed logins'],
      resolution: ['A guard in v1.1.1', 'A hotfix'],
      lessons: [
        'The rollback took four minutes',
        'One voice to the outside',
        'The alert was late',
        'Nobody owned the cookie',
        'It was a quiet hour',
      ],
      actions: [
        'Alert on failed logins',
        'Ben',
        '2026-01-20',
        'Test logins without a session',
        'Cy',
        '2026-01-12',
      ],
      prevention: ['Add monitoring for failed logins'],
    };
    expect(report(record, fields)).toEqual(kept(fields));
    const incident = incidentOf(record);
    expect(intervalsOf(incident).find(({ name }) => name === 'time_to_resolve')?.ms).toBe(95 * 60_000);
    expect(incident.status).toBe('resolved');
  });

  it('003: every field is read, and said again', () => {
    const record = read(FILLED_003(), { zone: null });
    expect(record.problems).toEqual([]);
    const fields = {
      header: ['2026-01-05', 'P1', '40 % of users'],
      timeline: [
        'Incident detected',
        'Investigation started',
        'rolled back half of the hosts',
        'Root cause identified',
        'Fix deployed',
        'Incident resolved',
      ],
      times: [
        '2026-01-05 13:55',
        '2026-01-05 14:04',
        '2026-01-05 14:20',
        '2026-01-05 14:30',
        '2026-01-05 15:20',
        '2026-01-05 15:30',
      ],
      cause: ['src/auth.js reads the session before it is set'],
      resolution: ['A guard in v1.1.1'],
      lessons: ['A new field needs a test without it', 'Watch what users do'],
      actions: ['Alert on failed logins', 'Test logins without a session'],
    };
    expect(report(record, fields)).toEqual(kept(fields));
    const incident = incidentOf(record);
    expect(incident.mitigations).toMatchObject([{ event: { data: { type: 'rollback' } } }]);
    expect([...incident.actions.values()].map(({ state }) => state)).toEqual(['done', 'open']);
  });

  it.each([
    ['000', () => textOf('000'), 'pulse'],
    ['001', FORM_001, 'postmortem'],
    ['003', FORM_003, 'postmortem'],
    ['004', () => textOf('004'), 'spec-kit'],
  ] as const)('%s: an empty form says nothing', (_seed, text, form) => {
    const record =
      form === 'spec-kit'
        ? readSpecKit([{ name: 'tasks.md', body: text(), lineOffset: 0 }], OPTIONS)
        : read(text(), {}, form);
    expect(record).toMatchObject({
      severity: null,
      moments: [],
      causes: [],
      facts: [],
      roles: [],
      tasks: [],
      ended: false,
    });
    if (form === 'postmortem') expect(record).toMatchObject({ narrative: {}, actions: [] });
  });
});

const SAMPLE = (): Imported => ({ ...read(FILLED_001()), ended: true });

describeIf('shared')('written in each of the five forms and read back', () => {
  it.each(EXPORT_FORMS)('%s', (form) => {
    const first = SAMPLE();
    const incident = incidentOf(first);
    const files = exportFiles(incident, viewFor(incident, form), form);
    const texts = Object.entries(files).map(([path, text]) => ({
      name: path.split('/').at(-1) ?? path,
      body: text.replace(/^---\n[\s\S]*?\n---\n/, ''),
      lineOffset: 0,
    }));
    const options = { zone: null, nowMs: NOW, day: null, fallbackTitle: 'x' };
    const back =
      form === 'spec-kit' ? readSpecKit(texts, options) : read(texts[0]?.body ?? '', { zone: null });
    expect(back.problems).toEqual([]);
    expect(back.title).toBe(first.title);
    expect(back.causes).toEqual(first.causes);
    const dated = ({ actions }: Imported) =>
      actions.map(({ text, owner, due, state }) => [text, owner, due, state].join(' | ')).sort();
    expect(dated(back)).toEqual(dated(first));
    const at = ({ moments }: Imported, kind: string) => moments.find((moment) => moment.kind === kind)?.at;
    for (const kind of ['detected', 'deployed', 'resolved'])
      expect([kind, at(back, kind)]).toEqual([kind, at(first, kind)]);
    if (form !== 'hatch3r') expect(back.severity).toEqual(first.severity);
    if (['spec-kit', 'incident-hotfix', 'pulse'].includes(form))
      expect(back.narrative.went_well).toEqual(first.narrative.went_well);
  });
});

describe('a folder of spec-kit', () => {
  const folder = (files: Record<string, string>) =>
    readSpecKit(
      Object.entries(files).map(([name, body]) => ({ name, body, lineOffset: 0 })),
      { ...OPTIONS, zone: null },
    );

  it('reads severity and status from boxes, the timeline, and the words of the user', () => {
    const record = folder({
      'hotfix.md':
        '# Hotfix: Checkout is slow\n\n**Hotfix ID**: hotfix-003\n**Severity**: [ ] P0 (Critical) | [X] P1 (Major) | [ ] P2\n**Status**: [ ] Investigating | [ ] Monitoring | [X] Post-Mortem Complete\n\n## Incident Timeline\n- **Incident Start**: 2026-01-05 13:40 UTC\n- **Detection**: 2026-01-05 13:55 UTC (alert)\n- **Incident End**: 2026-01-05 15:30 UTC\n- **Total Duration**: [X hours Y minutes]\n\n## Input\nUser description: "checkout is slow!!"\n',
    });
    expect(record).toMatchObject({
      title: 'Checkout is slow',
      description: 'checkout is slow!!',
      severity: { level: 'P1' },
      ended: true,
      problems: [],
    });
    expect(record.moments.map(({ kind }) => kind)).toEqual(['started', 'detected', 'resolved']);
    expect(record.notes).toEqual(['Hotfix ID: hotfix-003']);
  });

  it('reads ticks of both forms, reasons of skips, and an approval; a task of another title is a note', () => {
    const record = folder({
      'tasks.md':
        '- [x] **T001** Assess severity and impact\n- [X] T003 Reproduce the issue\n- [ ] T004 Investigate root cause\n- [ ] **T011** Deploy to staging (if P1/P2, skip if P0)\n  - Skipped: no staging\n- [x] T005 Paint the shed\n',
      'review.md': '# Review\n\n**Status**: Approved\n',
    });
    expect(record.tasks.map(({ task, state, reason }) => `${task} ${state} ${reason}`)).toEqual([
      'T001 done ',
      'T003 done ',
      'T011 skipped no staging',
      'T009 done ',
    ]);
    expect(record.notes).toEqual([
      'tasks.md: T005 Paint the shed: done',
      'review.md:\n# Review\n\n**Status**: Approved',
    ]);
  });

  it.each(['**Status**: Rejected', '**Status**: Pending', 'Approved? no'])('%s is no approval', (line) => {
    expect(folder({ 'review.md': line }).tasks).toEqual([]);
  });
});
