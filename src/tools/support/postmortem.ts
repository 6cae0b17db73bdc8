import type { Narrative } from '../../core/documents/narrative.ts';
import { buildPostmortem } from '../../core/documents/postmortem.ts';
import { renderTemplated } from '../../core/documents/postmortem-md.ts';
import { renderPreset } from '../../core/documents/presets.ts';
import { templateView } from '../../core/documents/template-view.ts';
import type { DocumentView } from '../../core/documents/view.ts';
import { type Incident, standingResolution } from '../../core/incident.ts';
import { dateOf } from '../../core/time.ts';
import type { Deps } from '../tool.ts';

/** What `post-mortem.md` is written in: `template` for the repository's own, else the name of the preset. */
export function formOf({ settings: { postmortem } }: Deps): string {
  return postmortem.template === null && postmortem.fault === null ? postmortem.preset : 'template';
}

/**
 * The text of `post-mortem.md` in the form that the repository chose.
 * @throws PulseError invalid_input when its own template cannot be used
 */
export async function postmortemText(
  incident: Incident,
  view: DocumentView,
  narrative: Narrative,
  deps: Deps,
): Promise<string> {
  const { preset, template, fault } = deps.settings.postmortem;
  if (fault !== null) throw fault;
  const doc = buildPostmortem(incident, narrative, view);
  if (template === null) return renderPreset(doc, preset);
  return renderTemplated(doc, await deps.templates.render(template, templateView(doc)));
}

/** Where the pokayokay preset wants a second copy; null under every other. Source: seed 003, step 9. */
export function extraPathOf(incident: Incident, { settings }: Deps): string | null {
  const at = standingResolution(incident)?.at ?? incident.opened?.at;
  if (settings.postmortem.preset !== 'pokayokay' || at === undefined) return null;
  return `.claude/postmortems/${dateOf(at)}-${incident.slug}.md`;
}
