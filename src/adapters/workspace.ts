import { randomUUID } from 'node:crypto';
import { readdirSync, realpathSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tombstonesIn } from '../core/documents/log-lines.ts';
import type { FolderState, PublishedFile, RefreshOutcome, RefreshRequest, Workspace } from '../ports.ts';
import { nodeAt, readRegular, sweepTemps, writeAtomic } from './atomic-file.ts';
import { writeExtraFile } from './extra-file.ts';
import { failed, isDiskError, notWritten, trackedNotice } from './folder-answers.ts';
import { createFolderMemory, type FolderMemory } from './folder-memory.ts';
import {
  ATTRIBUTES,
  type Git,
  IGNORE_ALL,
  isCommitted,
  isFileName,
  makeFolder,
  type Place,
  placeOf,
  stateOf,
  trackedIn,
} from './folder-place.ts';
import { readFrontMatter } from './front-matter.ts';
import { runGit } from './git.ts';
import { checkUid, type LogPlaces } from './log-places.ts';
import { takePidLock } from './pid-lock.ts';
import { MAX_FILE, refreshFile } from './refresh-file.ts';

export interface WorkspaceOptions {
  root: string;
  /** Where the record is kept: the folder's own memory lies beside it. */
  places: Pick<LogPlaces, 'live' | 'fallback' | 'git'>;
  /** In place of git itself; null for a folder without git. */
  git?: Git | null;
}

/** A refresh by another process takes milliseconds; longer is not worth waiting for. */
const LOCK_WAIT_MS = 2_000;
const UID = /^uid: "([0-9A-Z]{26})"$/m;

/**
 * The incident's folder in the working tree, under the three rules of the architecture page: private until
 * published; a refresh never brings back what a branch switch took away; tracked copies are left to
 * `publish` and `update`. Everything is written beside and renamed, never through a symbolic link.
 */
export function createWorkspace({
  root,
  places,
  git = places.git ? runGit : null,
}: WorkspaceOptions): Workspace {
  const foldersOf = (uid: string): string[] => {
    checkUid(uid);
    return [join(places.live, uid), join(places.fallback, uid)];
  };
  const memoryOf = (uid: string): FolderMemory => createFolderMemory(foldersOf(uid));

  async function refresh(request: RefreshRequest): Promise<RefreshOutcome> {
    const place = await placeFor(request);
    if (place.kind !== 'there') return notWritten(request, place);
    if (isForeign(place.path, request.uid)) {
      const why = 'it already holds another incident of the same number and name';
      return notWritten(request, { kind: 'refused', why });
    }
    sweepTemps(place.path);
    const { state, tracked } = await begin(place.path, request);
    const memory = memoryOf(request.uid);
    const notices: string[] = purgeCopies(request, memory);
    const files: PublishedFile[] = [];
    for (const [name, text] of Object.entries(request.files)) {
      const path = `${request.folder}/${name}`;
      if (!isFileName(name)) {
        files.push({ path, result: 'refused' });
        continue;
      }
      const outcome = refreshFile({
        ...{ root, folder: place.path, name, text, memory },
        touch: touch(request.mode, tracked === null ? state !== 'private' : tracked.has(name)),
        mayAppear:
          request.mode === 'publish' ||
          request.mode === 'update' ||
          state === 'private' ||
          nodeAt(join(place.path, name)) !== 'absent' ||
          !(await isCommitted(git, root, path)),
      });
      files.push({ path, result: outcome.result });
      if (outcome.notice !== null) notices.push(outcome.notice);
    }
    if (request.mode === 'publish') open(place.path);
    return { files, notices: [...notices, ...trackedNotice(files)] };
  }

  /** Where to write; the folder is made only by the modes that may. */
  async function placeFor({ uid, folder, mode }: RefreshRequest): Promise<Place> {
    const place = placeOf(root, folder);
    if (place.kind !== 'absent') return place;
    if (mode === 'refresh' || mode === 'update') return place;
    // What was written once and is committed somewhere is gone because the branch changed.
    const wentAway =
      mode === 'create' && memoryOf(uid).last('hotfix.md') !== null && (await isCommitted(git, root, folder));
    return wentAway ? place : makeFolder(root, folder);
  }

  async function begin(path: string, { folder, mode }: RefreshRequest) {
    const isNew = mode === 'create' && readdirSync(path).length === 0;
    // The ignore file comes first: at no moment can the folder be added by accident.
    if (isNew) writeAtomic({ folder: path, name: '.gitignore', text: IGNORE_ALL });
    if ((isNew || mode === 'publish') && nodeAt(join(path, '.gitattributes')) === 'absent') {
      writeAtomic({ folder: path, name: '.gitattributes', text: ATTRIBUTES });
    }
    const tracked = await trackedIn(git, root, folder);
    return { state: stateOf(path, tracked), tracked };
  }

  async function read(folder: string): Promise<FolderState> {
    const none: FolderState = { path: folder, state: 'absent', files: {} };
    const place = placeOf(root, folder);
    if (place.kind !== 'there') return none;
    const files = readdirSync(place.path)
      .filter(isFileName)
      .sort()
      .flatMap((name): [string, string][] => {
        const text = readRegular(join(place.path, name), MAX_FILE);
        return text === null ? [] : [[name, text]];
      });
    const state = stateOf(place.path, await trackedIn(git, root, folder));
    return { path: folder, state, files: Object.fromEntries(files) };
  }

  return {
    root,
    async read(folder) {
      try {
        return await read(folder);
      } catch (error) {
        if (!isDiskError(error)) throw error;
        return { path: folder, state: 'absent', files: {} };
      }
    },
    async document(folder, file) {
      const text = (await this.read(folder)).files[file];
      return text === undefined ? null : readFrontMatter(text);
    },
    async repoFile(path) {
      return repoText(root, path);
    },
    async refresh(request) {
      const release = await lock(foldersOf(request.uid));
      try {
        return await refresh(request);
      } catch (error) {
        return failed(request, error);
      } finally {
        release();
      }
    },
    async writeExtra(path, text, uid) {
      const release = await lock(foldersOf(uid));
      try {
        return writeExtraFile({ root, path, text, uid, memory: memoryOf(uid) });
      } finally {
        release();
      }
    },
    async lastGenerated(uid, file) {
      return isFileName(file) ? memoryOf(uid).last(file) : null;
    },
  };
}

/** A file of the repository that is read for a proposal. Bytes. */
const MAX_REPO_FILE = 1024 * 1024;

function repoText(
  root: string,
  path: string,
): { state: 'absent' | 'other' } | { state: 'text'; text: string } {
  const steps = path.split('/');
  if (steps.some((step) => step === '' || step === '.' || step === '..')) return { state: 'other' };
  let at = realpathSync(root);
  for (const [index, step] of steps.entries()) {
    at = join(at, step);
    const node = nodeAt(at);
    if (node === 'absent') return { state: 'absent' };
    if (node !== (index < steps.length - 1 ? 'folder' : 'file')) return { state: 'other' };
  }
  const text = readRegular(at, MAX_REPO_FILE);
  // Bytes that are no UTF-8 would not come out again as they were.
  return text === null || text.includes('\ufffd') ? { state: 'other' } : { state: 'text', text };
}

/** Two refreshes at once would each remember what the other wrote. Without a place for the lock each goes on alone. */
async function lock(folders: readonly string[]): Promise<() => void> {
  const folder = folders.find((path) => nodeAt(path) === 'folder');
  if (folder === undefined) return () => {};
  try {
    return await takePidLock(join(folder, 'refresh.lock'), {
      nonce: randomUUID(),
      waitMs: LOCK_WAIT_MS,
    });
  } catch {
    return () => {};
  }
}

function touch(mode: RefreshRequest['mode'], isTracked: boolean): boolean {
  return mode === 'publish' || mode === 'update' || !isTracked;
}

/** The folder's own hotfix.md names its incident; two clones may have taken the same number. */
function isForeign(path: string, uid: string): boolean {
  const text = readRegular(join(path, 'hotfix.md'), MAX_FILE);
  const found = text?.startsWith('---') ? UID.exec(text.slice(0, 64 * 1024))?.[1] : undefined;
  return found !== undefined && found !== uid;
}

/** A purge must reach the copies too; it is seen by a tombstone that was not there when we last wrote. */
function purgeCopies({ files }: RefreshRequest, memory: FolderMemory): string[] {
  const now = tombstonesIn(files['timeline.jsonl'] ?? '');
  const known = new Set(now.length === 0 ? [] : tombstonesIn(memory.last('timeline.jsonl') ?? ''));
  if (now.every((id) => known.has(id))) return [];
  return memory
    .scrub()
    .map(
      (name) => `The saved copy ${name} could not be cleaned of what was purged: look through it by hand.`,
    );
}

/** Lifts the ignore file, if it is the one that we wrote. */
function open(path: string): void {
  const ignore = join(path, '.gitignore');
  if (readRegular(ignore, 1024)?.trim() === IGNORE_ALL.trim()) unlinkSync(ignore);
}
