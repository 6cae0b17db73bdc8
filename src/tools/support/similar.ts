import { type Match, resembling, searchDocOf, stampOf } from '../../core/similar.ts';
import type { Status } from '../../core/status.ts';
import type { Deps } from '../tool.ts';
import type { Loaded } from './load.ts';

/** How well each of these incidents fits a text, best first. A rehearsal teaches nothing about production. */
export async function similarTo(text: string, among: readonly Loaded[], deps: Deps): Promise<Match[]> {
  const incidents = among.map(({ incident }) => incident).filter(({ drill }) => !drill);
  if (incidents.length === 0) return [];
  // Nothing that must not be kept is looked for either: what was redacted in the record stands there redacted.
  const { text: asked } = deps.redact(text);
  return deps.search.rank(stampOf(incidents), () => incidents.map(searchDocOf), asked);
}

/** Incidents that an opening may mention. */
const MOST_PAST = 3;
const ENDED: readonly Status[] = ['resolved', 'closed', 'cancelled'];

/** Labels of ended incidents that clearly resemble a description, best first; `named` are in the answer already. */
export async function pastLike(
  text: string,
  all: readonly Loaded[],
  named: readonly Loaded[],
  deps: Deps,
): Promise<string[]> {
  const ended = all.filter((one) => ENDED.includes(one.incident.status) && !named.includes(one));
  const matches = resembling(await similarTo(text, ended, deps));
  return matches
    .slice(0, MOST_PAST)
    .flatMap(({ uid }) => ended.filter(({ incident }) => incident.uid === uid))
    .map(({ incident }) => incident.label);
}
