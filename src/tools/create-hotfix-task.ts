import * as z from 'zod/v4';
import { type Classification, classify } from '../core/classify.ts';
import { PulseError } from '../core/errors.ts';
import type { EventDraft } from '../core/events.ts';
import { folderOf, type Incident, isOpen, lastOf } from '../core/incident.ts';
import { owedBy } from '../core/owed.ts';
import { foldTitle, slugOf, titleLikeness } from '../core/slug.ts';
import { HOUR } from '../core/time.ts';
import { triageShort } from '../core/triage.ts';
import { CAPS, oneLine } from '../core/untrusted.ts';
import { answered, Standing, standingOf, triageLine } from './support/answer.ts';
import { withTask } from './support/board.ts';
import { refreshFolder } from './support/documents.ts';
import { type Loaded, loadAll, loadUid } from './support/load.ts';
import { severityDraft, statedFacts } from './support/opening.ts';
import { Related, type RelatedFound, relatedLines, relatedTo } from './support/related.ts';
import { pastLike } from './support/similar.ts';
import { fitText, hashOf, isFirstOf, keyed, removedWarning } from './support/write.ts';
import { type Answer, type Deps, defineTool } from './tool.ts';

/** The same title within this time, while not resolved, is the same incident. */
const SAME_INCIDENT_MS = 24 * HOUR;
/** From this share of common words on, another open incident is named as similar. */
const SIMILAR = 0.5;
/** Debts and late action items of earlier incidents that one answer names. */
const MOST_OWED = 5;

const Input = z.strictObject({
  description: z.string().describe('Exactly as the user typed it'),
  title: z.string().optional(),
  severity: z.string().optional().describe('Only if a person said it'),
  facts: z.array(z.string()).max(30).optional().describe('"service: down"'),
  started_at: z.string().optional().describe('RFC 3339 with offset, or -15m'),
  detected_at: z.string().optional(),
  detected_by: z.string().optional(),
  new: z.boolean().optional().describe('Not the open one of that title'),
  drill: z.boolean().optional(),
  repo: z.string().optional(),
  idempotency_key: z.string().min(1).max(200).optional(),
});

const Output = Standing.extend({
  folder: z.string(),
  opened: z.boolean(),
  range: z.object({ lowest: z.string(), highest: z.string() }).nullable(),
  questions: z.array(z.string()),
  triage: z.array(z.string()),
  similar: z.array(z.string()),
  similar_past: z.array(z.string()),
  owed: z.array(z.string()),
  /** Issues and pull requests of the repository; only where a service is connected. */
  related: z.array(Related).optional(),
});

/** Opens an incident: record, folder, tasks. The smallest precondition there is: a description. */
export default defineTool({
  name: 'create_hotfix_task',
  title: 'Open an incident',
  effect: 'local',
  description:
    'Open an incident: record, folder, tasks. Call first; the description is enough. Returns id, severity, questions, next step.',
  input: Input,
  output: Output,
  async run(input, deps) {
    if (input.description.trim() === '') {
      throw new PulseError(
        'invalid_input',
        'the description is empty',
        'say in a few words what is broken, for example {"description": "Users cannot log in, 500 on the auth endpoint"}',
      );
    }
    const asked = input.drill ? null : relatedTo(`${input.title ?? ''}\n${input.description}`, deps);
    const opened = await deps.log.withNumbering(async (highest) => open(input, highest, deps));
    return withRelated(await withTask(opened, deps), asked, deps);
  },
});

type Input = z.output<typeof Input>;
type Opened = Answer<z.input<typeof Output>>;

async function open(input: Input, highest: number, deps: Deps): Promise<Opened> {
  const all = await loadAll(deps);
  const inputHash = hashOf('create_hotfix_task', input, deps);
  const nowMs = deps.clock.now();
  const title = oneLine(deps.redact(input.title?.trim() || input.description.trim()).text, CAPS.title);
  const again = earlier(all, input, inputHash, title, deps);
  if (again) return reported(again, deps, NOT_OPENED);

  // Everything that can be refused comes before the first byte is kept.
  const stated = statedFacts(input, deps);
  const uid = deps.ids.ulid(nowMs, null);
  const described = await fitText(input.description, deps, (whole) => deps.log.putBlob(uid, whole));
  const { matrix } = deps.settings;
  const classification = classify({ facts: stated.severity, description: described.text, matrix });
  const opened: EventDraft = {
    ...{ kind: 'opened', text: title, evidence: [], basis: 'measured', at_source: 'observed' },
    input_hash: inputHash,
    data: {
      ...{ number: highest + 1, slug: slugOf(title), title, description: described.text },
      ...(described.blob === undefined ? {} : { blob: described.blob }),
      ...(input.drill ? { drill: true } : {}),
    },
  };
  const drafts = [
    opened,
    ...stated.drafts.map((draft) => ({ ...draft, input_hash: inputHash })),
    severityDraft(stated.level, classification, inputHash),
  ];
  const keys = keyed(drafts, input.idempotency_key);
  const outcome = await deps.log.append({ incident: uid, by: deps.actor, drafts: keys });
  const standing = outcome.events[0]?.incident ?? uid;
  // Somebody has opened with the same key meanwhile, past the lock: that incident is the one.
  if (standing !== uid) return reported(await loadUid(standing, deps), deps, NOT_OPENED);
  const similar = all.filter(
    ({ incident }) =>
      isOpen(incident) && isSameSort(incident, input) && titleLikeness(incident.title, title) >= SIMILAR,
  );
  return reported(await loadUid(uid, deps), deps, {
    opened: true,
    classification,
    removed: [...described.removed, ...outcome.removed],
    similar: similar.map(({ incident }) => incident.label),
    past: input.drill ? [] : await pastLike(described.text, all, similar, deps),
    // A rehearsal is no occasion to be reminded of real promises.
    owed: input.drill ? [] : all.flatMap(({ incident, clocks }) => owedBy(incident, clocks)),
  });
}

/** Asked for while the incident is opened, outside of the lock; opening never fails or waits long for it. */
async function withRelated(answer: Opened, asked: Promise<RelatedFound> | null, deps: Deps): Promise<Opened> {
  const { rows, warnings } = (await asked) ?? { rows: [], warnings: [] };
  if (!answer.data.opened || rows.length + warnings.length === 0) return answer;
  const lines = [...relatedLines(rows, deps), ...warnings.map((warning) => `! ${warning}`)];
  return {
    text: [answer.text, ...lines].join('\n'),
    data: { ...answer.data, ...(rows.length > 0 ? { related: rows } : {}) },
    warnings: [...answer.warnings, ...warnings],
  };
}

/** A rehearsal never stands in for a real incident, nor the other way round. */
function isSameSort(incident: Incident, input: Input): boolean {
  return incident.drill === (input.drill === true);
}

/** The incident that this call means to open and that is already there: same key, same call moments ago, or same title. */
function earlier(
  all: Loaded[],
  input: Input,
  inputHash: string,
  title: string,
  deps: Deps,
): Loaded | undefined {
  const key = input.idempotency_key;
  const nowMs = deps.clock.now();
  const byKey =
    key === undefined
      ? undefined
      : all.find(({ incident: { opened } }) => opened && isFirstOf(key, opened, deps));
  if (byKey && byKey.incident.opened?.input_hash !== inputHash) {
    throw new PulseError(
      'conflict',
      'this idempotency_key was used for another description',
      'use a new key for a new incident, or repeat the first call unchanged',
      { incident: byKey.incident.label },
    );
  }
  if (byKey || input.new) return byKey;
  return all.find(({ incident }) => {
    const ended = ['resolved', 'closed', 'cancelled'].includes(incident.status);
    const age = nowMs - Date.parse(incident.opened?.recorded_at ?? '');
    if (ended || !isSameSort(incident, input)) return false;
    return age <= SAME_INCIDENT_MS && foldTitle(incident.title) === foldTitle(title);
  });
}

interface Result {
  opened: boolean;
  classification: Classification | null;
  removed: { type: string; token: string }[];
  similar: string[];
  past: string[];
  owed: string[];
}

const NOT_OPENED: Result = {
  ...{ opened: false, classification: null },
  ...{ removed: [], similar: [], past: [], owed: [] },
};

async function reported(loaded: Loaded, deps: Deps, result: Result): Promise<Opened> {
  const notices = await refreshFolder(loaded, deps, result.opened ? 'create' : 'refresh');
  const { incident } = loaded;
  const folder = folderOf(incident);
  const severity = lastOf(incident, 'severity_changed');
  const range =
    severity?.data.lowest && severity.data.highest
      ? { lowest: severity.data.lowest, highest: severity.data.highest }
      : null;
  const asked = incident.severity?.confirmed ? [] : (result.classification?.questions ?? []);
  const questions = asked.map((question) => question.ask);
  const triage = triageShort(
    incident,
    asked.map((question) => question.fact),
  );
  const owed = result.owed.slice(0, MOST_OWED);
  const moreOwed = result.owed.length - owed.length;
  const standing = await standingOf(loaded, deps);
  const lines = [
    result.opened
      ? `Opened. Folder: ${folder} (ignored by git until hotfix-pulse publish).`
      : `Already open since ${incident.opened?.recorded_at ?? ''}; nothing was opened twice. For another incident with this title pass new: true.`,
    ...(range && !incident.severity?.confirmed
      ? [`Severity is unconfirmed: ${range.highest} to ${range.lowest} is possible.`]
      : []),
    ...questions.slice(0, 3).map((question) => `? ${question}`),
    ...triageLine(triage),
    ...(result.similar.length > 0
      ? [`Similar and open: ${result.similar.join(', ')}. If it is the same, record marked_duplicate.`]
      : []),
    ...(result.past.length > 0
      ? [`Similar and ended: ${result.past.join(', ')}. list_incidents with text shows what helped.`]
      : []),
    ...(owed.length > 0
      ? [`Still owed from earlier: ${owed.join('; ')}${moreOwed > 0 ? `; ${moreOwed} more` : ''}.`]
      : []),
  ];
  const warnings = [...removedWarning(result.removed), ...deps.log.notices(), ...notices];
  if (result.classification?.verdict === 'not_an_incident') {
    warnings.unshift(
      `This does not read like an incident: ${result.classification.not_incident_reason ?? ''} Record cancelled if so.`,
    );
  }
  return answered(
    standing,
    lines,
    {
      ...{ folder, opened: result.opened, range, questions, triage },
      ...{ similar: result.similar, similar_past: result.past, owed },
    },
    warnings,
  );
}
