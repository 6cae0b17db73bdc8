import { forCopying } from '../messages.ts';
import type { Level } from '../severity.ts';
import { cleanText, oneLine } from '../untrusted.ts';
import type { Message } from './sending.ts';

/** What a status page may show of an incident: texts that were approved and the state of components they name. */

/** States of a component that an incident can bring about. */
export type ComponentState = 'operational' | 'degraded_performance' | 'partial_outage' | 'major_outage';

/** Nothing of the record itself: without an approved text there is nothing to show. */
export type StatusDraft = { state: ComponentState };

/**
 * What we keep in the metadata of the page's incident, which nobody reads there: whose it is, which texts were posted, and
 * which components are ours to set back.
 */
export type Ours = {
  uid: string;
  state: ComponentState;
  components: readonly string[];
  posts: readonly string[];
};
export const METADATA = 'hotfix_pulse';

/** Below P1 nobody claims an outage. */
const STATES: Record<Level, ComponentState> = {
  P0: 'major_outage',
  P1: 'partial_outage',
  P2: 'degraded_performance',
  P3: 'degraded_performance',
};
export const stateOf = (level: Level | undefined): ComponentState =>
  level === undefined ? 'degraded_performance' : STATES[level];

/** Limits of Statuspage. */
const NAME = 255;
const BODY = 25_000;
const POSTS = 100;

/** System, as updates name it, to the id of its component. */
export type Components = Readonly<Record<string, string>>;

export interface Named {
  ids: string[];
  /** A system of the message has no component. */
  unknown: boolean;
}

export function componentsOf(systems: readonly string[], components: Components): Named {
  const fold = (name: string): string => name.normalize('NFC').trim().toLowerCase();
  const known = new Map(Object.entries(components).map(([name, id]) => [fold(name), id]));
  const found = systems.map((name) => known.get(fold(name)));
  return {
    ids: [...new Set(found.filter((id) => id !== undefined))],
    unknown: known.size > 0 && found.includes(undefined),
  };
}

/** An incident of the page, with its first text. */
export function openBody(uid: string, { state }: StatusDraft, message: Message, ids: readonly string[]) {
  const ours: Ours = { uid, state, components: ids, posts: [] };
  return {
    incident: {
      name: oneLine(forCopying(message.title), NAME),
      ...textOf(message),
      ...statesOf(ids, message.public_status === 'resolved' ? 'operational' : state),
      metadata: { [METADATA]: ours },
    },
  };
}

export interface IncidentNow {
  /** All of it: what others keep there stays. */
  metadata: Readonly<Record<string, unknown>>;
  /** Ids of the components that the page lists as affected. */
  components: readonly string[];
}

/**
 * One more text, with its key in the same request, so that the text cannot be there without it. Components that this text
 * names first get the state of the incident; what a person set by hand since stays until the end, when all of ours work again.
 */
export function postBody(
  now: IncidentNow,
  ours: Ours,
  key: string,
  message: Message,
  ids: readonly string[],
) {
  const components = [...new Set([...ours.components, ...ids])];
  const isOver = message.public_status === 'resolved';
  const changed = isOver ? components : ids.filter((id) => !ours.components.includes(id));
  const after: Ours = { ...ours, components, posts: [...ours.posts, key].slice(-POSTS) };
  const states = statesOf(changed, isOver ? 'operational' : ours.state);
  return {
    incident: {
      ...textOf(message),
      ...states,
      ...('component_ids' in states
        ? { component_ids: [...new Set([...now.components, ...components])] }
        : {}),
      metadata: { ...now.metadata, [METADATA]: after },
    },
  };
}

/** Subscribers are told of every text, as they are of those written on the page. */
const textOf = ({ public_status, text }: Message) => ({
  ...{ status: public_status, body: cut(forCopying(cleanText(text))), deliver_notifications: true },
});

const statesOf = (ids: readonly string[], state: ComponentState) =>
  ids.length === 0
    ? {}
    : { component_ids: ids, components: Object.fromEntries(ids.map((id) => [id, state])) };

function cut(text: string): string {
  const points = [...text];
  return points.length <= BODY ? text : `${points.slice(0, BODY - 1).join('')}…`;
}
