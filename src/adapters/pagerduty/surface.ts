import * as z from 'zod/v4';
import {
  type Action,
  type Alert,
  eventBody,
  keyOf,
  type PagerDutyDraft,
  pagerDutyDraft,
  refOf,
} from '../../core/outward/pagerduty.ts';
import type { Place, SendOutcome } from '../../core/outward/sending.ts';
import type { SurfaceOf } from '../../ports-outward.ts';
import type { Http } from '../http.ts';
import { isSuccess, outcomeOf, readFrom } from '../http-read.ts';

const Paged = z.object({
  incident: z.object({
    incident_key: z.string().nullish(),
    first_trigger_log_entry: z
      .object({ channel: z.object({ incident_key: z.string().nullish() }).nullish() })
      .nullish(),
  }),
});

export interface PagerDuty {
  events: Http;
  routingKey: string;
  /** Null without a token: then only a key that the record states can be used. */
  rest: Http | null;
}

type Failed = Exclude<SendOutcome, { outcome: 'done' }>;
const DECLINED = { outcome: 'declined', why: 'nothing_there' } as const;

/** The page that alerted is acknowledged and resolved with the record; nothing is made and nobody is paged. */
export function pagerDutySurface({ events, routingKey, rest }: PagerDuty): SurfaceOf<PagerDutyDraft> {
  const tell = async (key: string, action: Action | null, place: Place): Promise<SendOutcome> => {
    if (action === null) return { outcome: 'done', place, dropped: [] };
    const result = await events.send('POST', '/v2/enqueue', eventBody(routingKey, key, action));
    return isSuccess(result) ? { outcome: 'done', place, dropped: [] } : outcomeOf(result);
  };
  return {
    ...{ service: 'pagerduty', name: 'the PagerDuty alert', audience: 'internal' },
    ...{ mirrors: true, opens: 'view', posts: 'never' },
    visibility: async () => 'private',
    draft: ({ incident }) => pagerDutyDraft(incident),
    // Nothing of ours is over there: attaching twice is the same as once.
    find: async () => null,
    async open({ alert, action }) {
      if (alert === null) return DECLINED;
      const found = await lookUp(alert, rest);
      if ('failed' in found) return found.failed;
      return tell(found.key, action, { ref: refOf(found.key), url: alert.url });
    },
    async refresh(place, { action }) {
      const key = keyOf(place.ref);
      return key === null ? { outcome: 'declined', why: 'not_found' } : tell(key, action, place);
    },
    findPost: async () => null,
    // The Events API takes no notes.
    post: async () => ({ outcome: 'declined', why: 'invalid' }),
  };
}

/** The alert's key: of the event that triggered the incident; an incident's own key is often empty. */
async function lookUp(alert: Alert, rest: Http | null): Promise<{ key: string } | { failed: Failed }> {
  if (alert.by === 'key') return { key: alert.key };
  if (rest === null) return { failed: DECLINED };
  const path = `/incidents/${alert.id}?include%5B%5D=first_trigger_log_entries`;
  const read = await readFrom(rest, path, Paged);
  if (read.state === 'failed') return { failed: outcomeOf(read.result) };
  const { first_trigger_log_entry: first, incident_key } = read.value.incident;
  const key = first?.channel?.incident_key || incident_key || '';
  return keyOf(refOf(key)) === null ? { failed: DECLINED } : { key };
}
