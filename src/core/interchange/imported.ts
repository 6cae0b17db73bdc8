import type { Narrative } from '../documents/narrative.ts';
import type { ACTION_TYPES, Role } from '../kinds.ts';
import type { Level } from '../severity.ts';

/** A record that was kept elsewhere, as far as its text says. What it does not say is null or empty. */

const FORMS = ['spec-kit', 'postmortem', 'pulse', 'ohno'] as const;
export type FormRead = (typeof FORMS)[number];

/** What a line of a timeline says by its own first words; everything else is a note. */
export type MomentKind =
  | 'note'
  | 'started'
  | 'detected'
  | 'alerted'
  | 'acknowledged'
  | 'mitigated'
  | 'cause'
  | 'deployed'
  | 'verified'
  | 'ended'
  | 'resolved'
  | 'closed';

export interface Moment {
  line: number;
  /** UTC; null while something about the time is open. */
  at: string | null;
  /** The time as it was written; empty when none was. */
  written: string;
  text: string;
  kind: MomentKind;
  /** `inferred`: not the line's own label says so but its words. */
  how: 'said' | 'inferred';
}

export interface ImportedAction {
  text: string;
  owner: string | null;
  due: string | null;
  type: (typeof ACTION_TYPES)[number] | null;
  state: 'open' | 'done' | 'dropped';
}

export interface Problem {
  file: string;
  /** 0 for the whole file. */
  line: number;
  problem: string;
}

export interface StatedTime {
  name: 'detect' | 'recover';
  /** As it was written. */
  text: string;
  /** Null for what is no duration, such as `N/A`. */
  ms: number | null;
}

export interface Imported {
  form: FormRead;
  title: string;
  description: string;
  severity: { level: Level; confirmed: boolean } | null;
  /** Over, as the record itself says or as its form implies. */
  ended: boolean;
  moments: Moment[];
  causes: string[];
  facts: { name: 'detected_by' | 'what_changed' | 'affected_systems' | 'revenue'; value: string }[];
  roles: { role: Role; person: string }[];
  narrative: Narrative;
  actions: ImportedAction[];
  tasks: { task: string; state: 'done' | 'skipped'; text: string; reason: string }[];
  links: string[];
  stated: StatedTime[];
  /** What has no field of its own, with its heading: kept word for word. */
  notes: string[];
  problems: Problem[];
}

export function nothingRead(form: FormRead, title: string): Imported {
  return {
    ...{ form, title, description: title, severity: null, ended: false },
    ...{ moments: [], causes: [], facts: [], roles: [], narrative: {}, actions: [], tasks: [] },
    ...{ links: [], stated: [], notes: [], problems: [] },
  };
}

/** What a form leaves where nobody filled it in: `[Name]`, `UNKNOWN - ask ...`, an empty example. */
export function isBlank(text: string): boolean {
  const said = text.trim();
  return (
    /^[-–—?*._\s]*$/.test(said) ||
    /^\[[^\]]{0,80}\]\.?$/.test(said) ||
    /^(?:UNKNOWN\b.{0,80}|none recorded|nothing was noted|not written yet|no due date|no action item|not among the action items|nothing was skipped by an override\.|n\/a|tbd|todo|yyyy-mm-dd|hh:mm|neither is recorded)$/i.test(
      said,
    )
  );
}
