import type { EventDraft } from '../../core/events.ts';
import type { Incident } from '../../core/incident.ts';
import type { Sending } from '../../core/outward/outbox.ts';
import type { Message } from '../../core/outward/sending.ts';
import { SERVICES } from '../../core/outward/services.ts';
import { isLegal } from '../../core/status.ts';
import type { Deps } from '../tool.ts';
import type { Delivered } from './send-once.ts';
import { hashOf } from './write.ts';

/** Keys of messages that people wait for; others, such as reminders, are no updates. */
const POST = /^post\/([0-9a-f]{12})$/;

export const postKey = (plan: string): string => `post/${plan}`;

/**
 * People have been told as soon as the first service has the message: one `update_posted` for one plan, with everything
 * that had it by then. What arrives later is a note.
 */
export async function recordPosts(
  incident: Incident,
  delivered: readonly Delivered[],
  sendings: ReadonlyMap<string, Sending>,
  deps: Deps,
): Promise<void> {
  const plans = new Set(delivered.flatMap(({ key, state }) => (state === 'sent' ? planIn(key) : [])));
  // A service that was opened with the message has it under another key.
  for (const { key, state } of sendings.values())
    if (state === 'done') for (const id of planIn(key)) plans.add(id);
  const drafts = [...plans].flatMap((id) => draftsFor(incident, id, sendings, deps));
  if (drafts.length === 0) return;
  await deps.log.append({ incident: incident.uid, by: deps.actor, drafts });
}

function planIn(key: string): string[] {
  const id = POST.exec(key)?.[1];
  return id === undefined ? [] : [id];
}

function draftsFor(
  incident: Incident,
  plan: string,
  sendings: ReadonlyMap<string, Sending>,
  deps: Deps,
): EventDraft[] {
  const arrived = [...sendings.values()].filter(
    ({ key, state }) => key === postKey(plan) && state === 'done',
  );
  const message = arrived.find((one) => one.message)?.message;
  if (!message) return [];
  const told = incident.recorded.find(
    (event) => event.kind === 'update_posted' && event.data.plan_id === plan,
  );
  if (told === undefined) return [updateDraft(incident, plan, message, arrived, deps)];
  const before = told.kind === 'update_posted' ? (told.data.services ?? []) : [];
  return arrived
    .filter(({ service }) => !before.includes(service) && !hasKey(incident, lateKey(plan, service)))
    .map((one) => lateDraft(plan, one, deps));
}

const lateKey = (plan: string, service: string): string => `posted/${plan}/${service}`;

function hasKey(incident: Incident, key: string): boolean {
  return incident.recorded.some((event) => event.key === key);
}

const pagesOf = (sendings: readonly Sending[]): string[] =>
  sendings.flatMap(({ place }) => (place?.url ? [place.url] : []));

function updateDraft(
  incident: Incident,
  plan: string,
  { text, audience }: Message,
  arrived: readonly Sending[],
  deps: Deps,
): EventDraft {
  const services = arrived.map(({ service }) => service);
  // After the end only notes may be added.
  const kind = isLegal(incident.status, 'update_posted') ? 'update_posted' : 'noted';
  return {
    ...{ kind, text, evidence: pagesOf(arrived), basis: 'measured', at_source: 'observed' },
    data: { audience, services, plan_id: plan },
    ...{ key: `posted/${plan}`, input_hash: hashOf('post_update/posted', { plan }, deps) },
  };
}

function lateDraft(plan: string, sending: Sending, deps: Deps): EventDraft {
  return {
    ...{ kind: 'noted', text: `The update of plan ${plan} has reached ${SERVICES[sending.service]} too` },
    ...{ evidence: pagesOf([sending]), basis: 'measured', at_source: 'observed', data: {} },
    key: lateKey(plan, sending.service),
    input_hash: hashOf('post_update/late', { plan, service: sending.service }, deps),
  };
}
