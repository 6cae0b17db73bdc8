import type { Classification } from '../../core/classify.ts';
import { PulseError } from '../../core/errors.ts';
import type { EventDraft } from '../../core/events.ts';
import { FACTS } from '../../core/kinds.ts';
import { type Level, parseLevel } from '../../core/severity.ts';
import { SeverityFacts, valuesOf } from '../../core/severity-facts.ts';
import type { Deps } from '../tool.ts';
import { whenOf } from './write.ts';

/** What the caller of `create_hotfix_task` states besides the description. */
export interface StatedInput {
  severity?: string | undefined;
  facts?: string[] | undefined;
  started_at?: string | undefined;
  detected_at?: string | undefined;
  detected_by?: string | undefined;
}

export interface Stated {
  /** One fact_recorded each; the caller adds the hash of its arguments. */
  drafts: Omit<EventDraft, 'input_hash'>[];
  /** Those facts that decide severity. */
  severity: SeverityFacts;
  /** The severity that a person stated, if any. */
  level: Level | null;
}

/** Reads and checks everything stated; refuses before anything is written. */
export function statedFacts(input: StatedInput, deps: Deps): Stated {
  const facts = (input.facts ?? []).map(parseFact);
  const who = input.detected_by?.trim();
  if (who) facts.push({ name: 'detected_by', value: who });
  const source = who ?? 'stated when the incident was opened';
  const common = { kind: 'fact_recorded', evidence: [], basis: 'stated' } as const;
  const time = (name: string, at: string | undefined): Stated['drafts'] => {
    if (at === undefined) return [];
    const when = whenOf(at, source, deps);
    const text = 'stated when the incident was opened';
    return [{ ...common, ...when, evidence: [], text, data: { name, value: when.at ?? '' } }];
  };
  const drafts: Stated['drafts'] = facts.map(({ name, value }) => ({
    ...common,
    ...{ evidence: [], text: value, data: { name, value }, at_source: 'observed' },
  }));
  return {
    drafts: [...drafts, ...time('started', input.started_at), ...time('detected', input.detected_at)],
    severity: severityFacts(facts),
    level: input.severity === undefined ? null : parseLevel(input.severity),
  };
}

/** The first severity: as stated, else as the rules find it. */
export function severityDraft(level: Level | null, result: Classification, inputHash: string): EventDraft {
  const { lowest, highest } = result.range;
  const fired = result.rules.map((rule) => rule.id).join(', ') || 'no rule fired';
  return {
    ...{ kind: 'severity_changed', at_source: 'observed', evidence: [], input_hash: inputHash },
    text: level ? `Severity ${level}, stated when opened` : `Severity ${result.label} by rule: ${fired}`,
    data: level
      ? { to: level, confirmed: true }
      : { to: result.severity, confirmed: result.confirmed, lowest, highest },
    basis: level ? 'stated' : 'measured',
  };
}

function parseFact(line: string): { name: string; value: string } {
  const [, name = '', value = ''] = /^\s*([a-z_]+)\s*[:=]\s*(\S.*?)\s*$/s.exec(line) ?? [];
  if (FACTS.some((known) => known === name) && value !== '') return checkedFact(name, value);
  throw new PulseError(
    'invalid_input',
    'a fact must be written as "name: value"',
    `names: ${FACTS.join(', ')}; for example "service: down", "users: 40%", "what_changed: deploy of v1.4.0"`,
  );
}

/** A severity fact must have one of its values; other facts are free text. */
export function checkedFact(name: string, value: string): { name: string; value: string } {
  const fact = SeverityFacts.keyof().safeParse(name).data;
  if (!fact || SeverityFacts.shape[fact].safeParse(value).success) return { name, value };
  throw new PulseError(
    'invalid_input',
    `the fact ${name} cannot have that value`,
    `values: ${valuesOf(fact)}`,
  );
}

function severityFacts(facts: { name: string; value: string }[]): SeverityFacts {
  const known = facts
    .filter(({ name }) => name in SeverityFacts.shape)
    .map(({ name, value }) => [name, value]);
  return SeverityFacts.parse(Object.fromEntries(known));
}
