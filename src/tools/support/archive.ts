import { folderOf } from '../../core/incident.ts';
import type { Deps } from '../tool.ts';
import { documentsOf } from './documents.ts';
import type { Loaded } from './load.ts';

/**
 * Keeps the final documents and the timeline of a closed incident beside its log; after a purge once more, without
 * what was purged. What people wrote into the folder is kept with them. A failure is a sentence for the answer, never
 * an error: the close itself is recorded.
 */
export async function archiveIncident({ incident }: Loaded, deps: Deps): Promise<string[]> {
  const last = incident.recorded.findLast(({ kind }) => kind === 'closed' || kind === 'purged');
  if (incident.status !== 'closed' || !last) return [];
  try {
    const { timeline = '', ...documents } = (await documentsOf(incident.uid, deps)).files;
    const { files } = await deps.workspace.read(folderOf(incident));
    await deps.log.archive(incident.uid, last.id, { ...documents, ...files, 'timeline.jsonl': timeline });
    return [];
  } catch {
    return ['The final documents could not be archived beside the record; the record itself is complete.'];
  }
}
