import * as z from 'zod/v4';
import { PolicySettings } from './policy.ts';

/** A program and its arguments; there is no shell. */
const Words = z.array(z.string().min(1).max(2_000)).min(1).max(50);
const Seconds = z.int().min(1).max(3_600);
/** A plain path below the root: nothing of git's own, nothing that looks like an option. */
const Inside = z
  .string()
  .max(200)
  .regex(/^(?!-)(?!(?:.*\/)?(?:\.git|\.\.?)(?:\/|$))[^\p{C}\\/:*?"<>|]+(?:\/[^\p{C}\\/:*?"<>|]+){0,9}$/iu);
const Branch = z
  .string()
  .max(200)
  .regex(/^(?![-./])(?!.*(?:\.\.|@\{|\/\/))[^\p{C}\s~^:?*[\]\\]+$/u);

const Check = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_-]{0,30}$/),
  command: Words,
  timeout_s: Seconds.optional(),
});

/** How this repository is checked, deployed and taken back. Everything that runs is named here and committed. */
export const SHIP_SETTINGS = {
  /** The repository's own checks, in order; without them they are detected and a person accepts them once. */
  checks: z.array(Check).max(20).optional(),
  /** Prepares a fresh checkout, for example ["npm", "ci"]. */
  setup: Words.optional(),
  /** Runs named test files: they take the place of the word "{files}", or are appended. */
  test: Words.optional(),
  /** Ignored files that the checks need, copied from the checkout. */
  copy: z.array(Inside).max(50).optional(),
  /** Above these a change is called large. */
  check_limits: z
    .strictObject({
      files: z.int().min(1).optional(),
      lines: z.int().min(1).optional(),
      layers: z.int().min(1).optional(),
    })
    .optional(),
  deploy: z
    .strictObject({
      /** The branch that production runs, on the remote. */
      branch: Branch.optional(),
      remote: z
        .string()
        .regex(/^[A-Za-z0-9_][A-Za-z0-9._/-]{0,99}$/)
        .optional(),
      /**
       * How a fix gets into production's branch and the long-lived ones. Without it: pushed, and by pull request where
       * the branch is protected.
       */
      way: z.enum(['push', 'pull_request']).optional(),
      /** A file whose version is raised with the tag. */
      version_file: Inside.optional(),
      /** Runs after the push, or alone; {commit}, {tag} and {ref} are replaced. */
      command: Words.optional(),
      /** Succeeds when production is well. */
      verify: Words.optional(),
      /** Puts the last known good back; {ref} and {commit} are replaced. */
      rollback_command: Words.optional(),
      timeout_s: Seconds.optional(),
    })
    .optional(),
  /** Branches that need every hotfix, with `*`; without them they are detected. */
  long_lived: z
    .array(
      z
        .string()
        .max(100)
        .regex(/^(?![-./])[A-Za-z0-9._/@+*-]+$/),
    )
    .max(50)
    .optional(),
  policy: PolicySettings.optional(),
};

const ShipSettings = z.strictObject(SHIP_SETTINGS);
export type ShipSettings = z.infer<typeof ShipSettings>;
