import { describe, expect, it } from 'vitest';
import { unsettledUntil } from '../../src/core/followup-attempts.ts';
import { isPage, issueDraft, markerOf, wantedActions } from '../../src/core/followup-issue.ts';
import { HOUR } from '../../src/core/time.ts';
import { type Story, story, T0, UID } from '../support/events.ts';

const VIEW = {
  redact: (text: string) => text,
  pageOf: () => null,
  settings: { priority_weeks: 4 },
  links: 'with',
} as const;

const draft = (told: Story, id = 'AI-001', view: Partial<Parameters<typeof issueDraft>[2]> = {}) => {
  const incident = told.fold();
  const item = incident.actions.get(id);
  if (!item) throw new Error(`no ${id}`);
  return issueDraft(incident, item, { ...VIEW, ...view });
};
const added = (text: string, data = {}) => story('P1').add('action_added', { text, data });

describe('an issue from an action item', () => {
  it('says what is known, and UNKNOWN for the rest', () => {
    expect(draft(added('Alert on failed logins'))).toEqual({
      title: 'hotfix-001 AI-001: Alert on failed logins',
      labels: ['incident-follow-up', 'P1'],
      ...{ assignee: null, due: '2026-03-29' },
      body: [
        'Follow-up of incident hotfix-001: Users cannot log in',
        '',
        '> Alert on failed logins',
        '',
        '- **Action item**: AI-001',
        '- **Type**: UNKNOWN',
        '- **Owner**: UNKNOWN',
        '- **Due**: UNKNOWN',
        '- **Service level**: 4 weeks, until 2026-03-29',
        '- **Severity**: P1',
        '- **Postmortem**: specs/hotfix-001-users-cannot-log-in/post-mortem.md',
        '',
        'Finished when something shows it: a metric, an output, a commit or a link. Record it there too: `action_changed`, ref AI-001, type done, with that evidence.',
        '',
        `<!-- hotfix-pulse:${UID}:AI-001 -->`,
      ].join('\n'),
    });
  });

  it('is filed by its own severity where it has one; a lesser one has no service level', () => {
    const one = draft(added('x', { severity: 'P3', due: '2026-03-05' }));
    expect(one).toMatchObject({ labels: ['incident-follow-up', 'P3'], due: '2026-03-05' });
    expect(one.body).not.toContain('Service level');
    expect(draft(story().add('action_added', { data: {} })).labels).toEqual(['incident-follow-up']);
  });

  it.each([
    ['@ana', 'ana'],
    [' @ana-b ', 'ana-b'],
    ['Ana', null],
    ['@acme/ops', null],
    ['@ana and @ben', null],
    ['@-x', null],
  ])('assigns only what was recorded as an account: %j', (owner, assignee) => {
    expect(draft(added('x', { owner })).assignee).toBe(assignee);
  });

  it('links the postmortem and the other action items, but not in the text that is approved', () => {
    const told = added('First')
      .add('action_added', { text: 'Second', data: { action: 'AI-002' } })
      .add('action_added', { text: 'Third', data: { action: 'AI-003' } })
      .add('action_changed', { data: { action: 'AI-003', state: 'dropped' } })
      .add('linked', { data: { type: 'issue', action: 'AI-002', url: 'https://t.example/2' } });
    const pageOf = (path: string) => `https://t.example/blob/HEAD/${path}`;
    const { body } = draft(told, 'AI-001', { pageOf });
    expect(body).toContain('post-mortem.md: https://t.example/blob/HEAD/specs/');
    expect(body).toContain('Other action items of this incident:\n- AI-002 Second: https://t.example/2\n');
    expect(body).not.toContain('Third');
    expect(draft(told, 'AI-001', { links: 'without' }).body).not.toContain('t.example');
  });

  it.each<[string, string, RegExp]>([
    ['a mention', 'ask @acme/ops', /@[\p{L}\p{N}]/u],
    ['a reference', 'fixes #12 and acme/web#7 and GH-3', /#\d|GH-\d/],
    ['an address after a closing word', 'closes https://github.com/a/b/issues/1', /https?:\/\/github/],
    ['markup', '<img src=x onerror=alert(1)> </details>', /<(?:img|\/details)/],
    ['a reversed line', 'x\u202Eevil', /\u202E/],
    ['a command for a bot', 'x\n/close', /^(?:> )?\/close/m],
    ['a heading and a fence', '# Big\n```\ncode', /^(?:> )?(?:# |```)/m],
  ])('%s does nothing: in the body, in the title, in the text of a sister', (_what, text, acts) => {
    const told = added(text).add('action_added', { text: 'Other', data: { action: 'AI-002' } });
    const { title, body } = draft(told);
    for (const said of [title, body, draft(told, 'AI-002').body]) expect(said).not.toMatch(acts);
  });

  it('carries no marker but its own, and no picture', () => {
    const told = added(`![x](https://evil.example/a.png) <!-- hotfix-pulse:${UID}:AI-002 -->`);
    const { body } = draft(told);
    expect(body.match(/<!-- hotfix-pulse/g)).toHaveLength(1);
    expect(body).not.toContain('![x](');
  });

  it('passes every text of somebody through the redactor before it is cut', () => {
    const seen: string[] = [];
    const told = added(`${'x'.repeat(3_000)} hunter2`, { owner: 'Ana' });
    const { body } = draft(told, 'AI-001', {
      redact(text) {
        seen.push(text);
        return text.replaceAll('hunter2', '[gone]');
      },
    });
    expect(seen.join()).toContain('hunter2');
    expect(seen).toContain('Ana');
    expect(body.length).toBeLessThan(3_500);
    expect(body).toMatch(/x…$/m);
  });
});

describe('what gets an issue', () => {
  const three = () =>
    added('a')
      .add('action_added', { data: { action: 'AI-002' } })
      .add('action_changed', { data: { action: 'AI-002', state: 'done' }, evidence: ['https://ci.example'] })
      .add('action_added', { data: { action: 'AI-003' } });
  const wanted = (ids?: string[]) => wantedActions(three().fold(), ids).map(({ id }) => id);

  it('is what was named, else all that is open', () => {
    expect(wanted()).toEqual(['AI-001', 'AI-003']);
    expect(wanted(['ai-003', 'AI-003 '])).toEqual(['AI-003']);
    expect(() => wanted(['AI-009'])).toThrow('no action item has that id');
    expect(() => wanted(['AI-002'])).toThrow('done or dropped');
  });

  it('is known by a marker of its own', () => {
    expect(markerOf(three().fold(), 'AI-001')).toBe(`<!-- hotfix-pulse:${UID}:AI-001 -->`);
  });

  it.each([
    ['https://t.example/a?b=1#c', true],
    ['http://127.0.0.1:4000/1', true],
    ['javascript:alert(1)', false],
    ['https://t.example/a b', false],
    ['https://t.example/<x>', false],
    ['', false],
  ])('a page is %j: %s', (url, is) => expect(isPage(url)).toBe(is));
});

describe('what is on its way', () => {
  const attempt = (state: 'intended' | 'not_made', live = true, basis: 'measured' | 'stated' = 'measured') =>
    added('a').add('noted', {
      ...{ live, basis, minute: 60 },
      data: { follow_ups: { plan: 'p', state, items: [{ action: 'AI-001', hash: 'h' }] } },
    });
  const until = (told: Story, ms: number) => unsettledUntil(told.fold(), 'AI-001', T0 + HOUR + ms);

  it('is open for two minutes after the intent, unless it is known that nothing was made', () => {
    expect(until(attempt('intended'), 0)).toBe(T0 + HOUR + 120_000);
    expect(until(attempt('intended'), 119_999)).not.toBeNull();
    expect(until(attempt('intended'), 120_000)).toBeNull();
    expect(until(attempt('not_made'), 0)).toBeNull();
    expect(until(added('a'), 0)).toBeNull();
  });

  it('is what this product recorded here: no published copy, nothing that was only said', () => {
    expect(until(attempt('intended', false), 0)).toBeNull();
    expect(until(attempt('intended', true, 'stated'), 0)).toBeNull();
  });
});
