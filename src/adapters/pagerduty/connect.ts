import type { Connect } from '../connection.ts';
import { baseAddress, createHttp } from '../http.ts';
import { valuesOf } from '../needed.ts';
import { checkPagerDuty } from './check.ts';
import { type PagerDuty, pagerDutySurface } from './surface.ts';

const EVENTS = 'https://events.pagerduty.com';
const API = 'https://api.pagerduty.com';
/** Asked for in every request. Source: PagerDuty REST API, "Versioning". */
const ACCEPT = 'application/vnd.pagerduty+json;version=2';

/** PagerDuty as the environment names it. Makes no request. */
export const connectPagerDuty: Connect = async ({ env }) => {
  const value = valuesOf('pagerduty', env);
  const address = (name: string, usual: string): string =>
    value(name) === '' ? usual : baseAddress(name, value(name));
  const token = value('PAGERDUTY_API_TOKEN');
  const headers = {
    authorization: `Token token=${token}`,
    accept: ACCEPT,
    'content-type': 'application/json',
  };
  const pagerDuty: PagerDuty = {
    events: createHttp(address('PAGERDUTY_EVENTS_URL', EVENTS), {}),
    routingKey: value('PAGERDUTY_ROUTING_KEY'),
    rest: token === '' ? null : createHttp(address('PAGERDUTY_API_URL', API), headers),
  };
  return { surfaces: [pagerDutySurface(pagerDuty)], check: () => checkPagerDuty(pagerDuty) };
};
