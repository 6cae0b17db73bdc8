import { describe, expect, it } from 'vitest';
import {
  BODY_CHARS,
  issueLine,
  issueText,
  issueTitle,
  MORE,
  withMarker,
} from '../../../src/core/outward/github-text.ts';

const UID = '01KJM4YG00STRY000000000000';

/** What somebody could write into an incident, and how it stands in an issue. ⁀ is the joiner. */
const PAYLOADS: readonly [string, string][] = [
  ['@team', '@⁀team'],
  ['@acme/oncall look', '@⁀acme/oncall look'],
  ['mail ana@example.com', 'mail ana@⁀example.com'],
  ['cc:@ana', 'cc:@⁀ana'],
  ['@Über', '@⁀Über'],
  ['#123', '\\#⁀123'],
  ['see #123', 'see #⁀123'],
  ['owner/repo#1', 'owner/repo#⁀1'],
  ['GH-12', 'GH-⁀12'],
  ['gh-12', 'gh-⁀12'],
  ['fixes #1', 'fixes #⁀1'],
  ['Closes: owner/repo#2', 'Closes: owner/repo#⁀2'],
  ['resolves GH-3', 'resolves GH-⁀3'],
  ['fixes https://github.com/acme/shop/issues/4', 'fixes https\\://github.com/acme/shop/issues/⁀4'],
  ['closes https://github.com/acme/shop/pull/5', 'closes https\\://github.com/acme/shop/pull/⁀5'],
  ['https://ghe.example.com/a/b/commit/1a2b3c4d', 'https\\://ghe.example.com/a/b/commit/⁀1a2b3c4d'],
  ['github.com/acme/shop/discussions/6', 'github.com/acme/shop/discussions/⁀6'],
  ['acme/shop@1a2b3c4d5e', 'acme/shop@⁀1a2b3c4d5e'],
  ['/close', '\\/close'],
  ['/label P0', '\\/label P0'],
  ['  /assign @bot', '\\/assign @⁀bot'],
  ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)>'],
  ['<script>alert(1)</script>', '&lt;script>alert(1)&lt;/script>'],
  ['<details open>', '&lt;details open>'],
  ['<!-- hidden -->', '&lt;!-- hidden -->'],
  [`<!-- hotfix-pulse:${UID} -->`, `&lt;!-- hotfix-pulse:${UID} -->`],
  [`<!-- hotfix-pulse:${UID}:AI-001 -->`, `&lt;!-- hotfix-pulse:${UID}:AI-001 -->`],
  ['&lt;b&gt;', '&amp;lt;b&amp;gt;'],
  ['![pixel](https://evil.example/p.png)', '!\\[pixel\\](https\\://evil.example/p.png)'],
  ['[click](javascript:alert(1))', '\\[click\\](javascript:alert(1))'],
  ['[x]: https://evil.example', '\\[x\\]: https\\://evil.example'],
  ['<https://evil.example>', '&lt;https\\://evil.example>'],
  ['https://evil.example/?q=secret', 'https\\://evil.example/?q=secret'],
  ['www.evil.example', 'www\\.evil.example'],
  ['# Heading', '\\# Heading'],
  ['- [x] T001 done', '\\- \\[x\\] T001 done'],
  ['1. first', '1\\. first'],
  ['> quoted', '\\> quoted'],
  ['```sh', '\\`\\`\\`sh'],
  ['~~~', '\\~\\~\\~'],
  ['| a | b |', '\\| a \\| b \\|'],
  ['**bold** _it_', '\\*\\*bold\\*\\* \\_it\\_'],
  ['---', '\\---'],
  ['===', '\\==='],
  ['[^1]: note', '\\[^1\\]: note'],
  ['back\\slash @x', 'back\\\\slash @⁀x'],
  ['a\u202Eb\u200Bc', 'a&lt;U+202E>b&lt;U+200B>c'],
  ['\u001b[31mred\u001b[0m', 'red'],
];

describe('words of people in an issue', () => {
  it.each(PAYLOADS)('%s', (said, shown) => {
    const wanted = shown.replaceAll('⁀', '\u200D');
    expect(issueLine(said, 200)).toBe(wanted);
    expect(issueText(said, 1_000)).toBe(wanted);
    expect(issueText(`first\n${said}\nlast`, 1_000)).toBe(`first\n${wanted}\nlast`);
  });

  it('leaves nothing in a title that GitHub would follow', () => {
    for (const [said] of PAYLOADS) {
      const title = issueTitle(said, 160);
      expect(title).not.toMatch(
        /(?<![\p{L}\p{N}])@[\p{L}\p{N}]|#\d|gh-\d|https?:\/\/|\/(?:issues|pull|commit|discussions)\/[0-9a-z]/iu,
      );
    }
  });

  it('does not touch ordinary words', () => {
    const plain =
      'Login fails with 500 since v1.4.0 (5 % of users), issues/second rose to 12; C# and a+b are fine';
    expect(issueLine(plain, 200)).toBe(plain);
    expect(issueTitle(plain, 200)).toBe(plain);
  });

  it('says where a long text goes on', () => {
    const text = issueText('é'.repeat(100), 51);
    expect(text).toBe(`${'é'.repeat(25)}\n\n${MORE}`);
  });
});

describe('the marker of a body', () => {
  it('is the last line', () => {
    expect(withMarker('text', '<!-- m -->')).toBe('text\n\n<!-- m -->');
  });

  it('is there however long the text is', () => {
    const body = withMarker('a line of text\n'.repeat(20_000), '<!-- m -->');
    expect(body.length).toBeLessThanOrEqual(BODY_CHARS);
    expect(body.endsWith(`a line of text\n\n${MORE}\n\n<!-- m -->`)).toBe(true);
    expect(withMarker('x'.repeat(100_000), '<!-- m -->').length).toBeLessThanOrEqual(BODY_CHARS);
  });
});
