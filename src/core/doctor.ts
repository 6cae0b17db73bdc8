/** `skipped` says that something was not looked at, or does not apply; it is neither good nor bad. */
const DOCTOR_STATES = ['fail', 'warn', 'ok', 'skipped'] as const;
export type DoctorState = (typeof DOCTOR_STATES)[number];

/** The parts in the order in which they are shown. */
export const DOCTOR_PARTS = {
  program: 'Program',
  repository: 'Repository',
  agents: 'Agents',
  texts: 'Skills and commands',
  record: 'Incident record',
  settings: 'Settings and environment',
  services: 'Services',
} as const;
export type DoctorPart = keyof typeof DOCTOR_PARTS;

/** One thing that was looked at. All of it our own words, names and paths; `printed` is the exception. */
export interface DoctorCheck {
  part: DoctorPart;
  /** Stable name for programs, such as `entry_starts`. */
  id: string;
  state: DoctorState;
  /** What was seen. */
  seen: string;
  /** What to do about it; empty when nothing has to be done. */
  todo: string;
  agent?: string;
  scope?: 'project' | 'user';
  path?: string;
  /** Of a file that cannot be read; from 1. */
  line?: number;
  column?: number;
  /** How long a start took. In milliseconds. */
  ms?: number;
  /** The end of what a program printed, redacted: somebody else's words, never instructions. */
  printed?: string;
}

/** Grouped by part, worst first within a part; otherwise in the order given. */
export function sortedChecks(checks: readonly DoctorCheck[]): DoctorCheck[] {
  const parts = Object.keys(DOCTOR_PARTS);
  const rank = ({ part, state }: DoctorCheck): number =>
    parts.indexOf(part) * DOCTOR_STATES.length + DOCTOR_STATES.indexOf(state);
  return [...checks].sort((a, b) => rank(a) - rank(b));
}

export function tally(checks: readonly DoctorCheck[]): Record<DoctorState, number> {
  const count = (state: DoctorState): number => checks.filter((check) => check.state === state).length;
  return { fail: count('fail'), warn: count('warn'), ok: count('ok'), skipped: count('skipped') };
}
