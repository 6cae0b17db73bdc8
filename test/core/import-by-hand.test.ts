import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dataSchema } from '../../src/core/events.ts';
import { closeGate, resolveGate } from '../../src/core/gates.ts';
import type { ByHand } from '../../src/core/import-by-hand.ts';
import { TASKS, tasksOf } from '../../src/core/tasks.ts';
import { folded, line, read, told } from '../support/by-hand.ts';
import { hours } from '../support/events.ts';

const PAGE = readFileSync(new URL('../../skills/hotfix/references/by-hand.md', import.meta.url), 'utf8');
/** The example of a file, as the page shows it. */
const example = (heading: string) =>
  new RegExp(`^## ${heading}\\n[\\s\\S]*?\`\`\`text\\n([\\s\\S]*?)\`\`\``, 'm').exec(PAGE)?.[1] ?? '';

describe('the example of the skill', () => {
  const whole = () =>
    read(
      example('timeline.md'),
      example('hotfix.md'),
      example('tasks.md').replace('[ ] **T002**', '[x] **T002**'),
    );

  it('is read without a problem', () => {
    expect(whole().problems).toEqual([]);
    const kinds = [...example('timeline.md').matchAll(/^- \S+ \| (\w+) \|/gm)].map(([, kind]) => kind);
    expect(kinds.length).toBeGreaterThan(5);
    const expected = ['opened', ...kinds.filter((kind) => kind !== 'opened'), 'task_done'];
    expect(told(whole()).map(([kind]) => kind)).toEqual(expected);
  });

  it('says what it said: times, fields, evidence', () => {
    const { drafts } = whole();
    expect(drafts[0]).toMatchObject({
      at: '2026-01-01T13:52:00.000Z',
      data: {
        number: 4,
        slug: 'login',
        title: '<title>',
        description: "<the user's words, exactly as typed>",
      },
    });
    expect(drafts[1]).toMatchObject({
      at: '2026-01-01T13:40:00.000Z',
      data: { name: 'started' },
      evidence: ['output: GET /auth 500'],
    });
    expect(drafts[2]?.data).toMatchObject({
      to: 'P1',
      confirmed: true,
      reason: 'login fails for many users',
    });
    expect(drafts[3]).toMatchObject({ kind: 'mitigation_applied', data: { type: 'feature_flag' } });
    expect(folded(whole())).toMatchObject({ status: 'monitoring', severity: { level: 'P1' } });
  });

  it('is history: imported, stated, reported, and a key to nothing', () => {
    for (const draft of whole().drafts) {
      expect(draft).toMatchObject({
        imported: true,
        basis: 'stated',
        at_source: 'reported',
        input_hash: 'h',
      });
      expect(dataSchema(draft.kind).safeParse(draft.data).error).toBeUndefined();
    }
    const incident = folded(read(`${example('timeline.md')}\n${line('resolved', 'Over', 'metric: 0 %')}`));
    expect(resolveGate(incident, []).open).toBe(false);
    const closing = closeGate(incident, {
      row: null,
      settings: { stability_h: 24 },
      nowMs: hours(9999),
      postmortemErrors: 0,
      secretsFound: [],
      branchesWithoutFix: [],
    });
    expect(closing.missing.map((item) => item.id)).toEqual(
      expect.arrayContaining(['resolved', 'severity', 'stakeholders_told']),
    );
  });

  it('names only kinds that can be read', () => {
    const kinds = /^Kinds: (.*?)\./m.exec(PAGE)?.[1]?.split(', ') ?? [];
    expect(kinds.length).toBeGreaterThan(25);
    for (const kind of kinds)
      expect(read(line(kind, 'x')).problems.map((one) => one.problem)).not.toContain(
        'unknown kind; kept as a note',
      );
  });
});

describe('a title and a description', () => {
  it.each([
    [
      '# Hotfix: Users cannot log in\n\nUser description: "login is down!!"\n',
      'Users cannot log in',
      'login is down!!',
    ],
    [null, 'Login down', 'Login down'],
    ['no heading', 'Login down', 'Login down'],
  ])('%j', (hotfix, title, description) => {
    expect(read(line('opened', 'Login down'), hotfix)).toMatchObject({ title, description });
  });

  it('are the slug when nothing is known at all', () => {
    const found = read(null);
    expect(found).toMatchObject({ title: 'login', description: 'login', problems: [] });
    expect(told(found)).toEqual([['opened', 'login']]);
    expect(found.drafts[0]).not.toHaveProperty('at');
  });
});

describe('fields', () => {
  it('reads a file with Windows line ends and star bullets', () => {
    expect(read(`${line('opened', 'Down')}\r\n* 2026-01-01T14:00:00+01:00 | noted | x\r\n`)).toMatchObject({
      problems: [],
      drafts: [{}, { at: '2026-01-01T13:00:00.000Z', text: 'x' }],
    });
  });

  it('reads a due date from the day of its line', () => {
    const { drafts, problems } = read(line('action_added', 'Alert', 'owner: Ana; due: +2w; type: detect'));
    expect(problems).toEqual([]);
    expect(drafts[1]?.data).toEqual({ action: 'AI-001', owner: 'Ana', due: '2026-01-15', type: 'detect' });
  });

  it('refutes the only open hypothesis, removes the mitigation: no id of ours leaks into the record', () => {
    const found = read(
      [
        line('hypothesis_stated', 'the cookie'),
        line('hypothesis_refuted', 'no', 'reason: same name'),
        line('mitigation_applied', 'off', 'type: scale_up'),
        line('deploy_verified', 'ok', 'metric: 0 %'),
        line('mitigation_removed', 'on'),
      ].join('\n'),
    );
    expect(found.problems).toEqual([]);
    for (const { data } of found.drafts) expect(data).not.toHaveProperty('ref');
    const { hypotheses, mitigations } = folded(found);
    expect(hypotheses).toMatchObject([{ state: 'refuted', reason: 'same name' }]);
    expect(mitigations).toMatchObject([{ active: false }]);
  });
});

describe('tasks', () => {
  const state = (found: ByHand, id: string) => tasksOf(folded(found)).find((task) => task.id === id);

  it('ticks and skips are read, in both forms of a box; nothing else is', () => {
    const tasks = [
      '- [x] **T003** Reproduce',
      '- [X] T004 Investigate',
      '- [ ] **T011** Verify in staging',
      '  - Skipped: no staging',
      '- [ ] **T012** Deploy',
      '  - Watch the logs',
      '- [x] **T099** Dance',
      '  - Skipped: no music',
    ];
    const found = read(null, null, tasks.join('\r\n'));
    expect(told(found).slice(1)).toEqual([
      ['task_done', 'T003 was ticked by hand'],
      ['task_done', 'T004 was ticked by hand'],
      ['task_skipped', 'T011 was skipped'],
    ]);
    expect(state(found, 'T003')).toMatchObject({ state: 'done', note: 'stated by import' });
    expect(state(found, 'T011')).toMatchObject({ state: 'skipped', note: 'no staging' });
    expect(state(found, 'T012')?.state).toBe('open');
  });

  it('lines of the timeline can say it too', () => {
    const found = read(
      [
        line('task_done', 'T003 log in twice'),
        line('task_done', 'the suite', 'ref: t019'),
        line('task_skipped', 'T021 no meeting', 'reason: one person'),
      ].join('\n'),
    );
    expect(found.problems).toEqual([]);
    expect(['T003', 'T019', 'T021'].map((id) => state(found, id)?.state)).toEqual([
      'done',
      'done',
      'skipped',
    ]);
  });

  it('the template of the page has all of them, none ticked', () => {
    const page = example('tasks.md');
    for (const { id, title } of TASKS) expect(page).toContain(`- [ ] **${id}** ${title}\n`);
    expect(told(read(null, null, page))).toEqual([['opened', 'login']]);
  });
});
