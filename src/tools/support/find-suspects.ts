import { PulseError } from '../../core/errors.ts';
import type { Incident } from '../../core/incident.ts';
import type { Mark } from '../../core/outward/github-facts.ts';
import type { ChangeRange, RangeWanted } from '../../core/ship/change-range.ts';
import { type Hints, hintsOf, pathFit } from '../../core/ship/suspect-hints.ts';
import type { Change, SuspectContext, Traces } from '../../core/ship/suspect-signals.ts';
import { linesToBlame, rankSuspects, relationsIn, type Suspect, wordsOf } from '../../core/ship/suspects.ts';
import type { GitHistory } from '../../ports-git.ts';
import type { Deps } from '../tool.ts';
import { type Loaded, loadAll } from './load.ts';
import { liveAt, startOf } from './suspect-marks.ts';

/** Changes whose lines are read; the ranking before that needs only paths, times and messages. */
const SHORTLIST = 100;
/** Files of one change above which it is not searched as a whole. */
const LARGE = 30;
/** Changes that are tried to take back. Source: issue 4, item 1. */
const TRIED = 10;

export interface Search {
  range: ChangeRange;
  suspects: Suspect[];
  traces: Traces;
  /** How many changes the range has. */
  changes: number;
  depth: 'whole' | 'inner';
  hasHints: boolean;
  /** What a service knows of deploys, newest first. */
  marks: readonly Mark[];
}

/** The history port, or the reason why there is none. */
export function historyOf(deps: Deps): GitHistory {
  if (deps.git?.history) return deps.git.history;
  throw new PulseError(
    'not_configured',
    'this folder is not in a git repository, so there is no history to search',
    'record what changed as a fact: {"kind": "fact_recorded", "type": "what_changed", "text": "..."}; or call with the repository of the service',
  );
}

/** The range between what last worked and production, from what was given, set and recorded. */
export async function rangeFor(
  incident: Incident,
  given: { good?: string | undefined; bad?: string | undefined },
  deps: Deps,
  marks: readonly Mark[] = [],
): Promise<ChangeRange> {
  const { production, release_tags: releaseTags } = deps.settings.git ?? {};
  const startedMs = startOf(incident);
  const wanted: RangeWanted = {
    ...(given.good === undefined ? {} : { good: given.good }),
    ...(given.bad === undefined ? {} : { bad: given.bad }),
    ...(production === undefined ? {} : { production }),
    ...(releaseTags === undefined ? {} : { releaseTags }),
    stated: statedGood(incident),
    deploys: given.good === undefined ? deploysBefore(await loadAll(deps), marks, startedMs) : [],
    startedMs,
  };
  return historyOf(deps).range(wanted);
}

/** A fact such as "v1.3.9" or "v1.3.9, on Monday": only its first word can be a ref. */
function statedGood(incident: Incident): RangeWanted['stated'] {
  const fact = incident.facts.get('last_known_good');
  const [word = ''] = fact?.value.trim().split(/[\s,;()]+/, 1) ?? [];
  return fact && word !== '' ? [{ ref: word, atMs: Date.parse(fact.at) }] : [];
}

function deploysBefore(
  all: readonly Loaded[],
  marks: readonly Mark[],
  startedMs: number | null,
): RangeWanted['deploys'] {
  const recorded: RangeWanted['deploys'] = all
    .flatMap(({ incident }) => incident.recorded)
    .flatMap((event) =>
      event.kind === 'deployed' && event.data.environment === 'production'
        ? [{ ref: event.data.commit, atMs: Date.parse(event.at) }]
        : [],
    );
  const known = marks.map(({ commit, at, kind }) => ({ ref: commit, atMs: Date.parse(at), source: kind }));
  return [...recorded, ...known]
    .filter(({ atMs }) => startedMs === null || atMs < startedMs)
    .sort((a, b) => b.atMs - a.atMs);
}

/** What the record itself quotes of logs: notes and outputs that people stated. */
function recordedText(incident: Incident): string {
  const stated = incident.recorded.filter((event) => event.basis === 'stated');
  const texts = stated.flatMap((event) => [
    ...(event.kind === 'noted' || event.kind === 'hypothesis_stated' ? [event.text] : []),
    ...event.evidence.filter((item) => item.startsWith('output:')),
  ]);
  return [incident.description, ...texts].join('\n');
}

/** Scores every change of the range, then reads lines and tries reverts for those that lead. */
export async function search(
  incident: Incident,
  range: ChangeRange,
  given: string | undefined,
  deps: Deps,
  marks: readonly Mark[] = [],
): Promise<Search> {
  const history = historyOf(deps);
  const hints = hintsOf(`${given ?? ''}\n${recordedText(incident)}`);
  const { changes, depth } = await history.changes(range);
  const found = await history.locate(range, hints.symbols, linesToBlame(changes, hints.paths));
  const live = await liveAt(history, range, marks, startOf(incident));
  const context: SuspectContext = {
    ...(live === null ? {} : { live }),
    ...{ hints, words: wordsOf(`${incident.title}\n${incident.description}`), startedMs: startOf(incident) },
    relations: relationsIn(changes),
    traces: { ...found, lines: new Map(), changedSymbols: new Map(), revertable: new Map() },
  };
  const shortlist = leading(rankSuspects(changes, context), SHORTLIST);
  const read = await history.inspect(
    shortlist.map(({ commit }) => commit),
    hints.symbols,
    clueFiles(shortlist, hints, found.symbolFiles),
  );
  const traces = { ...context.traces, ...read };
  const tried = leading(rankSuspects(shortlist, { ...context, traces }), TRIED);
  const revertable = await history.tryReverts(range.bad, tried);
  const all = { ...traces, revertable };
  return {
    ...{ range, traces: all, depth, changes: changes.length },
    suspects: rankSuspects(tried, { ...context, traces: all }),
    hasHints: hints.paths.length + hints.symbols.length > 0,
    marks,
  };
}

function leading(suspects: readonly Suspect[], most: number): Change[] {
  return suspects.slice(0, most).map(({ change }) => change);
}

/** Files whose changed lines are searched for symbols: those with a clue first, then all of changes that are not large. */
function clueFiles(changes: readonly Change[], hints: Hints, symbolFiles: ReadonlySet<string>): string[] {
  const isClue = (file: string): boolean =>
    symbolFiles.has(file) || hints.paths.some(({ path }) => pathFit(file, path) !== null);
  const clues = changes.flatMap(({ files }) => files.filter(isClue));
  // What was removed occurs at neither end of the range.
  const others = changes.flatMap(({ files }) => (files.length > LARGE ? [] : files));
  return [...new Set([...clues, ...others])];
}
