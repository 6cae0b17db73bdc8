import { PulseError } from '../../core/errors.ts';
import { readByHand } from '../../core/import-by-hand.ts';
import { CAPS, capText } from '../../core/untrusted.ts';
import type { Answer, Deps } from '../tool.ts';
import { answered, standingOf } from './answer.ts';
import { refreshFolder } from './documents.ts';
import { loadAll, loadUid } from './load.ts';

const FOLDER = /^(?:\.\/)?(specs\/hotfix-(\d{3,6})(?:-([a-z0-9]+(?:-[a-z0-9]+)*))?)\/?$/;

/**
 * Takes over a folder that somebody kept by hand. Everything in it becomes history: shown, but no key to a
 * gate. The folder's own text stays; what could not be read is told line by line.
 */
export async function importIncident(folder: string, deps: Deps): Promise<Answer<Record<string, unknown>>> {
  const [, path, number, slug = 'incident'] = FOLDER.exec(folder.replaceAll('\\', '/')) ?? [];
  if (path === undefined || number === undefined) {
    throw new PulseError(
      'invalid_input',
      'that is not the folder of an incident',
      'name it from the repository root, for example: hotfix-pulse import specs/hotfix-001-users-cant-login',
    );
  }
  const { files, state } = await deps.workspace.read(path);
  if (state === 'absent' || !(files['timeline.md'] ?? files['hotfix.md'])) {
    throw new PulseError(
      'not_found',
      'the folder holds neither timeline.md nor hotfix.md',
      'check the path; the form is described in the hotfix skill, references/by-hand.md',
    );
  }
  const page = await deps.workspace.document(path, 'hotfix.md');
  return deps.log.withNumbering(async () => {
    const taken = (await loadAll(deps)).find(
      ({ incident }) => incident.number === Number(number) && incident.slug === slug,
    );
    if (taken) {
      throw new PulseError(
        'conflict',
        'this folder was taken over before',
        `it is ${taken.incident.label}; record further events there`,
        {
          uid: taken.incident.uid,
        },
      );
    }
    const nowMs = deps.clock.now();
    const uid = deps.ids.ulid(nowMs, null);
    const text = (name: string) => (files[name] === undefined ? null : files[name]);
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
    return answered(
      await standingOf(loaded, deps),
      lines,
      { folder: path, imported: drafts.length, problems },
      notices,
    );
  });
}
