import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Entered, enterLog, enterPostmortem } from './replay-after.ts';
import type { LogRow, PostmortemRow, StatusRow } from './replay-data.ts';
import { type Door, directDoor, initRepo } from './replay-door.ts';
import { lookAt, lookAtPrinted } from './replay-look.ts';
import { type Played, play } from './replay-play.ts';
import { numbersIn, type Untraced } from './truth.ts';

/** What the truth test looked at, and what it could not trace. */
export interface Judged {
  documents: number;
  /** Drafted messages and what a close prints. */
  messages: number;
  /** Numbers and times that were looked at. */
  numbers: number;
  untraced: Untraced[];
}

const nothing = (): Judged => ({ documents: 0, messages: 0, numbers: 0, untraced: [] });

/** Incidents of one repository: few enough that reading the others costs little, many enough that they overlap. */
const TOGETHER = 8;

export async function inRepo<T>(work: (root: string) => Promise<T>): Promise<T> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'hotfix-pulse-replay-')));
  try {
    initRepo(root);
    return await work(root);
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Plays the rows, some of them together in one repository each. */
export async function replay(
  rows: readonly StatusRow[],
  progress: (done: number) => void = () => {},
): Promise<Judged & { played: Played[] }> {
  const out = { played: [] as Played[], ...nothing() };
  for (let from = 0; from < rows.length; from += TOGETHER) {
    const some = rows.slice(from, from + TOGETHER);
    out.played.push(...(await inRepo(async (root) => playIn(root, some, await directDoor(root), out))));
    progress(out.played.length);
  }
  return out;
}

/** Plays some rows in one repository through a door and judges what they leave there. */
export async function playIn(
  root: string,
  rows: readonly StatusRow[],
  door: Door,
  out: Judged,
): Promise<Played[]> {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return play(rows, door, {
    look(one, nowMs) {
      const found = lookAt(root, one.label, one.uid, nowMs, byId.get(one.id) ?? null);
      out.documents += found.documents;
      out.numbers += found.numbers;
      out.untraced.push(...found.untraced);
      one.problems.push(...found.problems);
      one.intervals = found.intervals;
      one.postmortem = found.files.includes('post-mortem.md');
    },
    printed(one, nowMs, name, text, said) {
      out.messages += 1;
      out.numbers += numbersIn(text);
      out.untraced.push(...lookAtPrinted(root, one.uid, nowMs, name, text, said));
    },
  });
}

/** Enters incidents that are over. */
export async function enterAll(
  logs: readonly LogRow[],
  postmortems: readonly PostmortemRow[],
): Promise<Judged & { logs: Entered[]; postmortems: Entered[] }> {
  const judged = nothing();
  const some = <Row>(rows: readonly Row[], enter: Enter<Row>) =>
    inRepo(async (root) => {
      const door = await directDoor(root);
      const entered: Entered[] = [];
      for (const row of rows) {
        const one = await enter(row, door, root);
        const found = lookAt(root, one.label, one.uid, one.now_ms, null);
        judged.documents += found.documents;
        judged.numbers += found.numbers;
        judged.untraced.push(...found.untraced);
        one.refused.push(...found.problems);
        entered.push(one);
      }
      return entered;
    });
  const all = async <Row>(rows: readonly Row[], enter: Enter<Row>) => {
    const entered: Entered[] = [];
    for (let from = 0; from < rows.length; from += TOGETHER)
      entered.push(...(await some(rows.slice(from, from + TOGETHER), enter)));
    return entered;
  };
  const entered = { logs: await all(logs, enterLog), postmortems: await all(postmortems, enterPostmortem) };
  return { ...entered, ...judged };
}

type Enter<Row> = (row: Row, door: Door, root: string) => Promise<Entered>;
