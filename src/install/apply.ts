import { readEntry, startsSame } from './config-edit.ts';
import { readState, removeEmptyFolders, removeFile, type Written, writeFile } from './disk.ts';
import type { EditRecord, Manifest } from './manifest.ts';
import { fullPath } from './places.ts';
import type { CommandEdit, Edit, FileEdit } from './plan-types.ts';

/** Runs a program with arguments and tells how it ended; never a shell. */
export type Run = (command: readonly string[]) => Promise<{ ended: string; code: number | null }>;

export interface Applied {
  done: Edit[];
  /** Set when something failed: then all files are as they were before. */
  failed: { edit: Edit; why: Extract<Written, { ok: false }>['why'] | 'command_failed' } | null;
  records: EditRecord[];
  commands: Manifest['commands'];
}

/**
 * Applies a plan: all of its files or none. Each file is written whole and only while it still is what was planned
 * for; when one cannot be, those before it are put back. An agent's own command comes last.
 */
export async function applyPlan(edits: readonly Edit[], run: Run): Promise<Applied> {
  const files = edits.filter((edit): edit is FileEdit => edit.kind === 'file');
  const calls = edits.filter((edit): edit is CommandEdit => edit.kind === 'command');
  const made = new Map<FileEdit, string[]>();
  const before = new Map<FileEdit, string | null>();
  const fail = (edit: Edit, why: NonNullable<Applied['failed']>['why']): Applied => {
    putBack(before, made);
    return { done: [], failed: { edit, why }, records: [], commands: [] };
  };
  for (const edit of files) {
    const state = readState(edit.spot);
    const written = applyFile(edit);
    if (!written.ok) return fail(edit, written.why);
    made.set(edit, written.made);
    if (edit.action !== 'unchanged') before.set(edit, state.is === 'text' ? state.text : null);
  }
  for (const edit of calls) {
    if (!(await applyCommand(edit, run))) return fail(edit, 'command_failed');
  }
  removeEmptyFolders(files.filter(({ action }) => action !== 'create').flatMap(({ folders }) => folders));
  return {
    done: [...edits],
    failed: null,
    records: files.flatMap((edit) => recordOf(edit, made.get(edit) ?? [])),
    commands: calls.flatMap(({ undo, hosts }) =>
      undo === null ? [] : [{ what: 'agent_command' as const, hosts, undo: ['claude', ...undo] }],
    ),
  };
}

function applyFile(edit: FileEdit): Written {
  if (edit.action === 'unchanged') return { ok: true, made: [] };
  if (edit.after === null) {
    return edit.before === null ? { ok: true, made: [] } : removeFile(edit.spot, edit.before);
  }
  return writeFile(edit.spot, edit.before, edit.after);
}

/** The result counts, not the exit code: some commands answer 0 for nothing done. */
async function applyCommand(edit: CommandEdit, run: Run): Promise<boolean> {
  for (const args of edit.calls) {
    const { ended, code } = await run([edit.program, ...args]);
    if (ended !== 'exited' || code !== 0) return isAsWanted(edit);
  }
  return isAsWanted(edit);
}

function isAsWanted(edit: CommandEdit): boolean {
  const state = readState(edit.spot);
  const entry = readEntry(edit.form, state.is === 'text' ? state.text : '');
  if (!entry.ok) return false;
  if (edit.action === 'remove') return entry.value === undefined;
  return edit.wanted !== null && startsSame(entry.value, edit.wanted);
}

/** Newest first; a file that somebody else changed in between is left to them. */
function putBack(before: ReadonlyMap<FileEdit, string | null>, made: ReadonlyMap<FileEdit, string[]>): void {
  for (const [edit, text] of [...before].reverse()) {
    const state = readState(edit.spot);
    if (state.is === 'refused' || (state.is === 'text' ? state.text : null) !== edit.after) continue;
    const now = state.is === 'text' ? state.sha256 : null;
    if (text !== null) writeFile(edit.spot, now, text);
    else if (now !== null) removeFile(edit.spot, now);
  }
  removeEmptyFolders([...made.values()].flat());
}

function recordOf(edit: FileEdit, made: readonly string[]): EditRecord[] {
  if (edit.record === null) return [];
  const { what, hosts, spot, record } = edit;
  return [{ what, ...spot, hosts, ...record, folders: [...edit.folders, ...made] }];
}

/** The manifest after a plan was applied: its records in place of the older ones for the same files. */
export function recorded(
  before: Manifest | null,
  head: Pick<Manifest, 'scope' | 'version' | 'name' | 'launch'>,
  { done, records, commands }: Pick<Applied, 'done' | 'records' | 'commands'>,
): Manifest {
  const touched = new Set(done.flatMap((edit) => (edit.kind === 'file' ? [fullPath(edit.spot)] : [])));
  const kept = (before?.edits ?? []).filter((record) => !touched.has(fullPath(record)));
  const folders = new Map((before?.edits ?? []).map((record) => [fullPath(record), record.folders]));
  const hasCommands = done.some(({ kind }) => kind === 'command');
  return {
    ...{ v: 1, ...head },
    edits: [
      ...kept,
      ...records.map((record) => ({
        ...record,
        folders: [...new Set([...(folders.get(fullPath(record)) ?? []), ...record.folders])],
      })),
    ],
    commands: hasCommands ? commands : (before?.commands ?? []),
    bundles: before?.bundles ?? [],
  };
}
