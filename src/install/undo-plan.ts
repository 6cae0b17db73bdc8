import { type Changed, isLeftEmpty, removeEntry } from './config-edit.ts';
import type { FileState } from './disk.ts';
import type { HostId, McpTarget } from './host.ts';
import { hostOf } from './hosts.ts';
import type { EditRecord } from './manifest.ts';
import { fullPath, type Spot } from './places.ts';
import { difference } from './plan-entries.ts';
import type { Edit, FileEdit, Plan, Refusal, Request } from './plan-types.ts';
import { broken, edited, refusedFile } from './refusals.ts';
import { applySplices, fits } from './splice.ts';
import { entriesWithoutRecord, textsWithoutRecord } from './undo-unrecorded.ts';

export type UndoRequest = Pick<
  Request,
  'scope' | 'hosts' | 'where' | 'pack' | 'manifest' | 'replace' | 'claude' | 'read'
>;

export interface Found {
  edits: Edit[];
  refusals: Refusal[];
  notices: string[];
}

/**
 * What takes an installation away again: by the manifest, and where there is none (a colleague installed it, the
 * project moved) by what the files hold. What another agent still needs stays.
 */
export function planUninstall(request: UndoRequest): Plan {
  const found: Found = { edits: [], refusals: [], notices: [] };
  const seen = new Set<string>();
  for (const record of request.manifest?.edits ?? []) {
    const spot = { base: record.base, path: record.path };
    const state = request.read(spot);
    seen.add(fullPath(spot));
    const left = record.hosts.filter((id) => !request.hosts.includes(id));
    if (left.length === record.hosts.length) continue;
    if (left.length > 0 && state.is === 'text') found.edits.push(keptFor(record, spot, left, state));
    else if (record.what === 'entry') undoEntry(request, record, spot, state, found);
    else undoText(request, record, spot, state, found);
  }
  for (const id of request.hosts) {
    entriesWithoutRecord(request, id, seen, found);
    textsWithoutRecord(request, id, seen, found);
  }
  return { scope: request.scope, ...found };
}

export const gone = { kind: 'file', action: 'remove', after: null, splices: [], record: null } as const;
const bare = (record: EditRecord) => ({
  sha256_after: record.sha256_after,
  created: record.created,
  inverse: record.inverse,
  created_keys: record.created_keys,
});

function keptFor(
  record: EditRecord,
  spot: Spot,
  hosts: HostId[],
  state: FileState & { is: 'text' },
): FileEdit {
  const base = { kind: 'file', what: record.what, action: 'unchanged', spot, hosts } as const;
  return { ...base, before: state.sha256, after: state.text, splices: [], record: bare(record), folders: [] };
}

function undoEntry(
  request: UndoRequest,
  record: EditRecord,
  spot: Spot,
  state: FileState,
  found: Found,
): void {
  const path = fullPath(spot);
  const { hosts, folders } = record;
  const form = hosts.map((id) => hostOf(id).mcp[request.scope]).find((target) => target !== null);
  if (state.is === 'absent' || !form) {
    found.edits.push({ ...gone, what: 'entry', spot, hosts, before: null, folders });
    return;
  }
  if (state.is === 'refused') {
    found.refusals.push(refusedFile(path, hosts, state.why));
    return;
  }
  const isUntouched = state.sha256 === record.sha256_after;
  if (isUntouched && record.created) {
    found.edits.push({ ...gone, what: 'entry', spot, hosts, before: state.sha256, folders });
    return;
  }
  if (isUntouched && record.inverse !== null && fits(state.text, record.inverse)) {
    const after = applySplices(state.text, record.inverse);
    found.edits.push(changed('entry', spot, hosts, state, after, folders));
    return;
  }
  const without = withoutEntry(form, state.text, record.created_keys);
  if (!without.ok) {
    found.refusals.push(broken(path, hosts, without.fault));
    return;
  }
  const isEmpty = record.created && isLeftEmpty(form, without.text);
  if (without.text !== state.text) {
    found.notices.push(
      `${path} was changed since: only our entry was taken out, so the file may differ from what it was by spaces and line ends.`,
    );
  }
  const edit = changed('entry', spot, hosts, state, without.text, folders);
  found.edits.push(isEmpty ? { ...edit, action: 'remove', after: null, splices: [] } : edit);
}

export function changed(
  what: EditRecord['what'],
  spot: Spot,
  hosts: HostId[],
  state: FileState & { is: 'text' },
  after: string,
  folders: readonly string[],
): FileEdit {
  const isSame = after === state.text;
  const splices = isSame ? [] : [difference(state.text, after)];
  const action = isSame ? 'unchanged' : 'update';
  return {
    kind: 'file',
    what,
    action,
    spot,
    hosts,
    before: state.sha256,
    after,
    splices,
    record: null,
    folders,
  };
}

export function withoutEntry(form: McpTarget, text: string, created: readonly string[]): Changed {
  const made = removeEntry(form, text, created);
  return made.ok ? { ok: true, text: applySplices(text, made.splices) } : made;
}

function undoText(
  request: UndoRequest,
  record: EditRecord,
  spot: Spot,
  state: FileState,
  found: Found,
): void {
  const { what, hosts, folders } = record;
  const path = fullPath(spot);
  if (state.is === 'refused') found.refusals.push(refusedFile(path, hosts, state.why));
  else if (state.is === 'absent') found.edits.push({ ...gone, what, spot, hosts, before: null, folders });
  else if (state.sha256 === record.sha256_after || request.replace === 'all' || request.replace.has(path))
    found.edits.push({ ...gone, what, spot, hosts, before: state.sha256, folders });
  else found.refusals.push(edited(path, hosts, 'was changed by a person'));
}
