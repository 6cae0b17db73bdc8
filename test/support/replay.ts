import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Entered, enterLog, enterPostmortem } from './replay-after.ts';
import type { LogRow, PostmortemRow, StatusRow } from './replay-data.ts';
import { type Door, directDoor, initRepo } from './replay-door.ts';
import { lookAt, lookAtMessage } from './replay-look.ts';
import { type Played, play } from './replay-play.ts';
import type { Untraced } from './truth.ts';

/** What the truth test looked at, and what it could not trace. */
export interface Judged {
  documents: number;
  messages: number;
  untraced: Untraced[];
}

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
  const out: Judged & { played: Played[] } = { played: [], documents: 0, messages: 0, untraced: [] };
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
      out.untraced.push(...found.untraced);
      one.problems.push(...found.problems);
    },
    message(one, nowMs, draft, said) {
      out.messages += 1;
      { const u = lookAtMessage(root, one.uid, nowMs, draft, said); if (u.length) console.log(JSON.stringify(draft), JSON.stringify(said)); out.untraced.push(...u); }
    },
  });
}

/** Enters incidents that are over, all in one repository each. */
export async function enterAll(
  logs: readonly LogRow[],
  postmortems: readonly PostmortemRow[],
): Promise<Judged & { logs: Entered[]; postmortems: Entered[] }> {
  const judged: Judged = { documents: 0, messages: 0, untraced: [] };
  const all = <Row>(rows: readonly Row[], enter: (row: Row, door: Door, root: string) => Promise<Entered>) =>
    inRepo(async (root) => {
      const door = await directDoor(root);
      const entered: Entered[] = [];
      for (const row of rows) {
        const one = await enter(row, door, root);
        const found = lookAt(root, one.label, one.uid, one.now_ms, null);
        judged.documents += found.documents;
        judged.untraced.push(...found.untraced);
        one.refused.push(...found.problems);
        entered.push(one);
      }
      return entered;
    });
  return { logs: await all(logs, enterLog), postmortems: await all(postmortems, enterPostmortem), ...judged };
}
