import { describe, expect, it } from 'vitest';
import { markerFor } from '../../../src/core/outward/audience.ts';
import {
  clickUpDraft,
  commentText,
  hasMark,
  taskBehind,
  taskKey,
  visibleMark,
} from '../../../src/core/outward/clickup-draft.ts';
import { type Story, story, UID } from '../../support/events.ts';
import { slackView } from '../../support/slack-view.ts';

const draftOf = (told: Story, statuses = {}) => clickUpDraft(slackView(told.fold()), statuses);
const doneOf = (told: Story) =>
  Object.fromEntries(draftOf(told).steps.map(({ name, done }) => [name, done] as const));

describe('the task of an incident', () => {
  it('says what it is, how bad and how far', () => {
    const draft = draftOf(story('P1'), { investigating: 'in progress' });
    expect(draft).toMatchObject({
      ...{ uid: UID, from: null, priority: 2, status: 'in progress', ended: false, reopened: false },
      name: 'hotfix-001: Users cannot log in',
    });
    expect(draft.description).toContain(
      '**Status:** investigating\n**Severity:** P1\n**Pulse:** 🟢🟢⚪️⚪️⚪️ 2 of 5',
    );
    expect(draft.description).toContain('Record: specs/hotfix-001-users-cannot-log-in');
  });

  it.each([
    ['P0', 1],
    ['P1', 2],
    ['P2', 3],
    ['P3', 4],
  ] as const)('of %s has priority %i', (level, priority) => {
    expect(draftOf(story(level)).priority).toBe(priority);
  });

  it('is the same for the same record, whatever the time', () => {
    const incident = story('P1').fold();
    const late = slackView(incident, { now: '2027-01-01T00:00:00Z' });
    expect(clickUpDraft(late)).toEqual(clickUpDraft(slackView(incident)));
  });

  it('shows nothing secret and lets nobody act through it', () => {
    const told = story('P1');
    told.events.splice(0, 1);
    const text = '@team <!-- x --> [a](https://evil.example) hunter2 #12';
    told.add('opened', { minute: 0, data: { title: text, description: text } });
    const { name, description } = draftOf(told);
    expect(`${name} ${description}`).not.toContain('hunter2');
    expect(description).not.toMatch(/@team|<!--|(?<!\\)\]\(|#12/);
  });

  it('cuts a long description and says so', () => {
    const told = story('P1');
    told.events.splice(0, 1);
    told.add('opened', { minute: 0, data: { title: 'x', description: 'é'.repeat(50_000) } });
    const { description } = draftOf(told);
    expect(Buffer.byteLength(description)).toBeLessThan(8_000);
    expect(description).toContain('… more in the record');
  });
});

describe('Contain, Repair, Review', () => {
  it('begin open', () => {
    expect(doneOf(story('P1'))).toEqual({ Contain: false, Repair: false, Review: false });
  });

  it('Contain is done by a mitigation, Repair by a verified deploy, Review by the postmortem', () => {
    const told = story('P1').add('mitigation_applied');
    expect(doneOf(told)).toEqual({ Contain: true, Repair: false, Review: false });
    told.add('deployed');
    expect(doneOf(told)).toEqual({ Contain: true, Repair: false, Review: false });
    told.add('deploy_verified');
    expect(doneOf(told)).toEqual({ Contain: true, Repair: true, Review: false });
    told.add('resolved').add('postmortem_written', { data: { errors: 0, warnings: 0, preset: 'default' } });
    expect(doneOf(told)).toEqual({ Contain: true, Repair: true, Review: true });
  });

  it('a check of staging is no repair', () => {
    const told = story('P1')
      .add('deployed')
      .add('deploy_verified', { data: { environment: 'staging' } });
    expect(doneOf(told).Repair).toBe(false);
  });

  it('a reopened incident has to be contained and repaired again', () => {
    const told = story('P1')
      .add('mitigation_applied')
      .add('resolved')
      .add('reopened', { data: { reason: 'back' } });
    const draft = draftOf(told);
    expect(draft.reopened).toBe(true);
    expect(draft.steps.map(({ done }) => done)).toEqual([false, false, false]);
  });

  it('nothing is left of what was cancelled', () => {
    const told = story('P1').add('cancelled', { data: { reason: 'false alarm' } });
    expect(draftOf(told)).toMatchObject({
      ended: true,
      steps: [{ done: true }, { done: true }, { done: true }],
    });
  });
});

describe('links', () => {
  it('name the record, and the page of the issue elsewhere', () => {
    const told = story('P1').add('linked', {
      data: { type: 'issue', url: 'https://github.example/1', surface: { service: 'github', ref: 'a/b#1' } },
    });
    const { links, description } = draftOf(told);
    expect(links.map(({ key }) => key)).toEqual(['record', 'issue']);
    expect(links[1]?.text).toContain('https://github.example/1');
    expect(description).toContain('Issue: https://github.example/1');
  });

  it('its own page is no news to ClickUp', () => {
    const before = draftOf(story('P1'));
    const after = draftOf(
      story('P1').add('linked', {
        data: {
          type: 'issue',
          url: 'https://app.clickup.com/t/1',
          surface: { service: 'clickup', ref: '1' },
        },
      }),
    );
    expect(after).toEqual(before);
  });
});

describe('the reference', () => {
  const mark = visibleMark(markerFor(UID));

  it('can be read by people and found again', () => {
    expect(mark).toBe(`ref: hotfix-pulse ${UID}`);
    expect(hasMark(`text\n\n${mark}\n`, mark)).toBe(true);
    expect(hasMark(`ref: hotfix\\-pulse ${UID}`, mark)).toBe(true);
  });

  it('of a message is another than that of the incident', () => {
    const post = visibleMark(markerFor(UID, 'post/abc'));
    expect(hasMark(post, mark)).toBe(false);
    expect(hasMark(`x ${visibleMark(markerFor(UID, 'post/abcd'))}`, post)).toBe(false);
  });

  it('comes with the comment, whose text notifies nobody and is cut', () => {
    expect(commentText('hi @ops', mark)).toBe(`hi @\u200Dops\n\n${mark}`);
    const long = commentText('x'.repeat(20_000), mark);
    expect(long.length).toBeLessThan(7_000);
    expect(long).toContain('… more in the record');
    expect(hasMark(long, mark)).toBe(true);
  });
});

describe('the task behind an incident', () => {
  const openedBy = (by: object, key: string) => {
    const told = story('P1');
    const [opened] = told.events;
    if (opened) Object.assign(opened, { key, by });
    return taskBehind(told.fold());
  };
  it('is named by the key of the webhook alone', () => {
    const by = { name: 'John', kind: 'human', via: 'clickup' };
    expect(openedBy(by, `${taskKey('1vj38vv')}/0`)).toBe('1vj38vv');
    expect(openedBy({ name: 'clickup', kind: 'system' }, `${taskKey('1vj38vv')}/0`)).toBe('1vj38vv');
    expect(openedBy({ name: 'claude-code', kind: 'agent' }, `${taskKey('1vj38vv')}/0`)).toBeNull();
    expect(openedBy(by, 'clickup/../../x/0')).toBeNull();
    expect(taskBehind(story('P1').fold())).toBeNull();
  });
});
