/** Longest slug; keeps folder and branch names well below every file system's and git's limits. */
const MAX = 60;

/**
 * A slug `[a-z0-9]+(-[a-z0-9]+)*` made by us from a title: the first clause when it says enough, accents
 * dropped, everything else a dash. A title without Latin letters or digits gives `incident`.
 */
export function slugOf(title: string): string {
  const [head = ''] = title.split(/ [-–—|] |[:;.!?\n](?: |$)/, 1);
  const slug = dashed(head.trim().split(/\s+/).length >= 2 ? head : title);
  if (slug === '') return 'incident';
  if (slug.length <= MAX) return slug;
  const lastDash = slug.slice(0, MAX + 1).lastIndexOf('-');
  // Between words where that keeps most of it; one endless word is cut as it comes.
  return slug.slice(0, lastDash >= MAX / 2 ? lastDash : MAX).replace(/-$/, '');
}

function dashed(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’`]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** Titles compared with case and white space folded: the same words mean the same incident. */
export function foldTitle(title: string): string {
  return title.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** Share of words two titles have in common (0 to 1), for "this looks like ...". */
export function titleLikeness(a: string, b: string): number {
  const words = (text: string) => new Set(foldTitle(text).match(/[\p{L}\p{N}]{3,}/gu) ?? []);
  const [left, right] = [words(a), words(b)];
  const shared = [...left].filter((word) => right.has(word)).length;
  const all = new Set([...left, ...right]).size;
  return all === 0 ? 0 : shared / all;
}
