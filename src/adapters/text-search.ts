import type MiniSearch from 'minisearch';
import type { Match, SearchDoc } from '../core/similar.ts';
import type { TextSearch } from '../ports.ts';

/** Longest text that is searched for, in characters and in words. */
const LONGEST = 2_000;
const MOST_WORDS = 60;
/** Longest run of characters that is still taken for a word or a path. */
const LONGEST_WORD = 120;

/** How much a word counts by where it stands. */
const BOOST = { title: 3, cause: 2.5, files: 3, mitigation: 1, rest: 1 };
const FIELDS = Object.keys(BOOST);

/** Words that stand in every report. */
const COMMON = new Set(
  (
    'the and for with that this was were are has have had not but from been its our out into after before ' +
    'all any can cannot when then than also some they them their there which who will would could should ' +
    'is of to in on at by as it be or an we he she no so do did if'
  ).split(' '),
);
/** Writing without spaces is cut into pairs. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]{2,}/gu;

/**
 * Finds documents by words with BM25. The index lives in this process alone and is made again whenever the record
 * has changed; the package is loaded with the first search.
 */
export function createTextSearch(): TextSearch {
  let made: { stamp: string; index: Promise<MiniSearch<SearchDoc>> } | null = null;
  return {
    async rank(stamp, docs, text): Promise<Match[]> {
      if (made?.stamp !== stamp) made = { stamp, index: indexOf(docs()) };
      const index = await made.index;
      const words = [...new Set(wordsOf(text.slice(0, LONGEST)).flatMap(termOf))].slice(0, MOST_WORDS);
      const found = index.search(words.join(' '), {
        tokenize: () => words,
        processTerm: (word) => word,
        boost: BOOST,
        prefix: (word) => word.length >= 4,
        fuzzy: (word) => (word.length >= 6 ? 0.15 : false),
        weights: { fuzzy: 0.3, prefix: 0.4 },
      });
      return found.map(({ id, score, queryTerms }) => ({
        ...{ uid: String(id), score, words: new Set(queryTerms).size },
        share: new Set(queryTerms).size / words.length,
      }));
    },
  };
}

async function indexOf(docs: readonly SearchDoc[]): Promise<MiniSearch<SearchDoc>> {
  const { default: Index } = await import('minisearch');
  const index = new Index<SearchDoc>({
    ...{ idField: 'uid', fields: FIELDS, storeFields: [] },
    tokenize: wordsOf,
    processTerm: termOf,
  });
  index.addAll(docs);
  return index;
}

/** Words, and names with dots, dashes or slashes also as a whole and by their last part. */
function wordsOf(text: string): string[] {
  return text.split(/[\s"'`()<>[\]{},;|]+/).flatMap((chunk) => {
    if (chunk === '' || chunk.length > LONGEST_WORD) return [];
    const parts = chunk.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
    const pairs = parts.flatMap((part) => (part.match(UNSPACED) ?? []).flatMap(pairsOf));
    const name = chunk.replace(/[.:!?]+$/, '');
    const names = parts.length > 1 ? [name, name.slice(name.lastIndexOf('/') + 1)] : [];
    return [...parts, ...pairs, ...names];
  });
}

function pairsOf(run: string): string[] {
  const points = [...run];
  return points.slice(1).map((point, i) => `${points[i]}${point}`);
}

/** The form in which words are compared: lower case, without accents, in the singular; none for what says nothing. */
function termOf(word: string): string[] {
  const plain = word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  if (COMMON.has(plain) || (plain.length < 2 && plain < '\u0100')) return [];
  return [plain.length > 3 && /[^s]s$/.test(plain) && !plain.includes('/') ? plain.slice(0, -1) : plain];
}
