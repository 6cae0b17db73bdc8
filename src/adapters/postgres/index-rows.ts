import type { IncidentIndex } from '../../ports.ts';
import type { Sql } from './client.ts';

/** Asks for the rows of incidents and answers their uids in order. */
type Ask = (ask: (sql: Sql) => Promise<{ uid: string }[]>) => Promise<string[]>;

/** An incident is opened by its first line, or by one soon after it where records of two clones came together. */
const FIRST = 8;

/** The rows of the incidents, each found by an index; a slug alone is looked for in the first lines of all. */
export function createIndex(workspace: string, uidsFrom: Ask): IncidentIndex {
  return {
    open: () =>
      uidsFrom(
        (sql) => sql`
          select uid from hotfix_pulse.incident where workspace = ${workspace} and is_open order by uid`,
      ),
    owing: () =>
      uidsFrom(
        (sql) => sql`
          select uid from hotfix_pulse.incident
          where workspace = ${workspace} and owes and not is_open order by uid`,
      ),
    async withNumber(numbers) {
      if (numbers.length === 0) return [];
      return uidsFrom(
        (sql) => sql`
          select uid from hotfix_pulse.incident
          where workspace = ${workspace} and number in ${sql([...numbers])} order by uid`,
      );
    },
    async withSlug(slug) {
      // Nothing else can be in a slug; a name with signs in it is none.
      if (!/^[a-z0-9-]{1,100}$/.test(slug)) return [];
      return uidsFrom(
        (sql) => sql`
          select incident as uid from hotfix_pulse.event
          where workspace = ${workspace} and seq <= ${FIRST} and position(${`"slug":"${slug}"`} in line) > 0
          group by incident order by incident`,
      );
    },
    async inOrder(scope, most) {
      const newest = await uidsFrom(
        (sql) => sql`
          select uid from hotfix_pulse.incident
          where workspace = ${workspace} and number is not null
            ${scope === 'closed' ? sql`and not is_open` : sql``} order by uid desc limit ${most ?? null}::bigint`,
      );
      return newest.reverse();
    },
  };
}
