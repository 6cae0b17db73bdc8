import { type FileState, sha256 } from './disk.ts';
import { WORKFLOW_FILE, whoseFile } from './github-actions.ts';
import type { EditRecord, Manifest } from './manifest.ts';
import { fullPath, type Spot, spotOf } from './places.ts';
import type { FileEdit, Refusal, Request } from './plan-types.ts';
import { edited, refusedFile } from './refusals.ts';

type From = Pick<Request, 'where' | 'manifest' | 'replace' | 'read'>;
interface Found {
  edits: FileEdit[];
  refusals: Refusal[];
}

const refused = (refusal: Refusal): Found => ({ edits: [], refusals: [refusal] });
const base = { kind: 'file', what: 'workflow', splices: [] } as const;

/** The workflow file as it is wanted. A file of somebody else is never touched, whatever is asked for. */
export function planWorkflow(request: From, text: string): Found {
  const { spot, path, state } = placeOf(request);
  const record = { sha256_after: sha256(text), created: true, inverse: null, created_keys: [] };
  const edit = { ...base, spot, hosts: [], after: text, record, folders: [] };
  if (state.is === 'refused') return refused(refusedFile(path, [], state.why));
  if (state.is === 'absent') return { edits: [{ ...edit, action: 'create', before: null }], refusals: [] };
  if (state.text === text) {
    return { edits: [{ ...edit, action: 'unchanged', before: state.sha256 }], refusals: [] };
  }
  const whose = whoseFile(state.text);
  if (whose === 'foreign') return refused(foreign(path));
  if (whose === 'edited' && !mayReplace(request, path))
    return refused(edited(path, [], 'was changed by a person'));
  return { edits: [{ ...edit, action: 'update', before: state.sha256 }], refusals: [] };
}

/** Takes the workflow file away where it is ours, by what it holds: a colleague may have installed it. */
export function undoWorkflow(request: From): Found {
  const { spot, path, state } = placeOf(request);
  const known = recordOf(request.manifest, spot);
  const gone = { ...base, spot, hosts: [], action: 'remove' as const, after: null, record: null };
  const folders = known?.folders ?? [];
  const forgotten = known ? [{ ...gone, before: null, folders }] : [];
  if (state.is === 'absent') return { edits: forgotten, refusals: [] };
  if (state.is === 'refused')
    return known ? refused(refusedFile(path, [], state.why)) : { edits: [], refusals: [] };
  const whose = whoseFile(state.text);
  if (whose === 'foreign') return { edits: forgotten, refusals: [] };
  if (whose === 'edited' && !mayReplace(request, path))
    return refused(edited(path, [], 'was changed by a person'));
  return { edits: [{ ...gone, before: state.sha256, folders }], refusals: [] };
}

function placeOf({ where, read }: From): { spot: Spot; path: string; state: FileState } {
  const spot = spotOf(`./${WORKFLOW_FILE}`, where) ?? { base: where.home, path: WORKFLOW_FILE };
  return { spot, path: fullPath(spot), state: where.repo === null ? { is: 'absent' } : read(spot) };
}

const recordOf = (manifest: Manifest | null, spot: Spot): EditRecord | undefined =>
  manifest?.edits.find(
    ({ what, base, path }) => what === 'workflow' && base === spot.base && path === spot.path,
  );

const mayReplace = ({ replace }: From, path: string): boolean => replace === 'all' || replace.has(path);

const foreign = (path: string): Refusal => ({
  ...{ code: 'taken', path, hosts: [], may_replace: false },
  message: 'is there already and is not ours; it was left alone',
  hint: 'Rename that file, then repeat the command.',
});
