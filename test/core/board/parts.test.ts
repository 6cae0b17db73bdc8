import { type DefaultTreeAdapterMap, parse } from 'parse5';
import { describe, expect, it } from 'vitest';
import { incidentParts } from '../../../src/core/board/incident.ts';
import { listPart } from '../../../src/core/board/list.ts';
import { incidentPage, listPage, plainPage } from '../../../src/core/board/page.ts';
import { sortKey, timelineItem } from '../../../src/core/board/timeline.ts';
import type { BoardAsk, BoardIncident, BoardMay } from '../../../src/core/board/view.ts';
import type { RecordedEvent } from '../../../src/core/events.ts';
import { HOSTILE, hostileEvents, sampleEvents, sampleOf } from '../../support/sample-incident.ts';

const ANA: BoardMay = { write: true, approve: 'terminal' };
const LOOKS: BoardMay = { write: false, approve: null };
const STATE = { cursor: '1.a.b', nowMs: 1, csrf: 'token', events: '/board/events', nonce: 'bm9uY2U=' };
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
  ...{ given: null, isApproved: false, code: 'AB3D' },
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
  incidentPage(view.incident, incidentParts(view, may), may, STATE);

describe('hostile words', () => {
  const view = viewOf(running(hostileEvents()), {
    asks: [{ ...ASK, title: HOSTILE, lines: [HOSTILE] }],
    next: HOSTILE,
  });
  const texts = {
    incident: pageOf(view),
    list: listPage({ list: listPart([{ ...view, damage: 3 }]) }, HOSTILE, STATE),
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
      text === texts.plain ? [] : [['src=/board/script.js', 'nonce=bm9uY2U=']],
    );
    for (const { attrs, tagName } of all)
      for (const { name, value } of attrs) {
        expect(name).not.toMatch(/^on|^style$|^srcdoc$/);
        if (name === 'href')
          expect(value).toMatch(
            tagName === 'link' ? /^data:,$/ : /^(#main|\/board(\/postmortem)?(\?incident=[0-9A-Z]{26})?)$/,
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
      'It needs a yes of somebody known by name',
    );
    expect(
      pageOf(viewOf(running(sampleEvents()), { asks: [{ ...ASK, given: 'named', isApproved: true }] })),
    ).toContain('Approved (named)');
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
});
