import type { ChangeDiff, ChangedFile } from './change-diff.ts';
import type { ChangeFacts } from './change-facts.ts';

/** `stop`: must not ship like this. `warn`: somebody should decide. `note`: worth knowing. */
export type FindingLevel = 'stop' | 'warn' | 'note';

/** Something about a change that a person should look at. `path` is outside text, everything else our own words. */
export interface Finding {
  id: string;
  level: FindingLevel;
  path?: string;
  /** 1-based, in the new file. */
  line?: number;
  /** Full name of the commit it is about. */
  commit?: string;
  says: string;
  do: string;
  /** How many more of the same id there are; they are not listed. */
  more?: number;
}

/** Above these a change is called large; without tests, lock files and generated files. */
export interface FindingLimits {
  files: number;
  lines: number;
  /** Parts of the system, tests and documentation not counted. */
  layers: number;
}

export interface FindingContext {
  limits: FindingLimits;
  /** Number of the incident, for the trailer. */
  number: number;
  /** Paths that the record names: suspects, cause, stack trace. Empty when it names none. */
  named: readonly string[];
  /** Types of secrets in a text (`github-pat`, `password`, `email`); never their values. */
  secrets(text: string): string[];
}

/** Types that the redactor gives to what is personal and no secret. */
export const PERSONAL: readonly string[] = ['email', 'phone', 'card', 'iban', 'ssn'];

/** Looks at a whole change. */
export type FindingRule = (diff: ChangeDiff, context: FindingContext, facts: ChangeFacts) => Finding[];

/** A rule for one file after the other. */
export function perFile(find: (file: ChangedFile, context: FindingContext) => Finding[]): FindingRule {
  return (diff, context) => diff.files.flatMap((file) => find(file, context));
}
