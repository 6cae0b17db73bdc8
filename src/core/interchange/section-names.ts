/** Headings of postmortems in the spellings that are common, and what stands below them. */

export type Topic =
  | 'summary'
  | 'impact'
  | 'timeline'
  | 'trigger'
  | 'detection'
  | 'earlier'
  | 'cause'
  | 'contributing'
  | 'five_whys'
  | 'resolution'
  | 'went_well'
  | 'went_wrong'
  | 'got_lucky'
  | 'lessons'
  | 'actions'
  | 'input'
  | 'stats'
  /** Parts of our own documents that take parts of their own. */
  | 'derived'
  /** Kept word for word as a note. */
  | 'other';

const NAMES: readonly [Exclude<Topic, 'other'>, readonly string[]][] = [
  ['summary', ['summary', 'executive summary', 'tldr', 'tl dr', 'overview', 'incident summary', 'abstract']],
  [
    'impact',
    ['impact', 'user impact', 'customer impact', 'impact analysis', 'business impact', 'impact and severity'],
  ],
  [
    'timeline',
    [
      'timeline',
      'incident timeline',
      'timeline of events',
      'chronology',
      'sequence of events',
      'event log',
      'recorded events',
      'zeitachse',
    ],
  ],
  ['trigger', ['trigger', 'triggers']],
  ['detection', ['detection', 'how was the incident detected', 'how was it detected', 'how we detected it']],
  [
    'earlier',
    [
      'could we have detected it earlier',
      'could it have been detected earlier',
      'could we detect it earlier',
    ],
  ],
  [
    'cause',
    [
      'root cause',
      'root causes',
      'technical root cause',
      'cause',
      'root cause analysis',
      'root cause quick analysis',
      'cause analysis',
      'rca',
    ],
  ],
  ['contributing', ['contributing factors', 'contributing factor', 'contributing causes']],
  ['five_whys', ['five whys', '5 whys']],
  [
    'resolution',
    [
      'resolution',
      'what fixed the issue',
      'was it a rollback or hotfix',
      'mitigation',
      'mitigations',
      'mitigation applied',
      'recovery',
      'remediation',
      'resolution and recovery',
      'immediate fix applied',
      'fix',
    ],
  ],
  ['went_well', ['what went well', 'went well', 'what worked', 'what worked well', 'what went right']],
  [
    'went_wrong',
    [
      'what went wrong',
      'went wrong',
      'what failed',
      'what went poorly',
      'what didnt go well',
      'what did not go well',
      'what could have gone better',
      'what could be improved',
    ],
  ],
  ['got_lucky', ['where we got lucky', 'got lucky', 'luck']],
  [
    'lessons',
    [
      'lessons learned',
      'lessons learnt',
      'lessons',
      'learnings',
      'what we learned',
      'what did we learn',
      'takeaways',
      'key takeaways',
    ],
  ],
  [
    'actions',
    [
      'action items',
      'action item',
      'actions',
      'follow ups',
      'follow up actions',
      'followups',
      'corrective actions',
      'preventive measures',
      'preventative measures',
      'prevent repeat',
      'next steps',
      'improvements',
      'without a due date',
    ],
  ],
  ['input', ['input']],
  ['stats', ['stats', 'statistics']],
  [
    'derived',
    [
      'intervals',
      'definition of done',
      'completion criteria',
      'prevention',
      'how do we prevent this class of issue',
      'prevention measures',
      'verification checklist',
      'debt',
      'participants',
      'acknowledgments',
      'what it was not',
      'normal process skipped',
      'post fix compliance',
      'post mortem',
      'appendix',
      'prevention tasks',
      'justification',
    ],
  ],
];

const BY_NAME = new Map(NAMES.flatMap(([topic, names]) => names.map((name) => [name, topic] as const)));

/** `🧾 Timeline (UTC):` to `timeline`. */
export function folded(title: string): string {
  return title
    .toLowerCase()
    .replace(/\([^()]*\)/g, ' ')
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .replace(/^\d+ (?=\p{L}{3})(?!whys)/u, '');
}

export function topicOf(title: string): Topic {
  return BY_NAME.get(folded(title)) ?? 'other';
}

/** Lines that are headings in everything but form, in seed 001's template. */
export function isQuestion(line: string): boolean {
  return line.endsWith('?') && line.length < 80 && !/^[-*|>]/.test(line) && BY_NAME.has(folded(line));
}

/** Below these, a heading with another name is a part of the same topic: `### Detection` of what went well. */
const TAKES_PARTS: readonly Topic[] = [
  ...(['went_well', 'went_wrong', 'lessons', 'actions', 'impact', 'cause', 'resolution', 'derived'] as const),
];
const OWN_NAMES: readonly Topic[] = [
  ...([
    'timeline',
    'went_well',
    'went_wrong',
    'got_lucky',
    'contributing',
    'five_whys',
    'earlier',
    'actions',
    'trigger',
  ] as const),
];

/** The topic of a heading under another one. */
export function topicUnder(title: string, parent: Topic): { topic: Topic; label: string } {
  const own = topicOf(title);
  if (!TAKES_PARTS.includes(parent) || OWN_NAMES.includes(own)) return { topic: own, label: '' };
  if (own === parent) return { topic: own, label: '' };
  if (own !== 'other' && parent !== 'went_well' && parent !== 'went_wrong') return { topic: own, label: '' };
  const label = parent === 'actions' ? '' : title.replace(/ (?:issues|lessons)$/i, '');
  return { topic: parent, label };
}

/** What a column of a table holds, by its heading. */
export type Column =
  | 'time'
  | 'date'
  | 'event'
  | 'who'
  | 'notes'
  | 'action'
  | 'owner'
  | 'due'
  | 'status'
  | 'type'
  | 'id'
  | 'field'
  | 'value';

const COLUMNS: readonly [Column, RegExp][] = [
  ['time', /^(?:time|timestamp|when|zeit|time of day|date and time|date time|datetime|time stamp)\b/],
  ['date', /^(?:date|day)$/],
  [
    'event',
    /^(?:event|what|description|details|what happened|entry|happening|activity|milestone|message|comment)s?\b/,
  ],
  ['action', /^(?:action|action item|task|follow up|item|todo)s?$/],
  ['who', /^(?:who|actor|by|person|responder|author)$/],
  ['owner', /^(?:owner|assignee|assigned to|responsible|dri)$/],
  ['due', /^(?:due|due date|deadline|by when|target date|eta)$/],
  ['status', /^(?:status|state|done|progress)$/],
  ['type', /^(?:type|kind|category)$/],
  ['id', /^(?:id|no|nr|number|#|ref)$/],
  ['field', /^(?:field|section|item|key|property|attribute)$/],
  ['value', /^(?:value|prompt|content)$/],
  ['notes', /^(?:notes?|remarks?|source|how we know|evidence|link|links)$/],
];

export function columnOf(heading: string): Column | null {
  const name = heading.trim() === '#' ? '#' : folded(heading);
  return COLUMNS.find(([, pattern]) => pattern.test(name))?.[0] ?? null;
}
