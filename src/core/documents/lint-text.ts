import type { LintFinding } from './lint.ts';
import { type Support, unsupported } from './lint-claims.ts';
import { type Names, type Slip, slipsIn } from './lint-sentence.ts';
import type { WrittenText } from './lint-texts.ts';

/** What a single text can be reproached with, whatever the rest of the postmortem says. */

export interface TextRules {
  names: Names;
  /** Worked out on first use: a long record takes a while to read. */
  support(): Support;
  /** Kinds of secret and personal data in a text. */
  scan(text: string): string[];
}

const SLIPS: Record<Slip, [LintFinding['level'], string]> = {
  blame: ['warning', 'A sentence judges a person: say what made the slip possible instead.'],
  counterfactual: ['note', '"Should have" explains nothing: say what happened, and why it made sense then.'],
  human_error: ['warning', '"Human error" is no cause: say what let one slip reach production.'],
  stops_at_person: ['warning', 'The cause stops at a person: ask once more what let one deed do this.'],
};

/** A fence, or several lines that end the way code does. Postmortems travel further than code may. */
const FENCE = /^[ \t]{0,3}(?:`{3}|~{3})/m;
const CODE_LINE =
  /^[ \t]*(?:[{}\])]{1,3}[;,]?|.{0,300}(?:\);|\{|\};)|(?:import|def|const) .{1,300}|at .{1,200}:\d+\)?)[ \t]*$/;
const OPEN = /\b(?:UNKNOWN|TODO|TBD|FIXME|XXX)\b|\?\?\?/;
const REDACTED = /\[REDACTED:/;

export function textFindings(written: WrittenText, rules: TextRules): LintFinding[] {
  const { where, text, isCause, speaks, isRecorded } = written;
  const found: LintFinding[] = [];
  const add = (level: LintFinding['level'], words: string) => found.push({ level, where, text: words });
  for (const slip of slipsIn(text, rules.names, isCause)) add(...SLIPS[slip]);
  const open = isRecorded || where === 'prose' ? [] : unsupported(text, rules.support);
  if (open.length > 0) {
    const shown = open.slice(0, 4).join(', ');
    const more = open.length > 4 ? ` and ${open.length - 4} more` : '';
    add(
      speaks === 'told' ? 'warning' : 'note',
      `No event supports: ${shown}${more}. Times are UTC. Record it (noted, fact_recorded), or take it out.`,
    );
  }
  if (holdsCode(text))
    add('warning', 'It holds a block of code or a stack trace: name the commit or the file.');
  const kinds = [...new Set(rules.scan(text))].slice(0, 4);
  if (kinds.length > 0)
    add('error', `It holds what looks like a secret or personal data (${kinds.join(', ')}): take it out.`);
  if (REDACTED.test(text))
    add('note', 'A secret or personal value was taken out: read whether the sentence still says enough.');
  if (!isRecorded && where !== 'prose' && OPEN.test(text))
    add('warning', 'Something is still marked as unknown or to do: ask, then write it again.');
  return found;
}

function holdsCode(text: string): boolean {
  if (FENCE.test(text)) return true;
  return text.split('\n').filter((line) => line.length < 400 && CODE_LINE.test(line)).length >= 3;
}
