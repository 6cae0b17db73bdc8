import { PulseError } from '../../core/errors.ts';
import type { ProductionTip, ProductionTipWanted } from '../../core/ship/rollback.ts';
import { pickProductionBranch } from '../../core/ship/shipping.ts';
import { runGit, runGitGroup } from '../git.ts';
import { fetchRemote, pickRemote, silentEnv } from './fetch.ts';
import { remoteRefs } from './push.ts';
import { productionBase } from './refs.ts';

/** A rollback does not wait for a network that is down. */
const FETCH_MS = 15_000;

interface Branches {
  /** Short name to tip. */
  tips: ReadonlyMap<string, string>;
  head: string | null;
}

/**
 * The end of production's branch, as the remote has it now; as this clone last saw it when the remote does not answer,
 * and of this repository where there is no remote. `unknown` when git cannot say: never an error, for a way back has
 * to be told in any case.
 */
export async function productionTip(root: string, wanted: ProductionTipWanted): Promise<ProductionTip> {
  const readable = await runGit(root, ['rev-parse', '--git-dir']);
  if (readable.code !== 0) return { state: 'unknown', problem: 'unreadable', remote: null, names: [] };
  const remote = await pickRemote(
    root,
    wanted.remote === undefined ? (wanted.production ?? null) : `${wanted.remote}/`,
  );
  if (remote === null || (wanted.remote !== undefined && remote !== wanted.remote)) {
    return chosen(root, wanted, await below(root, 'refs/heads/'), { state: 'local', remote: null });
  }
  const far = await asked(root, remote);
  const seen = far ?? (await below(root, `refs/remotes/${remote}/`));
  const found = await chosen(root, wanted, seen, { state: far === null ? 'stale' : 'fresh', remote });
  if (found.state !== 'fresh' || (await isHere(root, found.tip))) return found;
  // A clone of a few branches has no refspec for production's.
  const args = [
    'fetch',
    '--quiet',
    '--no-recurse-submodules',
    '--no-auto-maintenance',
    '--no-write-fetch-head',
  ];
  const refs = ['--no-tags', '--refmap=', '--end-of-options', remote, `refs/heads/${found.branch}`];
  await runGitGroup(root, [...args, ...refs], { timeoutMs: FETCH_MS, env: await silentEnv(root) });
  return (await isHere(root, found.tip))
    ? found
    : { state: 'unknown', problem: 'not_fetched', remote, names: [found.branch] };
}

/** Null when the remote does not answer. */
async function asked(root: string, remote: string): Promise<Branches | null> {
  const fetched = await fetchRemote(root, `${remote}/`, FETCH_MS);
  if (fetched.state !== 'fetched') return null;
  try {
    const { refs, head } = await remoteRefs(root, remote);
    const tips = [...refs].filter(([name]) => name.startsWith('refs/heads/'));
    return { tips: new Map(tips.map(([name, tip]) => [name.slice('refs/heads/'.length), tip])), head };
  } catch (error) {
    if (error instanceof PulseError) return null;
    throw error;
  }
}

async function below(root: string, prefix: string): Promise<Branches> {
  const format = '--format=%(objectname) %(objecttype) %(refname)';
  const { out } = await runGit(root, ['for-each-ref', format, '--', prefix]);
  const tips = new Map<string, string>();
  for (const row of out.split('\n')) {
    const [, tip = '', name = ''] = /^([0-9a-f]{40,64}) commit (.*)$/.exec(row) ?? [];
    if (tip !== '' && name !== `${prefix}HEAD`) tips.set(name.slice(prefix.length), tip);
  }
  const { out: head } = await runGit(root, ['symbolic-ref', '--quiet', '--', `${prefix}HEAD`]);
  return { tips, head: head.trim().startsWith(prefix) ? head.trim().slice(prefix.length) : null };
}

async function chosen(
  root: string,
  wanted: ProductionTipWanted,
  { tips, head }: Branches,
  where: { state: 'fresh' | 'stale'; remote: string } | { state: 'local'; remote: null },
): Promise<ProductionTip> {
  const released = await productionBase(root, wanted);
  const runs = 'commit' in released ? released.commit : null;
  const remoteName = where.remote === null ? null : `${where.remote}/`;
  const { production } = wanted;
  const picked = pickProductionBranch({
    configured: wanted.branch,
    production:
      remoteName !== null && production?.startsWith(remoteName)
        ? production.slice(remoteName.length)
        : production,
    branches: [...tips].map(([name, tip]) => ({ name, tip })),
    default_branch: head,
    commit: runs,
  });
  if ('branch' in picked && picked.branch !== null) {
    return { ...where, branch: picked.branch.name, tip: picked.branch.tip, how: picked.how, runs };
  }
  const problem = 'problem' in picked ? picked.problem : 'moved_on';
  const usual = [head, 'main', 'master'].find((name) => name !== null && tips.has(name)) ?? null;
  const tip = usual === null ? undefined : tips.get(usual);
  // A wrong name in the settings is for a person to mend; else the usual branch is better than none, and is told.
  if (problem === 'no_such_branch' || usual === null || tip === undefined) {
    return { state: 'unknown', problem, remote: where.remote, names: [...tips.keys()] };
  }
  return { ...where, branch: usual, tip, how: HOW[problem], runs };
}

const HOW = {
  unknown: 'the usual branch; what production runs is not set (deploy.branch)',
  several: 'the usual branch; several end where production is (deploy.branch says which)',
  moved_on:
    'the usual branch, which holds commits that were not released: pushing to it may ship them (deploy.branch says which one production runs)',
} as const;

async function isHere(root: string, commit: string): Promise<boolean> {
  return (await runGit(root, ['cat-file', '-e', `${commit}^{commit}`])).code === 0;
}
