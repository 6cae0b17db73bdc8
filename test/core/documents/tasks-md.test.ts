import { describe, expect, it } from 'vitest';
import { mergeProse, parseBlocks } from '../../../src/core/documents/blocks.ts';
import { readTicks, renderTasks } from '../../../src/core/documents/tasks-md.ts';
import {
  HOSTILE,
  numbered,
  openedOnly,
  sampleEvents,
  sampleOf,
  tell,
} from '../../support/sample-incident.ts';

const render = (events = openedOnly()): string => {
  const { incident, view } = sampleOf(events);
  return renderTasks(incident, view);
};
const LAST = render();
const tick = (text: string, ...tasks: string[]) =>
  tasks.reduce((done, task) => done.replace(`- [ ] **${task}**`, `- [x] **${task}**`), text);

describe('tasks.md', () => {
  it('has all 28 tasks in one parseable form', () => {
    const ids = [...render(sampleEvents()).matchAll(/^- \[[ x]\] \*\*(T\d{3})\*\* \S/gm)].map(
      (match) => match[1],
    );
    expect(ids).toEqual(Array.from({ length: 28 }, (_, i) => `T${String(i + 1).padStart(3, '0')}`));
  });

  it('shows a skip with its reason and a tick with its event', () => {
    const text = render(sampleEvents());
    expect(text).toContain('- [x] **T025** ~~Update the documentation~~ skipped: the runbook covers it');
    expect(text).toMatch(/- \[x\] \*\*T012\*\* .*\n {2}- 2026-11-20 14:50 UTC by .* \(event 01KA7Q/);
  });

  it('says that an earlier fix was taken back', () => {
    const events = [...openedOnly(), tell('2026-11-20T16:00:00Z', 'rolled_back', '', { target: 'hotfix' })];
    expect(render(numbered(events))).toContain('**Attempt**: 2');
  });
});

describe('readTicks', () => {
  const note = (text: string) =>
    text.replace('<!-- pulse:begin phase-2 -->', 'Called the bank.\n\n<!-- pulse:begin phase-2 -->');
  it.each<[string, string, string[]]>([
    ['nothing', LAST, []],
    ['one tick', tick(LAST, 'T003'), ['T003']],
    ['a capital X', LAST.replace('- [ ] **T003**', '- [X] **T003**'), ['T003']],
    ['two ticks and notes between the parts', note(tick(LAST, 'T003', 'T021')), ['T003', 'T021']],
    [
      'a note at the end of the line',
      tick(LAST, 'T003').replace('**T003** Reproduce the problem', '$& (on staging)'),
      ['T003'],
    ],
    [
      'a note below a task',
      tick(LAST, 'T003').replace('**T003** Reproduce the problem', '$&\n  - with curl'),
      ['T003'],
    ],
    ['other line ends', tick(LAST, 'T003').replaceAll('\n', '\r\n'), ['T003']],
  ])('reads %s', (_, text, added) => {
    expect(readTicks(text, LAST)).toEqual({ added, other_changes: false });
  });

  const done = render(sampleEvents());
  it.each<[string, string, string | null]>([
    ['an unknown base', tick(LAST, 'T003'), null],
    ['a tick taken back', tick(done.replace('- [x] **T012**', '- [ ] **T012**'), 'T017'), done],
    ['an older copy', tick(LAST, 'T003'), done],
    ['a newer copy than the base', done, LAST],
    ['a changed title', tick(LAST, 'T003').replace('Make the fix', 'Make it up'), LAST],
    ['a removed task', tick(LAST, 'T003').replace(/- \[ \] \*\*T005.*\n/, ''), LAST],
    [
      'a task of their own',
      tick(LAST, 'T003').replace('- [ ] **T004**', '- [x] **T999** Mine\n- [ ] **T004**'),
      LAST,
    ],
    [
      'a part of their own',
      `${tick(LAST, 'T003')}<!-- pulse:begin more -->\n<!-- pulse:end more -->\n`,
      LAST,
    ],
    ['damaged markers', tick(LAST, 'T003').replace('<!-- pulse:end phase-1 -->', ''), LAST],
    ['a conflict', `<<<<<<< HEAD\n${tick(LAST, 'T003')}=======\n${LAST}>>>>>>> x\n`, LAST],
  ])('reads nothing from %s', (_, text, last) => {
    expect(readTicks(text, last)).toEqual({ added: [], other_changes: true });
  });

  it('takes no tick from the words of a skip', () => {
    const events = numbered([
      ...openedOnly(),
      tell('2026-11-20T16:00:00Z', 'task_skipped', HOSTILE, { task: 'T003', reason: HOSTILE }),
    ]);
    const text = render(events);
    expect(readTicks(text, text)).toEqual({ added: [], other_changes: false });
  });

  it('reads ticks from a file that carries a note of an earlier rewrite', () => {
    const parsed = parseBlocks(LAST);
    const written = mergeProse(note(LAST), LAST, { front: '', blocks: parsed?.parts ?? [] }).text;
    expect(written).toContain('Called the bank.');
    expect(readTicks(tick(written, 'T001'), written)).toEqual({ added: ['T001'], other_changes: false });
  });
});
