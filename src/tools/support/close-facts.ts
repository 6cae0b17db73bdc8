import { narrativeOf } from '../../core/documents/documents.ts';
import { lintOf } from '../../core/documents/lint.ts';
import type { CloseFacts } from '../../core/gates.ts';
import { codeChanged, folderOf, type Incident, standingResolution } from '../../core/incident.ts';
import type { Deps } from '../tool.ts';
import { branchesWithoutFix } from './branches-without-fix.ts';
import { viewFor } from './documents.ts';
import type { Loaded } from './load.ts';
import { extraPathOf } from './postmortem.ts';

/** What the close gate needs besides the events: the postmortem's lint now, and secrets in what would be published. */
export async function closeFacts(loaded: Loaded, deps: Deps): Promise<CloseFacts> {
  const { incident, row } = loaded;
  const narrative = narrativeOf(incident);
  const errors =
    narrative === null
      ? null
      : lintOf(incident, narrative, viewFor(loaded, deps)).filter((finding) => finding.level === 'error')
          .length;
  const isOver = standingResolution(incident) !== null;
  return {
    row,
    settings: deps.settings,
    nowMs: deps.clock.now(),
    postmortemErrors: errors,
    // Reading the folder and asking git matters only when closing is near; before, it would cost every call.
    secretsFound: isOver ? await secretsIn(incident, deps) : [],
    branchesWithoutFix: isOver && codeChanged(incident) ? await branchesWithoutFix(incident, deps) : [],
  };
}

/** Kinds of secret or personal data in the folder's files and the postmortem's copy, where people may have written prose. */
export async function secretsIn(incident: Incident, deps: Deps): Promise<string[]> {
  const { files } = await deps.workspace.read(folderOf(incident));
  const copy = extraPathOf(incident, deps);
  const extra = copy === null ? null : await deps.workspace.repoFile(copy);
  const texts = [...Object.values(files), ...(extra?.state === 'text' ? [extra.text] : [])];
  return [...new Set(texts.flatMap((text) => deps.redact(text).removed.map(({ type }) => type)))];
}
