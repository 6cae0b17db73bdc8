import { createHash } from 'node:crypto';
import { createRedactor } from '../core/redact.ts';
import { oneLine } from '../core/untrusted.ts';

/** Makes foreign text safe to stand in an issue, a comment or a summary. */
export interface Texts {
  /** A code span: no mention, reference, closing word, link or HTML works in it. */
  code(text: string, most?: number): string;
  /** For a title, where there is no code span: mentions and references out of force. */
  title(text: string, most?: number): string;
}

/** What mentions and references begin with, `GH-1` and addresses among them. */
const FORCE = /[@#<`]|:(?=\/\/)|\bgh(?=-\d)/gi;
/** Between two characters it is not seen, and what they meant together is gone. */
const BREAK = '\u200b';

/** @param token taken out of every text, should it ever stand in one */
export function createTexts(token: string): Texts {
  const { redact } = createRedactor({
    known_values: [{ name: 'github-token', value: token }],
    hash4: (value) => createHash('sha256').update(value).digest('hex').slice(0, 4),
  });
  // Redacted before it is cut: half a secret is not known as one any more.
  const plain = (text: string, most: number): string =>
    oneLine(redact(text).text, most).replaceAll('<!--', `<${BREAK}!--`) || 'unknown';
  return {
    code(text, most = 80) {
      const line = plain(text, most);
      const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
      const fence = '`'.repeat(longest + 1);
      const space = /^`|`$/.test(line) ? ' ' : '';
      return `${fence}${space}${line}${space}${fence}`;
    },
    title: (text, most = 80) => plain(text, most).replace(FORCE, `$&${BREAK}`),
  };
}
