import * as z from 'zod/v4';

const PER_CENT = '(?:100(?:\\.0{1,4})?|\\d{1,2}(?:\\.\\d{1,4})?) ?%';
const SHARE_WORDS = ['all', 'most', 'many', 'some', 'few', 'one', 'none'] as const;
type Share = (typeof SHARE_WORDS)[number];

/** The facts of a severity decision, each of which may be left out or `unknown` (the same thing). */
export const SeverityFacts = z.strictObject({
  service: z.enum(['down', 'degraded', 'working', 'unknown']).optional(),
  users: z
    .string()
    .regex(new RegExp(`^(?:${SHARE_WORDS.join('|')}|unknown|${PER_CENT})$`))
    .optional()
    .describe('all, most, many, some, few, one, none, unknown, or "40%"'),
  error_rate: z

    .string()
    .regex(new RegExp(`^(?:unknown|${PER_CENT})$`))
    .optional()
    .describe('Requests that fail, as "5%"'),
  flow: z.enum(['login', 'payment', 'data_write', 'checkout', 'other', 'none', 'unknown']).optional(),
  data: z.enum(['none', 'at_risk', 'lost_or_corrupted', 'exposed', 'unknown']).optional(),
  security: z.enum(['yes', 'no', 'suspected', 'unknown']).optional(),
  workaround: z.enum(['yes', 'no', 'unknown']).optional(),
  /** It is getting worse. */
  spreading: z.enum(['yes', 'no', 'unknown']).optional(),
  environment: z.enum(['production', 'staging', 'development', 'unknown']).optional(),
});
export type SeverityFacts = z.infer<typeof SeverityFacts>;
export type FactName = keyof SeverityFacts;

/** The values that a fact takes, for a refusal's hint. */
export function valuesOf(fact: FactName): string {
  const schema = SeverityFacts.shape[fact].unwrap();
  return schema instanceof z.ZodEnum
    ? schema.options.join(', ')
    : (SeverityFacts.shape[fact].description ?? '');
}

/** A value for every fact: what the rules look at. `error_rate` is in per cent. */
export interface Assignment {
  service: 'working' | 'degraded' | 'down';
  users: Share;
  error_rate: number;
  flow: 'none' | 'other' | 'login' | 'payment' | 'data_write' | 'checkout';
  data: 'none' | 'at_risk' | 'lost_or_corrupted' | 'exposed';
  security: 'no' | 'suspected' | 'yes';
  workaround: 'yes' | 'no';
  spreading: 'no' | 'yes';
  environment: 'development' | 'staging' | 'production';
}
/** The facts that are known; an absent key is an unknown fact. */
export type Known = Partial<Assignment>;

/**
 * All facts except the environment, each from the mildest value to the worst. The rules never give
 * a milder level for a worse value, so the two ends of these lists give the two ends of the range.
 */
export const LADDERS: { readonly [F in Exclude<FactName, 'environment'>]: readonly Assignment[F][] } = {
  data: ['none', 'at_risk', 'lost_or_corrupted', 'exposed'],
  security: ['no', 'suspected', 'yes'],
  service: ['working', 'degraded', 'down'],
  users: ['none', 'one', 'few', 'some', 'many', 'most', 'all'],
  flow: ['none', 'other', 'login'],
  error_rate: [0, 5, 50],
  workaround: ['yes', 'no'],
  spreading: ['no', 'yes'],
};

/** True when at least this share is affected. */
export function atLeast(share: Share, floor: Share): boolean {
  return LADDERS.users.indexOf(share) >= LADDERS.users.indexOf(floor);
}

/** Smallest per cent that still earns the word; a word is a claim about size, so the steps are wide. */
const SHARE_STEPS: readonly (readonly [number, Share])[] = [
  [95, 'all'],
  [50, 'most'],
  [10, 'many'],
  [1, 'some'],
];

function shareOf(users: string): Share {
  const word = SHARE_WORDS.find((known) => known === users);
  if (word !== undefined) return word;
  const perCent = Number.parseFloat(users);
  return SHARE_STEPS.find(([from]) => perCent >= from)?.[1] ?? (perCent > 0 ? 'few' : 'none');
}

/** Drops what is unknown and turns words and per cents into the values that rules compare. */
export function knownFacts(facts: SeverityFacts): Known {
  const known: Known = {};
  const {
    service,
    users,
    error_rate: rate,
    flow,
    data,
    security,
    workaround,
    spreading,
    environment,
  } = facts;
  if (service !== undefined && service !== 'unknown') known.service = service;
  if (users !== undefined && users !== 'unknown') known.users = shareOf(users);
  if (rate !== undefined && rate !== 'unknown') known.error_rate = Number.parseFloat(rate);
  if (flow !== undefined && flow !== 'unknown') known.flow = flow;
  if (data !== undefined && data !== 'unknown') known.data = data;
  if (security !== undefined && security !== 'unknown') known.security = security;
  if (workaround !== undefined && workaround !== 'unknown') known.workaround = workaround;
  if (spreading !== undefined && spreading !== 'unknown') known.spreading = spreading;
  if (environment !== undefined && environment !== 'unknown') known.environment = environment;
  return known;
}
