import type { Moment } from './imported.ts';

/** Reading back what hotfix-pulse itself wrote: its times are UTC, and some of its words only say how we know. */

export function isOwn(text: string): boolean {
  return /^<!-- pulse:begin [a-z]/m.test(text) || /^<!-- written by hotfix-pulse export: /m.test(text);
}

/** Sentences of ours about the document itself. */
const ABOUT =
  /^(?:_Made from \d+ recorded events?;|Lines marked _\(narrative\)_ were written|Blameless: it asks how )/;

export function isAboutItself(line: string): boolean {
  return ABOUT.test(line.trim());
}

const HOW = /\s*\((?:(?:reported|inferred|observed|stated by|from a published copy)\b[^()]{0,300})\)$/;
const WHO = /\s*\((?:Who|How we know): (?:[^()]|\([^()]*\))*\)/g;
const WHEN = /\s*\(\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC, [^()]{0,80}(?:\([^()]{0,80}\))?[^()]{0,300}\)$/;

/** The statement without who recorded it, when, and how we know. */
export function bareStatement(text: string): string {
  return text.replace(WHO, '').replace(WHEN, '').replace(HOW, '').trim();
}

const LABELS: readonly [RegExp, Moment['kind'] | 'elsewhere'][] = [
  [/^Fact recorded \(started\): /, 'started'],
  [/^Fact recorded \(detected\): /, 'detected'],
  [/^Fact recorded \(impact ended\): /, 'ended'],
  [/^(?:Incident opened|Opened): /, 'alerted'],
  [/^Acknowledged(?: \([^()]*\))?: /, 'acknowledged'],
  [/^Mitigation applied(?= \()/, 'mitigated'],
  [/^Verified(?: \([^()]*\))?: /, 'verified'],
  [/^Deployed \((?=production)/, 'deployed'],
  [/^Resolved: /, 'resolved'],
  [/^Incident closed\b/, 'closed'],
  [/^Note: /, 'note'],
  [
    /^(?:Action item|Severity changed|Postmortem written|Task|Cause identified|Role assigned|Fact recorded|Linked)\b/,
    'elsewhere',
  ],
];

/** A row of our own list of events, or null when the row stands elsewhere in the document as well. */
export function ownMoment(moment: Moment): Moment | null {
  const said = bareStatement(moment.text);
  const [found, kind] = LABELS.find(([pattern]) => pattern.test(said)) ?? [];
  if (kind === 'elsewhere') return null;
  if (found === undefined || kind === undefined) return { ...moment, text: said };
  const text =
    kind === 'mitigated' || kind === 'deployed' || kind === 'closed' ? said : said.replace(found, '');
  return { ...moment, text, kind, how: 'said' };
}

/** `Cause identified: ...` to what was identified. */
export function ownCause(text: string): string {
  return bareStatement(text).replace(/^(?:What Happened: )?Cause identified: /, '');
}
