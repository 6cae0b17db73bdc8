import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ULID_PATTERN } from '../core/ulid.ts';
import { findEvent, lookAt } from './file-lines.ts';

interface PublishedLog {
  path: string;
  uid: string;
  /** Another one after every change of the file. */
  stamp: string;
}

export interface PublishedLogs {
  /** Logs in the working tree's published folders. `fresh` looks again whatever was seen a moment ago. */
  list(fresh?: boolean): PublishedLog[];
  /** Numbers of the folders, with or without a log. */
  numbers(): number[];
}

const FOLDER = /^hotfix-(\d{3,9})-/;
/** One listing serves a burst of reads, such as all incidents of one overview. Milliseconds. */
const BURST_MS = 100;

/** Finds `specs/hotfix-NNN-slug/timeline.jsonl`; symbolic links are passed over at every step. */
export function createPublishedLogs(specs: string): PublishedLogs {
  const known = new Map<string, { stamp: string; uid: string | null }>();
  let last: { at: number; logs: PublishedLog[] } | null = null;

  function lookInto(path: string): { stamp: string; uid: string | null } | null {
    const stat = lookAt(path);
    if (!stat?.isFile()) return null;
    const stamp = `${stat.ino}:${stat.size}:${stat.mtimeMs}`;
    const cached = known.get(path);
    if (cached?.stamp === stamp) return cached;
    const found = { stamp, uid: firstUid(path) };
    known.set(path, found);
    return found;
  }

  return {
    list(fresh = false) {
      const at = performance.now();
      if (!fresh && last !== null && at - last.at < BURST_MS) return last.logs;
      const logs = folders(specs).flatMap((folder) => {
        const path = join(specs, folder, 'timeline.jsonl');
        const found = lookInto(path);
        return found === null || found.uid === null ? [] : [{ path, uid: found.uid, stamp: found.stamp }];
      });
      last = { at, logs };
      return logs;
    },
    numbers: () => folders(specs).map((name) => Number(FOLDER.exec(name)?.[1])),
  };
}

function folders(specs: string): string[] {
  if (!lookAt(specs)?.isDirectory()) return [];
  let entries: Dirent[];
  try {
    entries = readdirSync(specs, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.isDirectory() && FOLDER.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

/** The incident named by the first line that is an event. */
function firstUid(path: string): string | null {
  try {
    const uid = findEvent(path, () => true)?.incident ?? '';
    return ULID_PATTERN.test(uid) ? uid : null;
  } catch {
    return null;
  }
}
