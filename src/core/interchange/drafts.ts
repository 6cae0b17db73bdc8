import { asciiJson } from '../canonical.ts';
import type { Narrative } from '../documents/narrative.ts';
import type { EventDraft } from '../events.ts';
import type { MITIGATIONS } from '../kinds.ts';
import { CAPS, capText, oneLine } from '../untrusted.ts';
import type { Imported, Moment } from './imported.ts';
import { checkStated } from './stated-times.ts';

/** An event of history before it has its key. */
export type HistoryDraft = Omit<EventDraft, 'input_hash' | 'key'>;

export interface DraftOptions {
  number: number;
  slug: string;
  /** Where it was read, relative to the repository. */
  source: string;
}

type Add = (draft: Pick<HistoryDraft, 'kind' | 'text' | 'data'> & Partial<HistoryDraft>) => void;

/** Words that say by what means the harm was stopped. Without one of them nobody knows. */
const MEANS: readonly [(typeof MITIGATIONS)[number], RegExp][] = [
  ['rollback', /\broll(?:ed)?[- ]?back\b|\brevert(?:ed)?\b|\bdowngraded\b/i],
  ['feature_flag', /\b(?:feature[_ ])?flag\b/i],
  ['config_change', /\bconfig(?:uration)?(?:[_ ]change)?\b/i],
  ['scale_up', /\bscal(?:ed?|ing)[ _]?up\b/i],
  ['database_fix', /\bdatabase[_ ]fix\b/i],
  ['redirect', /\bredirect(?:ed)?\b|\bworkaround\b/i],
  ['traffic_gate', /\btraffic[_ ]gate\b|\bdrained traffic\b/i],
];
const COMMIT = /\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}\b/;
/** Bytes of a narrative that fit into one event beside everything else in its line. */
const NARRATIVE_BYTES = 24 * 1024;
const LIST_MOST = 30;

/**
 * The events that stand for a record kept elsewhere. All are imported and stated: shown, but no key to a gate. What
 * has no time of its own gets none from us: it is dated by the import. A time that leaves something open makes its
 * line a note with the words as written.
 */
export function historyDrafts(record: Imported, options: DraftOptions): HistoryDraft[] {
  const drafts: HistoryDraft[] = [];
  const add: Add = (draft) =>
    drafts.push({
      ...{ basis: 'stated', at_source: 'reported', evidence: [], imported: true, ...draft },
      text: capText(draft.text, CAPS.text).text,
    });
  const timed = record.moments.filter(({ at }) => at !== null).toSorted((a, b) => compare(a.at, b.at));
  const alerted = timed.find(({ kind, how }) => kind === 'alerted' && how === 'said');
  const { title, description } = record;
  add({
    // The first time in the record dates it; that somebody opened an incident then is ours to infer.
    ...{ kind: 'opened', text: title, ...when((alerted ?? timed[0])?.at ?? null) },
    at_source: alerted === undefined ? 'inferred' : 'reported',
    data: {
      number: options.number,
      slug: options.slug,
      title,
      description: capText(description, CAPS.text).text,
    },
  });
  add({ kind: 'noted', text: `Taken over from ${options.source}`, data: { source: options.source } });
  if (record.severity) {
    const { level, confirmed } = record.severity;
    add({
      kind: 'severity_changed',
      text: `Severity ${level}, as the record says`,
      data: { to: level, confirmed },
    });
  }
  for (const { role, person } of record.roles) {
    add({ kind: 'role_assigned', text: oneLine(person, 200), data: { role, person: oneLine(person, 200) } });
  }
  for (const { name, value } of record.facts)
    add({ kind: 'fact_recorded', text: value, data: { name, value } });
  addMoments(add, record);
  addAnchors(add, record);
  for (const cause of record.causes) {
    const known = record.moments.find(({ kind }) => kind === 'cause')?.at;
    add({ kind: 'cause_identified', text: cause, data: {}, ...when(known ?? null) });
  }
  for (const { task, state, text, reason } of record.tasks) {
    const data = state === 'done' ? { task } : { task, reason };
    add({ kind: state === 'done' ? 'task_done' : 'task_skipped', text, data });
  }
  addActions(add, record);
  for (const note of [...record.notes, ...record.stated.map(statedNote)])
    add({ kind: 'noted', text: note, data: {} });
  addNarrative(add, record);
  if (record.ended) {
    const closed = timed.find(({ kind }) => kind === 'closed');
    add({
      kind: 'closed',
      text: closed?.text ?? 'Over before it was taken over as history',
      data: {},
      ...when(closed?.at ?? null),
    });
  }
  return drafts;
}

const compare = (a: string | null, b: string | null): number =>
  (a ?? '') < (b ?? '') ? -1 : (a ?? '') > (b ?? '') ? 1 : 0;
const when = (at: string | null): { at?: string } => (at === null ? {} : { at });

/** `stated` stays what it is: a sentence of the record, not a number of ours. */
function statedNote({ name, text }: Imported['stated'][number]): string {
  return `Stated time to ${name}: ${text}`;
}

function addMoments(add: Add, record: Imported): void {
  const lastEnd = record.moments.findLast(({ kind, at }) => kind === 'resolved' && at !== null);
  for (const moment of record.moments) {
    const { at, written, text } = moment;
    if (at === null) {
      const as = written === '' ? '' : `[reported at "${written}"] `;
      add({ kind: 'noted', text: as + text, data: written === '' ? {} : { reported_at: written } });
    } else add({ ...drafted(moment, record, moment === lastEnd), at });
  }
}

type Drafted = Pick<HistoryDraft, 'kind' | 'text' | 'data'>;
type Maker = (text: string, record: Imported, isLast: boolean) => Drafted | null;

const fact =
  (name: string): Maker =>
  (text) => ({ kind: 'fact_recorded', text, data: { name, value: text } });

const BY_KIND: Partial<Record<Moment['kind'], Maker>> = {
  started: fact('started'),
  detected: fact('detected'),
  acknowledged: (text) => ({ kind: 'acknowledged', text, data: {} }),
  mitigated: (text) => {
    const type = MEANS.find(([, words]) => words.test(text))?.[0];
    return type === undefined ? null : { kind: 'mitigation_applied', text, data: { type } };
  },
  // The cause itself stands in its own section, where there is one.
  cause: (text, { causes }) => (causes.length > 0 ? null : { kind: 'cause_identified', text, data: {} }),
  deployed: (text, { ended }) => {
    // What is still going on must not rest on a commit that nobody named.
    const commit = COMMIT.exec(text)?.[0] ?? (ended ? 'UNKNOWN' : undefined);
    if (commit === undefined) return null;
    return { kind: 'deployed', text, data: { environment: 'production', commit } };
  },
  verified: (text) => ({ kind: 'deploy_verified', text, data: { environment: 'production' } }),
  resolved: (text, _record, isLast) => (isLast ? { kind: 'resolved', text, data: {} } : null),
};

/** What the line's own label says, where that needs nothing that the line does not tell. */
function drafted({ kind, how, text }: Moment, record: Imported, isLast: boolean): Drafted {
  const made = how === 'said' ? BY_KIND[kind]?.(text, record, isLast) : null;
  return made ?? { kind: 'noted', text, data: {} };
}

/** Beginning, detection and end that no label says but the words do, or a stated duration that fits two lines. */
function addAnchors(add: Add, record: Imported): void {
  const isSaid = (...kinds: Moment['kind'][]) =>
    record.moments.some(({ kind, how, at }) => kinds.includes(kind) && how === 'said' && at !== null);
  const infer = (
    name: 'started' | 'detected' | 'impact_ended',
    moment: Moment | null | undefined,
    why: string,
  ): void => {
    if (moment?.at == null) return;
    const text = `${oneLine(moment.text, 300)} (inferred: ${why})`;
    add({ kind: 'fact_recorded', at_source: 'inferred', text, data: { name, value: text }, at: moment.at });
  };
  const fits = record.stated
    .map((stated) => checkStated(stated, record.moments))
    .filter(({ result }) => result === 'agrees');
  const detect = fits.find(({ name }) => name === 'detect');
  const recover = fits.find(({ name, from }) => name === 'recover' && from?.kind !== 'detected');
  const worded = (kind: Moment['kind']) =>
    record.moments.find((moment) => moment.kind === kind && moment.how === 'inferred' && moment.at !== null);
  const lastWorded = record.moments.findLast((moment) => moment.kind === 'ended' && moment.at !== null);
  if (!isSaid('started')) {
    const fit = detect ?? recover;
    if (worded('started')) infer('started', worded('started'), 'the line says that it began');
    else if (fit)
      infer('started', fit.from, `first line, and the stated time to ${fit.name} of ${fit.text} fits`);
  }
  if (!isSaid('detected')) infer('detected', worded('detected'), 'the line says that it was detected');
  if (!isSaid('resolved', 'ended'))
    infer('impact_ended', recover?.to ?? lastWorded, 'the line says that it was over');
}

function addActions(add: Add, record: Imported): void {
  for (const [index, { text, owner, due, type, state }] of record.actions.entries()) {
    const action = `AI-${String(index + 1).padStart(3, '0')}`;
    const data = Object.fromEntries(
      Object.entries({ action, owner, due, type }).filter(([, value]) => value !== null),
    );
    add({ kind: 'action_added', text, data: { action, ...data } });
    if (state !== 'open') {
      add({
        kind: 'action_changed',
        text: `${state}, as the record says`,
        data: { action, state, reason: 'as the record says' },
      });
    }
  }
}

/** One event for as many fields as fit; what is too long for a list or a field goes on as notes. */
function addNarrative(add: Add, record: Imported): void {
  let batch: Narrative = {};
  // A postmortem without a sentence of narrative was written all the same.
  let isWritten = false;
  const flush = (): void => {
    if (Object.keys(batch).length === 0 && (isWritten || record.form !== 'postmortem')) return;
    isWritten = true;
    const data = { errors: 0, warnings: 0, preset: 'imported', narrative: batch };
    add({ kind: 'postmortem_written', text: 'Postmortem taken over', data });
    batch = {};
  };
  for (const [name, value] of Object.entries(record.narrative)) {
    const { kept, rest } = Array.isArray(value) ? cutList(value) : cutText(value ?? '');
    for (const text of rest) {
      add({ kind: 'noted', text: `${name.replaceAll('_', ' ')}, continued: ${text}`, data: {} });
    }
    if (asciiJson({ ...batch, [name]: kept }).length > NARRATIVE_BYTES) flush();
    batch = { ...batch, [name]: kept };
  }
  flush();
}

function cutText(text: string): { kept: string; rest: string[] } {
  const { text: kept } = capText(text, CAPS.text);
  return { kept, rest: kept.length === text.length ? [] : [text.slice(kept.length)] };
}

function cutList(texts: readonly string[]): { kept: string[]; rest: string[] } {
  const kept = texts.slice(0, LIST_MOST).map((text) => capText(text, 4_000).text);
  const cut = texts.map((text, i) => text.slice(kept[i]?.length ?? 0));
  return { kept, rest: cut.filter((text) => text !== '') };
}
