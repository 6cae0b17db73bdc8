import { describe, expect, it } from 'vitest';
import {
  adfBullets,
  adfCode,
  adfDoc,
  adfLink,
  adfParagraph,
  adfParagraphs,
  adfText,
  adfTexts,
} from '../../../src/core/outward/adf.ts';
import { HOSTILE } from '../../support/sample-incident.ts';

/** Types of all nodes and marks. */
function typesIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(typesIn);
  if (typeof node !== 'object' || node === null) return [];
  const { type, ...rest } = node as Record<string, unknown>;
  return [...(typeof type === 'string' ? [type] : []), ...Object.values(rest).flatMap(typesIn)];
}

describe('Atlassian Document Format', () => {
  it('keeps somebody’s text as text', () => {
    const doc = adfDoc([
      ...adfParagraphs(`${HOSTILE}\n[~accountid:1] @ana {panel} https://evil.example`),
      ...adfBullets([adfText(HOSTILE)]),
      ...adfCode(HOSTILE, 1_000),
    ]);
    expect([...new Set(typesIn(doc))].sort()).toEqual([
      ...['bulletList', 'codeBlock', 'doc', 'hardBreak', 'listItem', 'paragraph', 'text'],
    ]);
  });

  it('has no empty text, list or code, which Jira refuses', () => {
    expect(adfText('')).toEqual([]);
    expect(adfText('a\n\nb').map(({ type }) => type)).toEqual(['text', 'hardBreak', 'hardBreak', 'text']);
    expect(adfBullets([[]])).toEqual([]);
    expect(adfCode(' \n', 100)).toEqual([]);
    expect(adfParagraphs('\n\n')).toEqual([]);
  });

  it('links pages and nothing else', () => {
    expect(adfLink('here', 'https://a.example/x')).toEqual([
      { type: 'text', text: 'here', marks: [{ type: 'link', attrs: { href: 'https://a.example/x' } }] },
    ]);
    for (const href of ['javascript:alert(1)', 'data:text/html,x', '//a.example', 'https://a.example/"x'])
      expect(adfLink('here', href)).toEqual([{ type: 'text', text: 'here' }]);
  });

  it.each([
    ['lines', 'x\n'.repeat(40_000)],
    ['one line', '"'.repeat(40_000)],
    ['paragraphs', 'x\n\n'.repeat(40_000)],
    ['emoji', '🟢'.repeat(20_000)],
  ])('cuts %s that Jira would not take, and says so', (_, text) => {
    const doc = adfDoc(adfParagraphs(text), [adfParagraph(...adfText('the mark'))]);
    expect(JSON.stringify(doc).length).toBeLessThanOrEqual(30_000);
    const texts = adfTexts(doc);
    expect(texts.slice(-2)).toEqual(['… more in the record', 'the mark']);
    expect(texts.length).toBeGreaterThan(2);
  });

  it('reads text back from whatever came', () => {
    expect(adfTexts(adfDoc(adfParagraphs('a\nb\n\nc')))).toEqual(['a', 'b', 'c']);
    for (const odd of [null, 7, 'x', { content: {} }, { text: 7 }]) expect(adfTexts(odd)).toEqual([]);
    let deep: object = { text: 'x' };
    for (let i = 0; i < 10_000; i++) deep = { content: [deep] };
    expect(adfTexts(deep)).toEqual([]);
  });
});
