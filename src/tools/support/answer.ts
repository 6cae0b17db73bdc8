import * as z from 'zod/v4';
import { closeGate } from '../../core/gates.ts';
import { severityLabel } from '../../core/incident.ts';
import { nextStep } from '../../core/next-step.ts';
import { pulseOf } from '../../core/pulse.ts';
import type { Answer, Deps } from '../tool.ts';
import { closeFacts } from './close-facts.ts';
import { type Loaded, urgentOf } from './load.ts';

/** What every answer about one incident carries, whatever else it says. */
export const Standing = z.object({
  incident: z.string(),
  uid: z.string(),
  status: z.string(),
  severity: z.string(),
  pulse: z.string(),
  next: z.string(),
  overdue: z.string().nullable(),
  /** Only on a rehearsal, which must never be taken for the real thing. */
  drill: z.literal(true).optional(),
});
export type Standing = z.infer<typeof Standing>;

export async function standingOf(loaded: Loaded, deps: Deps): Promise<Standing> {
  const { incident } = loaded;
  const closing = closeGate(incident, await closeFacts(loaded, deps));
  return {
    incident: incident.label,
    uid: incident.uid,
    status: incident.status,
    severity: severityLabel(incident),
    pulse: pulseOf(incident).meter,
    next: nextStep(incident, closing),
    overdue: urgentOf([loaded], deps.clock.now()),
    ...(incident.drill ? { drill: true as const } : {}),
  };
}

/** `hotfix-001 · P1 · mitigated · 🟢🟢🟢⚪️⚪️`, after `[DRILL]` for a rehearsal. */
function headline(standing: Standing): string {
  return `${standing.drill ? '[DRILL] ' : ''}${standing.incident} · ${standing.severity} · ${standing.status} · ${standing.pulse}`;
}

/** Text and data that say the same: headline, the operation's own lines, warnings, next step, most urgent clock. */
export function answered<Data extends Record<string, unknown>>(
  standing: Standing,
  lines: readonly string[],
  data: Data,
  warnings: readonly string[] = [],
): Answer<Standing & Data> {
  const text = [
    headline(standing),
    ...lines,
    ...warnings.map((warning) => `! ${warning}`),
    `Next: ${standing.next}`,
    ...(standing.overdue ? [standing.overdue] : []),
  ].join('\n');
  return { text, data: { ...standing, ...data }, warnings: [...warnings] };
}

/** The triage questions of an answer as one line; no line when nothing is open. */
export function triageLine(questions: readonly string[]): string[] {
  return questions.length === 0 ? [] : [`Still unknown, record as facts: ${questions.join(' ')}`];
}
