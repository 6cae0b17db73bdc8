import * as z from 'zod/v4';
import { canonicalJson } from '../canonical.ts';
import { ROLLBACK_TARGETS } from '../kinds.ts';
import { PostPlan, postLines, postTitle } from '../outward/post-plan.ts';
import { oneLine } from '../untrusted.ts';

export const PLAN_ACTIONS = ['deploy', 'backport', 'rollback'] as const;
export type PlanAction = (typeof PLAN_ACTIONS)[number];

const objectName = z.string().regex(/^[0-9a-f]{40,64}$/);

/** A ref of the remote by its full name, the object it has when the plan is made (null: none) and the one it gets. */
export const RefMove = z.object({ ref: z.string(), old: objectName.nullable(), new: objectName });
export type RefMove = z.infer<typeof RefMove>;

const PlannedFile = z.object({
  path: z.string(),
  change: z.enum(['added', 'modified', 'deleted', 'renamed']),
});
export type PlannedFile = z.infer<typeof PlannedFile>;

/** A pull request that is opened: the branch that is pushed, and the one that it is to get into; short names. */
export const PlannedPull = z.object({ head: z.string(), base: z.string(), title: z.string() });
export type PlannedPull = z.infer<typeof PlannedPull>;

/** Files that a plan names; more are counted. */
export const MOST_FILES = 50;

/**
 * What exactly will be done, before anybody says yes to it. It is stored in the data of the event that announces it, so
 * whoever approves in another terminal sees the same bytes, and what is executed is what was approved.
 */
export const Plan = z.object({
  v: z.literal(1),
  action: z.enum(PLAN_ACTIONS),
  incident: z.string(),
  attempt: z.int().min(1),
  /** Of a rollback. */
  target: z.enum(ROLLBACK_TARGETS).optional(),
  /**
   * `by_hand`: there is nothing to push to, so the commands are for a person. `pull_request`: branches of their own are
   * pushed, and people merge them.
   */
  way: z.enum(['push', 'command', 'push_and_command', 'by_hand', 'pull_request']),
  remote: z.string().nullable(),
  moves: z.array(RefMove),
  /** Pull requests that are opened after the push. */
  pulls: z.array(PlannedPull).max(50).optional(),
  /** The fix, or the newest change that is taken back. */
  commit: objectName,
  /** What goes live when that is another commit, such as the merge of the fix. */
  ships: objectName.optional(),
  /** What `{ref}` stands for in configured commands. */
  ref: z
    .string()
    .regex(/^[\w@][\w./@+-]{0,200}$/)
    .optional(),
  /** Name of the tag that is made. */
  tag: z.string().optional(),
  files: z.array(PlannedFile).max(MOST_FILES),
  /** Of all files, also those that are not named. */
  file_count: z.int().min(0),
  /** What is run, or what a person runs by hand; words, no shell. */
  commands: z.array(z.array(z.string())),
  /** The command whose success verifies it. */
  verify: z.array(z.string()).nullable(),
  /** Gate items passed by an override, with the reason and until when. */
  skips: z.array(z.string()),
  override: z.object({ reason: z.string(), until: z.string().optional() }).optional(),
  /** The repository's hooks are passed over. */
  skip_hooks: z.boolean().optional(),
  /** What a person should weigh: production signs, forward-only migrations, a tag without a branch. */
  notes: z.array(z.string()).optional(),
  made_at: z.iso.datetime(),
});
export type Plan = z.infer<typeof Plan>;

/** What can wait for a yes: a change of production or its branches, or a message. */
export const AnyPlan = z.union([Plan, PostPlan]);
export type AnyPlan = z.infer<typeof AnyPlan>;

/** Twelve hexadecimal digits: the name of this very plan. Another byte in it is another plan. */
export function planId(plan: AnyPlan, sha256: (text: string) => string): string {
  return digestOf(plan, sha256).slice(0, 12);
}

/** No letter or digit that looks like another. */
const LETTERS = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';

/** The four characters that a person types to say yes to this very plan. It shows that it was read; it is no secret. */
export function planCode(plan: AnyPlan, sha256: (text: string) => string): string {
  const digest = digestOf(plan, sha256);
  return [0, 1, 2, 3]
    .map((at) => LETTERS[Number.parseInt(digest.slice(20 + 2 * at, 22 + 2 * at), 16) % LETTERS.length])
    .join('');
}

function digestOf(plan: AnyPlan, sha256: (text: string) => string): string {
  return sha256(canonicalJson(plan));
}

/** `refs/heads/main 1a2b3c4d5e -> 2b3c4d5e6f`. */
export function showMove({ ref, old, new: next }: RefMove): string {
  return `${ref} ${old === null ? 'new' : old.slice(0, 10)} -> ${next.slice(0, 10)}`;
}

/** One line for a shell, for people to copy; never given to one by us. What is invisible in a word is spelled out. */
export function showCommand(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  if (/^[\w./:@%+=,-]+$/.test(word)) return word;
  if (!CONTROLS.test(word)) return `'${word.replaceAll("'", `'\\''`)}'`;
  const spelled = word
    .replace(/[\\']/g, '\\$&')
    .replace(new RegExp(CONTROLS, 'g'), (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `$'${spelled}'`;
}

const CONTROLS = /[\u0000-\u001f\u007f]/;

const VERBS: Record<PlanAction, string> = {
  deploy: 'Deploy the hotfix to production',
  backport: 'Bring the hotfix to other branches',
  rollback: 'Roll back',
};

/** `Roll back the release`. */
export function planTitle(plan: AnyPlan): string {
  if (plan.action === 'post') return postTitle(plan);
  const { action, target } = plan;
  const how = plan.way === 'pull_request' ? ' by pull request' : '';
  return `${VERBS[action]}${target === undefined ? '' : ` the ${target}`}${how}`;
}

/** Longest line of a plan; a command is what is run, so more of it is shown. Code points. */
const WIDE = 300;
const WIDE_COMMAND = 4_000;

/**
 * The whole plan as lines for whoever approves it: refs, old and new commit, files, commands. Names come from the
 * repository; none of them can begin a line of its own.
 */
export function planLines(plan: AnyPlan): string[] {
  if (plan.action === 'post') return postLines(plan);
  const shown = (line: string): string => `${/^ */.exec(line)?.[0] ?? ''}${oneLine(line, WIDE)}`;
  const run = (words: readonly string[]): string => oneLine(showCommand(words), WIDE_COMMAND);
  const files = plan.files.map(({ path, change }) => `  ${change} ${path}`);
  const more = plan.file_count - plan.files.length;
  const { remote, override, verify } = plan;
  return [
    shown(
      `${planTitle(plan)} (${plan.commit.slice(0, 10)}${plan.tag === undefined ? '' : `, tag ${plan.tag}`})`,
    ),
    ...(plan.ships === undefined ? [] : [`Goes live: ${plan.ships.slice(0, 10)}`]),
    ...(remote === null ? [] : [shown(`Remote: ${remote}`)]),
    ...(plan.moves.length === 0 ? [] : ['Refs:', ...plan.moves.map((move) => shown(`  ${showMove(move)}`))]),
    ...(plan.pulls === undefined ? [] : ['Pull requests that are opened; people review and merge them:']),
    ...(plan.pulls ?? []).map(({ head, base, title }) => shown(`  ${head} into ${base}: ${title}`)),
    `Files: ${plan.file_count}`,
    ...files.map(shown),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(plan.commands.length === 0 ? [] : ['Commands:', ...plan.commands.map((words) => `  ${run(words)}`)]),
    ...(verify === null ? [] : [`Verified by: ${run(verify)}`]),
    ...(plan.skips.length === 0 ? [] : [shown(`Skipped, kept as debt: ${plan.skips.join(', ')}`)]),
    ...(override === undefined ? [] : [shown(`Because: ${override.reason}`)]),
    ...(override?.until === undefined ? [] : [shown(`Until: ${override.until}`)]),
    ...(plan.skip_hooks === true ? ["The repository's hooks are passed over."] : []),
    ...(plan.notes ?? []).map((note) => shown(`Note: ${note}`)),
  ];
}
