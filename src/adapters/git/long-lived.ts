import type { BackportLook, BackportWanted, Seen } from '../../core/ship/backport.ts';
import { longLivedOf } from '../../core/ship/long-lived.ts';
import { pickProductionBranch } from '../../core/ship/shipping.ts';
import { runGit, runGitGroup } from '../git.ts';
import type { Ask } from './ask.ts';
import { fetchRemote, pickRemote, silentEnv } from './fetch.ts';
import { remoteRefs } from './push.ts';
import { productionBase } from './refs.ts';

const FETCH_MS = 20_000;
const MOST_FETCHED = 100;

export interface Head {
  name: string;
  tip: string;
  /** Its newest commit is in this repository. */
  here: boolean;
  last_at: string | null;
}

export interface Heads {
  remote: string | null;
  seen: Seen;
  narrow: boolean;
  shallow: boolean;
  /** Long-lived ones without production's. */
  heads: Head[];
  gone: { name: string; tip: string }[];
  /** Full names of refs here whose history is that of others than the fix. */
  others: string[];
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/**
 * The long-lived branches as the remote has them, or the local ones where there is none. Over the network it asks the
 * remote itself, because this clone keeps branches that were deleted there; a remote that does not answer is taken as
 * last seen, and that is said.
 */
export async function longLivedHeads(ask: Ask, wanted: BackportWanted, look: BackportLook): Promise<Heads> {
  const { root } = ask;
  const remote = await remoteOf(root, wanted);
  const prefix = remote === null ? 'refs/heads/' : `refs/remotes/${remote}/`;
  const here = await refsBelow(ask, prefix);
  const asked = remote !== null && look === 'network' ? await overNetwork(root, remote) : null;
  const tracked = asked === null ? here : await refsBelow(ask, prefix);
  // Names with invisible characters are not asked for: such a branch is as last seen, and never called gone.
  const unasked = [...tracked].filter(([name]) => /[\p{C}\s]/u.test(name));
  const all = asked === null ? tracked : new Map([...unasked, ...asked.refs]);
  const production = await productionName(ask, wanted, { remote, all, head: asked?.head ?? null });
  const names = longLivedOf([...all.keys()], wanted.long_lived, production);
  const tips = new Map(names.map((name) => [name, all.get(name) ?? '']));
  if (remote !== null && asked !== null) await fetchObjects(ask, remote, [...tips]);
  const times = await timesOf(ask, [...tips.values()]);
  const fetches =
    remote === null ? '' : (await runGit(root, ['config', '--get-all', `remote.${remote}.fetch`])).out;
  return {
    remote,
    seen: remote === null ? 'local' : asked === null ? 'last_fetch' : 'now',
    narrow: remote !== null && !lines(fetches).some((spec) => /^\+?refs\/heads\/\*:/.test(spec)),
    shallow: (await ask.out(['rev-parse', '--is-shallow-repository'])).trim() === 'true',
    heads: [...tips].map(([name, tip]) => ({
      ...{ name, tip, here: times.has(tip), last_at: times.get(tip) ?? null },
    })),
    gone:
      asked === null
        ? []
        : longLivedOf([...tracked.keys()], wanted.long_lived, production)
            .filter((name) => !all.has(name))
            .map((name) => ({ name, tip: tracked.get(name) ?? '' })),
    others: [...names, ...(production === null ? [] : [production])]
      .map((name) => `${prefix}${name}`)
      .filter((ref) => tracked.has(ref.slice(prefix.length))),
  };
}

async function remoteOf(root: string, { remote, production }: BackportWanted): Promise<string | null> {
  const configured = lines((await runGit(root, ['remote'])).out);
  if (remote !== undefined && configured.includes(remote)) return remote;
  return pickRemote(root, production ?? null);
}

/** Short names below a prefix, without symbolic refs such as `origin/HEAD`. */
async function refsBelow(ask: Ask, prefix: string): Promise<Map<string, string>> {
  const said = await ask.out(['for-each-ref', '--format=%(objectname) %(refname) %(symref)', '--', prefix]);
  return new Map(
    lines(said).flatMap((row): [string, string][] => {
      const [tip = '', ref = '', symref = ''] = row.split(' ');
      return symref === '' && ref.startsWith(prefix) ? [[ref.slice(prefix.length), tip]] : [];
    }),
  );
}

/** Null when the remote does not answer. */
async function overNetwork(root: string, remote: string) {
  const fetched = await fetchRemote(root, `${remote}/`);
  if (fetched.state !== 'fetched') return null;
  try {
    const { refs, head } = await remoteRefs(root, remote, []);
    const heads = [...refs].filter(([ref]) => ref.startsWith('refs/heads/'));
    // A git over there that may not open its refs lists none and calls that success.
    if (heads.length === 0) return null;
    return { head, refs: new Map(heads.map(([ref, tip]) => [ref.slice('refs/heads/'.length), tip])) };
  } catch {
    return null;
  }
}

/** The branch that production runs, as the deploy picks it; null when that is none or nobody knows. */
async function productionName(
  ask: Ask,
  wanted: BackportWanted,
  at: { remote: string | null; all: ReadonlyMap<string, string>; head: string | null },
): Promise<string | null> {
  const base = await productionBase(ask.root, {
    production: wanted.production,
    release_tags: wanted.release_tags,
  });
  const short = wanted.production?.replace(/^refs\/(?:heads|remotes)\//, '');
  const picked = pickProductionBranch({
    configured: wanted.deploy_branch,
    production:
      at.remote !== null && short?.startsWith(`${at.remote}/`) ? short.slice(at.remote.length + 1) : short,
    branches: [...at.all].map(([name, tip]) => ({ name, tip })),
    default_branch: at.head,
    commit: 'commit' in base ? base.commit : null,
  });
  return 'branch' in picked ? (picked.branch?.name ?? null) : null;
}

/** Commits of branches that this clone does not follow. No ref is made for them. */
async function fetchObjects(ask: Ask, remote: string, tips: readonly [string, string][]): Promise<void> {
  const times = await timesOf(
    ask,
    tips.map(([, tip]) => tip),
  );
  const absent = tips.filter(([, tip]) => !times.has(tip)).slice(0, MOST_FETCHED);
  if (absent.length === 0) return;
  const args = [
    ...['fetch', '--no-tags', '--no-recurse-submodules', '--no-auto-maintenance', '--no-write-fetch-head'],
    ...['--no-prune', '--no-progress', '--refmap=', '--end-of-options', remote],
    ...absent.map(([name]) => `refs/heads/${name}`),
  ];
  await runGitGroup(ask.root, args, { timeoutMs: FETCH_MS, env: await silentEnv(ask.root) });
}

/** Commit to its time, of those that are here. */
async function timesOf(ask: Ask, tips: readonly string[]): Promise<Map<string, string>> {
  const input = [...new Set(tips)].map((tip) => `${tip}^{commit}\n`).join('');
  if (input === '') return new Map();
  const said = await ask.out(['cat-file', '--batch-check=%(objectname) %(objecttype)'], { input });
  const commits = lines(said).flatMap((row) => /^([0-9a-f]{40,64}) commit$/.exec(row)?.[1] ?? []);
  if (commits.length === 0) return new Map();
  const args = ['log', '--no-walk=unsorted', '--no-show-signature', '--format=%H %cI', '--stdin'];
  const times = await ask.out(args, { input: commits.map((commit) => `${commit}\n`).join('') });
  return new Map(
    lines(times).map((row) => [
      row.slice(0, row.indexOf(' ')),
      new Date(row.slice(row.indexOf(' ') + 1)).toISOString(),
    ]),
  );
}
