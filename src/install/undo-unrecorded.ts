import { readEntry } from './config-edit.ts';
import { sha256 } from './disk.ts';
import { isGenerated } from './entry-shapes.ts';
import { type HostId, SERVER } from './host.ts';
import { hostOf } from './hosts.ts';
import { fullPath, spotOf } from './places.ts';
import { broken } from './refusals.ts';
import { below } from './text-targets.ts';
import { changed, type Found, gone, type UndoRequest, withoutEntry } from './undo-plan.ts';

/** Entries that start what an installer writes; one that a person wrote by hand is theirs. */
export function entriesWithoutRecord(
  request: UndoRequest,
  id: HostId,
  seen: Set<string>,
  found: Found,
): void {
  const form = hostOf(id).mcp[request.scope];
  for (const file of form?.files ?? []) {
    const spot = spotOf(file, request.where);
    if (!form || !spot || seen.has(fullPath(spot))) continue;
    const state = request.read(spot);
    if (state.is !== 'text') continue;
    const current = readEntry(form, state.text);
    if (!current.ok || current.value === undefined) continue;
    seen.add(fullPath(spot));
    if (!isGenerated(current.value)) {
      found.notices.push(`${fullPath(spot)}: its entry ${SERVER} was written by a person and stays.`);
      continue;
    }
    if (form.through === 'claude' && request.claude !== null) {
      const calls = [['mcp', 'remove', '--scope', 'user', SERVER]];
      const edit = { kind: 'command', action: 'remove', program: request.claude } as const;
      found.edits.push({ ...edit, hosts: [id], calls, undo: null, wanted: null, spot, form });
      found.notices.push(
        `${fullPath(spot)} is written by ${hostOf(id).label} itself: its own command takes our entry out, so the file may differ from what it was.`,
      );
      continue;
    }
    const without = withoutEntry(form, state.text, []);
    if (without.ok) found.edits.push(changed('entry', spot, [id], state, without.text, []));
    else found.refusals.push(broken(fullPath(spot), [id], without.fault));
  }
}

/** Skills and commands that are, byte for byte, those of this version. */
export function textsWithoutRecord(request: UndoRequest, id: HostId, seen: Set<string>, found: Found): void {
  const { skills, commands } = hostOf(id);
  const needed = new Set(
    (request.manifest?.edits ?? []).flatMap(({ base, path }) => fullPath({ base, path })),
  );
  const texts = [
    ...skills[request.scope].flatMap((place) =>
      request.pack.skills.flatMap(({ name, files }) =>
        files.map(({ path, text }) => ({
          place,
          what: 'skill' as const,
          path: [name, ...path.split('/')],
          text,
        })),
      ),
    ),
    ...(commands[request.scope] === null ? [] : [commands[request.scope] ?? '']).flatMap((place) =>
      request.pack.commands.map(({ name, text }) => ({
        place,
        what: 'command' as const,
        path: [`${name}.md`],
        text,
      })),
    ),
  ];
  for (const { place, what, path, text } of texts) {
    const folder = spotOf(place, request.where);
    if (!folder) continue;
    const spot = below(folder, ...path);
    if (seen.has(fullPath(spot)) || needed.has(fullPath(spot))) continue;
    const state = request.read(spot);
    if (state.is !== 'text' || state.sha256 !== sha256(text)) continue;
    seen.add(fullPath(spot));
    const folders = path.slice(0, -1).map((_, depth) => fullPath(below(folder, ...path.slice(0, depth + 1))));
    found.edits.push({ ...gone, what, spot, hosts: [id], before: state.sha256, folders });
  }
}
