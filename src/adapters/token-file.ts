import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno, PulseError } from '../core/errors.ts';
import { parseTokenEntry, type TokenEntry } from '../core/team-tokens.ts';
import type { TokenStore } from '../ports-team.ts';
import { asPulseError, ensureBase, syncFolder } from './file-append.ts';
import type { LogPlaces } from './log-places.ts';

const FILE = 'tokens.jsonl';
/** For the owner alone; it holds hashes, but names too. */
const MODE = 0o600;

/**
 * Tokens beside the live log, written like it: a newline, a line and a newline in one appending write, then a flush. A
 * line that a crash has torn stands alone and is passed over. Never followed through a symbolic link.
 */
export function createTokenFile({ live, git }: Pick<LogPlaces, 'live' | 'git'>): TokenStore {
  const path = join(live, FILE);
  let known: { stamp: string; entries: readonly TokenEntry[] } | undefined;

  return {
    async read() {
      const file = await openOwn(path, constants.O_RDONLY).catch((error: unknown) => {
        if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return null;
        throw error;
      });
      if (file === null) return [];
      try {
        const { dev, ino, size, mtimeNs } = await file.stat({ bigint: true });
        const stamp = [dev, ino, size, mtimeNs].join(':');
        if (known?.stamp === stamp) return known.entries;
        const entries = (await file.readFile('utf8')).split('\n').flatMap(parsed);
        known = { stamp, entries };
        return entries;
      } finally {
        await file.close();
      }
    },
    async append(entry) {
      try {
        ensureBase(live, !git);
        const file = await openOwn(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
        try {
          // A copy that somebody has restored may be readable for others.
          await file.chmod(MODE);
          await file.appendFile(`\n${JSON.stringify(entry)}\n`);
          await file.datasync();
        } finally {
          await file.close();
        }
        syncFolder(live);
      } catch (error) {
        throw notWritten(asPulseError(error));
      }
    },
  };
}

async function openOwn(path: string, flags: number): Promise<FileHandle> {
  // Non-blocking: a named pipe in its place must not hold the hub.
  const file = await open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, MODE);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new PulseError(
    'unsafe',
    'The file of the tokens is no ordinary file.',
    'Look at tokens.jsonl beside the incident logs, and take away what somebody put in its place.',
  );
}

function notWritten(error: unknown): unknown {
  if (!(error instanceof PulseError) || error.code !== 'upstream') return error;
  return new PulseError(
    'upstream',
    'The tokens could not be written.',
    'Make the folder of the incident logs writable (hotfix-pulse doctor names it), then repeat the command.',
  );
}

function parsed(line: string): TokenEntry[] {
  if (line === '') return [];
  try {
    const entry = parseTokenEntry(JSON.parse(line));
    return entry === null ? [] : [entry];
  } catch {
    return [];
  }
}
