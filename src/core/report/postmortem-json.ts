import type { LintFinding } from '../documents/lint.ts';
import type { PostmortemDoc } from '../documents/postmortem-model.ts';

/** Name and version of the shape, so that a reader can refuse what it does not know. */
const POSTMORTEM_FORMAT = { format: 'hotfix-pulse/postmortem', v: 1 } as const;

/** The postmortem for programs: the same statements with their sources and event ids, and what the lint found. */
export function postmortemJson(
  doc: PostmortemDoc,
  findings: readonly LintFinding[],
  prose: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const { pool, sections, course, sources, moments: _moments, ...head } = doc;
  return {
    ...POSTMORTEM_FORMAT,
    ...head,
    sources,
    description: pool.description,
    course,
    sections: sections.map(({ chart: _chart, ...section }) => section),
    actions: pool.actions,
    milestones: pool.milestones,
    fields: pool.fields,
    prose: Object.fromEntries(prose),
    findings,
  };
}
