import { describe, expect, it } from 'vitest';
import { parseConfig } from '../src/config.ts';

describe('the form of the postmortem', () => {
  it.each<[string | null, string, string | null]>([
    [null, 'default', null],
    ['{"severity":{"preset":"spec-kit"}}', 'spec-kit', null],
    ['{"severity":{"preset":"spec-kit"},"postmortem":{"preset":"pulse"}}', 'pulse', null],
    ['{"postmortem":{"preset":"pokayokay"}}', 'pokayokay', null],
    ['{"postmortem":{"template":"docs/postmortem.md"}}', 'default', 'docs/postmortem.md'],
  ])('of %s is %s, template %s', (text, preset, template) => {
    expect(parseConfig(text).postmortem).toEqual({ preset, template });
  });

  it.each([
    '{"postmortem":{"preset":"mine"}}',
    '{"postmortem":{"template":""}}',
    '{"postmortem":{"form":"x"}}',
  ])('refuses %s by name of the setting', (text) => {
    expect(() => parseConfig(text)).toThrow(/wrong or unknown setting at postmortem/);
  });
});
