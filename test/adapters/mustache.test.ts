import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTemplates } from '../../src/adapters/mustache.ts';
import type { TemplateView } from '../../src/core/documents/template-view.ts';
import { mdInline } from '../../src/core/untrusted.ts';
import { HOSTILE } from '../support/sample-incident.ts';

const { render } = createTemplates();
const VIEW: TemplateView = {
  title: 'Login *down* <now>',
  empty: '',
  drill: false,
  open: true,
  lessons: [
    { text: 'first', done: true },
    { text: 'second | third', done: false },
  ],
  none: [],
};

describe('a template', () => {
  it.each([
    ['plain text', 'plain text'],
    ['# {{title}}', '# Login \\*down\\* &lt;now>'],
    ['{{{title}}}', 'Login \\*down\\* &lt;now>'],
    ['{{&title}}', 'Login \\*down\\* &lt;now>'],
    ['{{! a comment }}x', 'x'],
    ['{{#lessons}}\n- {{text}}\n{{/lessons}}\n', '- first\n- second \\| third\n'],
    ['{{#lessons}}{{title}};{{/lessons}}', 'Login \\*down\\* &lt;now>;Login \\*down\\* &lt;now>;'],
    ['{{^lessons}}no{{/lessons}}{{^none}}no{{/none}}', 'no'],
    ['{{#open}}a{{/open}}{{^open}}b{{/open}}', 'a'],
    ['{{#drill}}a{{/drill}}{{^drill}}b{{/drill}}', 'b'],
    ['{{#empty}}a{{/empty}}{{^empty}}b{{/empty}}', 'b'],
    ['{{#title}}a{{/title}}', 'a'],
    ['{{drill}} {{open}}', 'false true'],
    ['{{=<% %>=}}<% open %> {{title}}', 'true {{title}}'],
    ['a < b {{open}} <br> {{open}}', 'a < b true <br> true'],
    ['[x](https://example.org) {{open}}', '[x](https://example.org) true'],
    ['[{{open}}](https://example.org)', '[true](https://example.org)'],
  ])('%j gives %j', async (template, text) => {
    expect(await render(template, VIEW)).toBe(text);
  });

  it.each<[string, number | null, RegExp]>([
    ['one\n{{title', 2, /tag is not closed/],
    ['one\n{{#lessons}}\ntwo\nthree', 2, /opened and never closed/],
    ['one\n{{/lessons}}', 2, /closed that was not opened/],
    ['{{#lessons}}\n{{#open}}\n{{/lessons}}', 2, /never closed/],
    ['{{=x=}}', 1, /delimiters/],
    ['one\ntwo\n{{> other}}', 3, /partials/],
    ['{{#none}}\n{{> other}}{{/none}}', 2, /partials/],
    ['one\n{{titel}}', 2, /nothing is called titel here/],
    ['{{text}}', 1, /nothing is called text here/],
    ['{{Evil\u001b[31m}}', 1, /that is no name/],
    ['{{constructor}}', 1, /nothing is called constructor/],
    ['{{__proto__}}', 1, /that is no name/],
    ['{{title.length}}', 1, /that is no name/],
    ['{{#title.constructor}}x{{/title.constructor}}', 1, /that is no name/],
    ['{{.}}', 1, /that is no name/],
    ['{{toString}}', 1, /that is no name/],
    ['{{lessons}}', 1, /a list is printed/],
    ['<a href="{{title}}">', 1, /inside an HTML tag/],
    ['<a\n\nhref={{title}}>', 3, /inside an HTML tag/],
    ['<{{title}}>', 1, /inside an HTML tag/],
    ['<!-- {{title}} -->', 1, /inside an HTML tag/],
    ['[x]({{title}})', 1, /inside a link target/],
    ['![x](https://e.example/{{title}})', 1, /inside a link target/],
    ['[x]: {{title}}', 1, /inside a link target/],
    ['a\n<script>{{title}}</script>', 2, /HTML that runs/],
    ['<IFRAME src=x>', 1, /HTML that runs/],
    [`${'{{#open}}'.repeat(9)}x${'{{/open}}'.repeat(9)}`, 1, /nested too deeply/],
    [`x${'y'.repeat(64 * 1024)}`, null, /larger than 64 KB/],
  ])('%j is refused at line %s', async (template, line, why) => {
    const error = await render(template, VIEW).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'invalid_input', message: expect.stringMatching(why) });
    const message = String((error as Error).message);
    expect(message.includes('at line')).toBe(line !== null);
    if (line !== null) expect(message).toContain(`at line ${line}:`);
    expect(message).not.toContain('\u001b');
  });

  it('that multiplies is stopped, by its repetitions and by its length', async () => {
    const many: TemplateView = { a: Array.from({ length: 100 }, () => ({ t: 'x'.repeat(100) })) };
    const nested = (inner: string) => `${'{{#a}}'.repeat(6)}${inner}${'{{/a}}'.repeat(6)}`;
    await expect(render(nested(''), many)).rejects.toThrow(/repeat too often/);
    await expect(render(nested('{{t}}'), many)).rejects.toThrow(/repeat too often|too long/);
    await expect(render('{{#a}}{{#a}}{{t}}{{/a}}{{/a}}', many)).rejects.toThrow(/too long/);
  });

  it('calls nothing, even where a view could be called', async () => {
    const called: string[] = [];
    const view: TemplateView = {};
    Reflect.set(view, 'f', () => called.push('f'));
    await render('{{#f}}x{{/f}}{{f}}', view).catch(() => {});
    expect(called).toEqual([]);
  });
});

describe('values', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constantFrom(HOSTILE, '](', '<img src=x onerror=alert(1)>', '`', '@team', 'a|b', '{{title}}', '\n# x'),
  );

  it('come out as one line of escaped Markdown, alone and side by side', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (a, b) => {
        const view = { a, b };
        expect(await render('> {{a}}', view)).toBe(`> ${mdInline(a)}`);
        expect(await render('{{{a}}}{{&b}}', view)).toBe(mdInline(a + b));
        const row = await render('| {{a}} | {{b}} |', view);
        expect(row).not.toContain('\n');
        expect(row).not.toMatch(/<[a-z!/]/i);
        expect(row.match(/(?<!\\)(?:\\\\)*\|/g)).toHaveLength(3);
      }),
    );
  });

  it('that touch cannot join into a mention or a link', async () => {
    const text = await render('{{a}}{{b}} {{c}}{{d}}', {
      a: '@',
      b: 'team',
      c: 'https:',
      d: '//evil.example',
    });
    expect(text).not.toContain('@team');
    expect(text).toContain('https\\://evil.example');
  });
});
