import type { EventDraft } from '../../core/events.ts';
import type { Incident } from '../../core/incident.ts';
import { markerFor } from '../../core/outward/audience.ts';
import type { Sending } from '../../core/outward/outbox.ts';
import type { Message, Place } from '../../core/outward/sending.ts';
import type { Surface } from '../../ports-outward.ts';
import type { Deps } from '../tool.ts';
import { refreshSoon } from './documents.ts';
import { loadUid } from './load.ts';
import type { Attempt } from './send-once.ts';
import { placeOf } from './surfaces.ts';

/** Key of showing the incident somewhere at all. */
export const OPEN = 'open';

const LINK_TYPES: Record<Surface['service'], 'issue' | 'chat' | 'status_page' | 'other'> = {
  github: 'issue',
  jira: 'issue',
  clickup: 'issue',
  slack: 'chat',
  statuspage: 'status_page',
  pagerduty: 'other',
};

/** Showing the incident in a service; with a message where the service begins with one. */
export function openingOf(
  surface: Surface,
  incident: Incident,
  draft: ReturnType<Surface['draft']>,
  hash: string,
  first: Sending | null,
): Attempt {
  const marker = markerFor(incident.uid);
  return {
    ...{ surface, key: OPEN, hash },
    ...(first === null ? {} : { carries: first.key }),
    look: () => surface.find(marker),
    make: () => surface.open(draft, marker, first?.message ?? null),
  };
}

/** One message where the incident is shown. */
export function postOf(
  surface: Surface,
  incident: Incident,
  place: Place,
  { key, hash }: Sending,
  message: Message,
  deps: Deps,
): Attempt {
  const marker = markerFor(incident.uid, key);
  const safe = { ...message, text: deps.redact(message.text).text };
  return {
    ...{ surface, key, hash, message },
    look: () => surface.findPost(place, marker),
    make: () => surface.post(place, safe, marker),
  };
}

/** Where it is shown belongs into the record: links, documents and the next process find it there. */
export async function recordPlace(
  incident: Incident,
  { service, name }: Surface,
  { ref, url }: Place,
  deps: Deps,
): Promise<void> {
  if (placeOf(incident, service)?.ref === ref) return;
  const draft: EventDraft<'linked'> = {
    ...{ kind: 'linked', text: `Shown in ${name}`, basis: 'measured', at_source: 'observed' },
    data: { type: LINK_TYPES[service], surface: { service, ref }, ...(url === null ? {} : { url }) },
    evidence: url === null ? [] : [url],
    ...{ key: `surface/${service}/${ref}`, input_hash: deps.ids.sha256(`${service} ${ref}`) },
  };
  const by = { name: service, kind: 'system' } as const;
  await deps.log.append({ incident: incident.uid, by, drafts: [draft] });
  await refreshSoon(await loadUid(incident.uid, deps), deps);
}
