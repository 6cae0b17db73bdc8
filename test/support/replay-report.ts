import type { Judged } from './replay.ts';
import { type Entered, statedMinutes } from './replay-after.ts';
import type { LogRow, PostmortemRow, StatusRow } from './replay-data.ts';
import type { Played } from './replay-play.ts';
import { LEVEL_OF } from './replay-status.ts';

/** Everything that the report is made from. */
export interface Results {
  status: Judged & { played: Played[] };
  after: Judged & { logs: Entered[]; postmortems: Entered[] };
}
export interface Rows {
  status: readonly StatusRow[];
  logs: readonly LogRow[];
  postmortems: readonly PostmortemRow[];
}

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const share = (part: number, whole: number) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);
const some = (ids: readonly string[]) => (ids.length === 0 ? 'none' : ids.join(', '));
const word = (value: number | null) => (value === null ? 'unknown' : String(value));

/** What went wrong, one line each; empty is a pass. */
export function failuresOf({ status, after }: Results): string[] {
  const entered = [...after.logs, ...after.postmortems];
  return [
    ...status.played.flatMap(({ id, refused, problems }) =>
      [...refused, ...problems].map((text) => `${id}: ${text}`),
    ),
    ...status.played.filter(({ postmortem }) => !postmortem).map(({ id }) => `${id}: no postmortem`),
    ...status.played.filter(({ closed }) => closed === 'no').map(({ id }) => `${id}: not closed`),
    ...entered.flatMap(({ id, refused }) => refused.map((text) => `${id}: ${text}`)),
    ...entered.filter(({ postmortem }) => !postmortem).map(({ id }) => `${id}: no postmortem`),
    ...[...status.untraced, ...after.untraced].map(
      ({ document, line, number, why }) => `${document}:${line}: ${number}: ${why}`,
    ),
  ];
}

/** Numbers of the log that the server computes differently from what the timestamps say: there must be none. */
export function wrongNumbers(logs: readonly Entered[], rows: readonly LogRow[]): string[] {
  return rows.flatMap((row) => {
    const minutes = logs.find(({ id }) => id === row.id)?.minutes;
    if (!minutes) return [];
    const right =
      minutes.repair === row.computed_time_to_repair_min &&
      minutes.resolve === row.computed_time_to_resolve_min;
    return right ? [] : [row.id];
  });
}

export function reportOf(results: Results, rows: Rows): string {
  const { status, after } = results;
  const failures = failuresOf(results);
  return [
    '# Replay of real incidents',
    'Made by `npm run replay -- --write` from `../shared/data`; counts, ids and numbers only. `npm run replay -- --limit 20` plays a few, `--json` prints everything.',
    statusPart(status, rows.status),
    cadencePart(status.played),
    logPart(after.logs, rows.logs),
    postmortemPart(after.postmortems, rows.postmortems),
    truthPart(results),
    '## Failures',
    failures.length === 0 ? 'None.' : failures.map((line) => `- ${line}`).join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}

function statusPart({ played }: Results['status'], rows: readonly StatusRow[]): string {
  const names = [...new Set(played.flatMap(({ intervals }) => Object.keys(intervals)))];
  const differs = rows.filter(
    (row) => Date.parse(row.resolved_at) - Date.parse(row.started_at) !== row.duration_minutes * 60_000,
  );
  const count = (test: (one: Played) => boolean) => played.filter(test).length;
  return [
    '## github-status.jsonl: update streams',
    "Every update is a call at its own time, incidents that overlapped overlap here, and the clock is steered. The operator's impact label is the stated severity (critical P0, major P1, minor P2, none and maintenance P3). The first update opens the incident, with its time as start and detection; Investigating is `acknowledged`, after a verification `reopened`; words for a found cause are `cause_identified`; Monitoring and words for a mitigation are `mitigation_applied`, Monitoring also `deploy_verified` with the page as evidence; Resolved and Completed are the fact `impact_ended` and `resolved` with the page as evidence. Every one is an `update_posted` (public) after a `draft_update` for public, internal and executive readers in turn. One hour after the end the postmortem is written, one day after it `stability_confirmed` is recorded and the incident closed; a page tells no cause and no action items, so most closes need an override.",
    table(
      ['what', 'count'],
      [
        ['incidents played', played.length],
        ['updates', sum(rows.map(({ updates }) => updates.length))],
        ['calls', sum(played.map(({ calls }) => calls))],
        ['calls refused (the close gate apart)', sum(played.map(({ refused }) => refused.length))],
        [
          'statuses, clocks, forms or intervals other than expected',
          sum(played.map(({ problems }) => problems.length)),
        ],
        ['messages drafted', sum(played.map(({ messages }) => messages))],
        ['postmortems', count(({ postmortem }) => postmortem)],
        ['postmortems without a lint error', count(({ lint }) => lint?.errors === 0)],
        ['closed through the open gate', count(({ closed }) => closed === 'open_gate')],
        ['closed with an override', count(({ closed }) => closed === 'override')],
        ['the page itself states another duration than its timestamps', differs.length],
      ],
    ),
    'Intervals, each equal to the difference of its two timestamps and printed so in the postmortem:',
    table(
      ['interval', 'computed', 'unknown'],
      names.map((name) => {
        const known = count(({ intervals }) => typeof intervals[name] === 'number');
        return [name, known, played.length - known];
      }),
    ),
  ].join('\n\n');
}

function cadencePart(played: readonly Played[]): string {
  const levels = [...new Set(Object.values(LEVEL_OF))].sort();
  return [
    "## Update cadence against the severity's clock",
    "P0 every 15 minutes, P1 every 30, P2 every 2 hours, P3 none. The server's clock was asked before every update and said the same each time.",
    table(
      ['level', 'incidents', 'gaps', 'gaps in time', 'time with an update overdue'],
      levels.map((level) => {
        const own = played.filter((one) => one.level === level);
        const total = (name: keyof Played['cadence']) => sum(own.map(({ cadence }) => cadence[name]));
        return [
          level,
          own.length,
          total('gaps'),
          share(total('in_time'), total('gaps')),
          share(total('overdue_ms'), total('open_ms')),
        ];
      }),
    ),
  ].join('\n\n');
}

function logPart(logs: readonly Entered[], rows: readonly LogRow[]): string {
  const of = (row: LogRow) => logs.find(({ id }) => id === row.id)?.minutes;
  const lines = rows.flatMap((row) => {
    const pairs = [
      ['repair', row.stated_time_to_repair_min, of(row)?.repair ?? null],
      ['resolve', row.stated_time_to_resolve_min, of(row)?.resolve ?? null],
    ] as const;
    return pairs.map(([what, stated, computed]) => ({ id: row.id, what, stated, computed }));
  });
  const stated = lines.filter((line) => line.stated !== null);
  const differ = stated.filter(({ stated: by, computed }) => computed !== null && computed !== by);
  return [
    '## moj-incidents.jsonl: durations that people computed by hand',
    'Entered when it was over, every time back-dated with its source; local times are read as UTC. Repair is from detected to repaired, resolve from detected to resolved, in minutes.',
    table(
      ['what', 'count'],
      [
        ['incidents', logs.length],
        ['numbers other than the timestamps say', wrongNumbers(logs, rows).length],
        ['durations stated by hand', stated.length],
        ['equal to the computed ones', stated.filter(({ stated: by, computed }) => by === computed).length],
        ['different', differ.length],
        [
          'stated, but a time is missing or none: unknown here',
          stated.filter(({ computed }) => computed === null).length,
        ],
      ],
    ),
    table(
      ['incident', 'interval', 'by hand', 'computed'],
      differ.map(({ id, what, stated: by, computed }) => [id, what, word(by), word(computed)]),
    ),
    `Times that are none and were refused: ${refusedTimes(logs)}.`,
    `Times that contradict each other, told by the postmortem's lint: ${warnings(logs)}.`,
  ].join('\n\n');
}

function postmortemPart(postmortems: readonly Entered[], rows: readonly PostmortemRow[]): string {
  const lines = rows.flatMap((row) => {
    const minutes = postmortems.find(({ id }) => id === row.id)?.minutes;
    const stated = [
      statedMinutes(row.stated_time_to_detection),
      statedMinutes(row.stated_time_to_recovery),
    ] as const;
    return stated[0] === null && stated[1] === null
      ? []
      : [
          {
            id: row.id,
            detect: [stated[0], minutes?.detect ?? null],
            recover: [stated[1], minutes?.duration ?? null],
          },
        ];
  });
  const cells = ([stated, computed]: (number | null)[]) => [
    word(stated ?? null),
    word(computed ?? null),
    stated === computed ? 'equal' : computed === null ? 'unknown' : 'different',
  ];
  return [
    '## dfds-postmortems.jsonl: stated times to detect and recover',
    "The start is the first line of the timeline, the detection the first that tells of noticing, the recovery the last that tells of one: a reading by words, so a difference is as often the reading's as the writer's. Minutes from the start.",
    `${postmortems.length} postmortems entered, ${lines.length} with stated times.`,
    table(
      ['postmortem', 'detect: stated', 'computed', '', 'recover: stated', 'computed', ''],
      lines.map(({ id, detect, recover }) => [id, ...cells(detect), ...cells(recover)]),
    ),
    `Times that are none and were refused: ${refusedTimes(postmortems)}.`,
    `Times that contradict each other, told by the postmortem's lint: ${warnings(postmortems)}.`,
  ].join('\n\n');
}

function refusedTimes(entered: readonly Entered[]): string {
  return some(
    entered
      .filter(({ refused_times: times }) => times.length > 0)
      .map(({ id, refused_times: times }) => `${id} (${[...new Set(times)].join(', ')})`),
  );
}

function warnings(entered: readonly Entered[]): string {
  return some(
    entered.filter(({ warned }) => warned.length > 0).map(({ id, warned }) => `${id} (${warned.join(', ')})`),
  );
}

/** Every change of a template's wording moves the last digits. */
function coarse(count: number): string {
  return count < 100_000 ? String(count) : `more than ${Math.floor(count / 50_000) * 50_000}`;
}

function truthPart({ status, after }: Results): string {
  const both = [status, after];
  return [
    '## Truth test',
    'Every number and time in every generated document, in every message, completion block and checklist, and in the postmortem of every preset, traced to what somebody said in an event, to the time of an event, a clock, an interval computed a second time, a count, an id, or a number of the template that `test/support/truth-tables.ts` lists with its reason.',
    table(
      ['what', 'count'],
      [
        ['documents', sum(both.map(({ documents }) => documents))],
        ['messages, completion blocks and checklists', sum(both.map(({ messages }) => messages))],
        ['numbers and times', coarse(sum(both.map(({ numbers }) => numbers)))],
        ['not traced', sum(both.map(({ untraced }) => untraced.length))],
      ],
    ),
  ].join('\n\n');
}
