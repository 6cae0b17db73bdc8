import * as z from 'zod/v4';
import { type Incident, isOpen } from './incident.ts';

/** What finds one incident among many without reading them all. */
export const Head = z.object({
  uid: z.string(),
  /** Id of the event that opened it: the order of incidents. */
  opened: z.string(),
  number: z.int(),
  slug: z.string(),
  is_open: z.boolean(),
  /** An action item of it is open, whatever its status. */
  owes: z.boolean(),
});
export type Head = z.infer<typeof Head>;

/** Null before anything opened it. */
export function headOf(incident: Incident): Head | null {
  if (!incident.opened) return null;
  const { uid, number, slug, opened } = incident;
  const owes = [...incident.actions.values()].some(({ state }) => state === 'open');
  return { uid, opened: opened.id, number, slug, is_open: isOpen(incident), owes };
}
