import { enterAll, type Judged, replay } from './replay.ts';
import { logRows, postmortemRows, type StatusRow, statusRows } from './replay-data.ts';
import type { Played } from './replay-play.ts';
import { failuresOf, type Results, reportOf, wrongNumbers } from './replay-report.ts';

/** What scripts/replay.mjs runs, in several processes and then in one. */

type Status = Judged & { played: Played[] };

const rowsOf = (folder: string, limit: number | null): StatusRow[] =>
  statusRows(folder).slice(0, limit ?? Number.POSITIVE_INFINITY);

/** Plays one of `count` parts of the rows, whole neighbourhoods together, and prints the result as JSON. */
export async function printPart(
  folder: string,
  index: number,
  count: number,
  limit: number | null,
): Promise<void> {
  const rows = rowsOf(folder, limit);
  const size = Math.ceil(rows.length / count);
  const own = rows.slice(index * size, (index + 1) * size);
  const result = await replay(own, (done) =>
    process.stderr.write(`part ${index + 1}: ${done} of ${own.length} incidents\n`),
  );
  process.stdout.write(JSON.stringify(result));
}

/** Puts the parts together and adds what is not played but entered. */
export async function finish(
  folder: string,
  parts: readonly Status[],
  limit: number | null,
): Promise<{ results: Results; report: string; failures: string[] }> {
  const rows = { status: rowsOf(folder, limit), logs: logRows(folder), postmortems: postmortemRows(folder) };
  const after = await enterAll(rows.logs, rows.postmortems);
  const add = (name: 'documents' | 'messages' | 'numbers') =>
    parts.reduce((total, one) => total + one[name], 0);
  const status: Status = {
    played: parts.flatMap(({ played }) => played),
    ...{ documents: add('documents'), messages: add('messages'), numbers: add('numbers') },
    untraced: parts.flatMap(({ untraced }) => untraced),
  };
  const results = { status, after };
  const wrong = wrongNumbers(after.logs, rows.logs).map(
    (id) => `${id}: a number other than the timestamps say`,
  );
  return { results, report: reportOf(results, rows), failures: [...failuresOf(results), ...wrong] };
}
