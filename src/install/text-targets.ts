import { join } from 'node:path';
import { type Host, type HostId, type Place, SCOPES, SERVER } from './host.ts';
import { HOSTS, hostOf } from './hosts.ts';
import { fullPath, type Spot, spotOf, type Where } from './places.ts';
import type { Request } from './plan-types.ts';

/** A folder that gets skills or commands, and for whom. */
export interface TextTarget {
  place: Place;
  spot: Spot;
  hosts: HostId[];
}

/**
 * As few skill folders as serve everybody: an agent that also reads a folder which another one needs gets no
 * second copy, since some list both.
 */
export function skillTargets({
  hosts,
  scope,
  where,
}: Pick<Request, 'hosts' | 'scope' | 'where'>): TextTarget[] {
  const chosen = new Map<Place, HostId[]>();
  const only = (id: HostId) => hostOf(id).skills[scope];
  // Those with the least choice first.
  for (const id of [...hosts].sort((a, b) => only(a).length - only(b).length)) {
    const place = only(id).find((known) => chosen.has(known)) ?? only(id)[0];
    if (place === undefined) continue;
    chosen.set(place, [...(chosen.get(place) ?? []), id]);
  }
  return targets(chosen, where);
}

export function commandTargets({
  hosts,
  scope,
  where,
}: Pick<Request, 'hosts' | 'scope' | 'where'>): TextTarget[] {
  const chosen = new Map<Place, HostId[]>();
  for (const id of hosts) {
    const place = hostOf(id).commands[scope];
    if (place !== null) chosen.set(place, [...(chosen.get(place) ?? []), id]);
  }
  return targets(chosen, where);
}

function targets(chosen: ReadonlyMap<Place, HostId[]>, where: Where): TextTarget[] {
  return [...chosen].flatMap(([place, hosts]) => {
    const spot = spotOf(place, where);
    return spot ? [{ place, spot, hosts }] : [];
  });
}

export const below = ({ base, path }: Spot, ...rest: string[]): Spot => ({ base, path: join(path, ...rest) });

/** Our texts all name the server; nobody else's do. */
const isOurText = (text: string): boolean => text.includes(SERVER);

const isForeign = (text: string | null): boolean => text !== null && !isOurText(text);

/** Files of somebody else that a skill or command of this name would hide, or be hidden by, in an agent that reads `place`. */
export function foreignTwins(place: Place, name: string, request: Request): string[] {
  const readers = HOSTS.filter((host) => SCOPES.some((scope) => reads(host, scope, place)));
  const files = readers.flatMap((host) =>
    SCOPES.flatMap((scope) => [
      ...host.clashes[scope].map((file) => file.replaceAll('{name}', name)),
      ...host.skills[scope].map((folder) => `${folder}/${name}/SKILL.md`),
    ]),
  );
  const spots = [...new Set(files)]
    .map((file) => spotOf(file, request.where))
    .filter((spot) => spot !== null);
  return spots.filter((spot) => isForeign(request.peek(spot))).map(fullPath);
}

function reads(host: Host, scope: 'project' | 'user', place: Place): boolean {
  return host.skills[scope].includes(place) || host.commands[scope] === place;
}
