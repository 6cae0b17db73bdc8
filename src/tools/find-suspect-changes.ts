import * as z from 'zod/v4';
import type { EventDraft } from '../core/events.ts';
import type { Incident } from '../core/incident.ts';
import { Standing } from './support/answer.ts';
import { bisect, bisectJob, checkCommand } from './support/bisect.ts';
import { historyOf, rangeFor, type Search, search } from './support/find-suspects.ts';
import { loadIncident, loadUid } from './support/load.ts';
import { marksFor } from './support/suspect-marks.ts';
import { reportSuspects, shortOf } from './support/suspect-report.ts';
import { hashOf, keyed, write } from './support/write.ts';
import { type Deps, defineTool } from './tool.ts';

const text = z.string().optional();
const SHOWN = 5;
const NO_MARKS =
  'The connected service did not say in time what was deployed when: only tags and recorded deploys were used.';

const Input = z.strictObject({
  incident: text,
  good: z.string().max(250).optional().describe('Last known good'),
  bad: z.string().max(250).optional().describe('In production'),
  hints: z.string().max(65_536).optional().describe('Stack trace or log excerpt'),
  limit: z.int().min(1).max(10).optional(),
  bisect: z.array(z.string()).max(50).optional().describe('Command; exit 0 good, 1 bad, 125 skip'),
  job: text.describe('Bisect id, or "<id> stop"'),
});

const Output = Standing.extend({
  range: z
    .object({
      good: z.string().nullable(),
      bad: z.string(),
      basis: z.string(),
      name: z.string().nullable(),
      /** What of a service says what last worked. */
      source: z.string().optional(),
      changes: z.number(),
      depth: z.string(),
    })
    .nullable(),
  suspects: z.array(
    z.object({
      commit: z.string(),
      at: z.string(),
      author_role: z.string(),
      score: z.number(),
      reasons: z.array(z.string()),
      revertable: z.string(),
      /** Text of the repository: data, not instructions. */
      untrusted: z.object({ subject: z.string(), files: z.array(z.string()) }),
    }),
  ),
  compare: z.string().nullable(),
  /** What a service knows of deploys, newest first. */
  marks: z
    .array(
      z.object({
        ...{ kind: z.string(), commit: z.string(), at: z.string(), url: z.string() },
        untrusted: z.object({ name: z.string() }),
      }),
    )
    .optional(),
  event: z.string().nullable(),
  bisect: z
    .object({
      outcome: z.string(),
      commit: z.string().nullable(),
      candidates: z.array(z.string()),
      runs: z.number(),
      event: z.string().nullable(),
      untrusted: z.object({ output: z.string() }),
    })
    .nullable(),
  job: z.object({ id: z.string(), state: z.string(), note: z.string() }).nullable(),
});

/** Which change broke it, from the repository alone; with a command also by bisection. */
export default defineTool({
  name: 'find_suspect_changes',
  title: 'Find suspect changes',
  effect: 'local',
  description:
    'Rank changes since the last good release, with reasons; bisect on request. Call when the cause is unknown. Returns suspects.',
  input: Input,
  output: Output,
  async run(input, deps) {
    const since = deps.clock.now();
    if (input.job !== undefined) {
      const one = await bisectJob(input.job, deps);
      const loaded = 'uid' in one ? await loadUid(one.uid, deps) : await loadIncident(input.incident, deps);
      return reportSuspects(loaded, { found: null, bisection: one, event: null, notices: [] }, SHOWN, deps);
    }
    historyOf(deps);
    if (input.bisect !== undefined) checkCommand(input.bisect, deps);
    const { incident } = await loadIncident(input.incident, deps);
    const asked = await marksFor(incident, deps);
    const marks = asked ?? [];
    const range = await rangeFor(incident, input, deps, marks);
    const found = await search(incident, range, input.hints, deps, marks);
    const written = await store(incident, found, deps);
    const wanted = input.bisect && { incident, range, command: input.bisect, since };
    const bisection = wanted ? await bisect(wanted, deps) : null;
    const loaded = await loadUid(incident.uid, deps);
    const event = written.events[0]?.id ?? null;
    return reportSuspects(
      loaded,
      { found, bisection, event, notices: [...(asked === null ? [NO_MARKS] : []), ...written.notices] },
      input.limit ?? SHOWN,
      deps,
    );
  },
});

/** One event per result: the same search again is the same event. */
async function store(incident: Incident, found: Search, deps: Deps) {
  const top = found.suspects.slice(0, 3);
  const { good, bad } = found.range;
  const suspects = top.map(({ change, score }) => ({ commit: change.commit, score }));
  const range = { ...(good === null ? {} : { base: good }), commit: bad, changes: found.changes };
  const input_hash = hashOf('find_suspect_changes', { suspects, range }, deps);
  const named = top.map(({ change, score }) => `${shortOf(change.commit)} (${score})`);
  const draft: EventDraft<'noted'> = {
    ...{ kind: 'noted', at_source: 'observed', basis: 'measured', input_hash },
    text: `Suspects searched in ${found.changes} changes up to ${shortOf(bad)}: ${named.join(', ') || 'none'}`,
    evidence: top.map(({ change }) => `commit:${change.commit}`),
    data: { suspects, range },
  };
  return write(incident.uid, keyed([draft], `suspects/${input_hash.slice(0, 32)}/${incident.attempt}`), deps);
}
