import { join } from 'node:path';
import { readState, removeFile, sha256, writeFile } from './disk.ts';
import { HOST_IDS, type HostId, type Launch, type Scope } from './host.ts';
import { type Spot, spotOf, type Where } from './places.ts';
import type { Splice } from './splice.ts';

/** One thing that install did to a file, with what takes it back. Never the file: configurations hold tokens. */
export interface EditRecord {
  what: 'entry' | 'skill' | 'command' | 'workflow';
  base: string;
  path: string;
  /** Who needs it: it goes when the last of them is uninstalled. Empty for the workflow, which no agent needs. */
  hosts: HostId[];
  /** Hash of the whole file as it was left. */
  sha256_after: string;
  /** The file was not there before. */
  created: boolean;
  /** Takes the bytes back; null when they cannot be known exactly any more. Not needed for a created file. */
  inverse: Splice[] | null;
  /** Objects of the configuration that were made for the entry. */
  created_keys: string[];
  /** Folders that were made, absolute. */
  folders: string[];
}

/** An entry that was made through the agent's own command. */
interface CommandRecord {
  what: 'agent_command';
  hosts: HostId[];
  /** The words that take it back. */
  undo: string[];
}

export interface Manifest {
  v: 1;
  scope: Scope;
  /** Version that wrote last. */
  version: string;
  /** What the main skill is called. */
  name: string;
  launch: Launch;
  edits: EditRecord[];
  commands: CommandRecord[];
  /** Our own copies of the program: hash by file name. User scope only. */
  bundles: { version: string; files: Record<string, string> }[];
}

export const DATA = '$XDG_DATA_HOME/hotfix-pulse';

/** Beside the copies of the program, one file for the user and one per project; nothing of it is in the project. */
function manifestSpot(scope: Scope, where: Where): Spot | null {
  const data = spotOf(DATA, where);
  if (!data) return null;
  if (scope === 'user') return { base: data.base, path: join(data.path, 'installed', 'user.json') };
  if (where.repo === null) return null;
  const name = `${sha256(where.repo).slice(0, 16)}.json`;
  return { base: data.base, path: join(data.path, 'installed', name) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const isHosts = (value: unknown): value is HostId[] =>
  isTexts(value) && value.every((id) => HOST_IDS.some((known) => known === id));

function isSplice(value: unknown): value is Splice {
  return (
    isRecord(value) && Number.isSafeInteger(value.offset) && isText(value.replaced) && isText(value.inserted)
  );
}

function isEdit(value: unknown): value is EditRecord {
  return (
    isRecord(value) &&
    [value.base, value.path, value.sha256_after].every(isText) &&
    ['entry', 'skill', 'command', 'workflow'].some((what) => what === value.what) &&
    isHosts(value.hosts) &&
    typeof value.created === 'boolean' &&
    (value.inverse === null || (Array.isArray(value.inverse) && value.inverse.every(isSplice))) &&
    isTexts(value.created_keys) &&
    isTexts(value.folders)
  );
}

const isCommand = (value: unknown): value is CommandRecord =>
  isRecord(value) && isHosts(value.hosts) && isTexts(value.undo);
const isCopy = (value: unknown): value is Manifest['bundles'][number] =>
  isRecord(value) &&
  isText(value.version) &&
  isRecord(value.files) &&
  Object.values(value.files).every(isText);

function isManifest(value: unknown): value is Manifest {
  return (
    isRecord(value) &&
    value.v === 1 &&
    isText(value.version) &&
    isText(value.name) &&
    (value.scope === 'project' || value.scope === 'user') &&
    isRecord(value.launch) &&
    isText(value.launch.command) &&
    isTexts(value.launch.args) &&
    Array.isArray(value.edits) &&
    value.edits.every(isEdit) &&
    Array.isArray(value.commands) &&
    value.commands.every(isCommand) &&
    Array.isArray(value.bundles) &&
    value.bundles.every(isCopy)
  );
}

/** Null for anything that is not wholly a manifest of ours: then entries and files are known by what they hold. */
function parseManifest(text: string): Manifest | null {
  try {
    const value: unknown = JSON.parse(text);
    return isManifest(value) ? value : null;
  } catch {
    return null;
  }
}

export function readManifest(scope: Scope, where: Where): Manifest | null {
  const spot = manifestSpot(scope, where);
  const state = spot && readState(spot);
  return state?.is === 'text' ? parseManifest(state.text) : null;
}

/** Writes the manifest, or removes it when nothing is left in it. */
export function writeManifest(manifest: Manifest, where: Where): boolean {
  const spot = manifestSpot(manifest.scope, where);
  if (!spot) return false;
  const state = readState(spot);
  if (state.is === 'refused') return false;
  const before = state.is === 'text' ? state.sha256 : null;
  const isEmpty = manifest.edits.length + manifest.commands.length + manifest.bundles.length === 0;
  if (isEmpty) return before === null || removeFile(spot, before).ok;
  const text = `${JSON.stringify(manifest, null, 1)}\n`;
  return (state.is === 'text' && state.text === text) || writeFile(spot, before, text, 0o600).ok;
}
