import { describe, expect, it } from 'vitest';
import { mergeLogLines, tombstonesIn } from '../../../src/core/documents/log-lines.ts';
import { sampleId } from '../../support/sample-incident.ts';

const line = (n: number, more: object = {}) =>
  JSON.stringify({ id: sampleId(n), text: `event ${n}`, ...more });
const text = (...lines: string[]) => lines.map((one) => `${one}\n`).join('');

describe('mergeLogLines', () => {
  it('gives the lines of the record where nothing was published', () => {
    expect(mergeLogLines('', `\n${line(1)}\n\n${line(2)}\n`)).toEqual({
      text: text(line(1), line(2)),
      dropped: false,
    });
    expect(mergeLogLines('', '')).toEqual({ text: '', dropped: false });
  });

  it('keeps what another clone published, in its order, and adds what is new', () => {
    expect(mergeLogLines(text(line(3), line(1)), text(line(1), line(2))).text).toBe(
      text(line(3), line(1), line(2)),
    );
  });

  it('keeps lines byte for byte, but not their line ends', () => {
    const spaced = `${line(1)}   `;
    expect(mergeLogLines(`${spaced}\r\n`, '').text).toBe(`${spaced}\n`);
  });

  it.each<[string, string, string]>([
    ['in the record', text(line(1)), text(line(1, { purged: true }))],
    ['in the copy', text(line(1, { purged: true })), text(line(1))],
  ])('lets a tombstone win that stands %s', (_, published, record) => {
    const merged = mergeLogLines(published, record).text;
    expect(merged).toBe(text(line(1, { purged: true })));
    expect(tombstonesIn(merged)).toEqual([sampleId(1)]);
  });

  it.each(['<<<<<<< HEAD', '{"id":"01KA7Q', '[]', '{"id":"../../x"}', 'null'])(
    'leaves out %s and says so',
    (junk) => {
      expect(mergeLogLines(text(line(1), junk), text(line(2)))).toEqual({
        text: text(line(1), line(2)),
        dropped: true,
      });
    },
  );
});
