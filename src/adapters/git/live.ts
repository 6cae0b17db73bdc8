import type { ChangeRange, Live, LiveWanted } from '../../core/ship/change-range.ts';
import { runGit } from '../git.ts';
import { commitOf } from './range.ts';

/** More of a deploy tells nothing about a single change. */
const MOST = 5_000;

/** What the last deploy before the harm brought, and all that was live then; only commits of the range. */
export async function liveIn(
  root: string,
  { good, bad }: ChangeRange,
  wanted: LiveWanted,
): Promise<Live | null> {
  const last = await commitOf(root, wanted.last);
  if (last === null) return null;
  const before = wanted.before === null ? null : await commitOf(root, wanted.before);
  const listed = async (...without: (string | null)[]): Promise<Set<string>> => {
    const args = [
      'rev-list',
      `--max-count=${MOST}`,
      last,
      ...without.flatMap((one) => (one === null ? [] : [`^${one}`])),
    ];
    const { code, out } = await runGit(root, [...args, '--']);
    return new Set(code === 0 ? out.split('\n').filter((line) => line !== '') : []);
  };
  const shared = (await runGit(root, ['merge-base', '--is-ancestor', last, bad])).code === 0;
  // What production ran is on another line: nothing can be said of this one.
  if (!shared) return null;
  const live = await listed(good);
  return { live, fresh: before === null ? new Set() : await listed(good, before) };
}
