import { addEntry, type Changed, readEntry, replaceEntry, startsSame, updateEntry } from './config-edit.ts';
import { sha256 } from './disk.ts';
import { isGenerated } from './entry-shapes.ts';
import { type Entry, type HostId, type McpTarget, SERVER } from './host.ts';
import { hostOf } from './hosts.ts';
import type { EditRecord } from './manifest.ts';
import { fullPath, type Spot, spotOf } from './places.ts';
import type { Edit, FileEdit, Refusal, Request } from './plan-types.ts';
import { broken, edited, refusedFile } from './refusals.ts';
import { applySplices, fits, inverseOf, type Splice } from './splice.ts';

interface Target {
  spot: Spot;
  target: McpTarget;
  hosts: HostId[];
}

/** The configuration files of the agents; one file that several of them read is edited once. */
function targetsOf(request: Request): Target[] {
  const found = new Map<string, Target>();
  for (const id of request.hosts) {
    const target = hostOf(id).mcp[request.scope];
    if (!target) continue;
    const spots = target.files.map((file) => spotOf(file, request.where)).filter((spot) => spot !== null);
    const spot = spots.find((candidate) => request.read(candidate).is !== 'absent') ?? spots[0];
    if (!spot) continue;
    const path = fullPath(spot);
    const known = found.get(path);
    if (known) known.hosts.push(id);
    else found.set(path, { spot, target, hosts: [id] });
  }
  return [...found.values()];
}

export function planEntries(request: Request): { edits: Edit[]; refusals: Refusal[] } {
  const edits: Edit[] = [];
  const refusals: Refusal[] = [];
  for (const target of targetsOf(request)) {
    const made = planEntry(request, target);
    if ('code' in made) refusals.push(made);
    else edits.push(made);
  }
  return { edits, refusals };
}

function planEntry(request: Request, { spot, target, hosts }: Target): Edit | Refusal {
  const path = fullPath(spot);
  const state = request.read(spot);
  if (state.is === 'refused') return refusedFile(path, hosts, state.why);
  const text = state.is === 'text' ? state.text : '';
  const before = state.is === 'text' ? state.sha256 : null;
  const entry = target.entry(request.launch);
  const current = readEntry(target, text);
  if (!current.ok) return broken(path, hosts, current.fault);
  const record = request.manifest?.edits.find(
    (known) => known.base === spot.base && known.path === spot.path,
  );
  const isSame = current.value !== undefined && startsSame(current.value, entry);
  const isOurs = isGenerated(current.value);
  const isFree = current.value === undefined || isOurs || isSame;
  if (!isFree && request.replace !== 'all' && !request.replace.has(path)) {
    return edited(path, hosts, `its entry ${SERVER} was written or changed by a person`);
  }
  if (target.through === 'claude' && request.claude !== null && !record) {
    const has = current.value !== undefined;
    return throughClaude(request.claude, entry, { has, isSame, spot, target, hosts });
  }
  const base = { kind: 'file', what: 'entry', spot, before, folders: [] } as const;
  const everyone = [...new Set([...(record?.hosts ?? []), ...hosts])];
  const shown = { ...base, hosts: everyone };
  // Nobody else changed the file since: from what was there before, so that it stays exactly reversible.
  const original = record && originalOf(text, before, record);
  if (original !== undefined) return added(shown, target, original, entry, text, record);
  if (current.value === undefined)
    return added(shown, target, before === null ? null : text, entry, text, undefined);
  const kept = {
    sha256_after: before ?? '',
    created: record?.created ?? false,
    inverse: record?.sha256_after === before ? (record?.inverse ?? null) : null,
    created_keys: record?.created_keys ?? [],
  };
  if (isSame) return { ...shown, action: 'unchanged', after: text, splices: [], record: kept };
  const changed: Changed = isOurs ? updateEntry(target, text, entry) : replaceEntry(target, text, entry);
  if (!changed.ok) return broken(path, hosts, changed.fault);
  const after = changed.text;
  // What a person wrote in the entry may be a token: it goes nowhere, so the exact bytes do not come back.
  const next = { ...kept, sha256_after: sha256(after), inverse: null };
  return { ...shown, action: 'update', after, splices: [difference(text, after)], record: next };
}

/** The text before we touched it; undefined when it cannot be known. */
function originalOf(text: string, hash: string | null, record: EditRecord): string | undefined {
  if (hash === null || hash !== record.sha256_after) return undefined;
  if (record.created) return '';
  return record.inverse !== null && fits(text, record.inverse)
    ? applySplices(text, record.inverse)
    : undefined;
}

function added(
  base: Omit<FileEdit, 'action' | 'after' | 'splices' | 'record'>,
  target: McpTarget,
  original: string | null,
  entry: Entry,
  text: string,
  record: EditRecord | undefined,
): FileEdit | Refusal {
  const made = addEntry(target, original ?? '', entry);
  if (!made.ok) return broken(fullPath(base.spot), base.hosts, made.fault);
  const after = applySplices(original ?? '', made.splices);
  const created = record ? record.created : original === null;
  const kept = {
    sha256_after: sha256(after),
    created,
    inverse: created ? null : inverseOf(made.splices),
    created_keys: [...(made.created ?? [])],
  };
  const action = base.before === null ? 'create' : after === text ? 'unchanged' : 'update';
  const splices = action === 'unchanged' ? [] : record ? [difference(text, after)] : made.splices;
  return { ...base, action, after, splices, record: kept };
}

/** The one stretch that differs. */
export function difference(before: string, after: string): Splice {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  const room = Math.min(before.length, after.length) - start;
  while (end < room && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return {
    offset: start,
    replaced: before.slice(start, before.length - end),
    inserted: after.slice(start, after.length - end),
  };
}

function throughClaude(
  program: string,
  entry: Entry,
  known: { has: boolean; isSame: boolean; spot: Spot; target: McpTarget; hosts: HostId[] },
): Edit {
  const { has, isSame, spot, target, hosts } = known;
  const remove = ['mcp', 'remove', '--scope', 'user', SERVER];
  const words = [entry.command, ...(Array.isArray(entry.args) ? entry.args : [])].map(String);
  const add = ['mcp', 'add', '--scope', 'user', SERVER, '--', ...words];
  const calls = isSame ? [] : has ? [remove, add] : [add];
  const action = isSame ? 'unchanged' : has ? 'update' : 'create';
  return { kind: 'command', action, hosts, program, calls, undo: remove, wanted: entry, spot, form: target };
}
