import * as z from 'zod/v4';
import { classify } from '../core/classify.ts';
import { PulseError } from '../core/errors.ts';
import type { EventDraft } from '../core/events.ts';
import { resolveGate } from '../core/gates.ts';
import type { Incident } from '../core/incident.ts';
import { type Kind, RECORDABLE_KINDS } from '../core/kinds.ts';
import { dataFor, notedDraft, type RecordInput } from '../core/record.ts';
import { SeverityFacts } from '../core/severity-facts.ts';
import { answered, Standing, standingOf } from './support/answer.ts';
import { type Loaded, loadIncident } from './support/load.ts';
import { checkedFact } from './support/opening.ts';
import { overrideDraft } from './support/override.ts';
import {
  checkedEvidence,
  dueOf,
  fitText,
  hashOf,
  isFirstOf,
  keyed,
  removedWarning,
  sentTwice,
  whenOf,
  write,
} from './support/write.ts';
import { type Deps, defineTool } from './tool.ts';

const text = z.string().optional();

const Input = z.strictObject({
  text: z.string().min(1),
  incident: text.describe('Id; optional when unambiguous'),
  kind: z.enum(RECORDABLE_KINDS as [Kind, ...Kind[]]).optional(),
  at: text.describe('RFC 3339 with offset, or -15m'),
  source: text.describe('Who says so; needed with a past at'),
  evidence: z
    .array(z.string())
    .max(20)
    .optional()
    .describe('"metric: ...", URL, "commit:<sha>", "output: ..."'),
  person: text,
  role: text,
  severity: text,
  reason: text,
  environment: text,
  ref: text.describe('Commit, branch, event or action item'),
  owner: text,
  due: text.describe('YYYY-MM-DD or +7d'),
  type: text.describe('Of fact, mitigation, check, audience, link, action'),
  override_reason: text.describe("The user's word"),
  override_until: text,
  also: z.array(z.string().min(1)).max(10).optional().describe('More past-tense lines'),
  idempotency_key: z.string().min(1).max(200).optional(),
});
type Input = z.output<typeof Input>;

/** Records what happened, server-stamped, in one flushed write. */
export default defineTool({
  name: 'record_timeline_event',
  title: 'Record a timeline event',
  effect: 'local',
  description:
    'Record one past-tense fact as it happens. A kind that needs more fields says which. Returns status, pulse, next step.',
  input: Input,
  output: Standing.extend({
    event: z.string(),
    kind: z.string(),
    at: z.string(),
    recorded_at: z.string(),
    basis: z.string(),
    replayed: z.boolean(),
  }),
  async run(input, deps) {
    const loaded = await loadIncident(input.incident, deps);
    const inputHash = hashOf('record_timeline_event', input, deps);
    const twice =
      input.idempotency_key === undefined ? sentTwice(loaded, inputHash, deps.actor, deps.clock.now()) : [];
    if (twice.length > 0) return report(loaded, twice[0]?.id ?? '', true, [], deps);
    // A retry is recognised by its key before legality is judged: the first call may itself have changed the status.
    const first =
      input.idempotency_key === undefined
        ? undefined
        : loaded.incident.recorded.findLast(
            ({ key, input_hash }) => key === `${input.idempotency_key}/0` && input_hash === inputHash,
          );
    const { drafts, main, removed } = await draftsOf(
      input,
      inputHash,
      loaded.incident,
      deps,
      first !== undefined,
    );
    const written = await write(loaded.incident.uid, keyed(drafts, input.idempotency_key), deps);
    const event = written.events[main];
    const warnings = [...removedWarning([...removed, ...written.removed]), ...written.notices];
    return report(written.loaded, event?.id ?? '', written.replayed, warnings, deps);
  },
});

async function draftsOf(
  input: Input,
  inputHash: string,
  incident: Incident,
  deps: Deps,
  isRetry: boolean,
): Promise<{ drafts: EventDraft[]; main: number; removed: { type: string; token: string }[] }> {
  const kind = input.kind ?? 'noted';
  const fitted = await fitText(input.text, deps, (whole) => deps.log.putBlob(incident.uid, whole));
  const when = whenOf(input.at, input.source, deps);
  const flat: RecordInput = {
    kind,
    text: fitted.text,
    evidence: checkedEvidence(input.evidence),
    ...given(input, deps),
  };
  const data = isRetry ? storedData(incident, input.idempotency_key ?? '', deps) : dataFor(flat, incident);
  if (kind === 'fact_recorded' && flat.type !== undefined) checkedFact(flat.type, input.text.trim());
  const draft: EventDraft = {
    ...{ kind, text: fitted.text, basis: 'stated', input_hash: inputHash, evidence: flat.evidence, ...when },
    data: {
      ...data,
      ...(input.source === undefined ? {} : { source: input.source }),
      ...(fitted.blob === undefined ? {} : { blob: fitted.blob }),
    },
  };
  const before: EventDraft[] = [];
  if (kind === 'resolved' && !isRetry) {
    const gate = resolveGate(incident, flat.evidence);
    const override = overrideDraft(gate, input, inputHash, deps);
    if (override) before.push(override);
  }
  const also = (input.also ?? []).map((line) =>
    notedDraft(line, { at_source: when.at_source, input_hash: inputHash }),
  );
  const derived = isRetry ? [] : reclassified(flat, incident, inputHash, deps);
  return { drafts: [...before, draft, ...derived, ...also], main: before.length, removed: fitted.removed };
}

/** Optional flat fields that were given, with due dates read. */
function given(input: Input, deps: Deps): Omit<RecordInput, 'kind' | 'text' | 'evidence'> {
  const { person, role, severity, reason, environment, ref, owner, type } = input;
  const due = dueOf(input.due, deps);
  const members = { person, role, severity, reason, environment, ref, owner, due, type };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function storedData(incident: Incident, key: string, deps: Deps): EventDraft['data'] {
  const stored = incident.recorded.findLast((event) => isFirstOf(key, event, deps));
  if (!stored)
    throw new PulseError('not_found', 'the first call with this key is gone', 'repeat it with a new key');
  return stored.data;
}

/** A stated severity fact can confirm or raise a severity that nobody has confirmed yet; it never lowers one silently. */
function reclassified(flat: RecordInput, incident: Incident, inputHash: string, deps: Deps): EventDraft[] {
  if (flat.kind !== 'fact_recorded' || !flat.type || !(flat.type in SeverityFacts.shape)) return [];
  if (incident.severity?.confirmed) return [];
  const stated = [...incident.facts.values()].map((fact) => [fact.name, fact.value]);
  const known = [...stated, [flat.type, flat.text]].filter(([name]) => (name ?? '') in SeverityFacts.shape);
  const facts = SeverityFacts.safeParse(Object.fromEntries(known)).data;
  if (!facts) return [];
  const result = classify({ facts, description: incident.description, matrix: deps.settings.matrix });
  const unchanged = result.severity === incident.severity?.level && !result.confirmed;
  if (unchanged || result.verdict === 'not_an_incident') return [];
  const { lowest, highest } = result.range;
  return [
    {
      ...{
        kind: 'severity_changed',
        at_source: 'observed',
        evidence: [],
        basis: 'measured',
        input_hash: inputHash,
      },
      text: `Severity ${result.label} by rule: ${result.rules.map((rule) => rule.id).join(', ')}`,
      data: {
        to: result.severity,
        confirmed: result.confirmed,
        lowest,
        highest,
        reason: 'a severity fact was recorded',
      },
    },
  ];
}

async function report(loaded: Loaded, id: string, replayed: boolean, warnings: string[], deps: Deps) {
  const event = loaded.incident.recorded.findLast((candidate) => candidate.id === id);
  const standing = await standingOf(loaded, deps);
  const line = replayed
    ? `Already recorded as ${id}; nothing was written twice.`
    : `Recorded ${event?.kind ?? ''} at ${event?.at ?? ''} (${event?.basis ?? ''}), event ${id}.`;
  return answered(
    standing,
    [line],
    {
      event: id,
      kind: event?.kind ?? '',
      at: event?.at ?? '',
      recorded_at: event?.recorded_at ?? '',
      basis: event?.basis ?? '',
      replayed,
    },
    warnings,
  );
}
