import type { EventOf, RecordedEvent } from './events.ts';
import type { Incident } from './incident.ts';
import type { Kind } from './kinds.ts';
import { storedSlug } from './slug.ts';

type Reducers = { [K in Kind]?: (state: Incident, event: EventOf<K> & { live: boolean }) => void };
type AnyReducers = Partial<Record<Kind, (state: Incident, event: RecordedEvent) => void>>;

/** One small reducer per kind. Each changes only the state that `foldIncident` has just made. */
const TABLE: Reducers = {
  opened(state, event) {
    if (state.opened) return;
    state.opened = event;
    state.number = event.data.number;
    state.label = labelOf(event.data.number);
    state.slug = storedSlug(event.data.slug);
    state.title = event.data.title;
    state.description = event.data.description;
    state.drill = event.data.drill === true;
  },
  severity_changed(state, event) {
    const { to, confirmed, reason } = event.data;
    state.severity = { level: to, confirmed, since: event.at, reason };
    state.severityHistory.push({ level: to, at: event.at });
  },
  fact_recorded(state, event) {
    const { name, value } = event.data;
    state.facts.set(name, { name, value, at: event.at, event: event.id, live: event.live });
  },
  role_assigned(state, event) {
    state.roles.set(event.data.role, { person: event.data.person, at: event.at });
  },
  hypothesis_stated(state, event) {
    state.hypotheses.push({ event: event.id, text: event.text, state: 'open' });
  },
  hypothesis_refuted(state, event) {
    const open = state.hypotheses.filter((hypothesis) => hypothesis.state === 'open');
    // Without a ref (a record kept by hand) the only open one is meant; among several nobody guesses.
    const only = event.data.ref === undefined && open.length === 1 ? open[0] : undefined;
    const target = only ?? state.hypotheses.find((hypothesis) => hypothesis.event === event.data.ref);
    if (!target) return;
    target.state = 'refuted';
    target.reason = event.data.reason;
  },
  cause_identified(state, event) {
    state.cause = event;
  },
  mitigation_applied(state, event) {
    state.mitigations.push({ event, active: true });
  },
  mitigation_removed(state, event) {
    const active = state.mitigations.filter((mitigation) => mitigation.active);
    const target = active.find((mitigation) => mitigation.event.id === event.data.ref) ?? active.at(-1);
    if (target) target.active = false;
  },
  deployed(state, event) {
    if (event.data.environment === 'production') state.releaseRollback = null;
  },
  rolled_back(state, event) {
    state.releaseRollback = event.data.target === 'release' ? event : null;
    if (event.data.target !== 'hotfix') return;
    state.attempt += 1;
    state.attemptSince = event.id;
  },
  reopened(state, event) {
    state.duplicateOf = null;
    state.releaseRollback = null;
    // The cause that was believed did not end the harm, so it no longer stands.
    state.cause = null;
    state.attemptSince = event.id;
  },
  action_added(state, event) {
    const { owner, due, type, severity } = event.data;
    // Two writers may have taken the same id at the same moment: both items stay, the later gets the next id.
    const id = state.actions.has(event.data.action) ? nextActionId(state.actions) : event.data.action;
    state.actions.set(id, {
      ...{ id, text: event.text, owner, due, type, severity, issue: undefined },
      ...{ state: 'open', evidence: [...event.evidence], event: event.id },
      ...{ added: event.at, ended: undefined, imported: event.imported === true },
    });
  },
  action_changed(state, event) {
    const item = state.actions.get(event.data.action);
    if (!item) return;
    item.owner = event.data.owner ?? item.owner;
    item.due = event.data.due ?? item.due;
    item.type = event.data.type ?? item.type;
    item.severity = event.data.severity ?? item.severity;
    item.evidence.push(...event.evidence);
    if (event.data.state === undefined) return;
    item.state = event.data.state;
    item.ended = item.state === 'open' ? undefined : event.at;
  },
  linked(state, event) {
    const { action, type, url } = event.data;
    const item = action === undefined ? undefined : state.actions.get(action);
    if (item && type === 'issue') item.issue = url ?? item.issue;
  },
  task_done(state, event) {
    state.doneTasks.set(event.data.task, event);
  },
  task_skipped(state, event) {
    state.skippedTasks.set(event.data.task, event);
  },
  gate_overridden(state, event) {
    const { gate, missing, reason, until } = event.data;
    state.debts.push({ event: event.id, gate, missing: [...missing], reason, until, by: event.by.name });
  },
  marked_duplicate(state, event) {
    state.duplicateOf = event.data.ref;
  },
};

/** The same table for a loop that does not know the kind: each entry only ever sees its own kind. */
export const REDUCERS = TABLE as AnyReducers;

/** `AI-003` when the highest number in use is 2. */
export function nextActionId(actions: ReadonlyMap<string, unknown>): string {
  const used = [...actions.keys()].map((id) => Number(/\d{1,9}$/.exec(id)?.[0] ?? 0));
  return `AI-${String(Math.max(0, ...used) + 1).padStart(3, '0')}`;
}

/** `hotfix-001` for 1. */
export function labelOf(number: number): string {
  return `hotfix-${String(number).padStart(3, '0')}`;
}
