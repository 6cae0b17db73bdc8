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

/** What the folder of an incident may be called behind its number; `slugOf` makes shorter ones. */
const STORED = /^[a-z0-9-]{1,100}$/;

/** A slug as the record has it. One that came with somebody else's record may be anything, and must lead nowhere. */
export function storedSlug(slug: string): string {
  return STORED.test(slug) ? slug : slugOf(slug);
}

/** Names of devices, which Windows takes for no file whatever extension follows. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

/** Name of a file about one incident, without extension: its slug, with `label` where that is none or a device. */
export function fileStem(slug: string, label: string): string {
  if (slug === '') return label;
  return DEVICE.test(slug) ? `${label}-${slug}` : slug;
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
