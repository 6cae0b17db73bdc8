import type { Incident } from '../incident.ts';
import { actionFindings } from './lint-actions.ts';
import { type Support, supportOf } from './lint-claims.ts';
import { type Subject, sectionFindings, timeFindings, unknownFindings } from './lint-sections.ts';
import { textFindings } from './lint-text.ts';
import { namesOf, writtenTexts } from './lint-texts.ts';
import type { Narrative } from './narrative.ts';
import type { DocumentView } from './view.ts';

/** One thing to mend in a postmortem. `text` is ours; of what others wrote it repeats numbers at most. */
export interface LintFinding {
  /** An error keeps the close gate shut; a warning is for the reader; a note is worth a second look. */
  level: 'error' | 'warning' | 'note';
  /** `narrative.summary`, `actions.A1`, `cause`, `intervals.time_to_detect`, `impact`, `prose`, ... */
  where: string;
  text: string;
}

/** What a lint can look at besides the record. */
export interface LintExtras {
  /** Kinds of secret and personal data in a text; without it nobody looks. */
  scan?: (text: string) => string[];
  /** What people wrote between the generated parts of the file. */
  prose?: string;
  /** Whether the team's tracker is configured. */
  tracker?: boolean;
}

const ORDER: readonly LintFinding['level'][] = ['error', 'warning', 'note'];

/**
 * What is missing or wrong in the postmortem as it would be rendered now, the gravest first. Errors keep the
 * close gate shut where the severity asks for a postmortem.
 */
export function lintOf(
  incident: Incident,
  narrative: Narrative | null,
  view: DocumentView,
  { scan = () => [], prose = '', tracker = false }: LintExtras = {},
): LintFinding[] {
  const subject: Subject = { incident, narrative: narrative ?? {}, view };
  let known: Support | null = null;
  const support = () => {
    known ??= supportOf(incident, view);
    return known;
  };
  const rules = { names: namesOf(incident), support, scan };
  const found = [
    ...sectionFindings(subject),
    ...actionFindings(incident, tracker),
    ...timeFindings(subject),
    ...unknownFindings(subject),
    ...writtenTexts(incident, subject.narrative, prose).flatMap((text) => textFindings(text, rules)),
  ];
  return ORDER.flatMap((level) => once(found.filter((finding) => finding.level === level)));
}

/** A list says the same of several of its entries once. */
function once(findings: readonly LintFinding[]): LintFinding[] {
  const key = ({ where, text }: LintFinding) => `${where}\0${text}`;
  return findings.filter((one, i) => findings.findIndex((other) => key(other) === key(one)) === i);
}
