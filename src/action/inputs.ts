import { PulseError } from '../core/errors.ts';

/** What a workflow says under `with:`. */
export interface Inputs {
  token: string;
  /** How many failures in a row open an issue. */
  threshold: number;
  labels: string[];
  assignees: string[];
  closeOnRecovery: boolean;
  /** Whether every attempt of a run counts, not only its last one. */
  countAttempts: boolean;
  /** Login that the token belongs to; empty to ask GitHub. */
  account: string;
}

const MAX_THRESHOLD = 50;
/** GitHub's own limits: 50 characters of a label, 10 assignees of an issue. */
const MAX_LABEL = 50;
const MAX_ASSIGNEES = 10;
const LOGIN = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?(?:\[bot\])?$/;

/**
 * Checks the inputs.
 * @param read the text of an input by name, without spaces around it; empty when it was not given
 * @throws PulseError invalid_input naming the input and its valid values
 */
export function inputsOf(read: (name: string) => string): Inputs {
  const token = read('github-token');
  if (token === '') throw wrong('github-token', 'is empty', 'leave it out to use the token of the workflow');
  const account = read('account');
  if (account !== '' && !LOGIN.test(account))
    throw wrong('account', 'is no login', 'for example: my-app[bot]');
  return {
    ...{ token, account },
    threshold: thresholdOf(read('threshold')),
    labels: [
      labelOf('label', read('label') || 'hotfix-pulse'),
      ...(read('severity-label') === '' ? [] : [labelOf('severity-label', read('severity-label'))]),
    ],
    assignees: assigneesOf(read('assignees')),
    closeOnRecovery: yesOrNo('close-on-recovery', read('close-on-recovery')),
    countAttempts: yesOrNo('count-attempts', read('count-attempts')),
  };
}

function thresholdOf(text: string): number {
  const value = text === '' ? 2 : /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= MAX_THRESHOLD) return value;
  throw wrong('threshold', 'is no such number', `a whole number from 1 to ${MAX_THRESHOLD}`);
}

function labelOf(name: string, text: string): string {
  if (text.length <= MAX_LABEL && !/[\p{Cc},]/u.test(text)) return text;
  throw wrong(name, 'is no label', `one label, at most ${MAX_LABEL} characters, without commas`);
}

function assigneesOf(text: string): string[] {
  const logins = [...new Set(text.split(/[\s,]+/).filter((login) => login !== ''))];
  if (logins.length <= MAX_ASSIGNEES && logins.every((login) => LOGIN.test(login))) return logins;
  throw wrong(
    'assignees',
    'holds something else',
    `at most ${MAX_ASSIGNEES} logins with commas between them`,
  );
}

function yesOrNo(name: string, text: string): boolean {
  if (text === '' || text === 'false') return false;
  if (text === 'true') return true;
  throw wrong(name, 'is neither', 'true or false');
}

function wrong(name: string, how: string, valid: string): PulseError {
  return new PulseError('invalid_input', `The input ${name} ${how}.`, `Valid: ${valid}.`);
}
