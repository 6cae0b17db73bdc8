import { join } from 'node:path';
import { sha256 } from './disk.ts';
import type { HostId, Place } from './host.ts';
import type { EditRecord } from './manifest.ts';
import { fullPath, type Spot } from './places.ts';
import type { Edit, FileEdit, Refusal, Request } from './plan-types.ts';
import { edited, refusedFile, taken } from './refusals.ts';
import { below, commandTargets, foreignTwins, skillTargets } from './text-targets.ts';

interface Wanted {
  what: 'skill' | 'command';
  spot: Spot;
  text: string;
  hosts: HostId[];
}

/** Skills and command files: whole texts of ours, each in a file of its own. */
export function planTexts(request: Request): { edits: Edit[]; refusals: Refusal[] } {
  const { wanted, refusals } = wantedTexts(request);
  const edits: Edit[] = [];
  for (const text of wanted) {
    const made = planText(request, text);
    if ('code' in made) refusals.push(made);
    else edits.push(made);
  }
  return { edits: [...edits, ...stale(request, wanted)], refusals };
}

function wantedTexts(request: Request): { wanted: Wanted[]; refusals: Refusal[] } {
  const wanted: Wanted[] = [];
  const refusals: Refusal[] = [];
  const linked = (spot: Spot, hosts: HostId[]): boolean => {
    const state = request.read(spot);
    const isLinked = state.is === 'refused' && (state.why === 'link' || state.why === 'outside');
    if (isLinked) refusals.push(refusedFile(fullPath(spot), hosts, state.why));
    return isLinked;
  };
  const isTaken = (place: Place, name: string, hosts: HostId[]): boolean => {
    const twins = foreignTwins(place, name, request);
    refusals.push(...twins.map((path) => taken(path, hosts, name, name === request.name)));
    return twins.length > 0;
  };
  for (const { place, spot, hosts } of skillTargets(request)) {
    if (linked(spot, hosts)) continue;
    for (const { name, files } of request.pack.skills) {
      if (isTaken(place, name, hosts) || linked(below(spot, name), hosts)) continue;
      for (const { path, text } of files) {
        wanted.push({ what: 'skill', spot: below(spot, name, ...path.split('/')), text, hosts });
      }
    }
  }
  for (const { place, spot, hosts } of commandTargets(request)) {
    if (linked(spot, hosts)) continue;
    for (const { name, text } of request.pack.commands) {
      if (!isTaken(place, name, hosts)) {
        wanted.push({ what: 'command', spot: below(spot, `${name}.md`), text, hosts });
      }
    }
  }
  return { wanted, refusals: unique(refusals) };
}

function unique(refusals: readonly Refusal[]): Refusal[] {
  const byPath = new Map<string, Refusal>();
  for (const refusal of refusals) {
    const known = byPath.get(refusal.path);
    if (known) known.hosts = [...new Set([...known.hosts, ...refusal.hosts])];
    else byPath.set(refusal.path, refusal);
  }
  return [...byPath.values()];
}

function recordOf(request: Request, spot: Spot): EditRecord | undefined {
  return request.manifest?.edits.find((known) => known.base === spot.base && known.path === spot.path);
}

function planText(request: Request, { what, spot, text, hosts }: Wanted): FileEdit | Refusal {
  const path = fullPath(spot);
  const state = request.read(spot);
  if (state.is === 'refused') return refusedFile(path, hosts, state.why);
  const known = recordOf(request, spot);
  const record = { sha256_after: sha256(text), created: true, inverse: null, created_keys: [] };
  const everyone = [...new Set([...(known?.hosts ?? []), ...hosts])];
  const base = {
    kind: 'file',
    what,
    spot,
    hosts: everyone,
    after: text,
    splices: [],
    folders: [],
    record,
  } as const;
  if (state.is === 'absent') return { ...base, action: 'create', before: null };
  if (state.text === text) return { ...base, action: 'unchanged', before: state.sha256 };
  const mayReplace = request.replace === 'all' || request.replace.has(path);
  if (state.sha256 !== known?.sha256_after && !mayReplace) {
    return edited(
      path,
      hosts,
      known ? 'was changed by a person' : 'is another version of ours, or was changed by a person',
    );
  }
  return { ...base, action: 'update', before: state.sha256 };
}

/** What an earlier version, or another name or choice of folders, put there and nobody needs any more. */
function stale(request: Request, wanted: readonly Wanted[]): FileEdit[] {
  const kept = new Set(wanted.map(({ spot }) => join(spot.base, spot.path)));
  return (request.manifest?.edits ?? []).flatMap((record): FileEdit[] => {
    const { what, base, path, hosts, folders } = record;
    const isOurs = what !== 'entry' && what !== 'workflow' && hosts.every((id) => request.hosts.includes(id));
    if (!isOurs || kept.has(join(base, path))) return [];
    const spot = { base, path };
    const state = request.read(spot);
    if (state.is !== 'text' || state.sha256 !== record.sha256_after) return [];
    const edit = { kind: 'file', what, action: 'remove', spot, hosts, before: state.sha256 } as const;
    return [{ ...edit, after: null, splices: [], record: null, folders }];
  });
}
