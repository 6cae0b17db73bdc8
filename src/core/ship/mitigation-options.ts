import { activeMitigations, type Incident } from '../incident.ts';
import { MITIGATIONS } from '../kinds.ts';
import {
  MITIGATION_SIGNALS,
  type MitigationSignal,
  type RehearsalSays,
  readSignals,
  type SignalReadings,
} from './mitigation-signals.ts';
import {
  ASKS,
  type Mitigation,
  type MitigationRule,
  OPTIONS,
  type OpenQuestion,
} from './mitigation-table.ts';

export interface MitigationOption {
  type: Mitigation;
  /** For and against, no probability. */
  points: number;
  /** Each with what was recorded that says so. */
  why: string[];
  risks: string[];
  /** What is not known and would move this option up or down. */
  unknown: OpenQuestion[];
  first_step: string;
  /** Somebody has to decide this: no agent on its own. */
  needs_person: boolean;
  /** It is in force already. */
  in_place: boolean;
}

function pointsOf(type: Mitigation, signals: SignalReadings): number {
  const { base, rules } = OPTIONS[type];
  return base + rules.reduce((sum, one) => sum + (signals[one.signal].value === one.is ? one.points : 0), 0);
}

/**
 * Best first; what is in force already comes last. Where data or an intruder is at stake, closing the gate comes
 * before going back.
 */
function ordered(signals: SignalReadings, active: ReadonlySet<string>): Mitigation[] {
  const gateFirst = isYes(signals.data) || isYes(signals.security);
  const place = (type: Mitigation): number =>
    active.has(type) ? 2 : gateFirst && type === 'traffic_gate' ? 0 : 1;
  return MITIGATIONS.map((type, index) => ({ type, index, points: pointsOf(type, signals) }))
    .sort((a, b) => place(a.type) - place(b.type) || b.points - a.points || a.index - b.index)
    .map(({ type }) => type);
}

/** Signals that nobody knows and that would move each option, found by trying both answers. */
function movers(
  signals: SignalReadings,
  active: ReadonlySet<string>,
): ReadonlyMap<Mitigation, ReadonlySet<MitigationSignal>> {
  const now = ordered(signals, active);
  const found = new Map(MITIGATIONS.map((type) => [type, new Set<MitigationSignal>()]));
  for (const name of MITIGATION_SIGNALS.filter((one) => signals[one].value === 'unknown')) {
    for (const value of ['yes', 'no'] as const) {
      const then = ordered({ ...signals, [name]: { value, from: '' } }, active);
      // Only what the answer itself speaks about: the others merely make room.
      const moved = then.filter((type, at) => now[at] !== type && speaksOf(type, name));
      for (const type of moved) found.get(type)?.add(name);
    }
  }
  return found;
}

function speaksOf(type: Mitigation, name: MitigationSignal): boolean {
  return OPTIONS[type].rules.some(({ signal }) => signal === name);
}

/**
 * The ways to stop the harm, best first, from what is recorded and what the rehearsal says (null: none yet). An
 * unknown counts neither for nor against; what it would change is named instead.
 */
export function mitigationOptions(incident: Incident, rehearsal: RehearsalSays | null): MitigationOption[] {
  const signals = readSignals(incident, rehearsal);
  const active = new Set<string>(activeMitigations(incident).map(({ event }) => event.data.type));
  if (incident.releaseRollback !== null) active.add('rollback');
  const open = movers(signals, active);
  return ordered(signals, active).map((type) => {
    const { rules, risk, step } = OPTIONS[type];
    const fired = rules.filter((one) => signals[one.signal].value === one.is);
    const say = (one: MitigationRule): string => `${one.says} (${signals[one.signal].from ?? 'unknown'})`;
    return {
      ...{ type, points: pointsOf(type, signals), first_step: step, in_place: active.has(type) },
      why: fired.filter((one) => one.points > 0).map(say),
      risks: [...fired.filter((one) => one.points < 0).map(say), risk],
      unknown: questions([...(open.get(type) ?? [])]),
      needs_person: type === 'rollback' && (isYes(signals.data_is_gone) || isYes(signals.schema_stays)),
    };
  });
}

const isYes = ({ value }: { value: string }): boolean => value === 'yes';

/** Several signals may have one answer. */
function questions(names: readonly MitigationSignal[]): OpenQuestion[] {
  const asked = new Map(names.map((name) => [`${ASKS[name].record}/${ASKS[name].ask}`, ASKS[name]]));
  return [...asked.values()];
}
