import * as z from 'zod/v4';

const list = z.array(z.string()).optional();

/**
 * What the record cannot know and the writer of a postmortem adds. Every field is optional and shown as
 * narrative, apart from what was recorded.
 */
export const Narrative = z.object({
  summary: z.string().optional(),
  impact: z.string().optional(),
  trigger: z.string().optional(),
  /** Could we have detected it earlier? */
  detected_earlier: z.string().optional(),
  contributing_factors: list,
  five_whys: list,
  went_well: list,
  went_wrong: list,
  got_lucky: list,
  lessons: list,
});
export type Narrative = z.infer<typeof Narrative>;

/** Later writings replace the fields they bring and leave the others. Null when none was written. */
export function mergeNarratives(writings: readonly Narrative[]): Narrative | null {
  return writings.length === 0 ? null : Object.assign({}, ...writings);
}
