import * as z from 'zod/v4';

/** The services that an incident can be shown in, as people call them. */
export const SERVICES = {
  github: 'GitHub',
  slack: 'Slack',
  clickup: 'ClickUp',
  jira: 'Jira',
  statuspage: 'Statuspage',
  pagerduty: 'PagerDuty',
} as const;
export type ServiceName = keyof typeof SERVICES;
export const SERVICE_NAMES = Object.keys(SERVICES) as ServiceName[];

/**
 * Whether the incident appears there by itself: `auto` as soon as it is opened (the committed setting is the team's
 * standing yes), `ask` with the first approved post, `off` never.
 */
const Show = z.enum(['auto', 'ask', 'off']);

/** A name or id that ends up in an address: never a path, a query or an option. */
const id = (most: number) => z.string().regex(new RegExp(`^[A-Za-z0-9][A-Za-z0-9._-]{0,${most - 1}}$`));
const Label = z
  .string()
  .max(50)
  .regex(/^[^\p{C},]+$/u);
/** Status of an incident to the name of a status or transition over there. */
const Statuses = z.partialRecord(
  z.enum(['investigating', 'identified', 'mitigated', 'monitoring', 'resolved', 'closed', 'cancelled']),
  z.string().min(1).max(100),
);

/**
 * The outside world of this repository. A service is connected when its member is there, if only as `{}`. Addresses and
 * secrets come from the environment, never from here: a cloned repository must not decide where a token is sent.
 */
export const OUTWARD_SETTINGS = {
  github: z
    .strictObject({
      /** `owner/name`; without it the repository of the remote. */
      repo: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/)
        .optional(),
      show: Show.optional(),
      /** Further labels of the incident issue. */
      labels: z.array(Label).max(10).optional(),
    })
    .optional(),
  slack: z
    .strictObject({
      /** Channel id, such as C024BE91L. */
      channel: id(30),
      show: Show.optional(),
      /** Members who may approve plans with a button: ids such as U012AB3CD. */
      approvers: z.array(id(30)).max(50).optional(),
      /** Reaction that makes a message of the thread an event; without colons. */
      reaction: z
        .string()
        .regex(/^[a-z0-9_+-]{1,50}$/)
        .optional(),
      /** Groups and members that a message may really notify: U..., S... */
      mention: z.array(id(30)).max(20).optional(),
    })
    .optional(),
  clickup: z
    .strictObject({
      /** Id of the list that tasks are made in. */
      list: id(40).optional(),
      /** Who gets an incident: a member's number or a group's id. */
      ops_lead: z
        .union([z.strictObject({ user: z.int().min(1) }), z.strictObject({ group: id(60) })])
        .optional(),
      /** The tag that opens an incident; `incident` without it. */
      tag: Label.optional(),
      statuses: Statuses.optional(),
      show: Show.optional(),
    })
    .optional(),
  jira: z
    .strictObject({
      project: z.string().regex(/^[A-Z][A-Z0-9_]{1,20}$/),
      /** Name of the issue type; `Bug` without it. */
      issue_type: z.string().min(1).max(60).optional(),
      /** Status of the incident to the name of the Jira status. */
      statuses: Statuses.optional(),
      show: Show.optional(),
    })
    .optional(),
  statuspage: z
    .strictObject({
      page: id(60),
      /** System, as updates name it, to the id of its component. */
      components: z.record(z.string().min(1).max(100), id(60)).optional(),
    })
    .optional(),
  /** The routing key comes from PAGERDUTY_ROUTING_KEY; read-only look-ups need PAGERDUTY_API_TOKEN. */
  pagerduty: z.strictObject({ show: Show.optional() }).optional(),
};

const OutwardSettings = z.strictObject(OUTWARD_SETTINGS);
export type OutwardSettings = z.infer<typeof OutwardSettings>;

/** How a service shows incidents, where it has a say in that. */
export function showOf(service: ServiceName, settings: OutwardSettings): 'auto' | 'ask' | 'off' {
  const own = settings[service];
  return own !== undefined && 'show' in own ? (own.show ?? 'ask') : 'ask';
}
