import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno, PulseError } from '../core/errors.ts';
import type { OutboxEntry } from '../core/outward/outbox.ts';
import { SERVICES } from '../core/outward/services.ts';
import type { Ids } from '../ports.ts';
import type { Outbox } from '../ports-outward.ts';
import { takePidLock } from './pid-lock.ts';

/** A log-wide rule: ids become paths, so nothing else gets in. */
const UID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const FILE = 'outbox.jsonl';
const STEPS: readonly OutboxEntry['step'][] = ['queued', 'intent', 'done', 'failed'];

/**
 * One file per incident beside its log, written like it: a newline, a line and a newline in one appending write, then a
 * flush. A torn line stands alone and is passed over: what it wanted to say is found out by looking.
 * @param home folder of the live logs
 */
export function createOutbox(home: string, ids: Pick<Ids, 'nonce'>): Outbox {
  const folderOf = (uid: string): string => {
    if (!UID.test(uid)) throw new Error('not an incident id');
    return join(home, uid);
  };
  return {
    async read(uid) {
      const text = await readFile(join(folderOf(uid), FILE), 'utf8').catch((error: unknown) => {
        if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return '';
        throw error;
      });
      return text.split('\n').flatMap(parsed);
    },
    async append(uid, entry) {
      await mkdir(folderOf(uid), { recursive: true });
      const file = await open(join(folderOf(uid), FILE), 'a', 0o600);
      try {
        await file.appendFile(`\n${JSON.stringify(entry)}\n`);
        await file.datasync();
      } finally {
        await file.close();
      }
    },
    async exclusively(uid, work) {
      await mkdir(folderOf(uid), { recursive: true });
      const release = await lockNow(join(folderOf(uid), 'outbox.lock'), ids);
      if (release === null) return null;
      try {
        return await work();
      } finally {
        release();
      }
    },
  };
}

/** Null when a living process holds it: that one sends what is there. */
async function lockNow(path: string, ids: Pick<Ids, 'nonce'>): Promise<(() => void) | null> {
  try {
    return await takePidLock(path, { nonce: ids.nonce(), waitMs: 0 });
  } catch (error) {
    if (error instanceof PulseError && error.code === 'conflict') return null;
    throw error;
  }
}

function parsed(line: string): OutboxEntry[] {
  if (line === '') return [];
  try {
    const value: unknown = JSON.parse(line);
    return isEntry(value) ? [value] : [];
  } catch {
    return [];
  }
}

/** Only we write it; what is of another version, or was torn, is not used. */
function isEntry(value: unknown): value is OutboxEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { v, at, service, key, step, hash } = value as Record<string, unknown>;
  return (
    v === 1 &&
    typeof service === 'string' &&
    service in SERVICES &&
    STEPS.some((one) => one === step) &&
    [at, key, hash].every((one) => typeof one === 'string')
  );
}
