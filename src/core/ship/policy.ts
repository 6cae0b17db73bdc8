import * as z from 'zod/v4';
import type { AUDIENCES } from '../kinds.ts';
import { LEVELS, type Level } from '../severity.ts';
import type { PlanAction } from './plan.ts';

/**
 * How a yes was given, weakest first: the user's word quoted by the agent; a dialog in the client or the command
 * `approve` in a terminal (an agent can answer neither unseen, but can allocate a terminal: so it is never called "a
 * person"); somebody known by name to a service; an approved pull-request review. Source: domain page, section 3.
 */
export const STRENGTHS = ['word', 'elicitation', 'terminal', 'named', 'review'] as const;
type Audience = (typeof AUDIENCES)[number];
export type Strength = (typeof STRENGTHS)[number];

const RANK: Record<Strength, number> = { word: 0, elicitation: 1, terminal: 1, named: 2, review: 3 };

/** What the settings may ask for: `terminal` is met by a dialog too, and everything by what is stronger. */
export const NEEDS = ['word', 'terminal', 'named', 'review'] as const;
export type Need = (typeof NEEDS)[number];

export function isEnough(given: Strength, need: Need): boolean {
  return RANK[given] >= RANK[need];
}

const PerLevel = z.partialRecord(z.enum(LEVELS), z.enum(NEEDS));

/** What must be approved how strongly, by severity; what is left out has its default. */
export const PolicySettings = z.strictObject({
  rollback: PerLevel.optional(),
  deploy: PerLevel.optional(),
  backport: PerLevel.optional(),
  /** By audience; `none` lets an agent post by itself. */
  post: z
    .strictObject({
      internal: z.enum(['none', ...NEEDS]).optional(),
      executive: z.enum(['none', ...NEEDS]).optional(),
      public: z.enum(NEEDS).optional(),
    })
    .optional(),
  /** `off` for a team that has no staging, or nobody for a second look. */
  staging: z.enum(['required', 'off']).optional(),
  second_review: z.enum(['required', 'off']).optional(),
});
export type PolicySettings = z.infer<typeof PolicySettings>;

/** Source: the table of the domain page, section 3. A backport reaches no production; its branches are protected by their own rules. */
const DEFAULTS: Record<PlanAction, Record<Level, Need>> = {
  rollback: { P0: 'word', P1: 'word', P2: 'terminal', P3: 'terminal' },
  deploy: { P0: 'terminal', P1: 'terminal', P2: 'terminal', P3: 'terminal' },
  backport: { P0: 'word', P1: 'word', P2: 'word', P3: 'word' },
};

/** The yes that an action needs. An incident without a severity is asked for as the strictest one would be. */
export function needOf(action: PlanAction, level: Level | null, settings: PolicySettings): Need {
  const row = { ...DEFAULTS[action], ...settings[action] };
  if (level !== null) return row[level];
  return [...LEVELS].map((one) => row[one]).reduce((a, b) => (RANK[a] >= RANK[b] ? a : b));
}

/** What people outside read is approved in a dialog or a terminal. Source: issue 7; the domain page leaves it to policy. */
const POST: Record<Audience, Need> = { internal: 'word', executive: 'word', public: 'terminal' };

/** The yes that a message to people needs; null where policy asks for none. */
export function needOfPost(audience: Audience, settings: PolicySettings): Need | null {
  const set = settings.post?.[audience] ?? POST[audience];
  return set === 'none' ? null : set;
}

/** A confirmed P0 passes over both, a confirmed P1 over the second review; it is debt. Source: domain page, section 3. */
export const MAY_SKIP: Record<'staging' | 'second_review', readonly Level[]> = {
  staging: ['P0'],
  second_review: ['P0', 'P1'],
};

const WORDS: Record<Need, string> = {
  word: "the user's word, quoted in approval",
  terminal: 'a yes in the dialog or by hotfix-pulse approve in a terminal',
  named: 'a yes of somebody known by name',
  review: 'an approved pull-request review',
};

export function needWords(need: Need): string {
  return WORDS[need];
}
