import * as z from 'zod/v4';
import { Narrative } from './documents/narrative.ts';
import { FollowUpAttempt } from './followup-attempts.ts';
import {
  ACTION_STATES,
  ACTION_TYPES,
  AUDIENCES,
  CHECK_OUTCOMES,
  type Kind,
  LINK_TYPES,
  MITIGATIONS,
  ROLES,
  ROLLBACK_TARGETS,
} from './kinds.ts';
import { LEVELS } from './severity.ts';
import { AnyPlan, Plan, RefMove } from './ship/plan.ts';

const level = z.enum(LEVELS);
const ref = z.string().optional();
const reason = z.string().optional();

/** Data by kind. Known members are checked; others are left alone, since a newer version may have written them. */
export const DATA = {
  opened: z.object({
    number: z.int().min(1),
    slug: z.string(),
    title: z.string(),
    description: z.string(),
    preset: z.string().optional(),
    environment: z.string().optional(),
    base: z.string().optional(),
    drill: z.boolean().optional(),
    blob: z.string().optional(),
  }),
  severity_changed: z.object({
    to: level,
    confirmed: z.boolean(),
    reason,
    lowest: level.optional(),
    highest: level.optional(),
  }),
  role_assigned: z.object({ role: z.enum(ROLES), person: z.string() }),
  acknowledged: z.object({ person: z.string().optional() }),
  fact_recorded: z.object({ name: z.string(), value: z.string() }),
  hypothesis_refuted: z.object({ ref, reason: z.string() }),
  mitigation_applied: z.object({ type: z.enum(MITIGATIONS) }),
  mitigation_removed: z.object({ ref }),
  rollback_planned: z.object({
    target: z.enum(ROLLBACK_TARGETS).optional(),
    /** Tried without touching anything, and it applied. */
    rehearsed: z.boolean().optional(),
    plan: Plan.optional(),
  }),
  noted: z.looseObject({ plan: AnyPlan.optional(), follow_ups: FollowUpAttempt.optional() }),
  hotfix_started: z.object({
    branch: z.string(),
    base_commit: z.string().optional(),
    base_ref: z.string().optional(),
  }),
  fix_committed: z.object({ commit: z.string() }),
  checks_run: z.object({
    outcome: z.enum(CHECK_OUTCOMES),
    commit: z.string(),
    /** Every check of the repository ran. */
    full: z.boolean().optional(),
    /** How many findings about the change there were, by level; only check_hotfix knows. */
    findings: z.object({ stop: z.int(), warn: z.int(), note: z.int() }).optional(),
  }),
  regression_proven: z.object({ commit: z.string() }),
  /** `plan`: the id of the plan that was approved, and nothing else was. `words`: what the user said. `about`: something else than a change of production. */
  approval_given: z.object({
    strength: z.string(),
    plan: z.string().optional(),
    words: z.string().optional(),
    about: z.string().optional(),
    /** The commit that was reviewed. */
    commit: z.string().optional(),
  }),
  deployed: z.object({
    environment: z.string(),
    commit: z.string(),
    plan_id: z.string().optional(),
    /** What was pushed, when a plan of ours did it. */
    moves: z.array(RefMove).optional(),
    tag: z.string().optional(),
  }),
  deploy_verified: z.object({ ref, environment: z.string() }),
  rolled_back: z.object({ target: z.enum(ROLLBACK_TARGETS), ref, plan_id: z.string().optional() }),
  /** `not_affected`: why this branch does not need it. */
  backported: z.object({
    branch: z.string(),
    commit: z.string().optional(),
    not_affected: z.string().optional(),
    plan_id: z.string().optional(),
  }),
  /** `services`: where an operation of ours posted it, by the plan that was approved. */
  update_posted: z.object({
    audience: z.enum(AUDIENCES),
    services: z.array(z.string()).optional(),
    plan_id: z.string().optional(),
  }),
  reopened: z.object({ reason: z.string() }),
  task_done: z.object({ task: z.string() }),
  task_skipped: z.object({ task: z.string(), reason: z.string() }),
  action_added: z.object({
    action: z.string(),
    owner: z.string().optional(),
    due: z.string().optional(),
    type: z.enum(ACTION_TYPES).optional(),
    severity: level.optional(),
  }),
  action_changed: z.object({
    action: z.string(),
    owner: z.string().optional(),
    due: z.string().optional(),
    type: z.enum(ACTION_TYPES).optional(),
    state: z.enum(ACTION_STATES).optional(),
    severity: level.optional(),
    reason,
  }),
  postmortem_written: z.object({
    errors: z.int().min(0),
    warnings: z.int().min(0),
    preset: z.string(),
    narrative: Narrative.optional(),
  }),
  /** `action`: the action item that the linked issue tracks. `surface`: where a service shows the incident. */
  linked: z.object({
    type: z.enum(LINK_TYPES),
    url: z.string().optional(),
    action: z.string().optional(),
    surface: z.object({ service: z.string(), ref: z.string() }).optional(),
    /** A pull request of ours: the plan that it carries out, and the commit that it was opened with. */
    pull: z
      .object({ number: z.int(), plan: z.string(), head: z.string(), base: z.string(), commit: z.string() })
      .optional(),
  }),
  gate_overridden: z.object({
    gate: z.string(),
    missing: z.array(z.string()),
    reason: z.string(),
    until: z.string().optional(),
  }),
  cancelled: z.object({ reason: z.string() }),
  marked_duplicate: z.object({ ref: z.string() }),
  purged: z.object({ event: z.string(), reason }),
} as const satisfies Partial<Record<Kind, z.ZodType>>;
