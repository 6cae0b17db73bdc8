import { readFileSync, statSync } from 'node:fs';
import type { DoctorCheck } from '../core/doctor.ts';
import { hasErrno } from '../core/errors.ts';
import { readEntry } from './config-edit.ts';
import { readState, sha256 } from './disk.ts';
import { isGenerated } from './entry-shapes.ts';
import { type Host, type McpTarget, SCOPES, type Scope, SERVER } from './host.ts';
import { fullPath, type Spot, spotOf, type Where } from './places.ts';
import type { Fault } from './splice.ts';

/** Our entry in a configuration of an agent. */
export interface FoundEntry {
  host: Host;
  scope: Scope;
  target: McpTarget;
  spot: Spot;
  /** Hash of the whole file. */
  sha256: string;
  value: Readonly<Record<string, unknown>>;
}

const MAX_BYTES = 32 * 1024 * 1024;

/**
 * What an agent would read there, through links and from read-only files too, which the installer does not touch;
 * null when nothing is there.
 * @throws Error that `hasErrno` knows when it cannot be read
 */
function textAt(spot: Spot): string | null {
  const state = readState(spot);
  if (state.is !== 'refused') return state.is === 'text' ? state.text : null;
  const path = fullPath(spot);
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size <= MAX_BYTES ? readFileSync(path, 'utf8') : '';
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return null;
    throw error;
  }
}

type Read = { is: 'absent' } | { is: 'entry'; entry: FoundEntry } | { is: 'fault'; check: DoctorCheck };

function readAt(host: Host, scope: Scope, target: McpTarget, spot: Spot): Read {
  const path = fullPath(spot);
  const about = { part: 'agents', agent: host.id, scope, path } as const;
  const fault = (id: string, seen: string, todo: string, at: Partial<Fault> = {}): Read => {
    const { line, column } = at;
    const where = line === undefined || column === undefined ? {} : { line, column };
    const said = `${host.label}, ${scope} scope: ${seen}`;
    return { is: 'fault', check: { ...about, id, state: 'fail', seen: said, todo, ...where } };
  };
  let text: string | null;
  try {
    text = textAt(spot);
  } catch (error) {
    if (!hasErrno(error, 'EACCES', 'EPERM', 'EIO')) throw error;
    return fault('config_unreadable', 'its settings cannot be read', 'Check who owns the file.');
  }
  if (text === null) return { is: 'absent' };
  const read = readEntry(target, text);
  if (!read.ok) {
    const todo = 'Mend the file at that place; the agent cannot read it either.';
    return fault('config_broken', `its settings are broken: ${read.fault.what}`, todo, read.fault);
  }
  if (read.value === undefined) return { is: 'absent' };
  if (typeof read.value !== 'object' || read.value === null || Array.isArray(read.value)) {
    return fault('entry_wrong', `its entry ${SERVER} is no object`, installAgain(host, scope, '--replace'));
  }
  return {
    is: 'entry',
    entry: { host, scope, target, spot, sha256: sha256(text), value: { ...read.value } },
  };
}

export const installAgain = ({ id }: Host, scope: Scope, ...more: string[]): string =>
  ['hotfix-pulse install --scope', scope, '--agent', id, ...more].join(' ');

/** What puts an entry right; one that a person wrote is only replaced when they say so. */
export const mendEntry = ({ host, scope, value }: FoundEntry): string =>
  installAgain(host, scope, ...(isGenerated(value) ? [] : ['--replace']));

export interface HostEntries {
  host: Host;
  entries: FoundEntry[];
  /** Scopes without an entry. */
  absent: Scope[];
  faults: DoctorCheck[];
}

/** Looks into every settings file that an agent reads. */
export function entriesOf(host: Host, where: Where): HostEntries {
  const found: HostEntries = { host, entries: [], absent: [], faults: [] };
  for (const scope of SCOPES) {
    const target = host.mcp[scope];
    const spots = (target?.files ?? []).map((file) => spotOf(file, where)).filter((spot) => spot !== null);
    if (target === null || spots.length === 0) continue;
    const reads = spots.map((spot) => readAt(host, scope, target, spot));
    for (const read of reads) {
      if (read.is === 'entry') found.entries.push(read.entry);
      if (read.is === 'fault') found.faults.push(read.check);
    }
    if (reads.every(({ is }) => is === 'absent')) found.absent.push(scope);
  }
  return found;
}
