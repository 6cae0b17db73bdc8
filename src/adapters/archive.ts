import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/v4';
import { hasErrno } from '../core/errors.ts';
import { ULID_PATTERN } from '../core/ulid.ts';
import type { Damage, Ids } from '../ports.ts';
import { readRegular, writeAtomic } from './atomic-file.ts';
import { ensureFolder, syncFolder } from './file-append.ts';
import { lookAt } from './file-lines.ts';
import { isFileName } from './folder-place.ts';

/** What an archive holds, so that a change to it is found. */
const Manifest = z.object({
  v: z.literal(1),
  files: z.array(z.object({ file: z.string(), sha256: z.string(), bytes: z.int() })),
});

const MANIFEST = 'manifest.json';
const LOG = 'timeline.jsonl';
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Keeps files as `archive/<name>/` in the folder of one incident's log: written beside and renamed as a whole, so
 * it is there with its manifest or not at all. Nothing happens when it is there already.
 */
export function writeArchive(
  folder: string,
  name: string,
  files: Readonly<Record<string, string>>,
  ids: Ids,
): void {
  const archive = ensureFolder(folder, 'archive');
  const place = join(archive, name);
  if (lookAt(place) !== null) return;
  const draft = join(archive, `.${ids.nonce()}`);
  const kept = Object.entries(files).filter(([file]) => isFileName(file));
  try {
    mkdirSync(draft, { mode: 0o700 });
    const put = (file: string, text: string): void =>
      writeFileSync(join(draft, file), text, { flag: 'wx', mode: 0o600, flush: true });
    for (const [file, text] of kept) put(file, text);
    put(MANIFEST, manifestOf(kept, ids));
    syncFolder(draft);
    renameSync(draft, place);
    syncFolder(archive);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another process kept the same close at the same moment.
    if (!hasErrno(error, 'ENOTEMPTY', 'EEXIST') || lookAt(place) === null) throw error;
  }
}

function manifestOf(files: readonly (readonly [string, string])[], ids: Ids): string {
  const rows = files.map(([file, text]) => ({
    ...{ file, sha256: ids.sha256(text), bytes: Buffer.byteLength(text) },
  }));
  return `${JSON.stringify({ v: 1, files: rows }, null, 2)}\n`;
}

/** Compares every archive in the folder with its manifest; empty when nothing differs. */
export function verifyArchives(folder: string, ids: Ids): Damage[] {
  return namesIn(folder).flatMap((name) => {
    const place = join(folder, 'archive', name);
    const differs = (file: string, detail: string): Damage => ({
      ...{ where: `archive/${name}/${file}`, line: 0, problem: 'archive_changed', detail },
    });
    const manifest = readManifest(place);
    if (manifest === null) return [differs(MANIFEST, 'it is missing or cannot be read')];
    return manifest.files.flatMap(({ file, sha256 }) => {
      const text = isFileName(file) ? readRegular(join(place, file), MAX_BYTES) : null;
      if (text === null) return [differs(file, 'it is missing')];
      return ids.sha256(text) === sha256 ? [] : [differs(file, 'it is not as it was kept')];
    });
  });
}

/** The logs kept in the archives of a folder, for a purge. */
export function archivedLogs(folder: string): string[] {
  return namesIn(folder).map((name) => join(folder, 'archive', name, LOG));
}

/**
 * After a purge: of every archive only its log stays, which has the tombstone by now. The documents may quote what
 * was purged and can be made from the log again.
 */
export function stripArchives(folder: string, ids: Ids): void {
  const archive = join(folder, 'archive');
  if (!isFolder(archive)) return;
  // What a crash left half written holds the same texts.
  const halves = readdirSync(archive).filter((name) => !ULID_PATTERN.test(name));
  for (const name of halves) rmSync(join(archive, name), { recursive: true, force: true });
  for (const name of namesIn(folder)) {
    const place = join(archive, name);
    const others = readdirSync(place).filter((file) => file !== LOG && file !== MANIFEST);
    for (const file of others) rmSync(join(place, file), { recursive: true, force: true });
    const text = readRegular(join(place, LOG), MAX_BYTES);
    const rest: [string, string][] = text === null ? [] : [[LOG, text]];
    writeAtomic({ folder: realpathSync(place), name: MANIFEST, text: manifestOf(rest, ids) });
  }
}

function namesIn(folder: string): string[] {
  const archive = join(folder, 'archive');
  if (!isFolder(archive)) return [];
  return readdirSync(archive).filter((name) => ULID_PATTERN.test(name) && isFolder(join(archive, name)));
}

/** What is reached through a link was not kept by us. */
function isFolder(path: string): boolean {
  return lookAt(path)?.isDirectory() ?? false;
}

function readManifest(place: string): z.infer<typeof Manifest> | null {
  try {
    return Manifest.parse(JSON.parse(readFileSync(join(place, MANIFEST), 'utf8')));
  } catch {
    return null;
  }
}
