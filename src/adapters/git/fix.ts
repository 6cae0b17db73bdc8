import { PulseError } from '../../core/errors.ts';
import type { BackportWanted, Fix, FixStep } from '../../core/ship/backport.ts';
import type { FixPrint, Patch } from '../../core/ship/backport-landing.ts';
import type { Ask } from './ask.ts';
import { commitOf, VERSION_TAG } from './range.ts';

/** A hotfix of more commits than this is none. */
const MOST_STEPS = 50;
/** First parents of production that are looked through. */
const MAINLINE = 2_000;

/** The same diff whatever the user's settings say; object names in full, since binary files have nothing else. */
export const PLAIN_DIFF = [
  ...['--full-index', '--no-renames', '--no-ext-diff', '--no-textconv', '--no-color', '--no-relative'],
  ...['-U3', '--diff-algorithm=myers', '--no-indent-heuristic', '--src-prefix=a/', '--dst-prefix=b/'],
];

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/**
 * The steps of the fix: the commits and merges on the hotfix branch since its base. A merge that only brought
 * production up to date is no step.
 * @param others refs of the remote (or local) branches whose history is not the fix
 * @throws PulseError not_found, conflict for a fix that is none
 */
export async function findFix(ask: Ask, wanted: BackportWanted, others: readonly string[]): Promise<Fix> {
  const commit = await commitOf(ask.root, wanted.commit);
  if (commit === null) {
    throw new PulseError(
      'not_found',
      'the commit of the fix is not in this repository',
      'fetch it, or record fix_committed with the full commit',
    );
  }
  const base = wanted.base === null ? null : await commitOf(ask.root, wanted.base);
  const rows = await firstParents(ask, base, commit);
  const steps: FixStep[] = [];
  for (const [step = '', ...parents] of rows) {
    const [, side] = parents;
    if (side === undefined) steps.push({ commit: step, mainline: false });
    else if (rows.length === 1 || !(await isForeign(ask, side, commit, others))) {
      steps.push({ commit: step, mainline: true });
    }
  }
  if (steps.length > MOST_STEPS) {
    throw new PulseError(
      'conflict',
      `the fix would be more than ${MOST_STEPS} commits`,
      'record fix_committed with the commit that holds the fix, and hotfix_started from what it was branched',
    );
  }
  return { commit, steps };
}

/** Commit and parents, oldest first; only the commit itself when the base is not on its first-parent line. */
async function firstParents(ask: Ask, base: string | null, commit: string): Promise<string[][]> {
  const walk = async (...range: string[]) => {
    const args = ['rev-list', '--first-parent', '--reverse', '--parents', ...range, '--'];
    return lines(await ask.out(args)).map((row) => row.split(' '));
  };
  if (base !== null && base !== commit && (await ask.yes(['merge-base', '--is-ancestor', base, commit]))) {
    const rows = await walk(commit, `^${base}`);
    if (rows[0]?.[1] === base) return rows;
  }
  return walk('--max-count=1', commit);
}

/** True when the other side of a merge is history that others have without the fix: a release, production, develop. */
async function isForeign(
  ask: Ask,
  side: string,
  commit: string,
  others: readonly string[],
): Promise<boolean> {
  const args = ['for-each-ref', `--contains=${side}`, `--no-contains=${commit}`, '--format=%(refname)', '--'];
  const refs = lines(await ask.out([...args, 'refs/tags/', ...others]));
  if (refs.some((ref) => others.includes(ref) || VERSION_TAG.test(ref.slice('refs/tags/'.length))))
    return true;
  for (const ref of others) {
    const list = ['rev-list', '--first-parent', `--max-count=${MAINLINE}`, ref, '--'];
    if (lines(await ask.out(list)).includes(side)) return true;
  }
  return false;
}

/** What the fix can be recognised by in other branches. */
export async function printOf(ask: Ask, fix: Fix, wanted: BackportWanted): Promise<FixPrint> {
  const empty = (await ask.out(['hash-object', '-t', 'tree', '--stdin'])).trim();
  const parentOf = async (commit: string): Promise<string> => {
    const [, parent] = (await ask.out(['rev-list', '--parents', '--max-count=1', commit, '--']))
      .trim()
      .split(' ');
    return parent ?? empty;
  };
  const steps: FixPrint['steps'] = [];
  for (const { commit } of fix.steps) {
    const patch = await patchOf(ask, await parentOf(commit), commit);
    const subject = (
      await ask.out(['log', '--no-walk', '--no-show-signature', '--format=%s', commit])
    ).trim();
    if (patch !== null) steps.push({ commit, subject, ...patch });
  }
  const [first] = fix.steps;
  const isWhole = first !== undefined && (await isUnbroken(ask, fix));
  const aliases = await Promise.all(wanted.aliases.map((alias) => commitOf(ask.root, alias)));
  return {
    steps,
    whole: isWhole ? await patchOf(ask, await parentOf(first.commit), fix.commit) : null,
    aliases: aliases.filter(
      (alias) => alias !== null && !fix.steps.some((step) => step.commit === alias),
    ) as string[],
    sinceMs: wanted.since === null ? 0 : Date.parse(wanted.since),
  };
}

/** No merge was left out between the steps, so their sum is one diff. */
async function isUnbroken(ask: Ask, { steps, commit }: Fix): Promise<boolean> {
  const [first] = steps;
  if (first === undefined) return false;
  const args = ['rev-list', '--first-parent', '--count', commit, `^${first.commit}`, '--'];
  return Number((await ask.out(args)).trim()) === steps.length - 1;
}

/** Null when nothing differs. */
async function patchOf(ask: Ask, from: string, to: string): Promise<Patch | null> {
  const [patch] = [
    ...(await patchIds(ask, await ask.out(['diff-tree', '-r', '-p', ...PLAIN_DIFF, from, to]))).values(),
  ];
  const back = await ask.out(['diff-tree', '-r', '-p', ...PLAIN_DIFF, to, from]);
  const [reverse] = [...(await patchIds(ask, back)).values()];
  return patch === undefined || reverse === undefined ? null : { patch, reverse };
}

/** Commit to patch id, of patches that each follow a line with their commit. */
export async function patchIds(ask: Ask, patches: string): Promise<Map<string, string>> {
  if (patches === '') return new Map();
  const said = await ask.out(['patch-id', '--stable'], { input: patches });
  return new Map(
    lines(said).map((row) => {
      const [patch = '', commit = ''] = row.split(' ');
      return [commit, patch];
    }),
  );
}
