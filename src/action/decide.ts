import type { Run, Trigger } from './facts.ts';
import { type Foreign, foreign, type History, kindOf } from './history.ts';

/** An issue of ours, as it stands. */
export interface Known {
  number: number;
  url: string;
  /** `id:attempt` of every failure that it or a comment of ours tells. */
  told: readonly string[];
  /** Our last comment says that CI is green again. */
  recoveryTold: boolean;
  /** Its generated part says so. */
  recoveryShown: boolean;
}

export interface Board {
  /** The oldest open one. */
  open: Known | null;
  /** The newest closed one. */
  closed: Known | null;
}

export type Why =
  | Foreign
  | 'not_telling'
  | 'repeated'
  | 'newer_success'
  | 'newer_failure'
  | 'below_threshold'
  | 'told_already'
  | 'nothing_open'
  | 'recovered_already';

export type Judgement = { state: 'none'; why: Why } | { state: 'green' } | { state: 'failing' };

export type Decision =
  | { act: 'none'; why: Why; issue: Known | null }
  | { act: 'open' }
  | { act: 'comment'; issue: Known; untold: Run[] }
  | { act: 'recover'; issue: Known };

export interface Rules {
  threshold: number;
  countAttempts: boolean;
}

/** Whether the event is worth a look at anything: most are not. */
export function worthALook(trigger: Trigger): Why | null {
  if (trigger.action !== 'completed') return 'not_completed';
  return foreign(trigger.run, trigger) ?? (kindOf(trigger.run) === 'ignored' ? 'not_telling' : null);
}

/** What the runs mean, before any issue is looked at. */
export function judge(trigger: Trigger, history: History, { threshold }: Rules): Judgement {
  const none = (why: Why): Judgement => ({ state: 'none', why });
  const why = worthALook(trigger);
  if (why !== null) return none(why);
  // A later attempt and a later run have events of their own.
  if (history.isRepeated) return none('repeated');
  if (kindOf(trigger.run) === 'success') {
    return history.newest === 'failure' ? none('newer_failure') : { state: 'green' };
  }
  if (history.isOver) return none('newer_success');
  return history.failures.length < threshold ? none('below_threshold') : { state: 'failing' };
}

/** What is to be done, given what is on the board: the same event again gives `none`. */
export function decide(
  judgement: Exclude<Judgement, { state: 'none' }>,
  history: History,
  board: Board,
  rules: Rules,
): Decision {
  const { open, closed } = board;
  if (judgement.state === 'green') {
    if (!open) return { act: 'none', why: 'nothing_open', issue: null };
    const isDone = open.recoveryTold && open.recoveryShown;
    return isDone ? { act: 'none', why: 'recovered_already', issue: open } : { act: 'recover', issue: open };
  }
  const untoldBy = (issue: Known) => history.failures.filter((run) => !isTold(run, issue, rules));
  // A person who closed the issue while the same failures go on does not want another one.
  const isSame = closed !== null && untoldBy(closed).length < history.failures.length;
  const issue = open ?? (isSame ? closed : null);
  if (!issue) return { act: 'open' };
  const untold = untoldBy(issue);
  const [newest] = history.failures;
  const isNew = newest !== undefined && untold.includes(newest);
  return isNew ? { act: 'comment', issue, untold } : { act: 'none', why: 'told_already', issue };
}

export const keyOf = ({ id, attempt }: Run): string => `${id}:${attempt}`;

function isTold(run: Run, { told }: Known, { countAttempts }: Rules): boolean {
  return countAttempts
    ? told.includes(keyOf(run))
    : told.some((key) => key.slice(0, key.indexOf(':')) === String(run.id));
}
