import { PulseError } from '../../core/errors.ts';
import type { ChangeRange, ListedChanges } from '../../core/ship/change-range.ts';
import type { Change } from '../../core/ship/suspect-signals.ts';
import { runGit } from '../git.ts';

/** Changes that are read at most; a range longer than this says nothing any more. */
const MOST_CHANGES = 50_000;
/** With fewer changes than this, a merge of a whole release would hide everything. */
const TELLING = 4;
/** All parts of a search together stay below the 40 s in which a call has to answer. */
const LOG_MS = 18_000;
const PART_MS = 6_000;
/** A symbol found in more files than this is no clue. */
const MOST_FILES = 25;
const MOST_SYMBOLS = 8;
const MOST_PATCH_FILES = 200;
const BODY = 2_000;

/** Output that no setting of the user changes. */
const PLAIN = [
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--no-renames',
  '--no-show-signature',
  '--encoding=UTF-8',
];
const FORMAT = '--format=%x01%H%x00%P%x00%ct%x00%an%x00%s%x00%b';
const HEAD = /^\x01([0-9a-f]{40,64})$/;
const STATUS = /^\n?[A-Z]+\d*$/;

const spanOf = ({ good, bad }: ChangeRange): string => (good === null ? bad : `${good}..${bad}`);

/** The changes of a range, newest first, in one pass over the history. */
export async function listChanges(root: string, range: ChangeRange): Promise<ListedChanges> {
  const whole = await log(root, range, ['--first-parent', '--diff-merges=first-parent']);
  const merges = whole.some(({ parents }) => parents.length > 1);
  if (whole.length >= TELLING || !merges) return { changes: whole, depth: 'whole' };
  // A merge stays where its resolution changed something that neither side had.
  const inner = (await log(root, range, ['--cc'])).filter(
    ({ parents, files }) => parents.length < 2 || files.length > 0,
  );
  return inner.length > whole.length
    ? { changes: inner, depth: 'inner' }
    : { changes: whole, depth: 'whole' };
}

async function log(root: string, range: ChangeRange, shape: readonly string[]): Promise<Change[]> {
  const args = ['log', '-z', ...PLAIN, ...shape, '--name-status', `--max-count=${MOST_CHANGES}`, FORMAT];
  const { code, out } = await runGit(root, [...args, spanOf(range), '--'], { timeoutMs: LOG_MS });
  if (code === 0) return parseLog(out);
  throw new PulseError(
    'upstream',
    'git could not list the changes in time',
    'give good and bad closer together; git fsck tells whether the repository is damaged',
  );
}

/** Fields are cut by zero bytes, which neither messages nor paths can hold; after a status comes its path, whatever it is. */
function parseLog(out: string): Change[] {
  const fields = out.split('\0');
  const changes: Change[] = [];
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at] ?? '';
    const [, commit] = HEAD.exec(field) ?? [];
    if (commit !== undefined) {
      const [parents = '', seconds = '0', author = '', subject = '', body = ''] = fields.slice(
        at + 1,
        at + 6,
      );
      changes.push({
        ...{ commit, author, subject, body: body.slice(0, BODY), files: [] },
        parents: parents.split(' ').filter((parent) => parent !== ''),
        at: Number(seconds) * 1000,
      });
      at += 5;
    } else if (STATUS.test(field)) {
      at += 1;
      changes.at(-1)?.files.push(fields[at] ?? '');
    }
  }
  return changes;
}

/** Where the names of the hints stand in the code, and who changed the named lines last. What cannot be found out is empty. */
export async function locate(
  root: string,
  range: ChangeRange,
  symbols: readonly string[],
  lines: readonly { path: string; line: number }[],
): Promise<{ symbolFiles: Set<string>; blamed: Set<string> }> {
  const [found, blamed] = await Promise.all([filesWith(root, range, symbols), blame(root, range, lines)]);
  return { symbolFiles: found, blamed };
}

async function filesWith(root: string, range: ChangeRange, symbols: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  const trees = range.good === null ? [range.bad] : [range.bad, range.good];
  const until = Date.now() + PART_MS;
  for (const symbol of symbols.slice(0, MOST_SYMBOLS)) {
    const timeoutMs = until - Date.now();
    if (timeoutMs <= 0) break;
    const args = [
      'grep',
      '-z',
      '-l',
      '-w',
      '-F',
      '-I',
      '--full-name',
      '--no-recurse-submodules',
      '-e',
      symbol,
    ];
    const { out } = await runGit(root, [...args, ...trees, '--'], { timeoutMs });
    const files = new Set(
      out.split('\0').flatMap((name) => (name === '' ? [] : name.slice(name.indexOf(':') + 1))),
    );
    if (files.size <= MOST_FILES) for (const file of files) found.add(file);
  }
  return found;
}

/** Through merges as one change, and into them: either may be what the range lists. */
async function blame(
  root: string,
  range: ChangeRange,
  lines: readonly { path: string; line: number }[],
): Promise<Set<string>> {
  const found = new Set<string>();
  const until = Date.now() + PART_MS;
  for (const depth of [['--first-parent'], []]) {
    for (const { path, line } of lines) {
      const timeoutMs = until - Date.now();
      if (timeoutMs <= 0) return found;
      const args = ['blame', '--porcelain', ...depth, '-L', `${line},${line}`, spanOf(range), '--', path];
      const { code, out } = await runGit(root, args, { timeoutMs });
      if (code === 0) found.add(out.slice(0, out.indexOf(' ')));
    }
  }
  return found;
}

/** Sizes of some changes, and which of them add or remove lines with a symbol. What cannot be found out is empty. */
export async function inspect(
  root: string,
  commits: readonly string[],
  symbols: readonly string[],
  files: readonly string[],
): Promise<{ lines: Map<string, number>; changedSymbols: Map<string, string[]> }> {
  const input = `${commits.join('\n')}\n`;
  const base = [
    '--literal-pathspecs',
    'log',
    '--no-walk=unsorted',
    '--stdin',
    '--diff-merges=first-parent',
    ...PLAIN,
  ];
  const options = { input, timeoutMs: PART_MS };
  const form = '--format=%x01%H';
  const patchOf = async (): Promise<string> => {
    if (symbols.length === 0 || files.length === 0) return '';
    const searched = files.slice(0, MOST_PATCH_FILES);
    return (await runGit(root, [...base, '-p', '-U0', form, '--', ...searched], options)).out;
  };
  const sizes = runGit(root, [...base, '-z', '--numstat', form], options);
  const [numbers, patch] = await Promise.all([sizes, patchOf()]);
  return { lines: sizesIn(numbers.out), changedSymbols: symbolsIn(patch, symbols) };
}

function sizesIn(out: string): Map<string, number> {
  const sizes = new Map<string, number>();
  let commit = '';
  for (const field of out.split('\0')) {
    const [, head] = HEAD.exec(field) ?? [];
    const [, added, removed] = /^\n?(\d+)\t(\d+)\t/.exec(field) ?? [];
    if (head !== undefined) {
      commit = head;
      sizes.set(commit, 0);
    } else if (added !== undefined)
      sizes.set(commit, (sizes.get(commit) ?? 0) + Number(added) + Number(removed));
  }
  return sizes;
}

/** A line of a patch never begins with the mark, so one that does is a commit. After `@@` git names the function around the lines. */
function symbolsIn(patch: string, symbols: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let commit = '';
  for (const line of patch.split('\n')) {
    const [, head] = HEAD.exec(line) ?? [];
    if (head !== undefined) commit = head;
    else if (/^(?:\+(?!\+\+ )|-(?!-- )|@@ )/.test(line)) {
      const known = found.get(commit) ?? [];
      const more = symbols.filter((symbol) => !known.includes(symbol) && holdsWord(line, symbol));
      if (more.length > 0) found.set(commit, [...known, ...more]);
    }
  }
  return found;
}

function holdsWord(line: string, word: string): boolean {
  const isLetter = (char: string | undefined): boolean => char !== undefined && /[\w$]/.test(char);
  for (let at = line.indexOf(word); at !== -1; at = line.indexOf(word, at + 1)) {
    if (!isLetter(line[at - 1]) && !isLetter(line[at + word.length])) return true;
  }
  return false;
}
