import * as z from 'zod/v4';
import { ROUTING_KEY } from '../../core/outward/pagerduty.ts';
import type { ServiceCheck } from '../../ports-outward.ts';
import { cannotAsk, type Http } from '../http.ts';
import { readFrom, statusOf } from '../http-read.ts';
import type { PagerDuty } from './surface.ts';

const Incidents = z.object({ incidents: z.array(z.unknown()) });

/** The routing key cannot be asked about: its form is all that can be seen without sending an event. */
export async function checkPagerDuty({ routingKey, rest }: PagerDuty): Promise<ServiceCheck[]> {
  const key: ServiceCheck = ROUTING_KEY.test(routingKey)
    ? {
        ...{ id: 'pagerduty_routing_key', state: 'ok', todo: '' },
        seen: 'the routing key has the form of one; whether it is the right one shows with the first acknowledgement',
      }
    : {
        ...{
          id: 'pagerduty_routing_key',
          state: 'fail',
          seen: 'PAGERDUTY_ROUTING_KEY has not 32 letters and digits',
        },
        todo: 'copy the integration key of an Events API v2 integration of the service that pages',
      };
  return [key, await tokenLine(rest)];
}

async function tokenLine(rest: Http | null): Promise<ServiceCheck> {
  const id = 'pagerduty_token';
  if (rest === null) {
    return {
      ...{
        id,
        state: 'warn',
        seen: 'PAGERDUTY_API_TOKEN is not set: an incident page alone cannot be attached',
      },
      todo: 'set it to a read-only token, or record the key of the alert as evidence: pagerduty:<key>',
    };
  }
  const read = await readFrom(rest, '/incidents?limit=1', Incidents);
  if (read.state === 'read') return { id, state: 'ok', seen: 'the token reads incidents', todo: '' };
  const status = statusOf(read.result);
  return {
    ...{ id, state: 'fail', seen: cannotAsk('PagerDuty', read.result).message },
    todo:
      status === 401 || status === 403
        ? 'make a read-only token (Integrations, API Access Keys) and set PAGERDUTY_API_TOKEN'
        : 'see whether PAGERDUTY_API_URL fits the region of the account, or try again in a moment',
  };
}
