import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { foldIncident } from '../../src/core/incident.ts';
import { createDeps } from '../../src/wire.ts';
import { checkoutPrint } from './checkout.ts';
import type { Place } from './raw-server.ts';
import { git } from './repo.ts';

/** What is there, for somebody who remembers nothing. */
export interface Seen {
  /** Ids of events in order, by incident. */
  ids: Record<string, string[]>;
  /** How many events of each kind, over all incidents. */
  kinds: Record<string, number>;
  numbers: number[];
  /** Faults of the chain, a torn line apart: that was never acknowledged. */
  faults: string[];
  torn: number;
  /** Branches and tags of the remote. */
  remote: string;
}

export async function look({ root, folder }: Place): Promise<Seen> {
  const { log } = await createDeps({ root, actor: { name: 'judge', kind: 'system' }, env: {} });
  const seen: Seen = { ids: {}, kinds: {}, numbers: [], faults: [], torn: 0, remote: '' };
  for (const uid of await log.uids()) {
    // A published copy says the same, and must not stand in for a line that is lost.
    const events = (await log.read(uid)).events.filter(({ live }) => live);
    seen.ids[uid] = events.map(({ id }) => id);
    for (const { kind } of events) seen.kinds[kind] = (seen.kinds[kind] ?? 0) + 1;
    if (events.length > 0) seen.numbers.push(foldIncident(uid, events).number);
    const damage = await log.verify(uid);
    seen.torn += damage.filter(({ problem }) => problem === 'torn').length;
    seen.faults.push(
      ...damage.filter(({ problem }) => problem !== 'torn').map(({ problem }) => `verify says ${problem}`),
    );
  }
  const bare = join(folder, 'remote.git');
  // Their objects hold times, so only names and how much lies behind them can be compared.
  if (existsSync(bare)) {
    const refs = git(bare, ['for-each-ref', '--format=%(refname)']).split('\n').filter(Boolean);
    const depth = (ref: string) => git(bare, ['rev-list', '--count', ref]);
    seen.remote = refs.map((ref) => `${ref} ${depth(ref)}`).join('\n');
  }
  return seen;
}

/** What was there and is not any more. */
export function lostSince(before: Seen, now: Seen): string[] {
  const gone = Object.entries(before.ids).flatMap(([uid, ids]) =>
    ids.filter((id) => !now.ids[uid]?.includes(id)),
  );
  return gone.map((id) => `event ${id} is lost`);
}

/** By kind, how many more there are. */
export function newSince(before: Seen, now: Seen): Record<string, number> {
  const more = Object.entries(now.kinds).map(
    ([kind, count]) => [kind, count - (before.kinds[kind] ?? 0)] as const,
  );
  return Object.fromEntries(more.filter(([, count]) => count !== 0));
}

/** Kinds with fewer than `least` or more than `most`. */
export function outside(
  found: Record<string, number>,
  least: Record<string, number>,
  most: Record<string, number>,
): string[] {
  const kinds = new Set([...Object.keys(found), ...Object.keys(least)]);
  return [...kinds].flatMap((kind) => {
    const count = found[kind] ?? 0;
    if (count < (least[kind] ?? 0)) return [`${kind}: ${count} instead of ${least[kind] ?? 0}`];
    return count > (most[kind] ?? 0) ? [`${kind}: ${count} instead of ${most[kind] ?? 0}`] : [];
  });
}

/** Files of the incidents' folders that are neither whole nor absent. */
export function brokenFiles({ root }: Place): string[] {
  return published(root).flatMap((path) => {
    const text = readFileSync(path, 'utf8');
    if (/\.tmp$/.test(path)) return [];
    if (text === '') return [`${path} is empty`];
    if (path.endsWith('.jsonl'))
      return text.endsWith('\n') && text.split('\n').every(isLine) ? [] : [`${path} is torn`];
    const [begins, ends] = ['begin', 'end'].map((word) => text.split(`<!-- pulse:${word} `).length);
    if (begins !== ends) return [`${path} is half`];
    return text.startsWith('---\n') && text.indexOf('\n---\n') < 0
      ? [`${path} has half its front matter`]
      : [];
  });
}

/**
 * What a writer that died leaves behind and the next one clears away: half-written pages, and working trees, which git
 * would go on knowing. Objects for a trial merge in the folder for temporary files are the system's to clear.
 */
export function leftFiles({ root, folder }: Place): string[] {
  const temporary = existsSync(join(folder, 'tmp')) ? readdirSync(join(folder, 'tmp')) : [];
  const trees = temporary.filter((name) => name.startsWith('hotfix-pulse-wt-'));
  return [...published(root).filter((path) => path.endsWith('.tmp')), ...trees];
}

/**
 * A git that was killed leaves its lock on a ref, and whoever comes next is refused until a person has taken it away,
 * as git says: nobody can know that it is not at work. Does what that person does; answers how many there were.
 */
export function takeRefLocks({ root }: Place): number {
  const refs = join(root, '.git', 'refs');
  const locks = readdirSync(refs, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.lock'),
  );
  for (const lock of locks) rmSync(join(refs, lock));
  return locks.length;
}

/** The user's own files, index, stash and branches; the incident's branch is none of theirs. */
export function userPrint({ root }: Place): Record<string, string> {
  const branches = git(root, ['for-each-ref', '--format=%(refname:short)', 'refs/heads/hotfix']).split('\n');
  const print = checkoutPrint(root, branches);
  // A fetch brings tags along and writes what it fetched.
  return Object.fromEntries(
    Object.entries(print)
      .filter(([name]) => !name.endsWith('FETCH_HEAD'))
      .map(([name, value]) => [name.replace(root, ''), name === 'refs' ? heads(value) : withoutTime(value)]),
  );
}

const heads = (refs: string): string =>
  refs
    .split('\n')
    .filter((row) => row.startsWith('refs/heads/'))
    .join('\n');
const withoutTime = (value: string): string => value.replace(/^(\d+) [\d.]+ /, '$1 ');

function published(root: string): string[] {
  const specs = join(root, 'specs');
  if (!existsSync(specs)) return [];
  return readdirSync(specs, { recursive: true, encoding: 'utf8' })
    .map((name) => join(specs, name))
    .filter((path) => statSync(path).isFile());
}

function isLine(line: string): boolean {
  if (line === '') return true;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
