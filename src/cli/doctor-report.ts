import { DOCTOR_PARTS, type DoctorCheck, type DoctorState, sortedChecks, tally } from '../core/doctor.ts';
import { cleanText } from '../core/untrusted.ts';
import type { Paint } from './colour.ts';

const MARKS: Readonly<Record<DoctorState, string>> = {
  fail: 'FAIL',
  warn: 'warn',
  ok: 'ok  ',
  skipped: 'skip',
};
const INDENT = ' '.repeat(8);

function marked(state: DoctorState, paint: Paint): string {
  const text = MARKS[state];
  switch (state) {
    case 'fail':
      return paint.red(text);
    case 'warn':
      return paint.yellow(text);
    case 'ok':
      return paint.green(text);
    case 'skipped':
      return paint.dim(text);
  }
}

/** Where the line is worth its room: to mend something, a person has to find it. */
function placeOf({ path, line, column, state, seen }: DoctorCheck): string[] {
  if (path === undefined || seen.includes(path) || (state !== 'fail' && state !== 'warn')) return [];
  return [line === undefined ? path : `${path}:${line}:${column ?? 1}`];
}

function linesOf(check: DoctorCheck, paint: Paint): string[] {
  const { state, seen, todo, printed } = check;
  const quoted =
    printed === undefined ? [] : ['It printed:', ...printed.split('\n').map((line) => `  | ${line}`)];
  return [
    `  ${marked(state, paint)}  ${state === 'skipped' ? paint.dim(cleanText(seen)) : cleanText(seen)}`,
    ...[...placeOf(check), ...quoted].map((line) => paint.dim(`${INDENT}${cleanText(line)}`)),
    ...(todo === '' ? [] : [`${INDENT}do: ${cleanText(todo)}`]),
  ];
}

/** The whole result for people: one group per part, worst first, and a last line that counts. */
export function renderDoctor(checks: readonly DoctorCheck[], paint: Paint): string {
  const sorted = sortedChecks(checks);
  const groups = Object.entries(DOCTOR_PARTS).flatMap(([part, title]) => {
    const own = sorted.filter((check) => check.part === part);
    return own.length === 0
      ? []
      : [[paint.bold(title), ...own.flatMap((check) => linesOf(check, paint))].join('\n')];
  });
  const { fail, warn, ok, skipped } = tally(checks);
  const last = `${fail} failed, ${warn} ${warn === 1 ? 'warning' : 'warnings'}, ${ok} ok, ${skipped} skipped.`;
  return [...groups, fail > 0 ? paint.red(last) : warn > 0 ? paint.yellow(last) : paint.green(last)].join(
    '\n\n',
  );
}
