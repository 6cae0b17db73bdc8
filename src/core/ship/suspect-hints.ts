import { KIND_RULES } from './suspect-kinds.ts';

/** What a stack trace or a log excerpt names: files, lines, symbols. The text comes from outside and is only read. */

export interface HintPath {
  /** Forward slashes, no leading slash; may begin above the repository (`var/www/app/src/auth.js`). */
  path: string;
  line: number | null;
}

export interface Hints {
  paths: HintPath[];
  /** File names of `paths`, in the form of `canonicalPath`. */
  names: ReadonlySet<string>;
  /** Names worth looking for in the code, in order of appearance. */
  symbols: string[];
  /** Kinds of change (`KIND_RULES`) that the text speaks of. */
  kinds: ReadonlySet<string>;
}

/** Longest text that is read, in characters; the top of a trace says most. */
const LONGEST = 64 * 1024;
const MOST_TOKENS = 8_000;
const LONGEST_TOKEN = 300;
const MOST_PATHS = 40;
const MOST_SYMBOLS = 12;

/** `src/auth.js`, `src/auth.js:12:5`, `Foo.php(12)`, `auth.js#L12`. Each token is short, so backtracking is bounded. */
const PATH = /^(.*?[\w@+~-]\.[A-Za-z][A-Za-z0-9]{0,9})(?:[:(#]L?(\d{1,7})(?:[:,)]\d*)*\)?)?:?$/;
const FILE_NAME = /(?:^|\/)(?:Dockerfile|Makefile|Jenkinsfile|Procfile|Gemfile|Rakefile)$/;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\/\/?(?:\.\/)?/i;
const DEPENDENCY = /(?:^|\/)(?:node_modules|site-packages|vendor\/bundle)\/((?:@[\w.-]+\/)?[\w.-]+)/;
const LINE_WORD = /(?:^|:)lines?$/i;

/** Words of every trace and every language: never worth a search. */
const COMMON = new Set(
  (
    'Error TypeError RangeError ReferenceError SyntaxError Exception RuntimeException NullPointerException ' +
    'AttributeError ValueError KeyError ImportError ModuleNotFoundError NoMethodError NameError Traceback ' +
    'undefined null None true false Object Array String Number Promise Function Module Map Set anonymous async ' +
    'await function return throw const from import file line call recent most last module properties property ' +
    'reading cannot processTicksAndRejections runMicrotasks main init self this Caused java javax lang util ' +
    'IllegalStateException IllegalArgumentException goroutine panic runtime stack thread Thread'
  ).split(' '),
);

const IDENTIFIER = /^[A-Za-z_$][\w$]{2,79}$/;
/** camelCase, PascalCase with a second hump, snake_case or UPPER_CASE: code, not prose. */
const CODE_LIKE = /[a-z\d][A-Z]|\w_\w|^[A-Z]{2}[A-Z\d]+$/;
const QUOTED_NAME = /^[A-Za-z@_$][\w$@/.-]{2,79}$/;

/** Paths, lines and symbols of a free text. Linear in its length; what was not understood is left out. */
export function hintsOf(input: string): Hints {
  const text = input.slice(0, LONGEST);
  const paths = new Map<string, HintPath>();
  const symbols = new Set<string>();
  for (const [, name = ''] of text.matchAll(/['"`]([^'"`\s]{3,80})['"`]/g)) {
    if (QUOTED_NAME.test(name) && !COMMON.has(name) && !isPath(name)) symbols.add(name);
  }
  const tokens = text.split(/[\s'"`<>=;,|[\]{}]+|(?<=[A-Za-z0-9])\((?=[\w./\\]+\.\w+:\d)/, MOST_TOKENS);
  let last: HintPath | null = null;
  for (const [index, raw] of tokens.entries()) {
    if (raw === '' || raw.length > LONGEST_TOKEN) continue;
    const found = pathIn(raw);
    if (found) {
      const known = paths.get(keyOf(found));
      if (!known && paths.size < MOST_PATHS) paths.set(keyOf(found), found);
      last = known ?? found;
      continue;
    }
    // Python and C# put the line after the file: `File "a.py", line 12`, `in C:\a.cs:line 12`.
    const line = /^\d{1,7}$/.test(raw.replace(/[:.]$/, '')) ? Number.parseInt(raw, 10) : null;
    if (line !== null && last?.line === null && LINE_WORD.test(tokens[index - 1] ?? '')) {
      last.line = line;
    } else if (!DEPENDENCY.test(raw)) for (const name of symbolsIn(raw)) symbols.add(name);
  }
  for (const match of text.matchAll(new RegExp(DEPENDENCY, 'g'))) if (match[1]) symbols.add(match[1]);
  const all = [...paths.values()];
  const kinds = new Set(KIND_RULES.filter(({ speaks }) => speaks.test(text)).map(({ kind }) => kind));
  const names = new Set(all.map(({ path }) => canonicalPath(path.slice(path.lastIndexOf('/') + 1))));
  return { paths: all, names, symbols: [...symbols].slice(0, MOST_SYMBOLS), kinds };
}

const keyOf = ({ path, line }: HintPath): string => `${path}:${line ?? ''}`;

function isPath(token: string): boolean {
  return pathIn(token) !== null;
}

function pathIn(raw: string): HintPath | null {
  const token = raw
    .replace(/^[(@]+(?=[\w./\\])/, '')
    .replace(/:(?:line|in)$/, '')
    .replace(/[).,]+$/, (end) => (raw.includes('(') && end.startsWith(')') ? end : ''));
  const plain = token
    .replace(SCHEME, '')
    .replace(/\\/g, '/')
    .replace(/^[A-Za-z]:\//, '/')
    .replace(/\?[^:]*(?=:|$)/, '');
  const [, path, line] = PATH.exec(plain) ?? (FILE_NAME.test(plain) ? [plain, plain] : []);
  if (path === undefined || DEPENDENCY.test(path) || /^node:/.test(raw)) return null;
  const clean = path.replace(/^(?:\.{0,2}\/)+/, '');
  const base = clean.slice(clean.lastIndexOf('/') + 1);
  // `user.session.id` and `api.example.com` look like files; a file has a known ending, a folder or a line.
  if (!clean.includes('/') && line === undefined && !KNOWN_ENDING.test(base)) return null;
  if (/^\d|\.(?:com|org|net|io)$/i.test(base) || !/^[\w@+~. /$()[\]-]+$/.test(clean)) return null;
  return { path: clean, line: line === undefined ? null : Number.parseInt(line, 10) };
}

const KNOWN_ENDING =
  /\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|scala|php|cs|fs|swift|c|h|cc|cpp|hpp|ex|exs|erl|clj|vue|svelte|html|erb|css|scss|sql|sh|ya?ml|json|toml|ini|conf|env|properties|tf|lock|gradle|xml|proto|graphql)$/i;

/** `UserService.login(`, `renderCart`, `FLAG_X`, `users.last_seen`: the parts that look like code. */
function symbolsIn(raw: string): string[] {
  const isCall = /\w\(/.test(raw);
  const parts = raw.split(/[^\w$]+|::/).filter((part) => IDENTIFIER.test(part) && !COMMON.has(part));
  const isBuiltin = (part: string): boolean => /^(?:node|internal|_load|_compile)$/.test(part);
  return parts.filter(
    (part) =>
      !isBuiltin(part) && (CODE_LIKE.test(part) || (isCall && raw.includes(`${part}(`) && part.length > 3)),
  );
}

/** Compiled JavaScript and its source are one file; so a trace of `dist/auth.js` finds `src/auth.ts` by name. */
export function canonicalPath(path: string): string {
  return path.replace(/\.[cm]?[jt]sx?$/, '.js');
}

/**
 * How well a file of the repository fits a path of the hints: `path` when the repository's whole path or at least
 * two of its segments agree from the end, `name` when only the file name does.
 */
export function pathFit(file: string, hinted: string): 'path' | 'name' | null {
  const ours = canonicalPath(file).split('/').reverse();
  const theirs = canonicalPath(hinted).split('/').reverse();
  let same = 0;
  while (same < ours.length && same < theirs.length && ours[same] === theirs[same]) same += 1;
  if (same === 0) return null;
  return same >= 2 || same === ours.length ? 'path' : 'name';
}
