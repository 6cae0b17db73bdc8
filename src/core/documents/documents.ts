import { allOf, type Incident } from '../incident.ts';
import type { PresetName } from '../severity.ts';
import { renderHotfix } from './hotfix-md.ts';
import { mergeNarratives, type Narrative } from './narrative.ts';
import { buildPostmortem } from './postmortem.ts';
import { renderPreset } from './presets.ts';
import { renderTasks } from './tasks-md.ts';
import type { DocumentView } from './view.ts';

/** The generated documents in the incident's folder; `timeline.jsonl` stands beside them. */
type DocumentName = 'hotfix.md' | 'tasks.md' | 'post-mortem.md';

/** The narrative in force: what all writings of the postmortem said, later ones first. Null when none was written. */
export function narrativeOf(incident: Incident): Narrative | null {
  const written = allOf(incident, 'postmortem_written').map((event) => event.data.narrative ?? {});
  return mergeNarratives(written);
}

/**
 * Every document of an incident by file name. `post-mortem.md` is there only once a postmortem was written
 * (or `narrative` is given, for the operation that writes it now).
 */
export function renderAll(
  incident: Incident,
  view: DocumentView,
  narrative: Narrative | null = narrativeOf(incident),
  preset: PresetName = 'default',
): Record<string, string> {
  const documents: Partial<Record<DocumentName, string>> = {
    'hotfix.md': renderHotfix(incident, view),
    'tasks.md': renderTasks(incident, view),
    ...(narrative === null
      ? {}
      : { 'post-mortem.md': renderPreset(buildPostmortem(incident, narrative, view), preset) }),
  };
  return documents;
}
