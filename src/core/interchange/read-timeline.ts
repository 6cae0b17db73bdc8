import { isBlank, type Moment, type Problem } from './imported.ts';
import { type Line, plain, statementsOf, type Table, tablesIn } from './markdown-read.ts';
import { kindOf } from './moment-kinds.ts';
import { columnOf } from './section-names.ts';
import {
  dayNamedIn,
  readTime,
  resolveTime,
  type TimeContext,
  type WrittenTime,
  zoneNamedIn,
} from './written-time.ts';

export interface TimelineRead {
  moments: Moment[];
  problems: Omit<Problem, 'file'>[];
  /** Lines of the section that are no points of a timeline. */
  rest: string[];
}

interface Row {
  line: number;
  time: WrittenTime | null;
  written: string;
  text: string;
}

/** What a form shows in the place of a time. */
const PLACEHOLDER = /^(?:HH:MM|\[[^\]]{0,40}\]|UNKNOWN\b.{0,60})$/i;

/** A line of a form that nobody filled in. */
function isUnfilled(said: string): boolean {
  const value = /^[^:]{1,60}:\s+(.*)$/.exec(said)?.[1] ?? '';
  return (
    /^(?:\[[^\]]{0,40}\]|UNKNOWN\b[^:]{0,60})\s*:/.test(said) ||
    (value !== '' && isBlank(value)) ||
    /^[A-Z][a-z]+ UNKNOWN\b/.test(said)
  );
}

/** A timeline as a table or a list; every line is kept, with its time as far as it has one meaning. */
export function readTimeline(title: string, lines: readonly Line[], around: TimeContext): TimelineRead {
  const { tables, rest } = tablesIn(lines);
  const context: TimeContext = {
    ...around,
    zone: zoneNamedIn(title) ?? around.zone,
    day: dayNamedIn(title) ?? around.day,
  };
  const read: TimelineRead = { moments: [], problems: [], rest: [] };
  for (const table of tables) {
    const heads = table.columns.join(' ; ');
    const own = {
      ...context,
      zone: table.columns.map(zoneNamedIn).find((zone) => zone !== null) ?? context.zone,
      day: dayNamedIn(heads) ?? context.day,
    };
    addRows(read, rowsOf(table, read), own);
  }
  const listed = statementsOf(rest).flatMap(({ line, text, under }): Row[] => {
    const said = plain([text, ...under].join(' ').replace(/\n/g, ' '));
    if (isBlank(said) || isUnfilled(said)) return [];
    const row = rowOf(said, line);
    if (row === null) read.rest.push(said);
    return row === null ? [] : [row];
  });
  const zone = read.rest.map(zoneNamedIn).find((found) => found !== null);
  addRows(read, listed, zone ? { ...context, zone } : context);
  return read;
}

function rowsOf(table: Table, read: TimelineRead): Row[] {
  const columns = table.columns.map(columnOf);
  const at = (name: ReturnType<typeof columnOf>) => columns.indexOf(name);
  const timeAt = at('time') >= 0 ? at('time') : at('date');
  const dateAt = at('time') >= 0 ? at('date') : -1;
  if (timeAt < 0) {
    for (const { cells } of table.rows) read.rest.push(cells.map(plain).join(' | '));
    return [];
  }
  return table.rows.flatMap(({ line, cells }) => {
    const cell = (index: number) => plain(cells[index] ?? '');
    const written = [dateAt < 0 ? '' : cell(dateAt), cell(timeAt)].join(' ').trim();
    const others = cells.map((_, i) => i).filter((i) => i !== timeAt && i !== dateAt);
    const texts = others.map((i) => {
      const isExtra = columns[i] !== 'event' && columns[i] !== null;
      return isBlank(cell(i))
        ? ''
        : isExtra && at('event') >= 0
          ? `(${table.columns[i]}: ${cell(i)})`
          : cell(i);
    });
    const text = texts.filter((part) => part !== '').join(' ');
    if (PLACEHOLDER.test(written)) return [];
    return text === '' || isBlank(text) ? [] : [{ line, time: readTime(written), written, text }];
  });
}

/** `13:55 UTC: Incident detected`, `Detection: 2026-01-05 13:55 UTC (alert)`; null without a time. */
function rowOf(said: string, line: number): Row | null {
  const [, bracket] = /^\[([^\]]{1,60})\]\s*:?\s*/.exec(said) ?? [];
  if (bracket !== undefined && readTime(bracket)) {
    return {
      line,
      time: readTime(bracket),
      written: bracket,
      text: said.slice(said.indexOf(']') + 1).replace(/^\s*[:–—-]?\s*/, ''),
    };
  }
  // Longest beginning first: `2026-01-05 13:55 UTC` before `2026-01-05 13`.
  const ends = [...said.slice(0, 70).matchAll(/[:–—-]?\s|:(?=\D)|$/g)].map(({ index }) => index).reverse();
  for (const end of ends) {
    const time = readTime(said.slice(0, end));
    if (time === null || (time.clock === null && time.day === null)) continue;
    const text = said.slice(end).replace(/^\s*[:–—-]?\s*(?:[–—-]\s+)?/, '');
    if (text !== '' && time.clock !== null) return { line, time, written: said.slice(0, end).trim(), text };
  }
  const [, label = '', value = ''] = /^([^:]{3,60}):\s+(\S.{0,400})$/.exec(said) ?? [];
  if (label === '') return null;
  // Up to a bracket or a comma: `2026-01-05 13:55 UTC, by an alert`.
  const stops = [...value.slice(0, 80).matchAll(/\s*[(;]|, |$/g)].map(({ index }) => index).reverse();
  for (const stop of stops) {
    const time = readTime(value.slice(0, stop));
    if (!time?.clock) continue;
    return { line, time, written: value.slice(0, stop).trim(), text: `${label}${value.slice(stop)}` };
  }
  return null;
}

/** A bare time of day that lies before the one above it may belong to the next day, or not: nobody guesses. */
function addRows(read: TimelineRead, rows: readonly Row[], context: TimeContext): void {
  let { day } = context;
  let last = -1;
  for (const { line, time, written, text } of rows) {
    const minutes = time?.clock ? time.clock.hour * 60 + time.clock.minute : null;
    const isBack = time !== null && time.day === null && minutes !== null && minutes < last;
    if (time?.day) day = time.day;
    else if (isBack) day = null;
    if (minutes !== null) last = minutes;
    const found =
      time === null
        ? { problem: written === '' ? 'no time is stated' : 'the time is in no known form' }
        : resolveTime(time, { ...context, day });
    const at = 'at' in found ? found.at : null;
    if ('problem' in found) {
      const why = isBack && day === null ? 'the time goes back: its day is not stated' : found.problem;
      read.problems.push({ line, problem: `${why}; kept as reported` });
    }
    const about = time?.about === true ? 'about this time: ' : '';
    read.moments.push({ line, at, written, text: about + text, ...kindOf(text) });
  }
}
