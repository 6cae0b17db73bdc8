import { CHECKOUT, GAP, HARM, LOGIN, PAYMENT } from './fact-words.ts';

/** A way of speaking that says something about size, although it states no fact. */
export interface TextSign {
  id: string;
  /** What the words stand for, in our own words. */
  says: string;
  /** Above zero speaks for a worse level, below zero for a milder one. Counted once, however often it is said. */
  points: number;
  /** The end of the range that the words make improbable. */
  closes?: 'P0' | 'P3';
  /** The words that keep P0 in the range whatever else is said. */
  keeps?: 'P0';
  /** Linear, bounded gaps: the text is untrusted. */
  pattern: RegExp;
  /** Words anywhere in the text that take the sign back. */
  unless?: RegExp;
}

const re = (source: string): RegExp => new RegExp(source, 'i');

const LIVE =
  "\\b(?:we(?: are|['’]re) (?:\\w+ ){0,2}(?:investigating|looking into)|(?:currently|still) investigating|investigating (?:an?|this|these|the|reports?|issues?|possible|increas\\w+|elevated)\\b)";
const HIT = `(?:${HARM}|issues?|problems?)`;
const CLOCK = '\\d{1,2}:\\d\\d';
const PART = '[^.,;:\\n]{2,40}';
const NAMED = '\\b(?:for|with|in|on|of|affecting|impacting|to)\\b';

/**
 * The table behind a severity that has nothing but text. General words only: no product, no title.
 * Adding a sign: say what it stands for, and look at both halves that `npm run yardstick` prints.
 */
export const TEXT_SIGNS: readonly TextSign[] = [
  // How the text speaks
  {
    id: 'still-investigating',
    says: 'a first notice: announced, so somebody is hurt; its limits are not known; the worst would be named',
    points: -1,
    closes: 'P3',
    keeps: 'P0',
    pattern: re(LIVE),
  },
  {
    id: 'told-afterwards',
    says: 'told afterwards, with its beginning and end',
    points: -3,
    closes: 'P0',
    pattern: re(
      `\\[?\\bretroactive\\b|\\b(?:between|from)\\b[^.\\n]{0,40}?\\b${CLOCK}[^.\\n]{0,40}?(?:and|to|until|-|–)[^.\\n]{0,40}?\\b${CLOCK}`,
    ),
    unless: re(LIVE),
  },
  {
    id: 'reference-only',
    says: 'a reference number instead of a description: nothing is known, and unknown rounds up',
    points: 0,
    closes: 'P3',
    pattern: /\b[A-Z]{2,5}-?\d{5,}\b/,
  },
  // How hard
  {
    id: 'whole-service-down',
    says: 'the whole thing is down',
    points: 4,
    closes: 'P3',
    keeps: 'P0',
    pattern: re(
      '\\b(?:(?:site|website|service|app|application|platform|everything|prod|production|api) (?:is |are |was |went |has gone |gone )?(?:completely |totally |hard )?(?:down(?! (?:to|by|from))|offline|unreachable)|(?:complete|total|full|major|global|widespread) (?:\\w+ )?(?:outage|downtime))\\b',
    ),
  },
  {
    id: 'cannot-be-reached',
    says: 'unavailable, not merely slow',
    points: 2,
    keeps: 'P0',
    pattern: re(
      '\\b(?:availability|unavailab\\w+|unreachable|inaccessible|offline|outages?|downtime|not (?:accessible|available|reachable|responding))\\b',
    ),
  },
  {
    id: 'severe',
    says: 'called severe or widespread',
    points: 2,
    closes: 'P3',
    keeps: 'P0',
    pattern: re('\\b(?:severe\\w*|critical\\w*|widespread|catastroph\\w+|massive\\w*|sev-?[01])\\b'),
  },
  {
    id: 'fails',
    says: 'something fails or cannot be done',
    points: 1,
    pattern: re(
      "\\b(?:fail(?:s|ed|ing|ures?)?|unable|can(?:not|['’]?t)|not working|(?:not|n['’]t) (?:load|start|work)\\w*|broken|rejected|rejecting|crash\\w*)\\b",
    ),
  },
  {
    id: 'slow',
    says: 'slow or late, which is not gone',
    points: -1,
    closes: 'P0',
    pattern: re('\\b(?:delay(?:s|ed|ing)?|lag(?:s|ging)?|late|stale|backlogs?|slow\\w*|latenc(?:y|ies))\\b'),
  },
  {
    id: 'performance',
    says: 'a matter of performance, felt by those who use it',
    points: -1,
    closes: 'P3',
    pattern: re(
      '\\b(?:(?:degraded|poor|reduced|low) performance|performance (?:degrad\\w+|issues?|problems?))\\b',
    ),
  },
  // How wide
  {
    id: 'several-services',
    says: 'three or more things are named together, or it says several',
    points: 1,
    pattern: re(
      `${NAMED} ${PART}, ${PART}(?:,| and\\b)|\\b(?:multiple|several|various|numerous|many) (?:\\w+ ){0,2}(?:services|products|systems|components)\\b`,
    ),
  },
  {
    id: 'many-services',
    says: 'five or more things are named together (on top of the three), or all of them',
    points: 1,
    pattern: re(
      `${NAMED} (?:${PART}, ){3}${PART}(?:,| and\\b)|\\b(?:all|every) (?:\\w+ ){0,2}(?:services?|products?|systems?|components?|regions?)\\b`,
    ),
  },
  {
    id: 'limited',
    says: 'only part of it, or only now and then',
    points: -1,
    closes: 'P0',
    pattern: re(
      '\\b(?:partial(?:ly)?|minor|brief(?:ly)?|small|subset|limited|some(?! (?:\\w+ )?(?:services|products|systems)\\b)|certain|intermittent(?:ly)?|sporadic(?:ally)?|occasional(?:ly)?|may|might|potential(?:ly)?)\\b',
    ),
  },
  {
    id: 'path',
    says: 'the way to the service, not the service',
    points: -1,
    closes: 'P0',
    pattern: re('\\b(?:connectivity|networking|network (?:issues?|problems?|disruption)|dns|routing)\\b'),
  },
  // What kind of service
  {
    id: 'login-or-money',
    says: 'login, payment or checkout is hit',
    points: 1,
    keeps: 'P0',
    pattern: re(
      `\\b(?:${LOGIN}|${PAYMENT}|${CHECKOUT})\\b${GAP}\\b${HIT}\\b|\\b(?:${HIT}|can(?:not|['’]?t)|unable to)\\b${GAP}\\b(?:${LOGIN}|${PAYMENT}|${CHECKOUT}|log ?in|sign ?in|pay)\\b`,
    ),
  },
  {
    id: 'front-door',
    says: 'the pages that people use are hit',
    points: 1,
    closes: 'P3',
    pattern: re(
      '\\b(?:dashboards?|ui|console|portal|web ?app\\w*|web ?sites?|web interface|control panel|pages? (?:on|not|fail\\w*|load\\w*|(?:is|are) \\w+))\\b',
    ),
  },
  {
    id: 'data-path',
    says: 'data does not come in or is not stored',
    points: 1,
    keeps: 'P0',
    pattern: re('\\b(?:ingest\\w*|writes?|data processing|uploads?|sav(?:e|ing)|publish\\w*)\\b'),
  },
  {
    id: 'work-in-turn',
    says: 'builds, jobs and deployments: work that stops for everybody who waits for it',
    points: 0,
    closes: 'P3',
    pattern: re('\\b(?:builds?|jobs?|pipelines?|runners?|workflows?|deploy(?:s|ments?|ing)?)\\b'),
  },
  {
    id: 'side-service',
    says: 'messages about the work, not the work',
    points: -1,
    closes: 'P0',
    pattern: re('\\b(?:e-?mails?|sms|notifications?|status page|newsletter|documentation|docs)\\b'),
  },
  {
    id: 'cosmetic',
    says: 'a matter of looks',
    points: -3,
    closes: 'P0',
    pattern: re('\\b(?:cosmetic|typos?|spelling|misaligned|misspelled|wrong (?:colou?r|icon|font|label))\\b'),
  },
];
