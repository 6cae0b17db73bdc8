import type { Unreleased } from '../../core/ship/hotfix-start.ts';
import { runGit } from '../git.ts';
import { pickRemote } from './fetch.ts';

/** Patch comparison over a long divergence may take long; then equal patches are counted too. */
const COMPARE_MS = 5_000;
/** Commits looked through for one with production's content. */
const TREES = 5_000;
/** Commits that production has as an equal patch do not count. */
const EQUAL = ['--no-merges', '--right-only', '--cherry-pick'];
const PLAIN = ['--no-merges', '--right-only'];
const DEVELOP = ['develop', 'development', 'dev'] as const;
const TRUNK = ['main', 'master', 'trunk'] as const;

/** Where people usually start work, best first: a development branch, the remote's default branch, a trunk, HEAD. */
async function startingPoints(root: string): Promise<string[]> {
  const remote = await pickRemote(root, null);
  const both = (name: string) => [
    ...(remote === null ? [] : [`refs/remotes/${remote}/${name}`]),
    `refs/heads/${name}`,
  ];
  const head = (await runGit(root, ['symbolic-ref', '--quiet', 'HEAD'])).out.trim();
  return [
    ...DEVELOP.flatMap(both),
    ...(remote === null ? [] : [`refs/remotes/${remote}/HEAD`]),
    ...TRUNK.flatMap(both),
    // On a hotfix branch HEAD holds a fix and not what waits for a release.
    ...(head.startsWith('refs/heads/hotfix/') ? [] : ['HEAD']),
  ];
}

/**
 * What would ride along if the fix started where work usually starts, and not at `base`: commits without merges that
 * production has not, neither as they are nor as an equal patch. Null when nothing but `base` is there to compare.
 * @param base full object name
 * @param most subjects to give, newest first
 */
export async function unreleasedSince(root: string, base: string, most: number): Promise<Unreleased | null> {
  let nothing: Unreleased | null = null;
  for (const ref of await startingPoints(root)) {
    const tip = (
      await runGit(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`])
    ).out.trim();
    if (tip === '') continue;
    const range = await rangeOf(root, base, tip);
    const count = await countOf(root, range);
    const from = ref.replace(/^refs\/(?:heads|remotes)\//, '');
    if (count > 0) return { from, count, commits: await subjectsOf(root, range, most) };
    nothing ??= { from, count: 0, commits: [] };
  }
  return nothing;
}

/**
 * The two ends, and after them the newest commit whose content equals production's: a squashed release has none of
 * the commits and all of the content, so what lies before that commit is released.
 */
async function rangeOf(root: string, base: string, tip: string): Promise<string[]> {
  const tree = (await runGit(root, ['rev-parse', `${base}^{tree}`])).out.trim();
  const args = ['log', '--no-show-signature', '--format=%H %T', `--max-count=${TREES}`, `${base}..${tip}`];
  const same = (await runGit(root, args)).out.split('\n').find((row) => row.endsWith(` ${tree}`));
  return [`${base}...${tip}`, ...(same === undefined ? [] : [`^${same.slice(0, same.indexOf(' '))}`])];
}

async function countOf(root: string, range: readonly string[]): Promise<number> {
  for (const flags of [EQUAL, PLAIN]) {
    const args = ['rev-list', '--count', ...flags, ...range];
    const { code, out } = await runGit(root, args, { timeoutMs: COMPARE_MS });
    if (code === 0) return Number(out.trim());
  }
  return 0;
}

async function subjectsOf(
  root: string,
  range: readonly string[],
  most: number,
): Promise<Unreleased['commits']> {
  const shape = [
    'log',
    '-z',
    '--no-show-signature',
    '--no-color',
    `--max-count=${most}`,
    '--format=%h%x00%s',
  ];
  for (const flags of [EQUAL, PLAIN]) {
    const { code, out } = await runGit(root, [...shape, ...flags, ...range], { timeoutMs: COMPARE_MS });
    if (code !== 0) continue;
    const fields = out.split('\0');
    return Array.from({ length: Math.floor(fields.length / 2) }, (_, at) => ({
      commit: fields[2 * at] ?? '',
      subject: fields[2 * at + 1] ?? '',
    }));
  }
  return [];
}
