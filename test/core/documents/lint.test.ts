import { describe, expect, it } from 'vitest';
import { lintOf } from '../../../src/core/documents/lint.ts';
import type { Narrative } from '../../../src/core/documents/narrative.ts';
import type { RecordedEvent } from '../../../src/core/events.ts';
import type { Level } from '../../../src/core/severity.ts';
import {
  numbered,
  openedOnly,
  SAMPLE_NARRATIVE,
  SAMPLE_NOW,
  sampleEvents,
  sampleOf,
  tell,
} from '../../support/sample-incident.ts';

const AT = '2026-11-20T16:00:00Z';
const found = (
  events: readonly RecordedEvent[],
  narrative: Narrative | null = SAMPLE_NARRATIVE,
  nowMs = SAMPLE_NOW,
) => {
  const { incident, view } = sampleOf(numbered(events), nowMs);
  return lintOf(incident, narrative, view).map(({ level, where }) => `${level} ${where}`);
};
const at = (level: Level) => [
  ...openedOnly(),
  tell(AT, 'severity_changed', '', { to: level, confirmed: true }),
];
const without = (...kinds: string[]) => sampleEvents().filter((event) => !kinds.includes(event.kind));
const action = (data: object) =>
  tell(AT, 'action_added', 'Do it', {
    action: 'A9',
    owner: 'Ben',
    due: '2026-12-01',
    type: 'prevent',
    ...data,
  });

describe('lintOf', () => {
  it('finds no error in a complete postmortem', () => {
    expect(found(sampleEvents()).filter((line) => line.startsWith('error'))).toEqual([]);
  });

  it.each<[Level, 'error' | 'warning']>([
    ['P0', 'error'],
    ['P1', 'error'],
    ['P2', 'error'],
    ['P3', 'warning'],
  ])('asks at %s for summary, lessons and cause as %s', (level, as) => {
    expect(found(at(level), null)).toEqual(
      expect.arrayContaining([`${as} narrative.summary`, `${as} narrative.lessons`, `${as} cause`]),
    );
  });

  it.each<[Level, 'error' | 'warning']>([
    ['P0', 'error'],
    ['P1', 'error'],
    ['P2', 'warning'],
    ['P3', 'warning'],
  ])('finds at %s that there is no action item (%s)', (level, as) => {
    expect(found(at(level))).toContain(`${as} actions`);
    expect(found([...at(level), action({})])).not.toContain(`${as} actions`);
  });

  it('counts dropped action items as none', () => {
    const events = [
      ...at('P1'),
      action({}),
      tell(AT, 'action_changed', '', { action: 'A9', state: 'dropped' }),
    ];
    expect(found(events)).toContain('error actions');
  });

  it.each<[string, object, string]>([
    ['owner', { owner: undefined }, 'error actions.A9'],
    ['due date', { due: undefined }, 'error actions.A9'],
    ['type', { type: undefined }, 'warning actions.A9'],
  ])('wants a %s for every open action item', (_, data, line) => {
    expect(found([...sampleEvents(), action(data)])).toContain(line);
    const done = tell(AT, 'action_changed', '', { action: 'A9', state: 'done' });
    expect(found([...sampleEvents(), action(data), done])).not.toContain(line);
  });

  it('finds an empty lesson and an empty summary', () => {
    expect(found(sampleEvents(), { ...SAMPLE_NARRATIVE, summary: ' ', lessons: [''] })).toEqual(
      expect.arrayContaining(['error narrative.summary', 'error narrative.lessons']),
    );
  });

  it('finds impossible and future times', () => {
    const late = tell('2026-11-20T18:00:00Z', 'fact_recorded', '', { name: 'started', value: 'x' });
    expect(found([...sampleEvents(), late])).toContain('error intervals.time_to_detect');
    expect(found(sampleEvents(), SAMPLE_NARRATIVE, Date.parse('2026-11-20T14:00:00Z'))).toContain(
      'warning timeline',
    );
  });

  it('counts what is left unknown', () => {
    expect(found(without('role_assigned'), {})).toEqual(
      expect.arrayContaining(['warning five_whys', 'warning participants']),
    );
    expect(found(sampleEvents())).not.toContain('warning five_whys');
  });

  it.each<[string, Narrative, string]>([
    [
      'a named person who should have',
      { went_wrong: ['The alert fired late. Ana should have looked at it.'] },
      'warning narrative.went_wrong',
    ],
    ['carelessness of the second name', { summary: 'It was careless of Ruiz' }, 'warning narrative.summary'],
    ['a fault', { lessons: ["It was Ben's fault"] }, 'warning narrative.lessons'],
    [
      'human error as a cause',
      { contributing_factors: ['Human error'] },
      'warning narrative.contributing_factors',
    ],
  ])('warns of %s', (_, narrative, line) => {
    expect(found(sampleEvents(), { ...SAMPLE_NARRATIVE, ...narrative })).toContain(line);
  });

  it.each<[string, Narrative]>([
    ['no name in the sentence', { went_wrong: ['The alert should have fired. Ana saw it first.'] }],
    ['a name inside another word', { went_wrong: ['The analysis should have been done by banana'] }],
    ['human error that is not given as a cause', { lessons: ['Human error is where the questions begin'] }],
    ['a name without a judgement', { went_well: ['Ana turned the flag off'] }],
  ])('stays silent about %s', (_, narrative) => {
    const lines = found(sampleEvents(), { ...SAMPLE_NARRATIVE, ...narrative });
    const loud = lines.filter((line) => line.includes('narrative.') && !line.startsWith('note'));
    expect(loud).toEqual([]);
  });

  it.each<[Level, string, string]>([
    ['P0', 'warning', 'narrative.impact'],
    ['P1', 'warning', 'detection'],
    ['P1', 'warning', 'narrative.trigger'],
    ['P1', 'warning', 'narrative.contributing_factors'],
    ['P2', 'note', 'narrative.impact'],
    ['P3', 'note', 'narrative.trigger'],
    ['P1', 'note', 'narrative.went_well'],
    ['P1', 'note', 'narrative.detected_earlier'],
    ['P1', 'warning', 'times.started'],
    ['P3', 'note', 'times.resolved'],
  ])('says at %s as a %s that %s is missing', (level, as, where) => {
    expect(found(at(level), null)).toContain(`${as} ${where}`);
    expect(found(sampleEvents())).not.toContain(`${as} ${where}`);
  });

  it('wants a link to the tracker: a note without one, a warning where it is configured', () => {
    const { incident, view } = sampleOf(numbered([...sampleEvents(), action({})]));
    const levels = (tracker: boolean) =>
      lintOf(incident, SAMPLE_NARRATIVE, view, { tracker })
        .filter(({ where, text }) => where === 'actions.A9' && text.includes('tracker'))
        .map(({ level }) => level);
    expect([levels(false), levels(true)]).toEqual([['note'], ['warning']]);
    const link = tell(AT, 'linked', 'x', { type: 'issue', url: 'https://t.example/1', action: 'A9' });
    expect(found([...sampleEvents(), action({}), link])).not.toContain('note actions.A9');
  });

  it.each<[string, string, string]>([
    ['a fenced block of code', 'Look:\n```js\nfoo()\n```', 'warning'],
    ['a stack trace', 'E\n  at a (x.js:1:2)\n  at b (y.js:2:3)\n  at c (z.js:3:4)', 'warning'],
    ['a few lines of code', 'const a = 1\nif (a) {\n  b(a);\n}', 'warning'],
    ['a value that was taken out', 'The key was [REDACTED:aws-key#a1b2]', 'note'],
    ['an open question', 'Affected users: TBD', 'warning'],
    ['what is said to be unknown', 'UNKNOWN - ask the ops lead', 'warning'],
    ['a secret', 'The key was hunter2-secret', 'error'],
  ])('finds %s', (_what, trigger, level) => {
    const { incident, view } = sampleOf(sampleEvents());
    const scan = (text: string) => (text.includes('hunter2') ? ['password'] : []);
    const all = lintOf(incident, { ...SAMPLE_NARRATIVE, trigger }, view, { scan });
    expect(all.filter(({ where }) => where === 'narrative.trigger').map((one) => one.level)).toContain(level);
    const prose = lintOf(incident, SAMPLE_NARRATIVE, view, { scan, prose: trigger });
    const isOpen = /TBD|UNKNOWN/.test(trigger);
    expect(prose.some(({ where }) => where === 'prose')).toBe(!isOpen);
  });

  it.each([
    'The pool had 20 connections; each retry took one; none came back.',
    'We saw three things:\n- the alert was late;\n- the page was slow;\n- nobody knew the flag;',
    'The flag `new-login` was off from the start.',
  ])('takes prose for no code: %s', (summary) => {
    const lines = found(sampleEvents(), { ...SAMPLE_NARRATIVE, summary });
    const { incident, view } = sampleOf(sampleEvents());
    const texts = lintOf(incident, { summary }, view).map(({ text }) => text);
    expect(texts.filter((text) => text.includes('block of code'))).toEqual([]);
    expect(lines).not.toContain('error narrative.summary');
  });

  it('finds a cause that stops at a person', () => {
    const cause = tell('2026-11-20T15:20:00Z', 'cause_identified', 'Ben deployed the wrong file', {});
    expect(found([...sampleEvents(), cause])).toContain('warning cause');
  });

  it('puts errors first and quotes nobody', () => {
    const { incident, view } = sampleOf(
      numbered([...openedOnly(), tell(AT, 'severity_changed', '', { to: 'P1', confirmed: true })]),
    );
    const findings = lintOf(incident, { summary: 'SECRET-WORDS Ana should have known' }, view);
    const levels = findings.map((finding) => finding.level);
    const order = ['error', 'warning', 'note'];
    expect(levels).toEqual([...levels].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
    expect(JSON.stringify(findings)).not.toContain('SECRET-WORDS');
  });
});
