/** A piece of text that stands for itself, with the line (1-based) on which it begins. */
export interface Piece {
  text: string;
  line: number;
}

/** A migration taken apart: comments and what only runs on the way back are gone. */
export interface MigrationText {
  /** Program text with the contents of its strings blanked; the whole text for SQL. */
  code: string;
  /** Contents of strings and of heredocs, where SQL may stand. None for SQL. */
  strings: Piece[];
}

interface Syntax {
  line: readonly string[];
  block: boolean;
  quotes: readonly string[];
}

const SQL: Syntax = { line: ['--'], block: true, quotes: ["'"] };
const SLASHES: Syntax = { line: ['//'], block: true, quotes: ["'", '"', '`'] };
const HASH: Syntax = { line: ['#'], block: false, quotes: ['"""', "'''", "'", '"'] };
const BOTH: Syntax = { line: ['//', '#'], block: true, quotes: ["'", '"'] };
const MARKUP: Syntax = { line: [], block: false, quotes: [] };

const SYNTAX: readonly (readonly [RegExp, Syntax])[] = [
  [/\.sql$/i, SQL],
  [/\.(?:py|rb|exs?)$/i, HASH],
  [/\.php$/i, BOTH],
  [/\.(?:xml|ya?ml|json)$/i, MARKUP],
];

export const isSqlFile = (path: string): boolean => /\.sql$/i.test(path);

/** Lines on which a way back begins, and those on which the way forward does. Sources: the tools' own templates. */
const DOWN =
  /^\s*(?:--\s*(?:\+goose|\+migrate|migrate:|rambler)\s*down\b|def\s+(?:down|downgrade)\b|(?:module\.)?exports\.down\b|export\s+(?:async\s+)?(?:function|const)\s+down\b|(?:public\s+|protected\s+)?(?:override\s+|async\s+)*(?:void\s+|function\s+)?[Dd]own\s*(?:\(|=|:))/i;
const UP =
  /^\s*(?:--\s*(?:\+goose|\+migrate|migrate:|rambler)\s*up\b|def\s+(?:up|upgrade|change)\b|(?:module\.)?exports\.up\b|export\s+(?:async\s+)?(?:function|const)\s+up\b|(?:public\s+|protected\s+)?(?:override\s+|async\s+)*(?:void\s+|function\s+)?[Uu]p\s*(?:\(|=|:))/i;
/** Longer lines are data, and a pattern must never work on them as a whole. */
const LONGEST_MARK = 300;

/** Blanks the lines that belong to a way back; line numbers stay. */
function forwardOnly(text: string): string {
  let isDown = false;
  return text
    .split('\n')
    .map((line) => {
      const start = line.slice(0, LONGEST_MARK);
      if (isDown ? UP.test(start) : DOWN.test(start)) isDown = !isDown;
      return isDown ? '' : line;
    })
    .join('\n');
}

/** Takes a migration apart in one pass over its text. */
export function takeApart(path: string, whole: string): MigrationText {
  const text = forwardOnly(whole.replaceAll('\r', ''));
  const syntax = SYNTAX.find(([pattern]) => pattern.test(path))?.[1] ?? SLASHES;
  const strings: Piece[] = [];
  const code: string[] = [];
  let line = 1;
  for (let at = 0; at < text.length; ) {
    const end = commentEnd(text, at, syntax);
    const quote = end === null ? syntax.quotes.find((one) => text.startsWith(one, at)) : undefined;
    const close = end ?? (quote === undefined ? at + 1 : stringEnd(text, at, quote, syntax));
    const piece = text.slice(at, close);
    if (quote !== undefined) {
      if (syntax !== SQL) strings.push({ line, text: piece.slice(quote.length, -quote.length) });
      code.push(quote[0] ?? '', blank(piece), quote[0] ?? '');
    } else code.push(end === null ? piece : ` ${blank(piece)}`);
    line += newlinesIn(piece);
    at = close;
  }
  const all = code.join('');
  return { code: all, strings: syntax === SQL ? [] : [...strings, ...heredocsIn(all)] };
}

const HEREDOC = /<<[<~-]?([A-Z]{2,12})\b/;

/** Bodies between a line with `<<~SQL` and the line that holds the same word alone. */
function heredocsIn(code: string): Piece[] {
  const found: Piece[] = [];
  let open: { word: string; line: number; body: string[] } | null = null;
  for (const [at, text] of code.split('\n').entries()) {
    if (open === null) {
      const [, word] = HEREDOC.exec(text.slice(0, LONGEST_MARK)) ?? [];
      if (word !== undefined) open = { word, line: at + 2, body: [] };
    } else if (text.trim().replace(/;$/, '') === open.word) {
      found.push({ text: open.body.join('\n'), line: open.line });
      open = null;
    } else open.body.push(text);
  }
  return found;
}

/** Where the comment that begins here ends; null where none begins. */
function commentEnd(text: string, at: number, { line, block }: Syntax): number | null {
  if (line.some((mark) => text.startsWith(mark, at))) {
    const end = text.indexOf('\n', at);
    return end === -1 ? text.length : end;
  }
  if (!block || !text.startsWith('/*', at)) return null;
  const end = text.indexOf('*/', at + 2);
  return end === -1 ? text.length : end + 2;
}

/** Where the string that begins here ends: SQL doubles its quote, the others escape it; a plain quote ends with its line. */
function stringEnd(text: string, at: number, quote: string, syntax: Syntax): number {
  const spansLines = syntax === SQL || quote.length > 1 || quote === '`';
  for (let next = at + quote.length; next < text.length; next += 1) {
    if (text[next] === '\\' && syntax !== SQL) next += 1;
    else if (text.startsWith(quote, next)) return next + quote.length;
    else if (text[next] === '\n' && !spansLines) return next;
  }
  return text.length;
}

const blank = (piece: string): string => '\n'.repeat(newlinesIn(piece));

function newlinesIn(piece: string): number {
  let found = 0;
  for (let at = piece.indexOf('\n'); at !== -1; at = piece.indexOf('\n', at + 1)) found += 1;
  return found;
}

/** Statements of SQL with their lines, white space folded, in capitals. */
export function statementsOf(piece: Piece): Piece[] {
  let { line } = piece;
  const statements: Piece[] = [];
  for (const part of piece.text.split(';')) {
    const start = part.length - part.trimStart().length;
    const text = part.replace(/\s+/g, ' ').trim().toUpperCase();
    if (text !== '') statements.push({ text, line: line + newlinesIn(part.slice(0, start)) });
    line += newlinesIn(part);
  }
  return statements;
}
