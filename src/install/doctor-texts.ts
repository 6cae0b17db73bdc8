import type { DoctorCheck } from '../core/doctor.ts';
import { peek, sha256 } from './disk.ts';
import { type FoundText, hidden, isOurs, spotsOf } from './doctor-shadows.ts';
import type { Host, Place, Scope } from './host.ts';
import type { Manifest } from './manifest.ts';
import type { Pack } from './pack.ts';
import { fullPath, type Spot, type Where } from './places.ts';
import { below } from './text-targets.ts';

export interface TextsFrom {
  where: Where;
  /** Already under the name that it was installed with. */
  pack: Pack;
  /** What the main skill is called. */
  name: string;
  manifests: readonly Manifest[];
}

interface File {
  path: string;
  text: string;
}

/** A copy of a skill or command of ours. */
interface Copy {
  scope: Scope;
  is: 'same' | 'older' | 'edited';
}

function copyAt(
  spot: Spot,
  scope: Scope,
  main: string,
  files: readonly File[],
  from: TextsFrom,
): Copy | null {
  const text = peek(below(spot, main));
  if (text === null || !isOurs(text)) return null;
  const found = files.map((file) => ({ ...file, spot: below(spot, ...file.path.split('/')) }));
  const changed = found.filter((file) => peek(file.spot) !== file.text);
  const isAsLeft = changed.every((file) => isRecorded(file.spot, from.manifests));
  return { scope, is: changed.length === 0 ? 'same' : isAsLeft ? 'older' : 'edited' };
}

/** Whether a file is byte for byte what an installation of this person left there. */
function isRecorded(spot: Spot, manifests: readonly Manifest[]): boolean {
  const text = peek(spot);
  const path = fullPath(spot);
  return (
    text !== null &&
    manifests.some(({ edits }) =>
      edits.some((edit) => fullPath(edit) === path && edit.sha256_after === sha256(text)),
    )
  );
}

const SAID: Readonly<Record<Copy['is'], string>> = {
  same: 'as they came with this version',
  older: 'of another version',
  edited: 'edited by a person, or of another version',
};

/** Whether the skills and commands that these agents read are there, are ours as they came, and are not hidden. */
export function textChecks(hosts: readonly Host[], from: TextsFrom): DoctorCheck[] {
  const folders = new Map<
    string,
    { is: Copy['is']; folder: string; names: Set<string>; hosts: Set<string> }
  >();
  const checks: DoctorCheck[] = [];
  for (const host of hosts) {
    const { copies, missing } = textsOf(host, from);
    for (const { name, folder, is } of copies) {
      const key = `${is} ${folder}`;
      const known = folders.get(key) ?? { is, folder, names: new Set(), hosts: new Set() };
      known.names.add(name);
      known.hosts.add(host.label);
      folders.set(key, known);
    }
    checks.push(...missing, ...hidden(host, from.name, copies, from.where));
  }
  for (const { is, folder, names, hosts: labels } of folders.values()) {
    const seen = `${[...names].sort().join(', ')} in ${folder} (${[...labels].join(', ')}): ${SAID[is]}`;
    const todo =
      is === 'same' ? '' : 'hotfix-pulse install brings them up to date; --replace overwrites edits';
    checks.push({
      ...{ part: 'texts', id: 'texts', state: is === 'same' ? 'ok' : 'warn', seen, todo, path: folder },
    });
  }
  return checks;
}

interface Found {
  copies: (FoundText & { is: Copy['is'] })[];
  missing: DoctorCheck[];
}

function textsOf(host: Host, from: TextsFrom): Found {
  const { pack, where, name: main, manifests } = from;
  const copies: Found['copies'] = [];
  const add = (name: string, what: 'skill' | 'command', folder: Spot, copy: Copy | null): void => {
    if (copy) copies.push({ name, what, folder: fullPath(folder), scope: copy.scope, is: copy.is });
  };
  for (const { scope, spot } of spotsOf((one) => host.skills[one], where)) {
    for (const { name, files } of pack.skills) {
      add(name, 'skill', spot, copyAt(below(spot, name), scope, 'SKILL.md', files, from));
    }
  }
  const commandFolders = (scope: Scope): Place[] => {
    const place = host.commands[scope];
    return place === null ? [] : [place];
  };
  for (const { scope, spot } of spotsOf(commandFolders, where)) {
    for (const { name, text } of pack.commands) {
      const path = `${name}.md`;
      add(name, 'command', spot, copyAt(spot, scope, path, [{ path, text }], from));
    }
  }
  const wasInstalled = manifests.some(({ edits }) => edits.some(({ hosts }) => hosts.includes(host.id)));
  const missing: DoctorCheck[] = [];
  const lacks = (what: 'skill' | 'command', names: readonly string[]): void => {
    const gone = names.filter((name) => !copies.some((copy) => copy.name === name && copy.what === what));
    if (gone.length === 0) return;
    missing.push({
      ...{ part: 'texts', id: `${what}_missing`, agent: host.id },
      state: gone.includes(main) && wasInstalled ? 'fail' : 'warn',
      seen: `${host.label}: no ${what} of ours named ${gone.join(', ')}`,
      todo: `hotfix-pulse install --agent ${host.id}, with the --scope of its server`,
    });
  };
  lacks(
    'skill',
    pack.skills.map(({ name }) => name),
  );
  if (host.commands.project !== null)
    lacks(
      'command',
      pack.commands.map(({ name }) => name),
    );
  return { copies, missing };
}
