import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Generated,
  guardMarkers,
  KEPT_HEADING,
  mergeProse,
  parseBlocks,
  renderBlocks,
} from '../../../src/core/documents/blocks.ts';

const doc = (version: string, names = ['head', 'timeline', 'end'], front = ''): Generated => ({
  front,
  blocks: names.map((name) => ({ name, body: `## ${name}\n${version}` })),
});
const OLD = doc('old');
const NEW = doc('new');
const text = renderBlocks(OLD);
const between = (prose: string, name = 'timeline') =>
  text.replace(`<!-- pulse:begin ${name} -->`, () => `${prose}\n<!-- pulse:begin ${name} -->`);

describe('mergeProse', () => {
  it('writes the generated text where there was none', () => {
    expect(mergeProse(null, null, NEW).text).toBe(renderBlocks(NEW));
    expect(mergeProse(' \n', null, NEW).text).toBe(renderBlocks(NEW));
  });

  it('replaces what is generated and nothing else', () => {
    const merge = mergeProse(text, text, NEW);
    expect(merge).toEqual({ text: renderBlocks(NEW), edited: [], proseChanged: false, broken: false });
  });

  it('keeps prose where it stood, however often the file is rewritten', () => {
    const prose = 'We think it was the cache.\n\n- see #12\n';
    let current = between(prose);
    for (let i = 0; i < 5; i++) {
      const next = doc(`v${i}`);
      const merge = mergeProse(current, current, next);
      current = merge.text;
      expect(merge.edited).toEqual([]);
      expect(current).toBe(between(prose).replaceAll('old', `v${i}`));
    }
  });

  it('reports prose that is new since the last writing', () => {
    expect(mergeProse(between('mine'), text, NEW).proseChanged).toBe(true);
    expect(mergeProse(between('mine'), between('mine'), NEW).proseChanged).toBe(false);
  });

  it('reports edits inside generated parts, against the known base only', () => {
    const edited = text.replace('## timeline\nold', '## timeline\nold, and then some');
    expect(mergeProse(edited, text, NEW).edited).toEqual(['timeline']);
    expect(mergeProse(edited, null, NEW).edited).toEqual(['head', 'timeline', 'end']);
    expect(mergeProse(renderBlocks(NEW), text, NEW).edited).toEqual([]);
  });

  it('reports edited front matter', () => {
    const front = '---\nid: "x"\n---\n';
    const base = renderBlocks(doc('old', ['a'], front));
    const merge = mergeProse(base.replace('"x"', '"y"'), base, doc('new', ['a'], front.replace('x', 'z')));
    expect(merge.edited).toEqual(['front']);
    expect(merge.text).toMatch(/^---\nid: "z"\n---\n<!-- pulse:begin a -->/);
  });

  it("keeps a slot text once it is the person's, also when they deleted it", () => {
    const generated = (version: string): Generated => ({
      front: '',
      blocks: [
        { name: 'a', body: version, slot: '- [ ] box' },
        { name: 'b', body: version },
      ],
    });
    const first = renderBlocks(generated('1'));
    expect(first).toContain('- [ ] box');
    const ticked = first.replace('[ ]', '[x]');
    expect(mergeProse(ticked, first, generated('2')).text).toBe(
      renderBlocks(generated('2')).replace('[ ]', '[x]'),
    );
    const removed = first.replace('- [ ] box\n', '');
    expect(mergeProse(removed, first, generated('2')).text).not.toContain('box');
  });

  it('keeps the prose of a part that is generated no more', () => {
    const merge = mergeProse(
      between('behind head', 'timeline').replace(/$/, 'at the end'),
      text,
      doc('new', ['timeline']),
    );
    expect(merge.text).toContain('behind head');
    expect(merge.text).toContain('at the end');
  });

  it('reads files whose line ends were changed', () => {
    const merge = mergeProse(between('mine').replaceAll('\n', '\r\n'), between('mine'), NEW);
    expect(merge).toMatchObject({ edited: [], proseChanged: false, broken: false });
    expect(merge.text).toBe(between('mine').replaceAll('old', 'new'));
  });

  it.each<[string, string]>([
    ['no markers', '# My own file\n\nwords\n'],
    ['a missing end', text.replace('<!-- pulse:end head -->\n', '')],
    ['a missing begin', text.replace('<!-- pulse:begin timeline -->\n', '')],
    ['a part twice', text + text],
    ['a nested part', text.replace('## head', '<!-- pulse:begin x -->\n<!-- pulse:end x -->\n## head')],
    ['unclosed front matter', `---\nid: x\n${text}`],
    ['a conflict around everything', `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> main\n`],
  ])('keeps the whole text of a file with %s, once', (_, broken) => {
    const merge = mergeProse(broken, text, NEW);
    expect(merge.broken).toBe(true);
    expect(merge.text).toContain(KEPT_HEADING);
    for (const line of broken.split('\n').filter((line) => !line.includes('pulse:')))
      expect(merge.text).toContain(line);
    const again = mergeProse(merge.text, merge.text, NEW);
    expect(again).toEqual({ text: merge.text, edited: [], proseChanged: false, broken: false });
  });

  it('keeps every prose exactly once through any rewrite', () => {
    const prose = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .filter((value) => value.trim() !== '' && !/pulse:|\r|^---/m.test(value));
    fc.assert(
      fc.property(fc.array(prose, { minLength: 4, maxLength: 4 }), fc.string(), (proses, version) => {
        const marked = proses.map((value, i) => `<<${i}>> ${value} <</${i}>>`);
        const [first, second, third, last] = marked;
        let current = between(`${second}`, 'timeline');
        current = current.replace('<!-- pulse:begin end -->', () => `${third}\n<!-- pulse:begin end -->`);
        current = `${first}\n${current}${last}`;
        for (const next of [doc(version), doc(`${version}2`, ['head', 'new', 'end']), doc('3')]) {
          current = mergeProse(current, current, next).text;
          for (const value of marked) expect(current.split(value)).toHaveLength(2);
          expect(parseBlocks(current)?.parts.map((part) => part.body)).toEqual(
            next.blocks.map(({ body }) => guardMarkers(body)),
          );
        }
      }),
    );
  });

  it('cannot be fooled by markers in generated text', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            '<!-- pulse:end head -->',
            '<!-- pulse:begin x -->',
            '<!--  PULSE:end a -->',
            '\n',
            'a',
            '---\n',
          ),
          { maxLength: 12 },
        ),
        (pieces) => {
          const hostile: Generated = {
            front: '',
            blocks: [
              { name: 'head', body: pieces.join('') },
              { name: 'end', body: 'b' },
            ],
          };
          expect(parseBlocks(renderBlocks(hostile))?.parts.map((part) => part.name)).toEqual(['head', 'end']);
        },
      ),
    );
  });
});
