import { PulseError } from '../../core/errors.ts';
import type { HotfixBase } from '../../core/ship/hotfix-start.ts';
import type { ProductionWanted } from '../../ports-git.ts';
import { runGit } from '../git.ts';
import { isAncestor } from './branch.ts';
import { pickRemote } from './fetch.ts';
import { commitOf, DEPLOY_TAG, VERSION_TAG } from './range.ts';

/** Names of tags that a refusal lists. */
const MOST = 10;
/** Whatever git calls HEAD, and everything that is a path through history and not a name. */
const NO_NAME = /^(?:@|(?:\w+\/)*[A-Z_]*HEAD|refs\/stash|stash)$|[~^]|@\{|\.\.|^[-.+]/;
const SHA = /^[0-9a-f]{7,64}$/;

/** Production under the names it may have: on the remote first, because a local branch may lie behind. */
function spellings(remote: string | null, name: string): string[] {
  const far = remote === null ? [] : [`refs/remotes/${remote}/${name}`];
  return [...far, `refs/remotes/${name}`, `refs/heads/${name}`, `refs/tags/${name}`, name];
}

const shortRef = (ref: string) => ref.replace(/^refs\/(?:heads|remotes|tags)\//, '');

/**
 * What is in production: the configured ref, else the latest release tag. Never the default branch and never HEAD:
 * whoever releases by neither says so.
 */
export async function productionBase(
  root: string,
  wanted: ProductionWanted,
): Promise<HotfixBase | { candidates: string[] }> {
  const tags = await releaseTags(root, wanted.release_tags);
  if (wanted.production !== undefined) {
    const remote = await pickRemote(root, wanted.production);
    for (const ref of spellings(remote, wanted.production)) {
      const commit = await commitOf(root, ref);
      if (commit !== null) return { commit, ref: shortRef(ref), how: 'set as git.production' };
    }
  }
  const latest = wanted.production === undefined ? await latestRelease(root, tags) : null;
  return latest ?? { candidates: tags.map(({ name }) => name).slice(0, MOST) };
}

interface Tag {
  name: string;
  commit: string;
  /** What stands before the version: `app@`; null for a deploy mark without one. */
  family: string | null;
  version: number[];
}

/** Release tags, the newest first by date. */
async function releaseTags(root: string, pattern: string | undefined): Promise<Tag[]> {
  const { out } = await runGit(root, [
    ...['for-each-ref', '--sort=-version:refname', '--sort=-creatordate'],
    ...['--format=%(objecttype) %(*objecttype) %(objectname) %(*objectname) %(refname)', '--'],
    `refs/tags/${pattern ?? ''}`,
  ]);
  return out.split('\n').flatMap((row): Tag[] => {
    const [, own = '', peeled = '', name = ''] =
      /^(?:commit |tag commit) ([0-9a-f]+) ([0-9a-f]*) refs\/tags\/(.*)$/.exec(row) ?? [];
    const isVersion = VERSION_TAG.test(name);
    if (own === '' || !(pattern !== undefined || isVersion || DEPLOY_TAG.test(name))) return [];
    const [, family = '', digits = ''] = /^(.*?)[vV]?(\d[\d.]*)(?:\+[\w.]+)?$/.exec(name) ?? [];
    const version = isVersion ? digits.split('.').map(Number) : [];
    return [{ name, commit: peeled || own, family: isVersion ? family : null, version }];
  });
}

/** Highest version of the only family there is, else the newest deploy mark. Several families: nobody guesses which one runs. */
async function latestRelease(root: string, tags: readonly Tag[]): Promise<HotfixBase | null> {
  const families = [...new Set(tags.map(({ family }) => family))].filter((family) => family !== null);
  const family = families.includes('') ? '' : families.length === 1 ? families[0] : undefined;
  const [newest] = tags;
  if (family === undefined) {
    return newest && families.length === 0
      ? { commit: newest.commit, ref: newest.name, how: 'the newest release mark' }
      : null;
  }
  const releases = tags.filter((tag) => tag.family === family);
  const [latest] = [...releases].sort((a, b) => compare(b.version, a.version));
  if (!latest) return null;
  const [recent] = releases;
  const isPatchOfOlder = recent !== undefined && !(await isAncestor(root, recent.commit, latest.commit));
  return {
    commit: latest.commit,
    ref: latest.name,
    how: `the latest release tag${isPatchOfOlder ? `; ${recent.name} is newer by date: pass base if production runs that` : ''}`,
  };
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = Array.from({ length: Math.max(a.length, b.length) }, (_, index) => index);
  return at.map((index) => (a[index] ?? 0) - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

/**
 * The branch, tag or commit that somebody named. A branch is taken as the remote has it.
 * @throws PulseError invalid_input for what is no plain name, conflict when a tag and a branch differ, not_found
 */
export async function namedBase(root: string, name: string): Promise<HotfixBase> {
  const isPlain = !NO_NAME.test(name) && !/[\p{C}\s]/u.test(name) && name.length <= 250;
  const legal = isPlain ? await runGit(root, ['check-ref-format', '--allow-onelevel', name]) : { code: 1 };
  if (legal.code !== 0) {
    throw new PulseError(
      'invalid_input',
      'base must be the name of a tag or branch, or a commit; never HEAD or a path through history',
      'pass what production runs, for example {"base": "v1.4.0"}',
    );
  }
  const full = name.startsWith('refs/') ? [name] : spellings(await pickRemote(root, name), name).slice(0, -1);
  const found: HotfixBase[] = [];
  for (const ref of full) {
    const commit = /^refs\/(?:heads|remotes|tags)\//.test(ref) ? await commitOf(root, ref) : null;
    if (commit === null) continue;
    found.push({
      commit,
      ref: shortRef(ref),
      how: `asked for, a ${ref.startsWith('refs/tags/') ? 'tag' : 'branch'}`,
    });
  }
  const tag = found.find(({ how }) => how.endsWith('tag'));
  const branch = found.find(({ how }) => how.endsWith('branch'));
  if (tag && branch && tag.commit !== branch.commit) {
    throw new PulseError(
      'conflict',
      'a tag and a branch have that name, at different commits',
      'pass the full name: refs/tags/... or refs/heads/...',
    );
  }
  const base = branch ?? tag ?? (SHA.test(name) ? await commitBase(root, name) : undefined);
  if (base) return base;
  throw new PulseError(
    'not_found',
    'base names no branch, tag or commit of this repository',
    'fetch it first (git fetch --tags), or pass the commit that production runs',
  );
}

async function commitBase(root: string, sha: string): Promise<HotfixBase | undefined> {
  const commit = await commitOf(root, sha);
  return commit === null ? undefined : { commit, ref: commit.slice(0, 10), how: 'asked for, a commit' };
}
