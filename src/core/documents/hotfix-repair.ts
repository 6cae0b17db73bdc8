import type { RecordedEvent } from '../events.ts';
import { type Incident, lastOf } from '../incident.ts';
import type { FactName } from '../kinds.ts';
import { mdInline } from '../untrusted.ts';
import { howOf, toldOf, utc, whatOf, whoOf } from './describe.ts';
import { field, stack, told, UNKNOWN } from './md.ts';

/** The sections of hotfix.md about mitigation, cause and rollback. */

/** One event as a bullet: what, when, who, how we know. */
function eventBullet(event: RecordedEvent): string {
  const how = mdInline(howOf(event));
  return `- ${mdInline(whatOf(event))} (${utc(event.at)}, ${mdInline(whoOf(event))}${how === '' ? '' : `; ${how}`})`;
}

/** Events as bullets, or UNKNOWN. */
export function eventBullets(events: readonly RecordedEvent[]): string {
  return events.length === 0 ? `- ${UNKNOWN}` : events.map(eventBullet).join('\n');
}

export function fixSection(incident: Incident): string {
  const commit = lastOf(incident, 'fix_committed');
  return stack('## Immediate Fix Applied', '### Mitigations', mitigations(incident), '### What Changed', [
    field('Files Modified', (commit && listIn(commit, 'files')) ?? stated(incident, 'files_changed')),
    field('Change Summary', commit?.text),
    field('Commit SHA', commit?.data.commit),
    ...(incident.attempt > 1 ? [field('Attempt', String(incident.attempt))] : []),
  ]);
}

/** What somebody stated where no operation has measured it. */
function stated(incident: Incident, name: FactName): string | undefined {
  return incident.facts.get(name)?.value;
}

function mitigations(incident: Incident): string {
  const applied = incident.mitigations.map(
    ({ event, active }) => `${eventBullet(event)}${active ? '' : ' - removed since'}`,
  );
  const taken = toldOf(incident, 'rolled_back').map(eventBullet);
  return applied.length + taken.length === 0 ? `- ${UNKNOWN}` : [...applied, ...taken].join('\n');
}

/** A list that the measuring operation added to its event's data, as one text. */
function listIn(event: RecordedEvent, name: string): string | null {
  const value = (event.data as Record<string, unknown>)[name];
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string').join(', ') : null;
}

function textIn(event: RecordedEvent | null, name: string): string | null {
  const value = (event?.data as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value : null;
}

export function causeSection(incident: Incident): string {
  const changed = incident.facts.get('what_changed')?.value;
  const good = incident.facts.get('last_known_good')?.value;
  return stack(
    '## Root Cause (Quick Analysis)',
    '### What Happened',
    incident.cause ? eventBullet(incident.cause) : `- ${UNKNOWN}`,
    '### Why It Happened',
    [
      field('What changed', changed),
      field('Last known good', good),
      field('How to reproduce', incident.facts.get('reproduced')?.value),
    ],
    '### Hypotheses',
    hypotheses(incident),
  );
}

function hypotheses(incident: Incident): string {
  if (incident.hypotheses.length === 0) return `- ${UNKNOWN}`;
  return incident.hypotheses
    .map(({ text, state, reason }) =>
      state === 'refuted' ? `- refuted: ${told(text)} (because: ${told(reason)})` : `- open: ${told(text)}`,
    )
    .join('\n');
}

export function rollbackSection(incident: Incident): string {
  const plan = lastOf(incident, 'rollback_planned');
  return stack(
    '## Rollback Plan',
    '### How to Undo This Fix',
    plan ? eventBullet(plan) : `- ${UNKNOWN}`,
    '### Rollback Testing',
    [
      field('Rehearsed', plan && (plan.data.rehearsed === true ? 'yes' : 'no')),
      field('Time estimate', textIn(plan, 'estimate') ?? stated(incident, 'rollback_estimate')),
      field('Trigger', textIn(plan, 'trigger') ?? stated(incident, 'rollback_trigger')),
    ],
  );
}
