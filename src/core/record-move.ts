/** What moving an incident from one record into another has to do. Lines are compared as they are stored. */

export interface MovePlan {
  /** Lines that the other record has not, in the order of this one. */
  missing: string[];
  /** Events that were purged here and still have their text there. */
  purge: string[];
  /** Events that were purged there and still have their text here. */
  purgedThere: string[];
  /** Events that both records have with other content: one of them was changed by hand. */
  differ: string[];
}

export interface StoredLine {
  id: string;
  line: string;
  purged: boolean;
}

/** Source: an event's id is its identity; a line is only ever replaced by its tombstone (domain.md section 3). */
export function planMove(from: readonly StoredLine[], to: readonly StoredLine[]): MovePlan {
  const there = new Map(to.map((stored) => [stored.id, stored]));
  const plan: MovePlan = { missing: [], purge: [], purgedThere: [], differ: [] };
  for (const stored of from) {
    const twin = there.get(stored.id);
    if (twin === undefined) plan.missing.push(stored.line);
    else if (twin.line === stored.line || (twin.purged && stored.purged)) continue;
    else if (stored.purged) plan.purge.push(stored.id);
    else if (twin.purged) plan.purgedThere.push(stored.id);
    else plan.differ.push(stored.id);
  }
  return plan;
}
