import { type ChecklistKind, renderChecklist } from '../../core/checklists.ts';
import { renderCompletion } from '../../core/completion.ts';
import type { Deps } from '../tool.ts';
import { secretsIn } from './close-facts.ts';
import type { Loaded } from './load.ts';

/** The completion block and the checklists in the words of the preset in force, as Markdown. */
export const PRINTS = {
  completion: ({ incident, row }: Loaded) => Promise.resolve(renderCompletion(incident, row)),
  checklist: (loaded: Loaded, deps: Deps) => checklist(loaded, deps, 'completion'),
  'pre-deploy': (loaded: Loaded, deps: Deps) => checklist(loaded, deps, 'pre_deploy'),
} as const;

async function checklist({ incident, row }: Loaded, deps: Deps, kind: ChecklistKind): Promise<string> {
  const secretsFound = await secretsIn(incident, deps);
  return renderChecklist(incident, { row, secretsFound }, kind, deps.settings.matrix.preset);
}
