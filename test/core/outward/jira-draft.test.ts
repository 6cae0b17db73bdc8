import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../src/core/events.ts';
import { adfTexts } from '../../../src/core/outward/adf.ts';
import { jiraDraft } from '../../../src/core/outward/jira-draft.ts';
import { commentBody, commentMark, editBody, labelOf } from '../../../src/core/outward/jira-issue.ts';
import { viewOfEvents } from '../../support/prism-view.ts';
import {
  hostileEvents,
  numbered,
  SAMPLE_NOW,
  SAMPLE_UID,
  sampleEvents,
  tell,
} from '../../support/sample-incident.ts';

const STATUSES = { investigating: 'In Progress', closed: 'Done' };
const draftOf = (events: readonly RecordedEvent[], nowMs = SAMPLE_NOW) =>
  jiraDraft(viewOfEvents(events, { nowMs }), STATUSES);
const linked = (data: Record<string, unknown>, text = 'A link') =>
  tell('2026-11-20T15:00:00Z', 'linked', text, { type: 'other', ...data });

describe('jiraDraft', () => {
  it('shows the record', () => {
    const draft = draftOf(sampleEvents().slice(0, 14));
    const texts = adfTexts(draft.description);
    expect(draft).toMatchObject({ severity: 'P1', status: null, attached: false, uid: SAMPLE_UID });
    expect(texts[0]).toMatch(/^P1, mitigated {2}🟢🟢🟢⚪️⚪️/);
    expect(texts).toContain('src/auth.js reads the token before it is set');
    expect(texts).toContain('As reported');
    expect(texts.some((text) => text.startsWith('☑ T001'))).toBe(true);
    expect(texts.some((text) => text.startsWith('☐ T022'))).toBe(true);
    expect(texts.at(-1)).toContain(SAMPLE_UID);
    expect(draftOf(sampleEvents()).status).toBe('Done');
  });

  it('is the same for the same record, whatever the time', () => {
    const events = sampleEvents().slice(0, 20);
    const later = draftOf(events, SAMPLE_NOW + 40 * 24 * 3_600_000);
    expect(later).toEqual(draftOf(events));
  });

  it('redacts, and stays a valid document whatever people write', () => {
    const secret = sampleEvents().map((event) => ({ ...event, text: `hunter2 ${event.text}` }));
    expect(JSON.stringify(draftOf(secret))).not.toContain('hunter2');
    const draft = draftOf(hostileEvents());
    expect(draft.summary).not.toContain('\n');
    expect(JSON.stringify(draft.description)).not.toContain('"text":""');
    expect(JSON.stringify(draft.description)).not.toMatch(/"type":"(?:mention|media|inlineCard|taskItem)"/);
  });

  it('keeps the summary within 255 characters', () => {
    const [opened] = sampleEvents();
    if (opened?.kind !== 'opened') throw new Error('no opening');
    const long = { ...opened, data: { ...opened.data, title: 'x'.repeat(2_000) } } as RecordedEvent;
    expect([...draftOf([long]).summary]).toHaveLength(255);
  });

  it('lists each page once, and neither itself nor what is no page or holds a secret', () => {
    const page = 'https://github.com/acme/shop/pull/7';
    const events = numbered([
      ...sampleEvents().slice(0, 3),
      linked({ type: 'pull_request', url: page }, 'Fix'),
      linked({ type: 'pull_request', url: page }, 'Fix again'),
      linked({ url: 'javascript:alert(1)' }),
      linked({ url: 'https://a.example/?key=hunter2' }),
      linked({ url: `https://a.example/${'x'.repeat(300)}` }),
      linked({ url: 'https://acme.atlassian.net/browse/OPS-1', surface: { service: 'jira', ref: 'OPS-1' } }),
      linked(
        { type: 'chat', url: 'https://slack.example/1', surface: { service: 'slack', ref: 'C1/1' } },
        'Shown in Slack',
      ),
    ]);
    const draft = draftOf(events);
    expect(draft.attached).toBe(true);
    expect(JSON.stringify(draft.description).match(/"href":"[^"]+"/g)).toEqual([
      `"href":"${page}"`,
      '"href":"https://slack.example/1"',
    ]);
    expect(draft.links).toEqual([
      { id: `hotfix-pulse:${SAMPLE_UID}:${page}`, url: page, title: 'Pull request: Fix' },
      {
        ...{ id: `hotfix-pulse:${SAMPLE_UID}:https://slack.example/1`, url: 'https://slack.example/1' },
        title: 'Chat: Shown in Slack',
      },
    ]);
  });
});

describe('editBody', () => {
  const draft = draftOf(sampleEvents().slice(0, 5));
  const same = {
    ...{ summary: draft.summary, description: draft.description },
    labels: ['hotfix-pulse', labelOf(SAMPLE_UID), 'P1', 'team'],
  };

  it('is nothing when nothing differs', () => {
    expect(editBody(same, draft, true)).toBeNull();
    const reordered = JSON.parse(
      JSON.stringify(
        same.description,
        Object.keys({ type: 1, content: 1, text: 1, version: 1, attrs: 1, level: 1, marks: 1 }),
      ),
    );
    expect(editBody({ ...same, description: reordered }, draft, true)).toBeNull();
  });

  it('changes the severity label and the priority together, and restores the label that it is found by', () => {
    expect(editBody({ ...same, labels: ['P3', 'team'] }, draft, true)).toEqual({
      fields: { priority: { name: 'High' } },
      update: {
        labels: [{ remove: 'P3' }, { add: 'hotfix-pulse' }, { add: labelOf(SAMPLE_UID) }, { add: 'P1' }],
      },
    });
  });
});

describe('commentBody', () => {
  it('carries its mark, also when the text has to be cut', () => {
    const mark = commentMark(SAMPLE_UID, 'post/1');
    const { body } = commentBody('x\n'.repeat(30_000), mark);
    expect(adfTexts(body).at(-1)).toBe(mark);
    expect(adfTexts(body).at(-2)).toBe('… more in the record');
  });
});
