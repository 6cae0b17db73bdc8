import { narrativeOf } from '../../src/core/documents/documents.ts';
import { buildPostmortem } from '../../src/core/documents/postmortem.ts';
import { renderPreset } from '../../src/core/documents/presets.ts';
import { viewOf } from '../../src/core/documents/view.ts';
import type { RecordedEvent } from '../../src/core/events.ts';
import { foldIncident } from '../../src/core/incident.ts';
import { intervalsOf } from '../../src/core/intervals.ts';
import { matrixOf, rowOf } from '../../src/core/severity.ts';
import type { StatusRow } from './replay-data.ts';
import { documentsIn, eventsIn } from './replay-door.ts';
import { stepsOf } from './replay-status.ts';
import { numbersIn, tracer, type Untraced } from './truth.ts';
import { wordsOf } from './truth-facts.ts';

/** What the files of an incident on disk say, held against the data that was played. */
export interface Look {
  documents: number;
  files: string[];
  numbers: number;
  /** Milliseconds of each named interval; null is unknown. */
  intervals: Record<string, number | null>;
  untraced: Untraced[];
  problems: string[];
}

const PRESETS = ['default', 'pulse', 'incident-hotfix', 'hatch3r', 'pokayokay', 'spec-kit'] as const;

/** The documents on disk, and the postmortem in the form of every preset. */
export function lookAt(root: string, label: string, uid: string, nowMs: number, row: StatusRow | null): Look {
  const files = documentsIn(root, label);
  const { incident, view } = stateOf(eventsIn(root, uid), uid, nowMs);
  const model = buildPostmortem(incident, narrativeOf(incident), view);
  const forms = PRESETS.map((preset) => [`post-mortem.md (${preset})`, renderPreset(model, preset)] as const);
  const documents = [...Object.entries(files), ...forms];
  const trace = tracer(incident, view);
  const lacks = ['hotfix.md', 'tasks.md', 'post-mortem.md'].filter((name) => files[name] === undefined);
  return {
    documents: documents.length,
    files: Object.keys(files),
    numbers: documents.reduce((count, [, text]) => count + numbersIn(text), 0),
    intervals: Object.fromEntries(intervalsOf(incident).map(({ name, ms }) => [name, ms])),
    untraced: documents.flatMap(([name, text]) => trace(`${label}/${name}`, text)),
    problems: [
      ...lacks.map((name) => `${name} is missing`),
      ...(row ? intervalProblems(row, incident, files['post-mortem.md'] ?? '') : []),
    ],
  };
}

/** Put into drafts where a chat would act on text. */
const BREAK = '\u200D';

/** One text that an answer prints, held against the record without any drafts: a draft is no source of its own numbers. */
export function lookAtPrinted(
  root: string,
  uid: string,
  nowMs: number,
  name: string,
  text: string,
  said: string,
): Untraced[] {
  const events = eventsIn(root, uid).filter(
    (event) => event.kind !== 'update_drafted' && (event.data as { drafted?: unknown }).drafted !== true,
  );
  const { incident, view } = stateOf(events, uid, nowMs);
  const trace = tracer(incident, view, [said, said.replace(/\boutage/gi, publicWord)]);
  return trace(`${incident.label}/${name}`, text.replaceAll(BREAK, ''));
}

/** The public never reads of an outage that is none. */
function publicWord(word: string): string {
  return word.startsWith('O') ? 'Disruption' : 'disruption';
}

function stateOf(events: RecordedEvent[], uid: string, nowMs: number) {
  const incident = foldIncident(uid, events);
  const row = incident.severity ? rowOf(matrixOf('default'), incident.severity.level) : null;
  return { incident, view: viewOf(incident, { nowMs, row, settings: { stability_h: 24 } }) };
}

/** Each named interval against the timestamps of the data, as computed and as printed in the postmortem. */
function intervalProblems(
  row: StatusRow,
  incident: ReturnType<typeof foldIncident>,
  postmortem: string,
): string[] {
  const expected = expectedOf(row);
  return intervalsOf(incident).flatMap(({ name, label, ms }) => {
    const want = expected[name];
    const printed = new RegExp(`^\\| ${label} \\|.*\\| ([^|<]+?) (?:<!-- ev:[^|]+ )?\\|$`, 'm').exec(
      postmortem,
    )?.[1];
    const words = want === null ? /^UNKNOWN - ask / : new RegExp(`^${wordsOf(want)}$`);
    return [
      ...(ms === want ? [] : [`${name} is ${ms} ms, the timestamps say ${want}`]),
      ...(printed !== undefined && words.test(printed) ? [] : [`${name} is printed as "${printed}"`]),
    ];
  });
}

/** From the timestamps alone. */
function expectedOf(row: StatusRow) {
  const started = Date.parse(row.started_at);
  const detected = Date.parse(row.updates[0]?.at ?? '');
  const resolved = Date.parse(row.resolved_at);
  const when = (kind: string) =>
    stepsOf(row).find(({ calls }) => calls.some(({ args }) => args.kind === kind))?.at ?? null;
  const since = (from: number, to: number | null) => (to === null ? null : to - from);
  return {
    time_to_detect: detected - started,
    time_to_acknowledge: since(detected, when('acknowledged')),
    time_to_mitigate: since(started, when('mitigation_applied')),
    time_to_restore: resolved - started,
    time_to_resolve: resolved - detected,
  };
}
