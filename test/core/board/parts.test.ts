import { type DefaultTreeAdapterMap, parse } from 'parse5';
import { describe, expect, it } from 'vitest';
import { type BoardPlans, planForm } from '../../../src/core/board/asks.ts';
import { incidentParts } from '../../../src/core/board/incident.ts';
import { endedPart, listPart } from '../../../src/core/board/list.ts';
import { endedPage, incidentPage, listPage, plainPage } from '../../../src/core/board/page.ts';
import { sortKey, timelineItem } from '../../../src/core/board/timeline.ts';
import type { BoardAsk, BoardIncident, BoardMay } from '../../../src/core/board/view.ts';
import type { RecordedEvent } from '../../../src/core/events.ts';
import { HOSTILE, hostileEvents, sampleEvents, sampleOf } from '../../support/sample-incident.ts';

const ANA: BoardMay = { write: true, approve: 'terminal' };
const LOOKS: BoardMay = { write: false, approve: null };
const STATE = {
  ...{ cursor: '1.a.b', nowMs: 1, csrf: 'token', events: '/board/events', nonce: 'bm9uY2U=' },
  who: 'Ana',
};
const PLANS: BoardPlans = { rollback: true, post: true };
/** While it runs: after the fix was deployed, before it was resolved. */
const running = (events: readonly RecordedEvent[]) =>
  events.slice(
    0,
    events.findIndex(({ kind }) => kind === 'deployed'),
  );

const ASK: BoardAsk = {
  ...{
    id: 'abcdef012345',
    title: 'Deploy the hotfix',
    lines: ['Refs:', '  refs/heads/main'],
    need: 'terminal',
  },
  ...{ given: null, isApproved: false, code: 'AB3D', declines: [], isPost: false },
};

function viewOf(events: readonly RecordedEvent[], change: Partial<BoardIncident> = {}): BoardIncident {
  const last = events.reduce((latest, { at }) => (at > latest ? at : latest), '');
  const { incident, view } = sampleOf(events, Date.parse(last) + 60_000);
  const { row, clocks, tasks } = view;
  return { ...{ incident, row, clocks, tasks, damage: 0, asks: [ASK], next: 'Mitigate first.' }, ...change };
}

type Node = DefaultTreeAdapterMap['node'];
function elements(node: Node): DefaultTreeAdapterMap['element'][] {
  const own = 'tagName' in node ? [node] : [];
  return [...own, ...('childNodes' in node ? node.childNodes.flatMap(elements) : [])];
}
const pageOf = (view: BoardIncident, may = ANA): string =>
  incidentPage(view.incident, incidentParts(view, may), { may, plans: PLANS }, STATE);

describe('hostile words', () => {
  const view = viewOf(running(hostileEvents()), {
    asks: [
      {
        ...{ ...ASK, title: HOSTILE, lines: [HOSTILE] },
        declines: [{ by: HOSTILE, at: '2026-03-01T12:00:00.000Z', why: HOSTILE }],
      },
    ],
    next: HOSTILE,
  });
  const texts = {
    incident: pageOf(view),
    list: listPage(
      { list: listPart([{ ...view, damage: 3 }]), ended: endedPart([view], true) },
      { ...STATE, who: HOSTILE },
    ),
    ended: endedPage([view], view.incident.uid),
    plain: plainPage(HOSTILE, HOSTILE),
  };

  it.each(Object.entries(texts))('stay words on the page of %s', (_name, text) => {
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    const all = elements(parse(text));
    const tags = new Set(all.map(({ tagName }) => tagName));
    for (const tag of ['img', 'iframe', 'object', 'embed', 'base', 'meta-refresh', 'template'])
      expect(tags).not.toContain(tag);
    const scripts = all.filter(({ tagName }) => tagName === 'script');
    expect(scripts.map(({ attrs }) => attrs.map(({ name, value }) => `${name}=${value}`))).toEqual(
      text === texts.plain || text === texts.ended ? [] : [['src=/board/script.js', 'nonce=bm9uY2U=']],
    );
    for (const { attrs, tagName } of all)
      for (const { name, value } of attrs) {
        expect(name).not.toMatch(/^on|^style$|^srcdoc$/);
        if (name === 'href')
          expect(value).toMatch(
            tagName === 'link'
              ? /^data:,$/
              : /^(#main|\/board(\/(postmortem|ended))?(\?(incident|before)=[0-9A-Z]{26})?)$/,
          );
        if (name === 'id') expect(value).toMatch(/^[\w-]+$/);
      }
  });

  it('do not get into the pieces that are pushed', () => {
    for (const event of view.incident.recorded) {
      const { html } = timelineItem(event);
      expect(html).not.toMatch(/<(script|img|svg)/i);
      expect(elements(parse(html)).filter(({ tagName }) => tagName === 'li')).toHaveLength(1);
    }
  });
});

describe('the page of an incident', () => {
  const view = viewOf(running(sampleEvents()));

  it('has every id once, a label for every field and a heading for every part', () => {
    const all = elements(parse(pageOf(view)));
    const ids = all.flatMap(({ attrs }) =>
      attrs.filter(({ name }) => name === 'id').map(({ value }) => value),
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const name of ['head', 'next', 'asks', 'clocks', 'tasks', 'roles', 'chart'])
      expect(ids).toContain(`part-${name}`);
    for (const node of all.filter(({ tagName }) => ['input', 'select', 'textarea'].includes(tagName))) {
      const attr = (name: string) => node.attrs.find((one) => one.name === name)?.value;
      if (attr('type') === 'hidden') continue;
      let up: Node | null = node;
      while (up && !('tagName' in up && up.tagName === 'label'))
        up = 'parentNode' in up ? up.parentNode : null;
      expect(up ?? attr('id') === 'draft-text').toBeTruthy();
    }
  });

  it('counts down to absolute times that the server says', () => {
    const text = pageOf(view);
    const due = [...text.matchAll(/class="clock (\w+)" data-due="(\d+)"/g)];
    expect(due.length).toBeGreaterThan(0);
    for (const [, state, ms] of due)
      expect(['running', 'overdue', String(Number(ms) > 1e12)]).toContain(state);
    expect(text).not.toMatch(/class="left" data-own>[^<]/);
  });

  it('asks for the typed code of a plan, and offers nothing to whoever may not', () => {
    expect(pageOf(view)).toMatch(/Type <strong class="code">AB3D<\/strong>/);
    for (const may of [LOOKS, { write: true, approve: null }]) {
      const text = pageOf(view, may);
      expect(text).not.toContain('AB3D');
      expect(text).toContain('You may not approve here.');
    }
    expect(pageOf(view, LOOKS)).not.toContain('<form');
    expect(pageOf(viewOf(running(sampleEvents()), { asks: [{ ...ASK, need: 'named' }] }))).toContain(
      'Waits for a yes of somebody known by name',
    );
    expect(
      pageOf(viewOf(running(sampleEvents()), { asks: [{ ...ASK, given: 'named', isApproved: true }] })),
    ).toContain('Approved (named)');
  });

  it('says who may be asked, takes a no from whoever may write, and shows every no with its reason', () => {
    const of = (change: Partial<BoardAsk>, may: BoardMay) =>
      pageOf(viewOf(running(sampleEvents()), { asks: [{ ...ASK, ...change }] }), may);
    const writes = { write: true, approve: null };
    const named = of({ need: 'named' }, { ...writes, approvers: ['Ben', 'Cy'] });
    expect(named).toContain(
      'Waits for a yes of somebody known by name. On this board it can be given by Ben, Cy.',
    );
    expect(named).not.toContain('hotfix-pulse approve');
    expect(of({}, { ...writes, approvers: [] })).toContain('--scope approve');
    expect(of({}, writes)).toContain(`hotfix-pulse approve ${ASK.id}`);
    expect(of({ need: 'review' }, { ...ANA, approvers: ['Ben'] })).not.toContain('On this board');
    expect(of({ need: 'word' }, writes)).toContain(`or <code>hotfix-pulse approve ${ASK.id}</code>`);
    expect(of({}, writes)).toContain('data-act="decline"');
    expect(of({}, LOOKS)).not.toContain('data-act="decline"');
    const at = '2026-03-01T12:05:00.000Z';
    const declined = of({ declines: [{ by: 'Ben', at, why: 'wrong branch' }] }, LOOKS);
    expect(declined.replaceAll(/<[^>]+>/g, '')).toContain('Declined by Ben, 12:05 UTC: wrong branch');
  });

  it('offers to carry out a post that is approved, and to plan what can be planned there', () => {
    const post = { ...ASK, given: 'terminal', isApproved: true, isPost: true } as const;
    const of = (may: BoardMay) => pageOf(viewOf(running(sampleEvents()), { asks: [post] }), may);
    expect(of(ANA)).toContain('data-act="post"');
    expect(of(LOOKS)).not.toContain('data-act="post"');
    expect(of(ANA)).toContain('data-act="plan_rollback"');
    expect(of(LOOKS)).not.toContain('data-act="plan_rollback"');
    expect(planForm({ rollback: false, post: true })).toBe('');
  });

  it('has nothing to tick or approve after the end', () => {
    const text = pageOf(viewOf(sampleEvents()));
    expect(text.includes('data-act="task"')).toBe(false);
    expect(text).toContain('No plan waits for a yes.');
  });

  it('shows the newest first, each with a key that sorts as the told order does', () => {
    const text = pageOf(view);
    const keys = [...text.matchAll(/data-key="([^"]+)"/g)].map(([, key = '']) => key);
    expect(keys).toEqual(view.incident.told.map(sortKey).reverse());
    expect([...keys].sort().reverse()).toEqual(keys);
  });
});

describe('the list', () => {
  const open = viewOf(running(sampleEvents()));

  it('has the most urgent first, and nothing that is over and owes nothing', () => {
    const other = (level: 'P0' | 'P3', number: number): BoardIncident => ({
      ...open,
      incident: {
        ...open.incident,
        ...{ number, label: `hotfix-00${number}`, uid: `01K0000000000000000000000${number}` },
        severity: { level, confirmed: true, since: '', reason: undefined },
      },
    });
    const { markup } = listPart([other('P3', 7), open, other('P0', 8)]);
    expect([...markup.matchAll(/>(hotfix-\d+):/g)].map(([, label]) => label)).toEqual([
      'hotfix-008',
      open.incident.label,
      'hotfix-007',
    ]);
    const over = viewOf(sampleEvents());
    expect(listPart([{ ...over, clocks: [] }]).markup).toContain('No incident is open.');
    expect(listPart([]).markup).toContain('No incident is open.');
  });

  it('leads to what has ended, and on from there', () => {
    const over = viewOf(sampleEvents());
    const { uid } = over.incident;
    const [few, many] = [endedPart([over], false).markup, endedPart([over], true).markup];
    expect(few).toContain(`href="/board?incident=${uid}"`);
    expect(few).toMatch(/closed <time/);
    expect(few).not.toContain('/board/ended');
    expect(many).toContain('href="/board/ended"');
    expect(endedPart([], false).markup).toContain('None has ended yet.');
    expect(endedPage([over], uid)).toContain(`href="/board/ended?before=${uid}"`);
    expect(endedPage([over], null)).not.toContain('before=');
    expect(endedPage([], null)).toContain('There are no more.');
  });
});
