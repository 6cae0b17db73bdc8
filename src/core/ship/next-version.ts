/** The version that a hotfix gets: the next patch of the release it mends. */
export interface NextVersion {
  /** Name of the tag: `v1.4.1`, `app@1.2.4`. */
  tag: string;
  /** The same without prefix, as it stands in a version file. */
  version: string;
  /** The release tag it was counted from; null when it was counted from a version file. */
  from: string | null;
}

/** Why no version can be counted. */
export type NoVersion = { none: 'no_release' | 'several_families'; families: string[] };

interface Release {
  name: string;
  /** What stands before the version: `v`, `app@`, `release-`. */
  prefix: string;
  /** As written, so that `01` stays two digits. */
  parts: string[];
}

/**
 * `v1.4.0`, `1.4`, `release-1.4.0`, `app@1.2.3`, `@scope/app@1.2.3`; build metadata is passed over. A pre-release
 * (`-rc.1`) is none: production does not run it.
 */
const RELEASE = /^((?:[A-Za-z@][\w.@/-]*[-@/_])?[vV]?)(\d{1,9}(?:\.\d{1,9}){1,3})(?:\+[\w.-]+)?$/;
/** A leading zero: the parts are a date, and the day after it is no patch. */
const PADDED = /^0\d/;

function releaseOf(name: string): Release | null {
  const [, prefix, digits] = RELEASE.exec(name) ?? [];
  return prefix === undefined || digits === undefined ? null : { name, prefix, parts: digits.split('.') };
}

/** True for a tag that names a release and no pre-release. */
export function isReleaseTag(name: string): boolean {
  return releaseOf(name) !== null;
}

/** Family: the prefix without the `v`, which comes and goes between releases. */
const familyOf = ({ prefix }: Release): string => prefix.replace(/[vV]$/, '');

function compare(a: readonly string[], b: readonly string[]): number {
  const at = Array.from({ length: Math.max(a.length, b.length) }, (_, index) => index);
  return (
    at.map((index) => Number(a[index] ?? 0) - Number(b[index] ?? 0)).find((difference) => difference !== 0) ??
    0
  );
}

/** 1.4.0 -> 1.4.1, 1.4 -> 1.4.1, 1.2.3.4 -> 1.2.3.5, 2024.01.15 -> 2024.01.15.1. */
function patched(parts: readonly string[]): string[] {
  const isDate = parts.some((part) => PADDED.test(part));
  if (parts.length < 3 || (isDate && parts.length === 3)) return [...parts, '1'];
  return [...parts.slice(0, -1), String(Number(parts.at(-1)) + 1)];
}

/**
 * The next patch version after the newest release in what is deployed. A version that is taken is passed over: a tag
 * is never moved.
 * @param released release tags in the history of what is deployed
 * @param taken every tag there is, here and on the remote
 * @param base the release the hotfix started from, which settles the family; null when it was no tag
 */
export function nextVersion(
  released: readonly string[],
  taken: readonly string[],
  base: string | null = null,
): NextVersion | NoVersion {
  const releases = released.flatMap((name) => releaseOf(name) ?? []);
  const from = base === null ? null : releaseOf(base);
  const families = [...new Set(releases.map(familyOf))];
  const family = from ? familyOf(from) : families.includes('') ? '' : families[0];
  if (from === null && family !== '' && families.length > 1) {
    return { none: 'several_families', families: families.sort() };
  }
  const line = [...releases, ...(from ? [from] : [])].filter((one) => familyOf(one) === family);
  const newest = line.reduce<Release | null>(
    (best, one) => (best === null || compare(one.parts, best.parts) > 0 ? one : best),
    null,
  );
  if (newest === null) return { none: 'no_release', families: [] };
  return freeAfter(newest, newest.name, taken);
}

/** The next patch after a version that stands in a file, where no release was ever tagged. */
export function nextAfterFile(version: string, taken: readonly string[]): NextVersion | NoVersion {
  const release = releaseOf(version.replace(/-.*$/, ''));
  return release === null
    ? { none: 'no_release', families: [] }
    : freeAfter({ ...release, prefix: 'v' }, null, taken);
}

function freeAfter(newest: Release, from: string | null, taken: readonly string[]): NextVersion {
  // `1.4.1` and `v1.4.1` are one version, and so is one with build metadata.
  const used = new Set(
    taken.flatMap((name) => {
      const one = releaseOf(name);
      return one === null ? [] : `${familyOf(one)} ${one.parts.map(Number).join('.')}`;
    }),
  );
  const isUsed = (parts: readonly string[]) => used.has(`${familyOf(newest)} ${parts.map(Number).join('.')}`);
  let parts = patched(newest.parts);
  while (isUsed(parts)) parts = [...parts.slice(0, -1), String(Number(parts.at(-1)) + 1)];
  const version = parts.join('.');
  return { tag: `${newest.prefix}${version}`, version, from };
}

/** True when version `a` is above `b`; what is no version is above nothing. */
export function isAbove(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => releaseOf(text.replace(/-.*$/, '')));
  return left !== null && right !== null && left !== undefined && right !== undefined
    ? compare(left.parts, right.parts) > 0
    : false;
}
