import { PulseError } from '../../core/errors.ts';
import { type Zone, zoneOf } from '../../core/interchange/zones.ts';
import type { Answer, Deps } from '../tool.ts';
import { answered, standingOf } from './answer.ts';
import { importByHand } from './import-by-hand.ts';
import { type TakenOver, takeOver } from './import-record.ts';
import { normal, type Source, sourcesAt } from './import-sources.ts';
import { loadAll, loadUid } from './load.ts';
import { removedWarning } from './write.ts';

export interface ImportRequest {
  /** From the repository's root. */
  paths: readonly string[];
  /** Of times that name none: `UTC`, `+01:00`, `Europe/Copenhagen`. */
  zone?: string | undefined;
  /** Read and report only. */
  check?: boolean | undefined;
}

/** Problems told in one answer. */
const MOST_TOLD = 50;

/**
 * Takes over records that were kept elsewhere. Everything in them becomes history: shown, but no key to a gate.
 * The files stay as they are; what could not be read is told line by line.
 */
export async function importIncident(
  { paths, zone: named, check = false }: ImportRequest,
  deps: Deps,
): Promise<Answer<Record<string, unknown>>> {
  const zone = named === undefined ? null : zoneNamed(named);
  const [only] = paths;
  if (only !== undefined && paths.length === 1 && !check) {
    const byHand = await importByHand(normal(only), deps);
    if (byHand !== null) return byHand;
  }
  // Everything is read before the first is written: a path that is wrong stops all.
  const sources: Source[] = [];
  for (const path of new Set(paths)) sources.push(...(await sourcesAt(path, zone, deps)));
  const taken = await deps.log.withNumbering((highest) => takeAll(sources, highest, check, deps));
  return reported(taken, check, deps);
}

async function takeAll(
  sources: readonly Source[],
  highest: number,
  check: boolean,
  deps: Deps,
): Promise<TakenOver[]> {
  const known = await loadAll(deps);
  const taken: TakenOver[] = [];
  let next = highest + 1;
  for (const source of sources) {
    const one = await takeOver(source, known, next, check ? 'check' : 'write', deps);
    taken.push(one);
    if (one.result !== 'new') continue;
    next = source.number === null ? next + 1 : Math.max(next, source.number + 1);
    if (!check) known.push(await loadUid(one.uid, deps));
  }
  return taken;
}

const WORDS: Record<TakenOver['result'], string> = {
  new: 'a new incident of history',
  added: 'what was new in it',
  nothing: 'nothing, all of it is there',
};

async function reported(
  taken: readonly TakenOver[],
  check: boolean,
  deps: Deps,
): Promise<Answer<Record<string, unknown>>> {
  const labels = new Map((await loadAll(deps)).map(({ incident }) => [incident.uid, incident.label]));
  const problems = taken.flatMap((one) =>
    one.problems.map(({ file, line, problem }) => `${file}${line > 0 ? ` line ${line}` : ''}: ${problem}`),
  );
  const told = problems.slice(0, MOST_TOLD);
  const zoneless = problems.filter((problem) => problem.includes('the zone is not stated')).length;
  const warnings = [
    ...(zoneless === 0
      ? []
      : [
          `${zoneless} time(s) name no zone and were kept as reported. To have them read, say the zone: --zone Europe/Copenhagen, --zone +01:00 or --zone UTC${check ? '' : ' (with --check first)'}.`,
        ]),
    ...removedWarning(taken.flatMap(({ removed }) => removed)),
    ...deps.log.notices(),
  ];
  const lines = [
    check
      ? 'Read only; nothing was written.'
      : 'Taken over as history; gates count only what is recorded from now on.',
    ...taken.flatMap(({ source, uid, result, events, stated }) => [
      `${source}: ${WORDS[result]}${labels.has(uid) ? ` (${labels.get(uid)})` : ''}, ${events} event(s)`,
      ...stated.map((sentence) => `  ${sentence}`),
    ]),
    ...(taken.length === 0 ? ['There was no incident to take over.'] : []),
    ...told.map((problem) => `? ${problem}`),
    ...(problems.length > told.length
      ? [`? ${problems.length - told.length} more line(s) with a problem`]
      : []),
  ];
  const imported = taken.reduce((sum, { events }) => sum + events, 0);
  const records = taken.map(({ removed: _removed, uid, ...one }) => ({
    ...one,
    uid,
    incident: labels.get(uid) ?? null,
  }));
  const data = { imported, records, problems, checked: check };
  const [only] = taken;
  if (only !== undefined && taken.length === 1 && labels.has(only.uid)) {
    return answered(await standingOf(await loadUid(only.uid, deps), deps), lines, data, warnings);
  }
  return { text: [...lines, ...warnings.map((warning) => `! ${warning}`)].join('\n'), data, warnings };
}

function zoneNamed(text: string): Zone {
  const zone = zoneOf(text);
  if (zone !== null) return zone;
  throw new PulseError(
    'invalid_input',
    'that is no zone, or a short name of more than one',
    'write an offset (+01:00), UTC, or a place (Europe/Copenhagen)',
  );
}
