import * as z from 'zod/v4';
import { canonicalJson } from '../canonical.ts';
import { type Incident, lastOf } from '../incident.ts';
import type { BackportStates } from './backport.ts';
import { backportedIn, notAffectedIn } from './backport-record.ts';

/** What a look at the remote found, as it is kept in a `noted` event. */
const Look = z.object({
  commit: z.string(),
  branches: z.array(z.object({ branch: z.string(), state: z.string() })),
});

/** The data of the event that keeps a look. */
export function lookData(states: BackportStates): { backports: z.infer<typeof Look> } {
  const branches = states.branches.map(({ name, verdict }) => ({ branch: name, state: verdict.state }));
  return { backports: { commit: states.fix.commit, branches } };
}

/** False when the last look that is on the record found the same, and nothing was brought anywhere since. */
export function isNewLook(states: BackportStates, incident: Incident): boolean {
  const before = lookIn(incident);
  if (before === null || backportedIn(incident).some(({ id }) => id > before.id)) return true;
  return canonicalJson(before.look) !== canonicalJson(lookData(states).backports);
}

function lookIn(incident: Incident): { id: string; look: z.infer<typeof Look> } | null {
  const noted = lastOf(
    incident,
    'noted',
    ({ live, basis, id, data }) =>
      live && basis === 'measured' && id > incident.attemptSince && Look.safeParse(data.backports).success,
  );
  const look = Look.safeParse(noted?.data.backports);
  return noted !== null && look.success ? { id: noted.id, look: look.data } : null;
}

/**
 * Branches that this clone does not follow and that lacked the fix when the remote was last looked at, without those
 * that got it since; null when nobody has looked.
 */
export function unfollowed(incident: Incident, states: BackportStates): string[] | null {
  const before = lookIn(incident);
  if (before === null) return null;
  const settled = new Set([
    ...states.branches.map(({ name }) => name),
    ...notAffectedIn(incident).keys(),
    ...backportedIn(incident).flatMap(({ id, basis, data }) =>
      basis === 'measured' && id > before.id ? [data.branch] : [],
    ),
  ]);
  return before.look.branches.flatMap(({ branch, state }) =>
    state === 'has_fix' || settled.has(branch) ? [] : [branch],
  );
}
