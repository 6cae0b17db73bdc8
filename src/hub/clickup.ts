import { PulseError } from '../core/errors.ts';
import type { Actor, EventDraft } from '../core/events.ts';
import type { Incident } from '../core/incident.ts';
import { tagOf, taskKey } from '../core/outward/clickup-draft.ts';
import { missingOf } from '../core/outward/variables.ts';
import { CAPS, capText } from '../core/untrusted.ts';
import type { Filed } from '../ports-outward.ts';
import createHotfixTask from '../tools/create-hotfix-task.ts';
import { callTool } from '../tools/support/call.ts';
import { type Loaded, loadAll, loadUid } from '../tools/support/load.ts';
import { sendWaiting } from '../tools/support/mirror.ts';
import { recordPlace } from '../tools/support/send-attempts.ts';
import { placeOf } from '../tools/support/surfaces.ts';
import { write } from '../tools/support/write.ts';
import type { Deps } from '../tools/tool.ts';
import { answer, readBody } from './body.ts';
import { isSigned, readDelivery } from './clickup-delivery.ts';
import { HUB } from './context.ts';
import type { HubContext, HubDoor, OpenDoor } from './door.ts';

/** ClickUp takes longer than 7 s for a failure. Source: https://developer.clickup.com/docs/webhookhealth. */
const ANSWER_MS = 6_000;

/** ClickUp's webhook: a task that gets the tag becomes an incident, once. */
export const openClickUpDoor: OpenDoor = async (context) => {
  const deps = await context.depsFor(HUB);
  if (deps.settings.outward?.clickup === undefined) return null;
  const missing = [...missingOf('clickup', context.env), ...missingOf('clickup', context.env, 'webhooks')];
  const [first] = missing;
  if (first) {
    throw new PulseError(
      'not_configured',
      `ClickUp cannot call in: ${missing.map(({ name }) => name).join(' and ')} not set`,
      missing.map(({ name, what }) => `set ${name}: ${what}`).join('; '),
    );
  }
  return createClickUpDoor(context, context.env.CLICKUP_WEBHOOK_SECRET?.trim() ?? '');
};

function createClickUpDoor(context: HubContext, secret: string): HubDoor {
  /** What goes on after its answer. */
  const running = new Set<Promise<void>>();

  function tracked(work: Promise<void>): Promise<void> {
    const leave = (): void => void running.delete(work);
    running.add(work);
    work.then(leave, leave);
    return work;
  }

  /** Lead, subtasks and link come after the answer; what fails here is tried again at every tick. */
  function showSoon(uid: string, deps: Deps): void {
    const work = sendWaiting(uid, deps, { eager: true }).then(
      () => undefined,
      () => context.log('clickup: showing an incident failed; it is tried again'),
    );
    void tracked(work);
  }

  async function take(task: string, by: Actor): Promise<void> {
    const deps = await context.depsFor(by);
    const uid = await incidentFor(task, deps);
    if (uid !== null) showSoon(uid, deps);
  }

  return {
    name: 'clickup',
    paths: ['/clickup'],
    async handle(req, res) {
      const body = await readBody(req);
      if (!isSigned(body, req.headers['x-signature'], secret)) return answer(res, 403);
      const delivery = readDelivery(body);
      if (delivery.what === 'garbled') return answer(res, 400);
      if (delivery.what === 'other' || !(await mayCall(delivery.tags))) return answer(res, 200);
      const done = await within(ANSWER_MS, tracked(take(delivery.task, delivery.by)));
      // Not yet, or not this time: ClickUp asks again, and what was done by then is found.
      answer(res, done ? 200 : 503);
    },
    async stop() {
      while (running.size > 0) await Promise.allSettled([...running]);
    },
  };

  /** What adds no tag of ours is not worth a look at the task. */
  async function mayCall(tags: readonly string[] | null): Promise<boolean> {
    const { settings } = await context.depsFor(HUB);
    const wanted = tagOf(settings.outward?.clickup);
    return tags === null || tags.some((name) => name.trim().toLowerCase() === wanted);
  }

  async function within(ms: number, work: Promise<void>): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((done) => {
      timer = setTimeout(() => done(false), ms);
    });
    const ended = work.then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof PulseError)) throw error;
        context.log(
          `clickup: a tagged task was not taken (${error.code}); ClickUp is asked to send it again`,
        );
        return false;
      },
    );
    try {
      return await Promise.race([ended, late]);
    } finally {
      clearTimeout(timer);
      // Nobody waits for it any more after the time is up.
      ended.catch(() => undefined);
    }
  }
}

/** The incident of a tagged task, opened when there is none; null when the task asks for none. */
async function incidentFor(task: string, deps: Deps): Promise<string | null> {
  const known = knownFor(task, await loadAll(deps));
  if (known && isLinked(known, task)) return known.uid;
  const outward = await deps.outward?.();
  const [fault] = outward?.faults.filter(({ service }) => service === 'clickup') ?? [];
  if (fault) throw new PulseError('not_configured', fault.message, fault.hint);
  const filed = await outward?.inbox?.read(task);
  if (!filed?.isCall) return null;
  if (known === null && isPartOfOne(filed, await loadAll(deps))) return null;
  const uid = known?.uid ?? (await opened(task, filed, deps));
  await link((await loadUid(uid, deps)).incident, task, filed, deps);
  return uid;
}

function knownFor(task: string, all: readonly Loaded[]): Incident | null {
  const found =
    all.find(({ incident }) => isLinked(incident, task)) ??
    all.find(({ incident }) => incident.opened?.key === `${taskKey(task)}/0`);
  return found?.incident ?? null;
}

const linkKey = (task: string): string => `${taskKey(task)}/linked`;

function isLinked({ recorded }: Incident, task: string): boolean {
  return recorded.some(
    (event) =>
      event.kind === 'linked' &&
      (event.key === linkKey(task) ||
        (event.data.surface?.service === 'clickup' && event.data.surface.ref === task)),
  );
}

/** A task that we made, or one below a task that is an incident already. */
function isPartOfOne(filed: Filed, all: readonly Loaded[]): boolean {
  return all.some(
    ({ incident }) => filed.shows(incident.uid) || filed.parents.some((parent) => isLinked(incident, parent)),
  );
}

/** The words of the task are a report like any other: cut, redacted and kept by the operation. */
async function opened(task: string, { title, text }: Filed, deps: Deps): Promise<string> {
  const description = capText(
    [title, text].filter((part) => part.trim() !== '').join('\n\n'),
    CAPS.excerpt,
  ).text;
  const args = {
    description: description.trim() === '' ? 'A ClickUp task without words' : description,
    ...(title.trim() === '' ? {} : { title }),
    idempotency_key: taskKey(task),
  };
  try {
    // Showing it comes after the answer; ClickUp waits for seconds only.
    const { data } = await callTool(createHotfixTask, args, { ...deps, outward: undefined });
    return String(data.uid);
  } catch (error) {
    // Another process was first, and somebody edited the task in between.
    const other =
      error instanceof PulseError && error.code === 'conflict' ? knownFor(task, await loadAll(deps)) : null;
    if (other === null) throw error;
    return other.uid;
  }
}

/** From here on the task shows the incident; a second task of one incident is only named. */
async function link(incident: Incident, task: string, { url }: Filed, deps: Deps): Promise<void> {
  const surface = (await deps.outward?.())?.surfaces.find(({ service }) => service === 'clickup');
  if (surface && placeOf(incident, 'clickup') === null)
    return recordPlace(incident, surface, { ref: task, url }, deps);
  const draft: EventDraft<'linked'> = {
    ...{ kind: 'linked', text: 'Another ClickUp task is about it', basis: 'measured', at_source: 'observed' },
    data: { type: 'issue', ...(url === null ? {} : { url }) },
    evidence: url === null ? [] : [url],
    ...{ key: linkKey(task), input_hash: deps.ids.sha256(linkKey(task)) },
  };
  await write(incident.uid, [draft], deps);
}
