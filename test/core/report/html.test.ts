import fc from 'fast-check';
import { parseFragment } from 'parse5';
import { describe, expect, it } from 'vitest';
import { barChart } from '../../../src/core/report/chart-bars.ts';
import { spanChart } from '../../../src/core/report/chart-spans.ts';
import { type Html, html, lines, table } from '../../../src/core/report/html.ts';
import { cleanText } from '../../../src/core/untrusted.ts';

const HOSTILE = fc.array(
  fc.constantFrom(
    '<',
    '>',
    '"',
    "'",
    '&',
    '/',
    '=',
    'a',
    ' ',
    '`',
    '<script>',
    '-->',
    '&lt;',
    '\u202e',
    '\n',
  ),
  { maxLength: 20 },
);

describe('html', () => {
  it('puts any text into an element and an attribute as that text', () => {
    fc.assert(
      fc.property(HOSTILE, (pieces) => {
        const text = pieces.join('');
        const { childNodes } = parseFragment(html`<p title="${text}">${text}</p>`.markup);
        expect(childNodes).toHaveLength(1);
        const [node] = childNodes;
        if (node === undefined || !('attrs' in node)) throw new Error('no element');
        expect(node.attrs).toEqual([{ name: 'title', value: cleanText(text) }]);
        const inner = node.childNodes.map((child) => ('value' in child ? child.value : '<element>')).join('');
        expect(inner).toBe(cleanText(text));
      }),
    );
  });

  it('joins lists, leaves nothing out but null, and keeps what it made', () => {
    expect(html`<b>${[html`<i>${1}</i>`, 'a<', null]}</b>`.markup).toBe('<b><i>1</i>a&lt;</b>');
  });

  it('takes nothing for markup that it has not made', () => {
    const forged: Html = JSON.parse('{"markup":"<script>","made":"Symbol(made by html)"}');
    expect(html`${forged}`.markup).toBe('');
  });

  it('keeps lines', () => {
    expect(lines('a\n<b>').markup).toBe('a<br>&lt;b&gt;');
  });
});

describe('a table', () => {
  it('names its columns and rows', () => {
    const { markup } = table({ caption: 'C', columns: ['A', 'N'], rows: [['x', '1']], numeric: [1] });
    expect(markup).toContain('<caption class="shown">C</caption>');
    expect(markup).toContain('<th scope="col" class="number">N</th>');
    expect(markup).toContain('<th scope="row" class="text">x</th><td class="number">1</td>');
  });
});

describe('a chart', () => {
  const widths = (markup: string) =>
    [...markup.matchAll(/class="bar\d" .*?width="([\d.]+)"/g)].map(([, w]) => Number(w));

  it('of bars is to scale from zero, and is none without a number', () => {
    const { markup } = barChart('T', 'S', [
      { label: 'a', value: 10, shown: '10' },
      { label: 'b<', value: 5, shown: '5' },
    ]);
    const [one = 0, half = 0] = widths(markup);
    expect(one / half).toBeCloseTo(2, 2);
    expect(markup).toContain('b&lt;');
    expect(barChart('T', 'S', [{ label: 'a', value: 0, shown: '0' }]).markup).not.toContain('<svg');
  });

  it('of spans stays inside its picture for any recorded times', () => {
    const span = fc.record({
      label: fc.constant('x'),
      from: fc.option(fc.integer({ min: 1e12, max: 2e12 })),
      to: fc.option(fc.integer({ min: 1e12, max: 2e12 })),
      shown: fc.string({ maxLength: 90 }),
    });
    fc.assert(
      fc.property(
        fc.array(span, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1e12, max: 2e12 })),
        (spans, at) => {
          const markup = spanChart('T', 'S', spans, at)?.markup ?? '';
          expect(markup).not.toMatch(/NaN|Infinity/);
          for (const [, x] of markup.matchAll(/ x1?="(-?[\d.]+)"/g)) {
            expect(Number(x)).toBeGreaterThanOrEqual(0);
            expect(Number(x)).toBeLessThanOrEqual(760);
          }
          expect((markup.match(/class="axis"/g) ?? []).length).toBeLessThanOrEqual(41);
          const drawn = spans.filter(({ from, to }) => from !== null && to !== null && to >= from);
          expect(widths(markup)).toHaveLength(drawn.length);
        },
      ),
    );
  });

  it('of spans is none when nothing can be drawn', () => {
    expect(spanChart('T', 'S', [{ label: 'a', from: 2, to: 1, shown: '' }], [])).toBeNull();
  });
});
