import { type Incident, isOpen } from './incident.ts';
import type { FactName } from './kinds.ts';

/** One thing that triage wants to know, and the named fact that answers it. */
export interface TriageQuestion {
  fact: FactName;
  ask: string;
}

/** What decides the next move comes first. Source: seed 002 step 2, seed 003 step 3. */
const QUESTIONS: readonly TriageQuestion[] = [
  { fact: 'what_changed', ask: 'recent deploy, configuration or dependency change?' },
  { fact: 'affected_systems', ask: 'frontend, backend, database, auth, payment, third party?' },
  { fact: 'users', ask: 'how many are affected?' },
  { fact: 'flow', ask: 'which flow?' },
  { fact: 'spreading', ask: 'getting worse?' },
  { fact: 'data', ask: 'lost, corrupted or exposed?' },
  { fact: 'blast_radius', ask: 'contained, or what else can it reach?' },
  { fact: 'started', ask: 'since when?' },
  { fact: 'plans', ask: 'free, paid or both?' },
];

/** How many of them one answer asks. */
const AT_ONCE = 3;

/**
 * What triage still has to find out: facts that nobody stated, or that were stated as unknown. Nothing once the
 * incident is closed or cancelled, when no fact can be recorded any more.
 */
export function triageQuestions(incident: Incident): TriageQuestion[] {
  if (!isOpen(incident)) return [];
  return QUESTIONS.filter(({ fact }) => isUnknown(incident.facts.get(fact)?.value));
}

function isUnknown(value: string | undefined): boolean {
  return value === undefined || ['', 'unknown', '?'].includes(value.trim().toLowerCase());
}

/** The first open questions as `fact: question`, without those that are asked elsewhere in the same answer. */
export function triageShort(incident: Incident, asked: readonly string[] = []): string[] {
  return triageQuestions(incident)
    .filter(({ fact }) => !asked.includes(fact))
    .slice(0, AT_ONCE)
    .map(({ fact, ask }) => `${fact}: ${ask}`);
}
