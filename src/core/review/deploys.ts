import type { RecordedEvent } from '../events.ts';
import type { Incident } from '../incident.ts';
import { anchorsOf } from '../intervals.ts';
import { type Spread, spreadOf } from './spread.ts';

interface Recovery extends Spread {
  missing: number;
  impossible: number;
}

/**
 * The two measures of DORA that incidents can give. A failed deployment is here: an incident that was ended by taking
 * the release back or by deploying a hotfix, and a hotfix that was taken back itself. Harm that ended otherwise (a
 * flag, more capacity, another firm's outage) is none.
 */
export interface Deployments {
  failed: number;
  /** Detected until impact ended, over the incidents. */
  detected_to_restored: Recovery;
  /** Start of harm (of a hotfix: its deployment) until the deployment that remedied it. */
  failed_to_remedied: Recovery;
  /** Production deployments that only an incident made necessary. */
  unplanned: { hotfixes: number; rollbacks: number };
  /** All production deployments of the period, as the caller stated; the record has only the unplanned ones. */
  stated_deployments: number | null;
  /** Unplanned / all; null where nobody stated all, or fewer than there were unplanned ones. */
  rework_rate: number | null;
}

/** A production deployment that an incident made necessary. */
interface Unplanned {
  kind: 'hotfix' | 'rollback';
  at: string;
  /** When it was taken back; null while it stands. */
  takenBack: string | null;
}

type Span = { from: string | null; to: string | null };

export function deploymentsOf(incidents: readonly Incident[], stated: number | null): Deployments {
  const failures = incidents
    .map((incident) => ({ incident, unplanned: unplannedOf(incident) }))
    .filter(({ unplanned }) => unplanned.length > 0);
  const retaken = failures.flatMap(({ unplanned }) =>
    unplanned.flatMap(({ at, takenBack }): Span[] =>
      takenBack === null ? [] : [{ from: at, to: takenBack }],
    ),
  );
  const restored = failures.map(({ incident }): Span => {
    const { detected, impact_ended } = anchorsOf(incident);
    return { from: detected, to: impact_ended };
  });
  const remedied = failures.map(({ incident, unplanned }): Span => {
    const remedy = unplanned.find(({ takenBack }) => takenBack === null);
    return { from: anchorsOf(incident).started, to: remedy?.at ?? null };
  });
  const hotfixes = failures.flatMap(({ unplanned }) => unplanned.filter(({ kind }) => kind === 'hotfix'));
  const rollbacks = failures.flatMap(({ unplanned }) => unplanned.filter(({ kind }) => kind === 'rollback'));
  const unplanned = { hotfixes: hotfixes.length, rollbacks: rollbacks.length + retaken.length };
  const total = unplanned.hotfixes + unplanned.rollbacks;
  return {
    failed: failures.length + retaken.length,
    detected_to_restored: recoveryOf(restored),
    failed_to_remedied: recoveryOf([...remedied, ...retaken]),
    unplanned,
    stated_deployments: stated,
    rework_rate: stated === null || stated === 0 || stated < total ? null : total / stated,
  };
}

/** In told order. Taking a hotfix back ends that hotfix; it is counted with it. */
function unplannedOf(incident: Incident): Unplanned[] {
  const found: Unplanned[] = [];
  for (const event of incident.told) {
    if (event.kind === 'rolled_back' && event.data.target === 'hotfix') {
      const last = found.findLast((one) => one.kind === 'hotfix' && one.takenBack === null);
      if (last) last.takenBack = event.at;
    } else {
      const kind = kindOf(event);
      if (kind !== null) found.push({ kind, at: event.at, takenBack: null });
    }
  }
  return found.length > 0 ? found : asMitigated(incident);
}

function kindOf(event: RecordedEvent): Unplanned['kind'] | null {
  if (event.kind === 'deployed' && event.data.environment === 'production') return 'hotfix';
  return event.kind === 'rolled_back' && event.data.target === 'release' ? 'rollback' : null;
}

/** A record that names a rollback or a hotfix only as what stopped the harm. */
function asMitigated(incident: Incident): Unplanned[] {
  return incident.mitigations.flatMap(({ event }): Unplanned[] => {
    const { type } = event.data;
    return type === 'rollback' || type === 'hotfix' ? [{ kind: type, at: event.at, takenBack: null }] : [];
  });
}

function recoveryOf(spans: readonly Span[]): Recovery {
  const known = spans.flatMap(({ from, to }) =>
    from === null || to === null ? [] : [Date.parse(to) - Date.parse(from)],
  );
  const possible = known.filter((ms) => ms >= 0);
  return {
    ...spreadOf(possible),
    ...{ missing: spans.length - known.length, impossible: known.length - possible.length },
  };
}
