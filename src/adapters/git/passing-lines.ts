import type { ChangeDiff } from '../../core/ship/change-diff.ts';
import { runGit } from '../git.ts';
import { eachHunkLine } from './patch.ts';

const LOG_MS = 12_000;
const MOST_TEXT = 16 * 1024 * 1024;
const MOST_COMMITS = 200;

/**
 * Lines that a commit of the range added, whether or not they are still there at its end: they stay in the history.
 * Merges bring lines of commits that are in the range themselves.
 */
export async function passingLines(
  root: string,
  base: string,
  commit: string,
): Promise<{ passing: ChangeDiff['passing']; whole: boolean }> {
  const plain = ['--no-color', '--no-ext-diff', '--no-textconv', '--no-show-signature', '--no-renames'];
  const { code, out } = await runGit(
    root,
    [
      ...['log', ...plain, '--no-merges', '-p', '-U0', '--inter-hunk-context=0', '--format=%x01%H'],
      ...[`--max-count=${MOST_COMMITS}`, `${base}..${commit}`, '--'],
    ],
    { timeoutMs: LOG_MS },
  );
  const passing: ChangeDiff['passing'] = [];
  eachHunkLine(out.slice(0, MOST_TEXT), {
    // A line of a patch never begins with the mark outside of a hunk, so one that does is a commit.
    header: (line) => {
      if (line.startsWith('\x01')) passing.push({ commit: line.slice(1), added: [] });
    },
    added: (_, text) => passing.at(-1)?.added.push(text),
    removed: () => {},
  });
  return { passing, whole: code === 0 && out.length <= MOST_TEXT };
}
