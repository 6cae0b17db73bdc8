import { canonicalJson } from '../../core/canonical.ts';
import { narrativeOf } from '../../core/documents/documents.ts';
import { lintOf } from '../../core/documents/lint.ts';
import { viewOf } from '../../core/documents/view.ts';
import type { EventDraft, RecordedEvent } from '../../core/events.ts';
import { foldIncident } from '../../core/incident.ts';
import { type HistoryDraft, historyDrafts } from '../../core/interchange/drafts.ts';
import type { Problem } from '../../core/interchange/imported.ts';
import { checkStated, statedSentence } from '../../core/interchange/stated-times.ts';
import { slugOf } from '../../core/slug.ts';
import { isoOf } from '../../core/time.ts';
import type { Deps } from '../tool.ts';
import type { Source } from './import-sources.ts';
import type { Loaded } from './load.ts';

/** What became of one source. */
export interface TakenOver {
  source: string;
  form: string;
  /** `new`: an incident was made. `added`: something in it was not there yet. `nothing`: all of it is there. */
  result: 'new' | 'added' | 'nothing';
  uid: string;
  events: number;
  problems: Problem[];
  /** How stated durations compare with the timeline. */
  stated: string[];
  removed: { type: string; token: string }[];
}

const BY = { name: 'import', kind: 'system' } as const;

/** Takes one record over, or adds what is new in it. Keys are made of the content, so the same again adds nothing. */
export async function takeOver(
  source: Source,
  known: readonly Loaded[],
  next: number,
  mode: 'write' | 'check',
  deps: Deps,
): Promise<TakenOver> {
  const { record, name } = source;
  const about = {
    ...{ source: name, form: record.form, problems: record.problems },
    stated: record.stated.map((stated) => statedSentence(checkStated(stated, record.moments))),
  };
  const id = deps.ids.sha256(`${record.form} ${name}`).slice(0, 32);
  const content = deps.ids.sha256(source.content).slice(0, 32);
  const before = standing(known, source, id, content);
  const isSame =
    before?.incident.recorded.some(({ key }) => key?.startsWith('import/') && key.endsWith(`/${content}`)) ??
    false;
  const isOurs =
    before !== undefined &&
    before.incident.uid === source.uid &&
    before.incident.opened?.key !== `import/${id}/opened`;
  if (before && isOurs)
    return { ...about, result: 'nothing', uid: before.incident.uid, events: 0, removed: [] };
  const nowMs = deps.clock.now();
  const uid = before?.incident.uid ?? deps.ids.ulid(nowMs, null);
  record.title = deps.redact(record.title).text;
  const options = { number: source.number ?? next, slug: source.slug ?? slugOf(record.title), source: name };
  const drafts = keyed(historyDrafts(record, options), { id: before ? idOf(before, id) : id, content }, deps);
  const keys = new Set(before?.incident.recorded.map(({ key }) => key));
  const fresh = drafts.filter(({ key }) => !keys.has(key));
  const isNews = fresh.some(({ key }) => !key?.endsWith(`/${content}`));
  if (before && (!isNews || (isSame && fresh.length === 0))) {
    return { ...about, result: 'nothing', uid, events: 0, removed: [] };
  }
  const result = before ? 'added' : 'new';
  if (mode === 'check')
    return { ...about, result, uid: before ? uid : '', events: fresh.length, removed: [] };
  const { events, removed } = await deps.log.append({
    incident: uid,
    by: BY,
    drafts: judged(fresh, before, uid, deps),
  });
  const there = events[0]?.incident ?? uid;
  // The same source was taken over meanwhile, past the lock.
  if (there !== uid) return { ...about, result: 'nothing', uid: there, events: 0, removed };
  return { ...about, result, uid, events: fresh.length, removed };
}

/** The incident that this source became, by where it lay or by what it said; or the one that it is a rendering of. */
function standing(
  known: readonly Loaded[],
  { uid }: Source,
  id: string,
  content: string,
): Loaded | undefined {
  const by = (matches: (event: RecordedEvent) => boolean) =>
    known.find(({ incident }) =>
      incident.recorded.some((event) => event.key?.startsWith('import/') && matches(event)),
    );
  return (
    by(({ key }) => key === `import/${id}/opened`) ??
    by(({ key }) => key?.endsWith(`/${content}`) ?? false) ??
    known.find(({ incident }) => incident.uid === uid)
  );
}

/** A file that moved keeps the name under which it was first taken over. */
function idOf({ incident }: Loaded, id: string): string {
  return /^import\/([0-9a-f]{32})\/opened$/.exec(incident.opened?.key ?? '')?.[1] ?? id;
}

function keyed(
  drafts: readonly HistoryDraft[],
  { id, content }: { id: string; content: string },
  deps: Deps,
): EventDraft[] {
  const seen = new Map<string, number>();
  return drafts.map((draft, index) => {
    if (draft.kind === 'opened') return { ...draft, key: `import/${id}/opened`, input_hash: id };
    if (index === 1) return { ...draft, key: `import/${id}/${content}`, input_hash: content };
    const { action: _number, ...data } = draft.data as Record<string, unknown>;
    const said = canonicalJson({ kind: draft.kind, text: draft.text, at: draft.at ?? null, data });
    const count = (seen.get(said) ?? 0) + 1;
    seen.set(said, count);
    const hash = deps.ids.sha256(`${count} ${said}`);
    return { ...draft, key: `import/${id}/${hash.slice(0, 24)}`, input_hash: hash };
  });
}

/** A postmortem that was taken over is read by the same lint as one written here. */
function judged(
  drafts: readonly EventDraft[],
  before: Loaded | undefined,
  uid: string,
  deps: Deps,
): EventDraft[] {
  const nowMs = deps.clock.now();
  const recorded = drafts.map((draft, seq): RecordedEvent => {
    const at = draft.at ?? isoOf(nowMs);
    const rest = {
      v: 1,
      incident: uid,
      recorded_at: isoOf(nowMs),
      by: BY,
      writer: '',
      seq,
      prev: null,
      live: false,
    };
    return { ...rest, ...draft, at, id: `7${String(seq).padStart(25, '0')}` } as RecordedEvent;
  });
  const incident = foldIncident(uid, [...(before?.incident.recorded ?? []), ...recorded]);
  const row = deps.settings.matrix.levels.find(({ level }) => level === incident.severity?.level) ?? null;
  const findings = lintOf(
    incident,
    narrativeOf(incident),
    viewOf(incident, { nowMs, row, settings: deps.settings }),
  );
  const errors = findings.filter(({ level }) => level === 'error').length;
  return drafts.map((draft) =>
    draft.kind === 'postmortem_written'
      ? { ...draft, data: { ...draft.data, errors, warnings: findings.length - errors } }
      : draft,
  );
}
