import { narrativeOf, renderAll } from '../../core/documents/documents.ts';
import type { Narrative } from '../../core/documents/narrative.ts';
import { readTicks } from '../../core/documents/tasks-md.ts';
import { type DocumentView, viewOf } from '../../core/documents/view.ts';
import { PulseError } from '../../core/errors.ts';
import type { EventDraft } from '../../core/events.ts';
import { folderOf } from '../../core/incident.ts';
import { isLegal } from '../../core/status.ts';
import type { RefreshRequest } from '../../ports.ts';
import type { Answer, Deps } from '../tool.ts';
import { answered, standingOf } from './answer.ts';
import { secretsIn } from './close-facts.ts';
import { type Loaded, loadIncident, loadUid } from './load.ts';
import { extraPathOf, formOf, postmortemText } from './postmortem.ts';

export function viewFor({ incident, row }: Loaded, deps: Deps): DocumentView {
  return viewOf(incident, { nowMs: deps.clock.now(), row, settings: deps.settings });
}

/** The refresh after an event: at once, or shortly after a burst of events has passed. */
export async function refreshSoon(loaded: Loaded, deps: Deps): Promise<string[]> {
  const { uid } = loaded.incident;
  const refresh = async () => refreshFolder(await loadUid(uid, deps), deps, 'refresh');
  return (await deps.pace.soon(uid, refresh)) ?? [];
}

/** Brings the folder in line with the log; sentences for the answer come back. A folder that cannot be written never fails a call. */
export async function refreshFolder(
  loaded: Loaded,
  deps: Deps,
  mode: RefreshRequest['mode'],
  narrative?: Narrative,
): Promise<string[]> {
  const { notices } = await writeFolder(loaded, deps, mode, narrative);
  const after = await loadUid(loaded.incident.uid, deps);
  // An event that came meanwhile may have had its newer text replaced by this one.
  if (after.incident.recorded.at(-1)?.id === loaded.incident.recorded.at(-1)?.id) return notices;
  const again = await writeFolder(after, deps, mode === 'create' ? 'refresh' : mode, narrative);
  return [...new Set([...notices, ...again.notices])];
}

/** The same, and where the postmortem's second copy was written, if the preset has one. */
export async function writeFolder(
  loaded: Loaded,
  deps: Deps,
  mode: RefreshRequest['mode'],
  narrative?: Narrative,
): Promise<{ notices: string[]; extra: string | null }> {
  const { incident } = loaded;
  const folder = folderOf(incident);
  const ticked = await readTicksBack(loaded, deps);
  const now = ticked ? await loadUid(incident.uid, deps) : loaded;
  if (ticked) loaded.incident = now.incident;
  const { files, fault } = await filesOf(now, deps, narrative);
  // Its layout would change with every call: better an older text than another form.
  if (fault !== null) delete files['post-mortem.md'];
  const { notices } = await deps.workspace.refresh({ uid: incident.uid, folder, files, mode });
  const told = fault === null ? notices : [...notices, `post-mortem.md was left as it is: ${fault.message}.`];
  const text = files['post-mortem.md'];
  const path = extraPathOf(now.incident, deps);
  if (path === null || text === undefined || (mode !== 'update' && mode !== 'publish')) {
    return { notices: told, extra: null };
  }
  const extra = await deps.workspace.writeExtra(path, text, incident.uid);
  const isThere = extra.files.every(({ result }) => result !== 'refused');
  return { notices: [...told, ...extra.notices], extra: isThere ? path : null };
}

/** Every file of the folder. With a template that cannot be used, `post-mortem.md` has the form of the preset. */
async function filesOf(
  loaded: Loaded,
  deps: Deps,
  given?: Narrative,
): Promise<{ files: Record<string, string>; fault: PulseError | null }> {
  const narrative = given ?? narrativeOf(loaded.incident);
  const { preset } = deps.settings.postmortem;
  const { incident } = loaded;
  const view = viewFor(loaded, deps);
  const documents = renderAll(incident, view, narrative, preset);
  const files = { ...documents, 'timeline.jsonl': await deps.log.lines(incident.uid) };
  if (narrative === null || formOf(deps) === preset) return { files, fault: null };
  try {
    return {
      files: { ...files, 'post-mortem.md': await postmortemText(incident, view, narrative, deps) },
      fault: null,
    };
  } catch (error) {
    if (error instanceof PulseError) return { files, fault: error };
    throw error;
  }
}

/**
 * Ticks that a person added to tasks.md in an editor become events of "unknown person (editor)"; they tick
 * tasks and satisfy no gate. Anything else that differs is left to the folder's own rules.
 */
async function readTicksBack(loaded: Loaded, deps: Deps): Promise<boolean> {
  const { incident } = loaded;
  if (!isLegal(incident.status, 'task_done')) return false;
  const last = await deps.workspace.lastGenerated(incident.uid, 'tasks.md');
  const text = (await deps.workspace.read(folderOf(incident))).files['tasks.md'];
  if (last === null || text === undefined || text === last) return false;
  const { added } = readTicks(text, last);
  if (added.length === 0) return false;
  const drafts = added.map(
    (task): EventDraft => ({
      ...{
        kind: 'task_done',
        text: `${task} was ticked in tasks.md`,
        data: { task },
        evidence: [],
        basis: 'stated',
      },
      ...{
        at_source: 'reported',
        input_hash: deps.ids.sha256(text),
        key: `editor/${task}/${deps.ids.sha256(text).slice(0, 16)}`,
      },
    }),
  );
  const by = { name: 'unknown person (editor)', kind: 'human', via: 'editor' } as const;
  await deps.log.append({ incident: incident.uid, by, drafts });
  return true;
}

/** The documents as text, for resources and prints: nothing depends on the folder. */
export async function documentsOf(
  ref: string | undefined,
  deps: Deps,
): Promise<{ uid: string; label: string; files: Record<string, string> }> {
  const loaded = await loadIncident(ref, deps);
  const { 'timeline.jsonl': timeline, ...files } = (await filesOf(loaded, deps)).files;
  return {
    uid: loaded.incident.uid,
    label: loaded.incident.label,
    files: { ...files, timeline: timeline ?? '' },
  };
}

/** Writes the folder for everyone: scanned for secrets, its ignore file removed. Never stages, commits or pushes. */
export async function publishIncident(
  ref: string | undefined,
  deps: Deps,
): Promise<Answer<Record<string, unknown>>> {
  const loaded = await loadIncident(ref, deps);
  const folder = folderOf(loaded.incident);
  const secrets = await secretsIn(loaded.incident, deps);
  if (secrets.length > 0) {
    throw new PulseError(
      'unsafe',
      `the folder or the postmortem's copy holds what looks like a secret or personal data: ${secrets.join(', ')}`,
      'take it out of the prose you wrote (rotate real secrets first), or allow the value under redaction.allow in hotfix-pulse.config.json; then publish again',
    );
  }
  const notices = await refreshFolder(loaded, deps, 'publish');
  const commands = [
    ['git', 'add', '--', folder],
    ['git', 'commit', '-m', `docs: record ${loaded.incident.label}`, '--', folder],
  ];
  const shown = commands.map((words) =>
    words.map((word) => (/^[\w./:-]+$/.test(word) ? word : `"${word}"`)).join(' '),
  );
  const lines = [`Published ${folder}. To share it:`, ...shown.map((command) => `  ${command}`)];
  return answered(await standingOf(loaded, deps), lines, { folder, commands }, notices);
}
