import { type Gate, resolveGate } from './gates.ts';
import { type Incident, isContained, standingResolution } from './incident.ts';

/** What should happen next, as one instruction that names the tool. Mitigation comes before the cause, always. */
export function nextStep(incident: Incident, closing: Gate): string {
  for (const { when, say } of STEPS)
    if (when(incident, closing)) return typeof say === 'string' ? say : say(closing);
  return 'Close it: close_incident.';
}

interface Step {
  when: (incident: Incident, closing: Gate) => boolean;
  say: string | ((closing: Gate) => string);
}

/** First row that applies wins. */
const STEPS: readonly Step[] = [
  {
    when: (incident) => incident.status === 'cancelled',
    say: 'Nothing: the incident was cancelled (reopened starts it again).',
  },
  {
    when: (incident) => incident.status === 'closed',
    say: 'Follow up on the action items; review_incidents shows trends.',
  },
  {
    when: (incident) => standingResolution(incident) !== null,
    say: (closing) => {
      const missing = closing.missing.find((item) => item.waits_until === undefined) ?? closing.missing[0];
      return missing ? `To close: ${missing.todo}.` : 'Close it: close_incident.';
    },
  },
  {
    when: (incident) => !isContained(incident) && incident.severity === null,
    say: 'Set the severity from facts (classify_severity), then mitigate.',
  },
  {
    when: (incident) => !isContained(incident),
    say: 'Mitigate first, before the cause is known: roll back, turn the flag off, scale up or redirect; then record mitigation_applied with its type.',
  },
  {
    when: (incident) => !resolveGate(incident, []).open,
    say: 'Verify that the harm has stopped and record deploy_verified with evidence (metric, output or link).',
  },
  {
    when: (incident) => incident.cause === null,
    say: 'Find the cause: state hypotheses, refute or confirm them, record cause_identified. If the harm has ended for good, record resolved.',
  },
  { when: () => true, say: 'Watch it, fix what is left, then record resolved with evidence.' },
];
