import { CANNOT, CHECKOUT, GAP, HARM, LOGIN, NUMBER, PAYMENT, PEOPLE, WRITES } from './fact-words.ts';
import type { FactName } from './severity-facts.ts';

/** One way of saying a fact. A hit that the words around it turn round is dropped unless `denied` or `hedged` says what it becomes. */
export interface FactPattern {
  fact: FactName;
  /** Per-cent patterns leave this out: their value is the number that they capture. */
  value?: string;
  pattern: RegExp;
  /** Value when denied ("no data loss"). */
  denied?: string;
  /** Value when hedged ("possible data loss"). */
  hedged?: string;
  /** The hit spans several words, which may hold a denial of their own. */
  spans?: true;
}

const re = (source: string): RegExp => new RegExp(source, 'gi');
/** A critical flow is hit when a person cannot use it, or when its name stands in one clause with a word of harm. */
const flowHit = (value: string, verbs: string, noun: string): FactPattern[] => [
  { fact: 'flow', value, pattern: re(`\\b${CANNOT} (?:\\w+ )?(?:${verbs})\\b`) },
  { fact: 'flow', value, spans: true, pattern: re(`\\b${noun}\\b${GAP}\\b${HARM}\\b`) },
  { fact: 'flow', value, spans: true, pattern: re(`\\b${HARM}\\b${GAP}\\b${noun}\\b`) },
];

/** Ordered per fact from the worst value to the mildest: the first value that is found wins. */
export const FACT_PATTERNS: readonly FactPattern[] = [
  // data
  {
    fact: 'data',
    value: 'exposed',
    denied: 'none',
    hedged: 'at_risk',
    pattern: re(
      `\\b(?:data (?:breach|leak(?:ed|age)?|exposure|(?:is |was |were )?exposed)|(?:exposed|leaked|leaking) (?:\\w+ ){0,2}(?:data|records|details|emails|passwords|pii)|(?:other|another|each other)['’]?s? ${PEOPLE}['’]?s? (?:data|accounts?|orders?|messages|details))`,
    ),
  },
  {
    fact: 'data',
    value: 'lost_or_corrupted',
    denied: 'none',
    hedged: 'at_risk',
    pattern: re(
      '\\b(?:(?:data|database|db|index|table|file|record)s? (?:(?:is|are|was|were|has|have|been|being|got) ){0,2}(?:loss|lost|corrupt(?:ed|ion)?|deleted|wiped|dropped|overwritten)|(?:lost|losing|corrupt(?:ed|ing|s)?|wiped|dropped|deleted|overwrote|overwritten) (?:(?:the|our|all|some|production|customer|user) ){0,3}(?:data|database|db|tables?|records?|rows?|orders))\\b',
    ),
  },
  {
    fact: 'data',
    value: 'at_risk',
    pattern: re('\\bdata (?:is |may be |could be )?at risk\\b'),
    denied: 'none',
  },
  // security
  {
    fact: 'security',
    value: 'yes',
    denied: 'no',
    hedged: 'suspected',
    pattern: re(
      '\\b(?:(?:security|data) breach|(?:been|was|were|got|are|is) (?:breached|hacked)|ransomware|unauthori[sz]ed access|(?:intruder|attacker)s?|(?:account|server|credential|key|secret|token|password|host)s? (?:(?:was|were|is|are|has|have|been) ){0,2}(?:compromised|stolen|leaked)|(?:compromised|stolen|leaked) (?:\\w+ )?(?:account|server|credential|key|secret|token|password|host)s?)\\b',
    ),
  },
  {
    fact: 'security',
    value: 'suspected',
    denied: 'no',
    pattern: re(
      '\\b(?:suspicious (?:log-?ins?|activity|access|traffic)|vulnerabilit(?:y|ies)|security (?:incident|issue))\\b',
    ),
  },
  // service
  {
    fact: 'service',
    value: 'down',
    pattern: re(
      "\\b(?:(?:is|are|was|were|went|goes|gone|been|completely|totally|hard|site|website|service|app|api|server|system|platform|everything|prod|production|database|db) down(?! (?:to|by|from|for maintenance|\\d))|(?<!partial |minor |planned |scheduled )outage|unavailable|unreachable|inaccessible|not respond(?:ing)?|offline|(?:does|do|will|wo)(?:n['’]t| not) load)\\b",
    ),
  },
  {
    fact: 'service',
    value: 'degraded',
    pattern: re(
      `\\b(?:partial outage|minor outage|partially (?:unavailable|down)|intermittent(?:ly)?|degrad(?:ed|ation)|slow(?:ly|ness|er)?|latenc(?:y|ies)|time-?outs?|timing out|timed out|errors?|5\\d\\ds?|5xx|fail(?:s|ed|ing|ures?)?|broken|delay(?:s|ed)?|disrupt(?:ed|ion|ions)?|not working|(?:does|do|is|are)n['’]t work(?:ing)?|exhausted|overload(?:ed)?|stuck|crash(?:es|ed|ing)?|hang(?:s|ing)?|impaired|${CANNOT})\\b`,
    ),
  },
  {
    fact: 'service',
    value: 'working',
    pattern: re(
      '\\b(?:cosmetic|typos?|spelling|misaligned|misspelled|wrong (?:colou?r|icon|font|label)|tooltips?|ui (?:bug|glitch)|visual (?:bug|glitch)|edge case)\\b',
    ),
  },
  // users
  {
    fact: 'users',
    value: 'all',
    pattern: re(
      `\\b(?:all (?:of )?(?:our |the )?${PEOPLE}|every (?:single )?${PEOPLE}|every(?:one|body)|nobody can|no[ -]one can|(?:no|none of our) ${PEOPLE} can)\\b`,
    ),
  },
  {
    fact: 'users',
    value: 'most',
    pattern: re(
      `\\b(?:most (?:of )?(?:our |the )?${PEOPLE}|(?:the )?majority of (?:our |the )?${PEOPLE})\\b`,
    ),
  },
  {
    fact: 'users',
    value: 'many',
    pattern: re(
      `\\b(?:(?:many|numerous|thousands of|hundreds of|lots of|a lot of|large numbers? of) (?:our |the )?${PEOPLE}|widespread)\\b`,
    ),
  },
  {
    fact: 'users',
    value: 'few',
    pattern: re(
      `\\b(?:(?:a few|few|a handful of|(?:a )?(?:very )?(?:small|limited) (?:number|subset|fraction|portion|percentage|group|set) of) (?:our |the )?${PEOPLE})\\b`,
    ),
  },
  {
    fact: 'users',
    value: 'some',
    pattern: re(
      `\\b(?:(?:some|several|certain|multiple|a subset of|a number of|a portion of) (?:of )?(?:our |the )?${PEOPLE})\\b`,
    ),
  },
  {
    fact: 'users',
    value: 'one',
    pattern: re(
      `\\b(?:(?:one|a single|only one|just one|1) (?:user|customer|client|tenant|account|merchant))\\b`,
    ),
  },
  { fact: 'users', pattern: re(`${NUMBER} (?:of )?(?:all |our |the ){0,3}${PEOPLE}\\b`) },
  {
    fact: 'users',
    value: 'none',
    pattern: re(
      `\\b(?:no|zero) (?:${PEOPLE} (?:(?:are|were|is|was) )?(?:affected|impacted|hit)|${PEOPLE}[ -](?:facing )?impact)\\b`,
    ),
  },
  // error rate
  {
    fact: 'error_rate',
    pattern: re(
      `${NUMBER} (?:of (?:\\w+ ){0,4}(?:requests|calls|jobs|runs|traffic|orders|messages)\\b|(?:error|failure)|5xx|errors|fail)`,
    ),
  },
  { fact: 'error_rate', pattern: re(`\\b(?:error|failure) rates?(?: \\w+){0,4}? (?:>|~|≈)? ?${NUMBER}`) },
  // flow
  ...flowHit('login', 'log ?-?in|sign ?-?in|authenticate|access (?:their|the|my) accounts?', LOGIN),
  ...flowHit('payment', 'pay|purchase|buy|subscribe|charge', PAYMENT),
  ...flowHit(
    'checkout',
    'check ?-?out|place (?:\\w+ )?orders?|complete (?:\\w+ )?(?:orders?|purchases?)',
    CHECKOUT,
  ),
  ...flowHit('data_write', 'save|write|submit|upload|store', WRITES),
  // workaround, spreading
  {
    fact: 'workaround',
    value: 'yes',
    denied: 'no',
    pattern: re(
      '\\b(?:work-?arounds?|(?:can|may) (?:be )?(?:worked|work) around|retr(?:y|ying)(?: \\w+){0,3}? (?:works|succeeds|helps))\\b',
    ),
  },
  {
    fact: 'spreading',
    value: 'yes',
    denied: 'no',
    pattern: re(
      '\\b(?:spreading|getting worse|worsening|cascading|escalating|growing number|increasing number|more and more)\\b',
    ),
  },
  { fact: 'spreading', value: 'no', pattern: re('\\b(?:contained|isolated) to\\b') },
  // environment
  {
    fact: 'environment',
    value: 'production',
    pattern: re('(?<!pre-)\\b(?:production|prod|live (?:site|environment|system))\\b'),
  },
  {
    fact: 'environment',
    value: 'staging',
    pattern: re(
      '\\b(?:(?:in|on|to|our|the) (?:staging|uat|qa|pre-?prod(?:uction)?)|staging (?:environment|env|server|site|cluster|is|was|fails))\\b',
    ),
  },
  {
    fact: 'environment',
    value: 'development',
    pattern: re(
      '\\b(?:on localhost|on my (?:machine|laptop)|(?:in|on) (?:my |the |our )?(?:local|dev|development) (?:environment|env|build|server|setup|machine))\\b',
    ),
  },
];
