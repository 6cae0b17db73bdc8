import * as z from 'zod/v4';
import { ROLLBACK_TARGETS } from '../core/kinds.ts';
import { checkLegal } from '../core/record.ts';
import { type MitigationOption, mitigationOptions } from '../core/ship/mitigation-options.ts';
import type { RehearsalSays } from '../core/ship/mitigation-signals.ts';
import { answered, Standing, standingOf } from './support/answer.ts';
import { howToApprove } from './support/approval.ts';
import { createJobs, type Job } from './support/jobs.ts';
import { type Loaded, loadIncident, loadUid } from './support/load.ts';
import { askJob, isJob, jobData, jobLine, longWork } from './support/long-work.ts';
import { RollbackData, rollbackData, rollbackLines } from './support/rollback-report.ts';
import { yesFor } from './support/rollback-run.ts';
import { usualTarget } from './support/rollback-scope.ts';
import { checksLine, type Planned, planRollback } from './support/rollback-work.ts';
import { hashOf } from './support/write.ts';
import { type Deps, defineTool } from './tool.ts';

interface Done {
  uid: string;
  planned: Planned;
  checks: boolean;
}

const JOBS = createJobs<Done>();
const text = z.string().optional();
/** Options whose reasons the text gives in full; the data has them all. */
const IN_FULL = 3;

/** The ways to stop the harm, ranked from what is recorded, and the rehearsal of the way back. */
export default defineTool({
  name: 'plan_mitigation',
  title: 'Plan a mitigation',
  effect: 'local',
  description:
    'Rank the ways to stop the harm and rehearse the rollback. Call before mitigating or deploying.',
  input: z.strictObject({
    incident: text,
    target: z.enum(ROLLBACK_TARGETS).optional(),
    range: z.string().max(500).optional().describe('"good..bad" or one commit'),
    checks: z.boolean().optional().describe('Run them on the revert'),
    job: text.describe('Id, or "<id> stop"'),
  }),
  output: Standing.extend({
    options: z.array(
      z.object({
        type: z.string(),
        points: z.number(),
        ...{ why: z.array(z.string()), risks: z.array(z.string()) },
        unknown: z.array(z.object({ record: z.string(), ask: z.string() })),
        first_step: z.string(),
        ...{ needs_person: z.boolean(), in_place: z.boolean() },
      }),
    ),
    rollback: RollbackData.nullable(),
    checks: z.string().nullable(),
    event: z.string().nullable(),
    job: z.object({ id: z.string(), state: z.string(), note: z.string() }).nullable(),
  }),
  async run(input, deps) {
    const since = deps.clock.now();
    if (input.job !== undefined) {
      const one = await askJob(JOBS, input.job, deps);
      const loaded = isJob(one) ? await loadIncident(input.incident, deps) : await loadUid(one.uid, deps);
      return report(loaded, one, deps);
    }
    const { incident } = await loadIncident(input.incident, deps);
    checkLegal('rollback_planned', incident);
    const target = input.target ?? usualTarget(incident, false);
    const asked = { target, range: input.range, checks: input.checks };
    const outcome = await longWork(
      JOBS,
      {
        key: hashOf(
          'plan_mitigation',
          { uid: incident.uid, last: incident.recorded.at(-1)?.id, ...asked },
          deps,
        ),
        ...{ since, title: `rollback rehearsal of ${incident.label}` },
      },
      async (tell, signal) => ({
        ...{ uid: incident.uid, checks: input.checks === true },
        planned: await planRollback(incident, asked, tell, signal, deps),
      }),
      deps,
    );
    return report(await loadUid(incident.uid, deps), outcome, deps);
  },
});

async function report(loaded: Loaded, outcome: Job<Done> | Done, deps: Deps) {
  const standing = await standingOf(loaded, deps);
  const done = isJob(outcome) ? null : outcome;
  const planned = done?.planned ?? null;
  const options = mitigationOptions(loaded.incident, saysOf(planned));
  const checks = planned === null ? null : checksLine(planned.checks, done?.checks === true);
  const lines = [
    'Ways to stop the harm, best first, by what is recorded (points for and against, no probability):',
    ...options.flatMap((option, at) => optionLines(option, at)),
    ...(planned === null ? [] : rollbackPart(planned, loaded, deps)),
    ...(checks === null ? [] : [checks]),
    ...(isJob(outcome) ? [jobLine(outcome)] : []),
  ];
  const data = {
    ...{ options, checks, event: planned?.event ?? null },
    rollback: planned?.draft.scoped ? rollbackData(planned.draft, planned.stored, deps) : null,
    job: isJob(outcome) ? jobData(outcome) : null,
  };
  return answered(standing, lines, data, [...new Set(planned?.notices ?? [])]);
}

/** A fix that is not deployed says nothing about what harms now. */
function saysOf(planned: Planned | null): RehearsalSays | null {
  const rehearsal = planned?.draft.rehearsal ?? null;
  if (rehearsal === null || rehearsal.scope.kind === 'ahead') return null;
  return { outcome: rehearsal.outcome, class: rehearsal.class, kinds: rehearsal.kinds };
}

function optionLines(option: MitigationOption, at: number): string[] {
  const { type, points, why, risks, unknown, first_step, needs_person, in_place } = option;
  const marks = [...(in_place ? ['in place already'] : []), ...(needs_person ? ['a person decides'] : [])];
  const head = `${at + 1}. ${type} (${points})${marks.length === 0 ? '' : `, ${marks.join(', ')}`}`;
  if (at >= IN_FULL) return [why.length === 0 ? head : `${head}: ${why.join('; ')}`];
  return [
    `${head}: ${why.join('; ') || 'nothing recorded speaks for it yet'}`,
    `   Risk: ${risks.join('; ')}.`,
    ...(unknown.length === 0
      ? []
      : [`   Would move it: ${unknown.map(({ record, ask }) => `${ask} (${record})`).join('; ')}.`]),
    `   First: ${first_step}.`,
  ];
}

function rollbackPart({ draft, stored }: Planned, { incident }: Loaded, deps: Deps): string[] {
  const { scoped, problem } = draft;
  if (scoped === null && problem !== null)
    return [`No rollback planned: ${problem.message}. ${problem.hint}.`];
  const lines = rollbackLines(draft, stored, false, deps);
  if (stored === null || stored.plan.way === 'by_hand') return lines;
  const how = howToApprove(stored.id, yesFor(incident, stored, deps));
  return [...lines, `Plan ${stored.id}, for rollback_change: ${how}.`];
}
