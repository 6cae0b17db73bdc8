import { PulseError } from './errors.ts';
import type { DataOf, EventDraft } from './events.ts';
import { activeMitigations, type Incident, standingDeploy } from './incident.ts';
import { ACTION_STATES, ACTION_TYPES, type Field, type Kind, kindSpec, RECORDABLE_KINDS } from './kinds.ts';
import { nextActionId } from './reduce.ts';
import { compare, parseLevel } from './severity.ts';
import { allowedNow, isLegal } from './status.ts';

/** The flat arguments of `record_timeline_event` after times were read and texts cleaned. */
export interface RecordInput {
  kind: Kind;
  text: string;
  evidence: string[];
  person?: string;
  role?: string;
  severity?: string;
  reason?: string;
  environment?: string;
  ref?: string;
  owner?: string;
  due?: string;
  type?: string;
}

type DataMaker = (input: RecordInput, incident: Incident) => Record<string, unknown>;

/** Flat arguments to the data of each kind. Kinds without an entry carry no data. */
const DATA_OF: Partial<Record<Kind, DataMaker>> = {
  acknowledged: ({ person }) => optional({ person }),
  severity_changed: ({ severity, reason }, incident) => {
    const to = parseLevel(severity ?? '');
    return { to, confirmed: true, ...optional({ reason }), lowered: isLowering(incident, to) };
  },
  role_assigned: ({ role, person }) => ({ role, person }),
  fact_recorded: ({ type, text }) => ({ name: type, value: text }),
  hypothesis_refuted: (input, incident) => ({ ref: hypothesisRef(input, incident), reason: input.reason }),
  mitigation_applied: ({ type }) => ({ type }),
  mitigation_removed: (input, incident) => ({ ref: mitigationRef(input, incident) }),
  rollback_planned: ({ type }) => optional({ target: type }),
  hotfix_started: ({ ref }) => ({ branch: ref }),
  fix_committed: ({ ref }) => ({ commit: ref }),
  checks_run: ({ type, ref }) => ({ outcome: type, commit: ref }),
  regression_proven: ({ ref }) => ({ commit: ref }),
  deployed: ({ ref, environment }) => ({ commit: ref, environment: environmentOf(environment) }),
  deploy_verified: (input, incident) => ({
    ...optional({ ref: verifiedRef(input, incident) }),
    environment: environmentOf(input.environment),
  }),
  rolled_back: ({ type, ref }) => ({ target: type, ...optional({ ref }) }),
  backported: ({ ref }) => ({ branch: ref }),
  update_posted: ({ type }) => ({ audience: type ?? 'internal' }),
  reopened: ({ reason }) => ({ reason }),
  cancelled: ({ reason }) => ({ reason }),
  marked_duplicate: ({ ref }) => ({ ref }),
  linked: (input, incident) => {
    const action = isActionId(input.ref) ? actionRef(input, incident) : undefined;
    const url = input.evidence.find((item) => /^https?:/.test(item));
    if (action !== undefined && url === undefined) {
      throw new PulseError(
        'invalid_input',
        'the issue of an action item needs its address',
        'put the page of the issue into evidence: "https://..."',
      );
    }
    return {
      type: input.type ?? (action === undefined ? 'other' : 'issue'),
      ...optional({ url, action }),
    };
  },
  action_added: ({ owner, due, type, severity }, incident) => ({
    action: nextActionId(incident.actions),
    ...optional({ owner, due, type, severity: levelOf(severity) }),
  }),
  action_changed: (input, incident) => {
    const state = ACTION_STATES.find((known) => known === input.type);
    const type = ACTION_TYPES.find((known) => known === input.type);
    const action = actionRef(input, incident);
    const { owner, due, reason, severity } = input;
    return { action, ...optional({ owner, due, state, type, reason, severity: levelOf(severity) }) };
  },
};

/** Kind, needed fields, allowed values and legality checked; then the event's data. Throws a refusal that shows one complete call. */
export function dataFor(input: RecordInput, incident: Incident): DataOf<Kind> {
  checkLegal(input.kind, incident);
  const spec = kindSpec(input.kind);
  const missing = spec.needs.filter((field) => isMissing(input, field));
  if (input.kind === 'action_changed' && input.type === 'done' && input.evidence.length === 0)
    missing.push('evidence');
  if (input.kind === 'action_changed' && input.type === 'dropped' && isMissing(input, 'reason'))
    missing.push('reason');
  if (input.kind === 'severity_changed' && isMissing(input, 'reason') && isLoweringTo(input, incident))
    missing.push('reason');
  if (missing.length > 0) {
    throw new PulseError(
      'invalid_input',
      `${input.kind} also needs: ${missing.join(', ')}`,
      exampleOf(input.kind),
    );
  }
  const valued = input.kind === 'role_assigned' ? input.role : input.type;
  if (spec.types && valued !== undefined && !spec.types.includes(valued)) {
    const name = input.kind === 'role_assigned' ? 'role' : 'type';
    throw new PulseError(
      'invalid_input',
      `${name} of ${input.kind} must be one of: ${spec.types.join(', ')}`,
      exampleOf(input.kind),
    );
  }
  // Who and why are worth keeping for every kind, also where the kind does not ask for them.
  const always = optional({ person: input.person, reason: input.reason });
  return { ...always, ...DATA_OF[input.kind]?.(input, incident) } as DataOf<Kind>;
}

/** Refuses a kind that makes no sense now, saying what does. */
export function checkLegal(kind: Kind, incident: Incident): void {
  if (!isLegal(incident.status, kind)) {
    throw new PulseError(
      'conflict',
      `${kind} cannot be recorded while the incident is ${incident.status}`,
      `allowed now: ${allowedNow(incident.status, RECORDABLE_KINDS).join(', ')}`,
      { status: incident.status },
    );
  }
}

/** One complete call for a kind, as JSON that can be sent as it is. */
export function exampleOf(kind: Kind): string {
  return `for example: ${JSON.stringify({ kind, ...kindSpec(kind).example })}`;
}

/** The draft of one plain past-tense line. */
export function notedDraft(text: string, base: Pick<EventDraft, 'at_source' | 'input_hash'>): EventDraft {
  return { kind: 'noted', text, data: {}, evidence: [], basis: 'stated', ...base };
}

/** Lowering is an event with a reason; raising is free. */
function isLowering(incident: Incident, to: ReturnType<typeof parseLevel>): boolean {
  return incident.severity !== null && compare(to, incident.severity.level) > 0;
}

function isLoweringTo({ severity = '' }: RecordInput, incident: Incident): boolean {
  return severity.trim() !== '' && isLowering(incident, parseLevel(severity));
}

/** Production unless said otherwise; a deploy is not overlooked because somebody wrote `Prod`. */
function environmentOf(environment = ''): string {
  const name = environment.trim().toLowerCase();
  return name === '' || name === 'prod' ? 'production' : name;
}

function isMissing(input: RecordInput, field: Field): boolean {
  if (field === 'evidence') return input.evidence.length === 0;
  return (input[field] ?? '').trim() === '';
}

function optional<T extends Record<string, unknown>>(members: T): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function isActionId(ref = ''): boolean {
  return /^AI-/i.test(ref.trim());
}

function levelOf(severity: string | undefined) {
  return severity === undefined ? undefined : parseLevel(severity);
}

function actionRef(input: RecordInput, incident: Incident): string {
  const id = (input.ref ?? '').trim().toUpperCase();
  if (incident.actions.has(id)) return id;
  const known = [...incident.actions.keys()];
  throw new PulseError(
    'not_found',
    'no action item has that id',
    known.length > 0 ? `ref must be one of: ${known.join(', ')}` : 'record action_added first',
  );
}

function hypothesisRef(input: RecordInput, incident: Incident): string {
  const open = incident.hypotheses.filter((hypothesis) => hypothesis.state === 'open');
  return theOne(
    open.map((hypothesis) => hypothesis.event),
    input.ref,
    'hypothesis',
    'record hypothesis_stated first',
  );
}

function mitigationRef(input: RecordInput, incident: Incident): string {
  return theOne(
    activeMitigations(incident).map((mitigation) => mitigation.event.id),
    input.ref,
    'active mitigation',
    'record mitigation_applied first',
  );
}

/** What was verified: the given event, else the latest deploy, rollback or mitigation. */
function verifiedRef(input: RecordInput, incident: Incident): string | undefined {
  const done = [standingDeploy(incident), incident.releaseRollback];
  const candidates = [
    ...done.map((event) => event?.id),
    ...activeMitigations(incident).map((m) => m.event.id),
  ]
    .filter((id) => id !== undefined)
    .sort();
  if (input.ref !== undefined)
    return incident.recorded.find((event) => event.id === input.ref)?.id ?? candidates.at(-1);
  return candidates.at(-1);
}

function theOne(ids: string[], ref: string | undefined, what: string, hintWhenNone: string): string {
  const found = ref === undefined ? (ids.length === 1 ? ids[0] : undefined) : ids.find((id) => id === ref);
  if (found !== undefined) return found;
  if (ids.length === 0) throw new PulseError('conflict', `there is no ${what}`, hintWhenNone);
  throw new PulseError(
    'invalid_input',
    `say which ${what} with ref`,
    `ref must be one of: ${ids.join(', ')}`,
  );
}
