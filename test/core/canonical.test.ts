import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiJson, canonicalJson } from '../../src/core/canonical.ts';

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, shuffled(member)]),
  );
}

describe('canonicalJson', () => {
  it.each([
    [{ b: 1, a: { d: [3, { z: 1, y: 2 }], c: null } }, '{"a":{"c":null,"d":[3,{"y":2,"z":1}]},"b":1}'],
    [{ text: 'a', at: undefined }, '{"text":"a"}'],
    [[undefined, 1], '[null,1]'],
    [undefined, 'null'],
    [{ 10: 1, 9: 2, Z: 3, a: 4 }, '{"10":1,"9":2,"Z":3,"a":4}'],
  ])('%j', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('does not depend on the order of keys, keeps the order of arrays, and says the same as JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  });
});

describe('asciiJson', () => {
  it('round-trips every string, lone surrogates too, in printable ASCII on one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }), (text) => {
        const json = asciiJson({ text });
        expect(json).toMatch(/^[\x20-\x7e]*$/);
        expect(JSON.parse(json)).toEqual({ text });
      }),
    );
  });

  it.each([
    ['🔥', '"\\ud83d\\udd25"'],
    ['\ud83d', '"\\ud83d"'],
    ['\u202Egnp', '"\\u202egnp"'],
    ['a\u2028b', '"a\\u2028b"'],
    ['é\u007f', '"\\u00e9\\u007f"'],
  ])('%j', (text, json) => {
    expect(asciiJson(text)).toBe(json);
  });
});
