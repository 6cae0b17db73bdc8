import { readByHand } from '../../core/import-by-hand.ts';
import { CAPS, capText } from '../../core/untrusted.ts';
import type { Answer, Deps } from '../tool.ts';
import { answered, standingOf } from './answer.ts';
import { refreshFolder } from './documents.ts';
import { loadAll, loadUid } from './load.ts';

const FOLDER = /^specs\/hotfix-(\d{3,6})(?:-([a-z0-9]+(?:-[a-z0-9]+)*))?$/;

/**
 * Takes over a folder that somebody kept by hand, in the form of the hotfix skill. The folder's own text stays; what
 * could not be read is told line by line. Null when the folder is not in that form.
 */
export async function importByHand(
  path: string,
  deps: Deps,
): Promise<Answer<Record<string, unknown>> | null> {
  const [, number, slug = 'incident'] = FOLDER.exec(path) ?? [];
  if (number === undefined) return null;
  const { files, state } = await deps.workspace.read(path);
  if (state === 'absent' || !(files['timeline.md'] ?? files['hotfix.md'])) return null;
  // Front matter that is code, or broken, is refused in either form.
  const page = await deps.workspace.document(path, 'hotfix.md');
  if (files['timeline.md'] === undefined) return null;
  return deps.log.withNumbering(async () => {
    const taken = (await loadAll(deps)).find(
      ({ incident }) => incident.number === Number(number) && incident.slug === slug,
    );
    if (taken) {
      const lines = [
        `${path} was taken over before; nothing was added. Record further events in ${taken.incident.label}.`,
      ];
      return answered(await standingOf(taken, deps), lines, { folder: path, imported: 0, problems: [] });
    }
    const nowMs = deps.clock.now();
    const uid = deps.ids.ulid(nowMs, null);
    const text = (name: string) => files[name] ?? null;
    const read = readByHand(
      { 'timeline.md': text('timeline.md'), 'hotfix.md': page?.body ?? null, 'tasks.md': text('tasks.md') },
      {
        ...{ uid, number: Number(number), slug, nowMs, front: page?.data ?? {} },
        inputHash: deps.ids.sha256(JSON.stringify(files)),
      },
    );
    const drafts = read.drafts.map((draft) => ({ ...draft, text: capText(draft.text, CAPS.text).text }));
    await deps.log.append({ incident: uid, by: { name: 'import', kind: 'system' }, drafts });
    const loaded = await loadUid(uid, deps);
    const notices = await refreshFolder(loaded, deps, 'create');
    const problems = read.problems.map(({ line, problem }) => `timeline.md line ${line}: ${problem}`);
    const lines = [
      `Took over ${drafts.length} event(s) from ${path} as history; gates count only what is recorded from now on.`,
      ...problems.map((problem) => `? ${problem}`),
    ];
    const data = { folder: path, imported: drafts.length, problems };
    return answered(await standingOf(loaded, deps), lines, data, notices);
  });
}
