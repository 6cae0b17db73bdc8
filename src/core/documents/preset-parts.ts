import { sourceMark, told } from './md.ts';
import {
  item,
  type Milestone,
  type PostmortemAction,
  type PostmortemDoc,
  type PostmortemItem,
  type PostmortemSection,
  section,
} from './postmortem-model.ts';
import type { FieldName, MilestoneName } from './postmortem-names.ts';

/** What several presets share. */

export const NARRATIVE_NOTE =
  'Lines marked _(narrative)_ were written afterwards; everything else comes from the record. Every event stands in `hotfix.md` and in `timeline.jsonl`.';

/** A header line of a format: `**Date**: 2026-11-20`. */
export function headerLine(label: string, text: string, events: readonly string[]): string {
  return `**${label}**: ${told(text)}${sourceMark(events)}`;
}

/** A statement of the pool as a header line. */
export function headerField(doc: PostmortemDoc, label: string, name: FieldName): string {
  const { text, events } = doc.pool.fields[name];
  return headerLine(label, text, events);
}

export function textOf(doc: PostmortemDoc, name: FieldName): string {
  return doc.pool.fields[name].text;
}

/** A statement of the pool under the words of a preset. */
export function labelled(doc: PostmortemDoc, label: string | null, name: FieldName): PostmortemItem {
  return { ...doc.pool.fields[name], label };
}

/** Pool statements as one section. */
export function listed(
  id: string,
  title: string,
  level: PostmortemSection['level'],
  items: readonly PostmortemItem[],
): PostmortemSection {
  return section(id, title, level, [...items]);
}

type Point = Milestone & { label: string };

/** Milestones in the order of the format and in its words. */
export function pointsOf(doc: PostmortemDoc, points: readonly (readonly [MilestoneName, string])[]): Point[] {
  return points.map(([name, label]) => ({ ...doc.pool.milestones[name], label }));
}

/** Milestones and what else happened, by time; what nobody recorded comes last. */
export function storyOf(
  doc: PostmortemDoc,
  points: readonly (readonly [MilestoneName, string])[],
): { time: string; what: string; events: string[] }[] {
  const all = [
    ...pointsOf(doc, points).map((point) => ({ ...point, what: `${point.label}: ${point.notes}` })),
    ...Object.values(doc.pool.milestones)
      .filter(({ at }) => at !== null)
      .map((point) => ({ ...point, what: `${point.what}: ${point.notes}` })),
    ...doc.pool.key_events,
  ];
  const ms = ({ at }: Milestone) => (at === null ? Number.MAX_SAFE_INTEGER : Date.parse(at));
  return all
    .filter(
      ({ events: [id] }, i) => id === undefined || all.findIndex(({ events }) => events[0] === id) === i,
    )
    .toSorted((a, b) => ms(a) - ms(b))
    .map(({ time, what, events }) => ({ time: time ?? 'UNKNOWN', what, events }));
}

/** A box with owner and due date on the line: for formats without columns for them. */
function actionBox(
  { id, text, owner, due, state, event }: PostmortemAction,
  { pool: { ask } }: PostmortemDoc,
): PostmortemItem {
  const missing = ask.incident_commander;
  const words = `${text} (owner: ${owner ?? missing}; due: ${due ?? missing}${state === 'dropped' ? '; dropped' : ''})`;
  return item(id, words, 'record', [event], state === 'done');
}

/** Action items, or the statement that nobody recorded one. */
export function actionBoxes(doc: PostmortemDoc): PostmortemItem[] {
  const none = doc.sections.find(({ id }) => id === 'actions')?.items ?? [];
  return doc.pool.actions.length === 0 ? none : doc.pool.actions.map((action) => actionBox(action, doc));
}
