import type { ChangedFile, DiffLine } from './change-diff.ts';
import { isGenerated } from './change-facts.ts';
import { isLock, languageOf } from './change-kinds.ts';
import { type Finding, type FindingRule, perFile } from './finding.ts';

/** Findings about changes that change nothing: white space, quotes, order, moved code. */

const SPLIT = 'take it out of the hotfix, it hides the fix and makes backports conflict';
/** Lines that a block needs to be called moved; fewer are alike by chance. */
const BLOCK = 8;
/** Of one file, beside real changes. */
const MANY_SPACES = 10;
const MANY_LINES = 20_000;
/** Where white space at the start of a line means something. */
const INDENT_MATTERS = /\.(?:py|pyi|ya?ml|haml|pug|sass|coffee|fs|nim|mk|md)$|(?:^|\/)Makefile$/i;

const textsOf = (lines: readonly DiffLine[]): string[] => lines.map(({ text }) => text);
const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((line, at) => line === b[at]);

/** A line without its white space, or with its indentation alone where that means something. */
function squeezed(path: string, text: string): string {
  const folded = text.replace(/\s+/g, ' ').trimEnd();
  return INDENT_MATTERS.test(path)
    ? `${/^\s*/.exec(text)?.[0] ?? ''}${folded.trimStart()}`
    : folded.replaceAll(' ', '');
}

const QUOTES = /["'`]/g;
const IMPORT =
  /^\s*(?:import\b|from\s+\S+\s+import\b|export\s+.*\bfrom\b|(?:const|let|var)\s.*=\s*require\(|use\s|using\s|(?:require_relative|require)[\s(]|#include\b|alias\s|@import\b)/;

/** First form that makes both sides equal names the change. */
const FORMS: readonly { id: string; says: string; same(file: ChangedFile): boolean }[] = [
  {
    id: 'line_endings',
    says: 'only the line endings differ',
    same: ({ addedLines, removedLines }) => {
      const plain = (lines: readonly DiffLine[]): string[] =>
        textsOf(lines).map((line) => line.replace(/\r$/, ''));
      return isSame(plain(addedLines), plain(removedLines));
    },
  },
  {
    id: 'whitespace_only',
    says: 'only white space differs',
    same: ({ path, addedLines, removedLines }) => {
      const joined = (lines: readonly DiffLine[]): string =>
        textsOf(lines)
          .map((line) => squeezed(path, line))
          .filter((line) => line.trim() !== '')
          .join(INDENT_MATTERS.test(path) ? '\n' : '');
      return joined(addedLines) === joined(removedLines);
    },
  },
  {
    id: 'style_only',
    says: 'only quotes, commas or semicolons differ',
    same: ({ path, addedLines, removedLines }) => {
      if (languageOf(path) === null) return false;
      const plain = (lines: readonly DiffLine[]): string =>
        textsOf(lines)
          .map((line) => squeezed(path, line.replace(QUOTES, "'")).replace(/[;,]+$/, ''))
          .join('\n');
      return plain(addedLines) === plain(removedLines);
    },
  },
  {
    id: 'import_order',
    says: 'only the order of imports differs',
    same: ({ addedLines, removedLines }) => {
      const sorted = (lines: readonly DiffLine[]): string[] =>
        textsOf(lines)
          .map((line) => line.trim())
          .filter((line) => line !== '')
          .sort();
      const added = sorted(addedLines);
      return (
        added.length > 0 && added.every((line) => IMPORT.test(line)) && isSame(added, sorted(removedLines))
      );
    },
  },
];

/** Longer lines are data. */
const LONGEST_LINE = 2_000;

const isReadable = (file: ChangedFile): boolean =>
  !file.cut &&
  !file.binary &&
  !isGenerated(file) &&
  !isLock(file.path) &&
  [...file.addedLines, ...file.removedLines].every(({ text }) => text.length <= LONGEST_LINE);

const formatting: FindingRule = perFile((file) => {
  const { path, addedLines, removedLines } = file;
  // Trailing blank lines that came or went are white space too.
  const isChanged = addedLines.length + removedLines.length > 0;
  if (!isReadable(file) || !isChanged || ['added', 'deleted'].includes(file.status)) return [];
  const form = FORMS.find(({ same }) => same(file));
  if (form) return [{ id: form.id, level: 'warn', path, says: form.says, do: SPLIT }];
  const before = new Map<string, Set<string>>();
  for (const { text } of removedLines) {
    const key = squeezed(path, text);
    if (key.trim() !== '') before.set(key, (before.get(key) ?? new Set()).add(text));
  }
  const respaced = addedLines.filter(({ text }) => {
    const known = before.get(squeezed(path, text));
    return known !== undefined && !known.has(text);
  }).length;
  if (respaced < MANY_SPACES) return [];
  return [
    {
      id: 'formatting_mixed',
      level: 'warn',
      path,
      says: `${respaced} lines differ in white space only, beside real changes`,
      do: SPLIT,
    },
  ];
});

/** Runs of consecutive lines that say something, as text. */
function runsOf(lines: readonly DiffLine[]): { line: number; text: string }[][] {
  const runs: { line: number; text: string }[][] = [];
  let last = -1;
  for (const { line, text } of lines) {
    if (line !== last + 1) runs.push([]);
    last = line;
    const plain = text.trim();
    if (plain.length > 2) runs.at(-1)?.push({ line, text: plain });
  }
  return runs;
}

function windowsOf(run: readonly { line: number; text: string }[]): { line: number; text: string }[] {
  return run.slice(0, Math.max(0, run.length - BLOCK + 1)).map(({ line }, at) => ({
    ...{
      line,
      text: run
        .slice(at, at + BLOCK)
        .map(({ text }) => text)
        .join('\n'),
    },
  }));
}

/** Blocks that were taken out in one place and put in unchanged in another. */
const moved: FindingRule = ({ files }) => {
  const readable = files.filter(isReadable);
  const lines = readable.reduce((sum, file) => sum + file.addedLines.length + file.removedLines.length, 0);
  if (lines > MANY_LINES) return [];
  const gone = new Set(
    readable.flatMap(({ removedLines }) =>
      runsOf(removedLines)
        .flatMap(windowsOf)
        .map(({ text }) => text),
    ),
  );
  if (gone.size === 0) return [];
  return readable.flatMap(({ path, addedLines }): Finding[] => {
    const found = runsOf(addedLines)
      .flatMap(windowsOf)
      .filter(({ text }) => gone.has(text));
    const [first] = found;
    if (first === undefined) return [];
    const says = `at least ${Math.min(found.length + BLOCK - 1, addedLines.length)} lines were moved here unchanged`;
    return [{ id: 'moved_block', level: 'warn', path, line: first.line, says, do: SPLIT }];
  });
};

export const NOISE_RULES: readonly FindingRule[] = [formatting, moved];
