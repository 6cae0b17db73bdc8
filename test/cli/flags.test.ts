import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flagsOf, positionalsOf } from '../../src/cli/flag-shapes.ts';
import { parseFlags, splitCommand } from '../../src/cli/flags.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { sample } from './fakes.ts';

const flags = flagsOf(sample.input);
const parse = (...words: string[]) => parseFlags(words, flags, ['text']);

describe('flags from a shape', () => {
  it('has the type of every member', () => {
    expect(flags.map(({ name, type, required }) => [name, type, required])).toEqual([
      ['text', 'string', true],
      ['incident', 'string', false],
      ['kind', 'string', false],
      ['started_at', 'string', false],
      ['evidence', 'list', false],
      ['limit', 'number', false],
      ['rate', 'either', false],
      ['drill', 'boolean', false],
      ['repo', 'string', false],
    ]);
    expect(flags.find((flag) => flag.name === 'kind')?.values).toContain('deployed');
  });

  const NASTY = `Users can't login - 500 "quoted" \`id\` $(whoami) \\n ; rm -rf ~ 🔥`;
  it.each<[string, string[], Record<string, unknown>]>([
    ['text without a flag', ['it broke'], { text: 'it broke' }],
    ['text without quotes', ['it', 'broke'], { text: 'it broke' }],
    ['shell characters', [NASTY], { text: NASTY }],
    ['shell characters after =', [`--text=${NASTY}`], { text: NASTY }],
    ['a value with =', ['--text=a=b=c'], { text: 'a=b=c' }],
    ['a value with line breaks', ['--text=a\nb'], { text: 'a\nb' }],
    ['an empty value', ['--text', ''], { text: '' }],
    ['an empty value after =', ['--text='], { text: '' }],
    ['an empty word', [''], { text: '' }],
    ['dashes', ['x', '--started-at', '-15m'], { text: 'x', started_at: '-15m' }],
    ['underscores', ['x', '--started_at=-15m'], { text: 'x', started_at: '-15m' }],
    ['text that begins with a dash', ['-5% revenue'], { text: '-5% revenue' }],
    ['text that begins with dashes', ['--- stack trace'], { text: '--- stack trace' }],
    ['an option after --', ['--', '--kind'], { text: '--kind' }],
    ['-- twice', ['--', 'a', '--', 'b'], { text: 'a -- b' }],
    ['a value that begins with dashes', ['--text=--kind'], { text: '--kind' }],
    ['a repeated list', ['x', '--evidence', 'a', '--evidence=b'], { text: 'x', evidence: ['a', 'b'] }],
    ['a number', ['x', '--limit', '5'], { text: 'x', limit: 5 }],
    ['text or number: number', ['x', '--rate', '5'], { text: 'x', rate: 5 }],
    ['text or number: text', ['x', '--rate', '5%'], { text: 'x', rate: '5%' }],
    ['a switch', ['--drill', 'x'], { text: 'x', drill: true }],
    ['a switch off', ['--no-drill', 'x'], { text: 'x', drill: false }],
    ['a switch with a value', ['--drill=no', 'x'], { text: 'x', drill: false }],
  ])('%s', (_name, words, expected) => {
    expect(parse(...words).values).toEqual(expected);
  });

  it.each<[string, string[], RegExp, RegExp]>([
    ['an unknown flag', ['--sevrity', 'P1'], /^--sevrity is not a flag/, /--started-at, .*--json/],
    ['a short flag', ['-x'], /^-x is not a flag/, /Valid:/],
    ['an unknown flag with an equals sign', ['--oops=$(whoami)'], /^--oops is not a flag/, /Valid:/],
    ['an overlong flag', [`--${'a'.repeat(5000)}`], /^One flag is not/, /Valid:/],
    ['a missing value', ['x', '--kind'], /--kind needs a value/, /--kind=VALUE/],
    ['an option as value', ['x', '--kind', '--drill'], /--kind needs a value/, /--kind=VALUE/],
    ['-- as value', ['--text', '--', 'x'], /--text needs a value/, /--text=VALUE/],
    ['a scalar twice', ['x', '--kind', 'a', '--kind', 'b'], /--kind is given twice/, /once/],
    ['a switch twice', ['x', '--drill', '--no-drill'], /given twice/, /once/],
    ['text twice', ['x', '--text', 'y'], /text is given twice/, /quote/],
    ['no number', ['x', '--limit', 'many'], /--limit takes a number/, /5/],
    ['an empty number', ['x', '--limit='], /--limit takes a number/, /5/],
    ['a switch with another word', ['x', '--drill=perhaps'], /takes true or false/, /--no-drill/],
    ['a repeated --repo', ['x', '--repo', 'a', '--repo', 'b'], /--repo is given twice/, /once/],
  ])('refuses %s', (_name, words, message, hint) => {
    const refusal = (() => {
      try {
        return parse(...words);
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toMatchObject({ code: 'invalid_input', message: expect.stringMatching(message) });
    expect(refusal).toMatchObject({ hint: expect.stringMatching(hint) });
    expect(JSON.stringify(refusal)).not.toContain('whoami');
  });

  it('refuses more words than a command takes', () => {
    expect(() => parseFlags(['a', 'b'], flags, ['incident'])).toThrow(/more words/);
    expect(() => parseFlags(['a'], flags, [])).toThrow(/more words/);
  });

  it('passes any text on unchanged, after --, and after =', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(parse('--', text).values).toEqual({ text });
        expect(parse(`--text=${text}`).values).toEqual({ text });
      }),
    );
  });
});

describe('the command word', () => {
  it.each<[string[], string | null, string[]]>([
    [['status', '--json'], 'status', ['--json']],
    [['--json', 'status'], 'status', ['--json']],
    [['--repo', 'status', 'show'], 'show', ['--repo', 'status']],
    [['--repo=x', 'show'], 'show', ['--repo=x']],
    [['--', 'status'], null, ['--', 'status']],
    [[], null, []],
  ])('%j', (argv, command, rest) => {
    expect(splitCommand(argv)).toEqual({ command, rest });
  });
});

describe('the real operations', () => {
  const GLOBAL = ['input', 'json', 'help', 'version', 'no_color', 'yes'];
  it.each(TOOLS.map((tool) => [tool.name, tool] as const))('%s can be written with flags', (_name, tool) => {
    const shape = flagsOf(tool.input);
    expect(shape.map((flag) => flag.name)).toEqual(Object.keys(tool.input.shape));
    expect(shape.filter((flag) => flag.type === 'other' || GLOBAL.includes(flag.name))).toEqual([]);
  });

  it('takes its main words without a flag', () => {
    const main = Object.fromEntries(TOOLS.map((tool) => [tool.name, positionalsOf(flagsOf(tool.input))]));
    expect(main).toEqual({
      classify_severity: ['description'],
      create_hotfix_task: ['description'],
      plan_mitigation: ['incident'],
      start_hotfix: ['incident'],
      check_hotfix: ['incident'],
      prove_regression: ['incident'],
      deploy_hotfix: ['incident'],
      backport_hotfix: ['incident'],
      rollback_change: ['incident'],
      get_incident: ['incident'],
      list_incidents: ['text'],
      record_timeline_event: ['text'],
      draft_update: ['text'],
      post_update: ['text'],
      find_suspect_changes: ['incident'],
      update_task: ['task', 'state'],
      write_postmortem: ['incident'],
      create_followup_issues: ['incident'],
      close_incident: ['incident'],
      review_incidents: [],
    });
  });
});
