import { formatDuration } from '../duration.ts';
import type { Deployments } from './deploys.ts';
import type { Repeat } from './repeats.ts';
import type { Review } from './review.ts';
import type { Spread } from './spread.ts';
import { PERCENTILES_FROM } from './spread.ts';

/** A review as lines: `plain` holds our words and numbers, `said` the words of the record, which need a fence. */
export interface ReviewText {
  plain: string[];
  said: string[];
}

/** Open action items that one answer names. */
const MOST_ACTIONS = 15;
const MOST_WARNINGS = 5;

export function reviewText(review: Review): ReviewText {
  const { owed, cadence } = review;
  const kept = cadence.share === null ? 'unknown, none was owed' : percent(cadence.share);
  const level = owed.service_level;
  return {
    plain: [
      headOf(review),
      `By severity: ${counts(review.by_severity)}`,
      `By status: ${counts(review.by_status)}`,
      ...review.intervals.map((one) => `${one.label}: ${spreadText(one)}`),
      ...deployLines(review.deployments),
      `Updates in time: ${kept} (in time ${cadence.in_time}, late ${cadence.late}, never ${cadence.never}; not measured in ${cadence.unmeasured} incidents)`,
      `Open action items, all incidents: ${owed.actions.length}; by age: ${owed.ages.map(({ label, n, overdue }) => `${label} ${n}${overdue > 0 ? ` (${overdue} overdue)` : ''}`).join(', ')}`,
      `Priority items (P0, P1) within ${level.weeks} weeks: kept ${level.kept}, missed ${level.missed}, running ${level.running}`,
      ...(owed.time_to_finish.n > 0
        ? [`Action items done: median ${span(owed.time_to_finish.median_ms)} (n ${owed.time_to_finish.n})`]
        : []),
      ...owed.debts.map(
        (debt) =>
          `Debt ${debt.incident}: ${debt.gate} gate without ${debt.missing.join(', ')}, ${debt.age_days} days old, until ${debt.until ?? 'no date'}${debt.is_overdue ? ', overdue' : ''}`,
      ),
      ...review.warnings.slice(0, MOST_WARNINGS).map((warning) => `Check ${warning}`),
      ...(review.warnings.length > MOST_WARNINGS
        ? [`${review.warnings.length - MOST_WARNINGS} more contradictions`]
        : []),
    ],
    said: saidIn(review),
  };
}

function headOf({ incidents, drills_left_out, imported, period }: Review): string {
  const from = period.from === null ? 'the first one' : period.from.slice(0, 10);
  return [
    `${incidents} incident(s) from ${from} to ${period.until.slice(0, 10)}`,
    ...(imported > 0 ? [`${imported} of them imported`] : []),
    ...(drills_left_out > 0 ? [`${drills_left_out} rehearsal(s) left out`] : []),
  ].join(', ');
}

/** `median 12 minutes, 3 minutes to 2 hours (n 4)`; from ten values on with the middle half and the 90th percentile. */
function spreadText(one: Spread & { missing: number; impossible: number }): string {
  const rest = `unknown ${one.missing}${one.impossible > 0 ? `, impossible order ${one.impossible}` : ''}`;
  if (one.n === 0) return `unknown (n 0, ${rest})`;
  const middle =
    one.n < PERCENTILES_FROM
      ? ''
      : `, middle half ${span(one.p25_ms)} to ${span(one.p75_ms)}, 90 % within ${span(one.p90_ms)}`;
  return `median ${span(one.median_ms)}, mean ${span(one.mean_ms)}, range ${span(one.min_ms)} to ${span(one.max_ms)}${middle} (n ${one.n}, ${rest})`;
}

function deployLines(deploys: Deployments): string[] {
  return [
    `Failed deployments (ended by a rollback or a hotfix, or a hotfix taken back): ${deploys.failed}`,
    `Failed deployment recovery time, detected to impact ended: ${spreadText(deploys.detected_to_restored)}`,
    `Failed deployment recovery time, start of harm to remedying deployment: ${spreadText(deploys.failed_to_remedied)}`,
    `Deployment rework rate: ${reworkText(deploys)}`,
  ];
}

export function reworkText({ unplanned, stated_deployments, rework_rate }: Deployments): string {
  const total = unplanned.hotfixes + unplanned.rollbacks;
  const what = `${total} unplanned deployment(s): ${unplanned.hotfixes} hotfix, ${unplanned.rollbacks} rollback`;
  if (rework_rate !== null) return `${percent(rework_rate)} (${what}, of ${stated_deployments} stated)`;
  return stated_deployments === null
    ? `unknown (${what}; the record does not have the planned ones, pass deployments)`
    : `unknown (${what}; ${stated_deployments} deployments in all were stated, which cannot be)`;
}

function saidIn({ repeats, owed }: Review): string[] {
  const more = owed.actions.length - MOST_ACTIONS;
  return [
    ...repeats.causes.map((one) => `Repeat cause, ${labels(one)}: ${one.what}`),
    ...repeats.files.map((one) => `Repeat file, ${labels(one)}: ${one.what}`),
    ...repeats.detected_by.map((one) => `Detected by, ${one.n}: ${one.what}`),
    ...owed.actions
      .slice(0, MOST_ACTIONS)
      .map(
        (item) =>
          `Action ${item.incident} ${item.action}: ${item.text}; owner ${item.owner ?? 'none'}, due ${item.due ?? 'none'}, ${item.age_days} days old${item.is_overdue ? ', overdue' : ''}`,
      ),
    ...(more > 0 ? [`${more} more open action items`] : []),
  ];
}

/** `3 (hotfix-001, hotfix-004, hotfix-009)`. */
function labels({ n, incidents }: Repeat): string {
  return `${n} (${incidents.join(', ')}${n > incidents.length ? ', ...' : ''})`;
}

export function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function counts(table: Record<string, number>): string {
  return (
    Object.entries(table)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ') || 'none'
  );
}

function span(ms: number | null): string {
  return ms === null ? 'unknown' : formatDuration(ms);
}
