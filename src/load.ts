import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, sep } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';

/** Beside the program, never elsewhere: who may write there may change the program as well. */
const FOLDER = 'cache';
/** After an answer, so that the next question is not the one that waits. */
const PAUSE_MS = 1_000;
/** One for each Node.js that has used this program, and each form of the program. */
const MOST_FILES = 4;
const SHARED = 0o022;

export interface Loaded {
  exports: unknown;
  /** What has been used by now is worth keeping for the next start. Does it later, once, and never fails. */
  keep(): void;
}

/**
 * Runs a CommonJS bundle. V8's compiled code of an earlier run makes that quicker: it is read from a file that only
 * this user can have written, and written where the folder is this user's own; else there is none, and all the rest
 * is the same. V8 itself refuses what another version or other flags have made.
 * @param file absolute; its name must change with its contents
 */
export function loadCompiled(file: string): Loaded {
  const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(file, 'latin1')}\n})`;
  const folder = join(dirname(file), FOLDER);
  const path = join(folder, `${basename(file, '.js')}-${cachedDataVersionTag().toString(36)}.bin`);
  const cachedData = compiledAt(path, dirname(file));
  const script = new Script(source, { filename: file, ...(cachedData ? { cachedData } : {}) });
  const module = { exports: {} };
  const run = script.runInThisContext();
  run.call(module.exports, module.exports, createRequire(file), module, file, dirname(file));
  let state: 'new' | 'asked' | 'kept' = cachedData !== null && !script.cachedDataRejected ? 'kept' : 'new';
  const write = (): void => {
    if (state === 'kept') return;
    state = 'kept';
    store(path, () => script.createCachedData());
  };
  return {
    exports: module.exports,
    keep() {
      if (state !== 'new') return;
      state = 'asked';
      setTimeout(write, PAUSE_MS).unref();
      process.once('exit', write);
    },
  };
}

/** Null when there is none, or when another user may have written it. */
function compiledAt(path: string, program: string): Buffer | null {
  let file: number | undefined;
  try {
    if (!isOwn(program) || !isOwn(dirname(path))) return null;
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    const found = fstatSync(file);
    return found.isFile() && isMine(found, path) ? readFileSync(file) : null;
  } catch {
    return null;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Written beside and renamed: a start meanwhile reads all of it or none. */
function store(path: string, compiled: () => Buffer): void {
  const folder = dirname(path);
  const beside = `${path}.${process.pid}`;
  try {
    if (!isOwn(dirname(folder))) return;
    mkdirSync(folder, { mode: 0o700, recursive: true });
    if (!isOwn(folder)) return;
    const others = readdirSync(folder).filter((name) => name !== basename(path));
    for (const name of others.length < MOST_FILES ? [] : others) rmSync(join(folder, name), { force: true });
    writeFileSync(beside, compiled(), { mode: 0o600, flag: 'wx' });
    renameSync(beside, path);
  } catch {
    // A program that nothing can be written beside starts as well, only slower.
    remove(beside);
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It lies in our own folder and nobody reads it.
  }
}

/** True for a real folder where nobody else may write. */
function isOwn(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && isMine(found, folder);
}

/** Windows shows no owners: there, what lies below the user's own folder is theirs. */
function isMine({ uid, mode }: Stats, path: string): boolean {
  const { USERPROFILE: home } = process.env;
  const own = process.getuid?.();
  if (own === undefined) return home !== undefined && path.startsWith(join(home, sep));
  return uid === own && (mode & SHARED) === 0;
}
