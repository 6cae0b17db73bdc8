import { describe, expect, it } from 'vitest';
import { incidentIssue } from '../../../src/core/outward/github-issue.ts';
import { BODY_CHARS, MORE } from '../../../src/core/outward/github-text.ts';
import { HOUR } from '../../../src/core/time.ts';
import { story, T0, UID } from '../../support/events.ts';
import { surfaceView } from '../../support/github-view.ts';
import {
  hostileEvents,
  openedOnly,
  SAMPLE_NOW,
  SAMPLE_UID,
  sampleEvents,
} from '../../support/sample-incident.ts';

describe('the incident as an issue', () => {
  it('of the first minute says what is unknown', () => {
    const draft = incidentIssue(surfaceView(openedOnly(), SAMPLE_NOW), ['area: login']);
    expect(draft).toMatchObject({
      title: "Hotfix Pulse: hotfix-001 Users can't login - 500 error",
      ...{ labels: ['hotfix-pulse', 'area: login'], state: 'open', reason: null },
    });
    const [first = ''] = draft.body.split('### Checklist');
    expect(first.trim()).toBe(`**Pulse**: 🟢⚪️⚪️⚪️⚪️ 1 of 5, reported

- **Severity**: unclassified
- **Status**: investigating
- **Next step**: Set the severity from facts (classify_severity), then mitigate.

### Times

- **Started**: UNKNOWN
- **Detected**: UNKNOWN
- **Reported**: 2026-11-20 14:05 UTC
- **Acknowledged**: UNKNOWN
- **Mitigated**: UNKNOWN
- **Ended**: UNKNOWN

### Roles

- **incident commander**: UNKNOWN`);
    expect(draft.body.match(/^- \[ \] T0\d\d /gm)).toHaveLength(28);
    expect(draft.body.endsWith(`Comments stay.\n\n<!-- hotfix-pulse:${SAMPLE_UID} -->`)).toBe(true);
  });

  it('of a closed incident is closed, with who did what and when', () => {
    const draft = incidentIssue(surfaceView(sampleEvents(), SAMPLE_NOW), []);
    expect(draft).toMatchObject({ labels: ['hotfix-pulse', 'P1'], state: 'closed', reason: 'completed' });
    expect(draft.body).toContain('**Pulse**: 🟢🟢🟢🟢🟢✅ 5 of 5, verified and stable');
    expect(draft.body).not.toContain('Next step');
    expect(draft.body).toMatch(/^- \[x\] T012 Deploy to production: 2026-11-20 14:\d\d UTC, \S/m);
    expect(draft.body).toContain('- [x] ~~T025 Update the documentation~~ skipped: the runbook covers it');
    expect(draft.body).toMatch(/^- \[ \] A1 Alert on login failures, not only on 5xx$/m);
    expect(draft.body).toMatch(/^- \[x\] A2 Lint rule for reads before await$/m);
    expect(draft.body).toContain('- `specs/hotfix-001-users-cant-login/post-mortem.md`');
  });

  it('is the same at any time', () => {
    const events = story('P1').add('mitigation_applied').events;
    const early = incidentIssue(surfaceView(events, T0 + HOUR), []);
    expect(early.body).toMatch(/^- Next update: due 2026-03-01 \d\d:\d\d UTC$/m);
    expect(early.body).toMatch(/^- Respond: due 2026-03-01 12:15 UTC, met 2026-03-01 12:01 UTC$/m);
    expect(incidentIssue(surfaceView(events, T0 + 2_000 * HOUR), [])).toEqual(early);
  });

  it.each([
    ['cancelled', { state: 'closed', reason: 'not_planned' }],
    ['resolved', { state: 'open', reason: null }],
  ] as const)('%s', (kind, wanted) => {
    const draft = incidentIssue(
      surfaceView(story('P2').add(kind, { evidence: ['metric: 0'] }).events, T0),
      [],
    );
    expect(draft).toMatchObject(wanted);
  });

  it('is opened again with the incident', () => {
    const events = story('P2').add('cancelled').add('reopened').events;
    expect(incidentIssue(surfaceView(events, T0), [])).toMatchObject({ state: 'open', reason: null });
  });

  it('says what is not confirmed, and what is a drill', () => {
    const told = story('P0?');
    const [opened] = told.events;
    if (opened?.kind === 'opened') opened.data = { ...opened.data, drill: true };
    const draft = incidentIssue(surfaceView(told.events, T0), []);
    expect(draft.title).toMatch(/^\[DRILL\] Hotfix Pulse: hotfix-001 /);
    expect(draft.body).toMatch(/^\*\*This is a drill/);
    expect(draft.body).toMatch(/^- \*\*Severity\*\*: P0\? .*\(unconfirmed\)$/m);
    expect(draft.labels).toContain('P0');
  });

  it('keeps every text out of force', () => {
    const draft = incidentIssue(surfaceView(hostileEvents(), SAMPLE_NOW), []);
    const own = `<!-- hotfix-pulse:${SAMPLE_UID} -->`;
    expect(draft.body.endsWith(own)).toBe(true);
    const rest = draft.body.slice(0, -own.length);
    expect(rest).not.toMatch(/<[a-z!/]/i);
    expect(rest).not.toMatch(/@[a-z]/i);
    expect(rest).not.toMatch(/#\d/);
    expect(rest).not.toMatch(/https?:\/\//);
    expect(rest).not.toMatch(/(?<!\\)!?\[(?![ x]\])/);
    expect(rest).not.toMatch(/^```/m);
    expect(rest.match(/^- \[[ x]\] (?:~~)?T0\d\d /gm)).toHaveLength(28);
    expect(draft.title).not.toMatch(/@[a-z]|#\d|<[a-z!]/i);
  });

  it('sends every text through the redactor', () => {
    const events = sampleEvents();
    const seen: string[] = [];
    incidentIssue(
      surfaceView(events, SAMPLE_NOW, (text) => {
        seen.push(text);
        return 'REDACTED';
      }),
      [],
    );
    expect(seen).toEqual(
      expect.arrayContaining([
        "Users can't login - 500 error",
        'the runbook covers it',
        'Lint rule for reads before await',
      ]),
    );
    const body = incidentIssue(
      surfaceView(events, SAMPLE_NOW, () => 'REDACTED'),
      [],
    ).body;
    for (const text of seen) expect(body).not.toContain(text);
  });

  it('stays below what GitHub takes', () => {
    const told = story('P1');
    for (let n = 1; n <= 400; n++)
      told.add('action_added', { text: '😀 long '.repeat(300), data: { action: `AI-${n}`, owner: 'Ana' } });
    for (const task of ['T003', 'T004', 'T005', 'T006', 'T007'])
      told.add('task_skipped', { data: { task, reason: 'why '.repeat(2_000) } });
    const { body } = incidentIssue(surfaceView(told.events, T0), []);
    expect(body.length).toBeLessThanOrEqual(BODY_CHARS);
    expect(body).toContain(`- ${MORE}`);
    expect(body.endsWith(`<!-- hotfix-pulse:${UID} -->`)).toBe(true);
  });

  it('names follow-ups by their issues, when those are addresses', () => {
    const told = story('P1')
      .add('action_added', { data: { action: 'AI-001' }, text: 'One' })
      .add('action_added', { data: { action: 'AI-002' }, text: 'Two' })
      .add('linked', {
        data: { type: 'issue', action: 'AI-001', url: 'https://github.com/acme/shop/issues/9' },
      })
      .add('linked', { data: { type: 'issue', action: 'AI-002', url: 'javascript:alert(1)' } });
    const { body } = incidentIssue(surfaceView(told.events, T0), []);
    expect(body).toMatch(/^- \[ \] AI-001 One: https:\/\/github\.com\/acme\/shop\/issues\/9$/m);
    expect(body).toMatch(/^- \[ \] AI-002 Two$/m);
  });
});
