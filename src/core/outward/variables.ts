import type { ServiceName } from './services.ts';

/** Environment variables of the services: what doctor asks for and the documentation lists. Nothing of it is ever written down. */
export interface Variable {
  name: string;
  what: string;
  /** `yes` without another way, `webhooks` for `hotfix-pulse serve` only. */
  needed: 'yes' | 'webhooks' | 'no';
}

export const VARIABLES: Record<ServiceName, readonly Variable[]> = {
  github: [
    {
      name: 'GH_TOKEN',
      what: 'token of github.com (GITHUB_TOKEN does as well, or gh auth token)',
      needed: 'no',
    },
    {
      name: 'GH_ENTERPRISE_TOKEN',
      what: 'token of the server that GH_HOST names (GITHUB_ENTERPRISE_TOKEN does as well)',
      needed: 'no',
    },
    { name: 'GH_HOST', what: 'host of a GitHub Enterprise server', needed: 'no' },
    { name: 'GITHUB_API_URL', what: 'address of the API, when it is not the usual one', needed: 'no' },
    { name: 'GITHUB_WEBHOOK_SECRET', what: 'secret of the webhook', needed: 'webhooks' },
  ],
  slack: [
    { name: 'SLACK_BOT_TOKEN', what: 'bot token (xoxb-...)', needed: 'yes' },
    { name: 'SLACK_SIGNING_SECRET', what: 'signing secret of the app', needed: 'webhooks' },
    {
      name: 'SLACK_APP_TOKEN',
      what: 'app-level token (xapp-...) for Socket Mode, in place of the signing secret',
      needed: 'no',
    },
    { name: 'SLACK_API_URL', what: 'address of the API, when it is not the usual one', needed: 'no' },
  ],
  clickup: [
    { name: 'CLICKUP_API_TOKEN', what: 'personal or app token (pk_...)', needed: 'yes' },
    {
      name: 'CLICKUP_WEBHOOK_SECRET',
      what: 'secret that ClickUp gave when the webhook was made',
      needed: 'webhooks',
    },
    { name: 'CLICKUP_API_URL', what: 'address of the API, when it is not the usual one', needed: 'no' },
  ],
  jira: [
    { name: 'JIRA_BASE_URL', what: 'address of the site, https://<site>.atlassian.net', needed: 'yes' },
    { name: 'JIRA_EMAIL', what: 'account of the token', needed: 'yes' },
    { name: 'JIRA_API_TOKEN', what: 'API token', needed: 'yes' },
  ],
  statuspage: [
    { name: 'STATUSPAGE_API_KEY', what: 'API key', needed: 'yes' },
    { name: 'STATUSPAGE_API_URL', what: 'address of the API, when it is not the usual one', needed: 'no' },
  ],
  pagerduty: [
    { name: 'PAGERDUTY_ROUTING_KEY', what: 'integration key (Events API v2)', needed: 'yes' },
    {
      name: 'PAGERDUTY_API_TOKEN',
      what: 'read-only REST token, to look up the incident that paged',
      needed: 'no',
    },
    {
      name: 'PAGERDUTY_API_URL',
      what: 'address of the REST API, when it is not the usual one',
      needed: 'no',
    },
    {
      name: 'PAGERDUTY_EVENTS_URL',
      what: 'address of the Events API, when it is not the usual one',
      needed: 'no',
    },
  ],
};

/** Needed variables that are not set. */
export function missingOf(
  service: ServiceName,
  env: Readonly<Record<string, string | undefined>>,
  needed: Variable['needed'] = 'yes',
): Variable[] {
  return VARIABLES[service].filter((one) => one.needed === needed && !env[one.name]?.trim());
}
