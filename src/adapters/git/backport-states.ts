import { PulseError } from '../../core/errors.ts';
import type {
  BackportLook,
  BackportStates,
  BackportWanted,
  Fix,
  LongLived,
  Verdict,
} from '../../core/ship/backport.ts';
import type { FixPrint } from '../../core/ship/backport-landing.ts';
import { runGit } from '../git.ts';
import { type Ask, createAsk } from './ask.ts';
import { findFix, printOf } from './fix.ts';
import { type LandingWanted, verdictOf } from './landing.ts';
import { type Head, longLivedHeads } from './long-lived.ts';

/** A fetch, the remote's list, a second fetch. */
const NETWORK_MS = 60_000;
/** Branches that are looked at side by side. */
const AT_ONCE = 4;
/** Verdicts that are remembered: a branch that has not moved has not changed its mind. */
const MOST_KNOWN = 500;

type States = (wanted: BackportWanted, how: BackportLook, limitMs: number) => Promise<BackportStates>;

/**
 * Which long-lived branches of a repository have the fix. Remembers what it found: the close gate asks again with
 * every call, and mostly nothing has moved.
 */
export function createStates(root: string): States {
  const known = new Map<string, Verdict>();
  /** The last whole answer without the network, and what it was the answer to. */
  let settled: { question: string; states: BackportStates } | null = null;

  async function remembered(ask: Ask, tip: string, wanted: LandingWanted): Promise<Verdict> {
    const { fix, print, label, stated } = wanted;
    const key = JSON.stringify([tip, fix, print.aliases, print.sinceMs, label, stated]);
    const before = known.get(key);
    if (before !== undefined) return before;
    const verdict = await verdictOf(ask, tip, wanted);
    if (verdict.state !== 'unknown') {
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(key, verdict);
    }
    return verdict;
  }

  async function look(wanted: BackportWanted, how: BackportLook, limitMs: number): Promise<BackportStates> {
    // The network's own time must not use up that of the questions before and after it.
    const first = createAsk(root, how === 'network' ? limitMs + NETWORK_MS : limitMs);
    const heads = await longLivedHeads(first, wanted, how);
    const ask = how === 'network' ? createAsk(root, limitMs) : first;
    const { remote, seen, narrow, gone, shallow } = heads;
    const about = { remote, seen, shallow, narrow, gone };
    // Where no branch needs it, it does not matter what it is.
    if (heads.heads.length === 0)
      return { ...about, fix: { commit: wanted.commit, steps: [] }, branches: [] };
    const fix = await findFix(ask, wanted, heads.others);
    const print = await printOf(ask, fix, wanted);
    if (print.steps.length === 0) {
      throw new PulseError(
        'conflict',
        'the commit of the fix changes no file',
        'record fix_committed with the commit that holds the fix',
      );
    }
    const paths = await pathsOf(ask, fix, print);
    const judge = async ({ name, tip, here, last_at }: Head): Promise<LongLived> => {
      const stated = wanted.stated.flatMap(({ branch, commit }) => (branch === name ? [commit] : []));
      const verdict: Verdict = here
        ? await remembered(ask, tip, { fix, print, paths, label: wanted.label, stated, shallow })
        : { state: 'unknown', why: 'not_fetched' };
      return { name, ref: `refs/heads/${name}`, tip, last_at, verdict };
    };
    return { ...about, fix: changing(fix, print), branches: await inTurns(heads.heads, judge) };
  }

  return async (wanted, how, limitMs) => {
    if (how === 'network') return look(wanted, how, limitMs);
    const question = await questionOf(root, wanted);
    if (settled?.question === question) return settled.states;
    const states = await look(wanted, how, limitMs);
    const isWhole = states.branches.every(({ verdict }) => verdict.state !== 'unknown');
    settled = isWhole ? { question, states } : null;
    return states;
  };
}

/** Everything that an answer without the network depends on: refs, remotes, what was asked. */
async function questionOf(root: string, wanted: BackportWanted): Promise<string> {
  const [refs, remotes] = await Promise.all([
    runGit(root, ['for-each-ref', '--format=%(objectname) %(refname) %(symref)']),
    runGit(root, ['config', '--get-regexp', '^(?:remote|checkout)\\.']),
  ]);
  return JSON.stringify([wanted, refs.code, refs.out, remotes.out]);
}

/** Steps that change nothing cannot be picked and cannot be missing. */
function changing(fix: Fix, print: FixPrint): BackportStates['fix'] {
  const changes = new Set(print.steps.map(({ commit }) => commit));
  return { ...fix, steps: fix.steps.filter(({ commit }) => changes.has(commit)) };
}

/** One file of every step and one of the whole: a commit with an equal patch touches it. */
async function pathsOf(ask: Ask, { commit, steps }: Fix, print: FixPrint): Promise<string[]> {
  const firstOf = async (from: string, to: string): Promise<string> => {
    const args = ['diff-tree', '-r', '-z', '--root', '--name-only', '--no-renames', '--no-commit-id'];
    const said = await ask.out([...args, ...(from === '' ? [] : [from]), to, '--']);
    return said.split('\0')[0] ?? '';
  };
  const parent = async (step: string) =>
    (await ask.yes(['rev-parse', '--verify', '--quiet', `${step}^1`])) ? `${step}^1` : '';
  const paths: string[] = [];
  for (const step of steps) paths.push(await firstOf(await parent(step.commit), step.commit));
  const [first] = steps;
  if (first && print.whole) paths.push(await firstOf(await parent(first.commit), commit));
  return [...new Set(paths)].filter((path) => path !== '');
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    done.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  }
  return done;
}
