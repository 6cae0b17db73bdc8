import { randomUUID } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { hasErrno, PulseError } from '../core/errors.ts';
import { removeEmptyFolders, sha256 } from './disk.ts';

/** As in the built program; without it the files would be read by the type of whatever package stands above. */
const PACKAGE = { name: 'package.json', text: '{"type":"commonjs"}\n' };
/** What V8 has kept of an earlier run (see load.ts): made anew by each copy, and part of none. */
const CACHE = 'cache';

/** Hash by path below the folder, with forward slashes. */
export type Hashes = Record<string, string>;

/** The files of a folder of the built program; null when there is no such folder. */
function hashesOf(folder: string): Hashes | null {
  if (!existsSync(folder)) return null;
  return sorted(
    Object.fromEntries(
      filesIn(folder)
        .filter((name) => !name.startsWith(`${CACHE}/`))
        .map((name): [string, string] => [name, sha256(readFileSync(join(folder, name)))]),
    ),
  );
}

/** Plain files by their path below the folder, with forward slashes. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return filesIn(join(folder, entry.name)).map((name) => `${entry.name}/${name}`);
    return entry.isFile() ? [entry.name] : [];
  });
}

const foldersOf = (hashes: Hashes): string[] => [
  ...new Set(Object.keys(hashes).flatMap((name) => (name.includes('/') ? [dirname(name)] : []))),
];

const sorted = (hashes: Hashes): Hashes =>
  Object.fromEntries(Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1)));

const sameHashes = (a: Hashes | null, b: Hashes | null): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * Copies the built program to a folder of its own, whole or not at all: a copy beside it, read back and compared,
 * then renamed. An equal copy is left alone; a running server keeps the files that it has open.
 * @throws PulseError not_found without a built program, unsafe for a link in the way or a copy that differs
 */
export function copyProgram(dist: string, folder: string): { hashes: Hashes; changed: boolean } {
  const built = hashesOf(dist);
  if (!built?.['hotfix-pulse.js']) {
    throw new PulseError(
      'not_found',
      'The built program is not where it should be.',
      'Run the command from the whole package: npx hotfix-pulse install --scope user',
    );
  }
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new PulseError(
      'unsafe',
      'The folder for the program is a symbolic link.',
      'Remove the link below the data folder of hotfix-pulse, then repeat the command.',
    );
  }
  const hashes = sorted({ ...built, [PACKAGE.name]: sha256(PACKAGE.text) });
  if (sameHashes(hashesOf(folder), hashes)) return { hashes, changed: false };
  const beside = `${folder}.${process.pid}-${randomUUID().slice(0, 8)}`;
  mkdirSync(beside, { recursive: true, mode: 0o755 });
  try {
    for (const name of foldersOf(built)) mkdirSync(join(beside, name), { recursive: true, mode: 0o755 });
    for (const name of Object.keys(built)) {
      const mode = name === 'hotfix-pulse.js' ? 0o755 : 0o644;
      writeFileSync(join(beside, name), readFileSync(join(dist, name)), { mode, flush: true, flag: 'wx' });
    }
    writeFileSync(join(beside, PACKAGE.name), PACKAGE.text, { mode: 0o644, flush: true });
    if (!sameHashes(hashesOf(beside), hashes)) {
      throw new PulseError('unsafe', 'The copied program differs from the original.', 'Repeat the command.');
    }
    const old = `${beside}.old`;
    if (existsSync(folder)) renameSync(folder, old);
    renameSync(beside, folder);
    rmSync(old, { recursive: true, force: true });
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
  return { hashes, changed: true };
}

/** Removes a copy: only files with the hashes that were recorded, and the folder when nothing else is in it. */
export function removeCopy(folder: string, hashes: Hashes): boolean {
  const now = hashesOf(folder);
  if (now === null || lstatSync(folder).isSymbolicLink()) return true;
  try {
    for (const [name, hash] of Object.entries(now)) {
      if (hashes[name] === hash) rmSync(join(folder, name));
    }
    const kept = join(folder, CACHE);
    if (lstatSync(kept, { throwIfNoEntry: false })?.isDirectory())
      for (const name of readdirSync(kept)) if (name.endsWith('.bin')) rmSync(join(kept, name));
  } catch (error) {
    if (!hasErrno(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
  }
  removeEmptyFolders([
    ...[...foldersOf(now), CACHE].map((name) => join(folder, name)),
    folder,
    dirname(folder),
  ]);
  return !existsSync(folder);
}
