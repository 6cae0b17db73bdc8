import * as z from 'zod/v4';

const ms = z.number().nullable();
const spread = {
  ...{ n: z.number(), mean_ms: ms, median_ms: ms, min_ms: ms, max_ms: ms },
  ...{ p25_ms: ms, p75_ms: ms, p90_ms: ms },
};
const counted = { missing: z.number(), impossible: z.number() };
const recovery = z.object({ ...spread, ...counted });
const repeats = z.array(z.object({ what: z.string(), n: z.number(), incidents: z.array(z.string()) }));
const text = z.string().nullable();

/** What a review answers: `Review` of core as a schema. */
export const ReviewShape = z.object({
  period: z.object({ from: text, until: z.string() }),
  incidents: z.number(),
  drills_left_out: z.number(),
  imported: z.number(),
  by_severity: z.record(z.string(), z.number()),
  by_status: z.record(z.string(), z.number()),
  intervals: z.array(z.object({ name: z.string(), label: z.string(), ...spread, ...counted })),
  deployments: z.object({
    failed: z.number(),
    detected_to_restored: recovery,
    failed_to_remedied: recovery,
    unplanned: z.object({ hotfixes: z.number(), rollbacks: z.number() }),
    stated_deployments: z.number().nullable(),
    rework_rate: z.number().nullable(),
  }),
  cadence: z.object({
    ...{ in_time: z.number(), late: z.number(), never: z.number(), unmeasured: z.number() },
    share: z.number().nullable(),
  }),
  repeats: z.object({ causes: repeats, files: repeats, detected_by: repeats }),
  owed: z.object({
    debts: z.array(
      z.object({
        ...{ incident: z.string(), gate: z.string(), missing: z.array(z.string()), until: text },
        ...{ age_days: z.number(), is_overdue: z.boolean() },
      }),
    ),
    actions: z.array(
      z.object({
        ...{ incident: z.string(), action: z.string(), text: z.string(), owner: text, due: text, type: text },
        ...{ severity: text, level_ends: text, age_days: z.number(), is_overdue: z.boolean() },
      }),
    ),
    ages: z.array(z.object({ label: z.string(), n: z.number(), overdue: z.number() })),
    time_to_finish: z.object(spread),
    dropped: z.number(),
    service_level: z.object({
      ...{ weeks: z.number(), kept: z.number(), missed: z.number(), running: z.number() },
    }),
  }),
  warnings: z.array(z.string()),
});
