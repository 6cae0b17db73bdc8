import { type ClockSettings, stableFromMs } from './clocks.ts';
import { isLoose } from './debts.ts';
import type { Incident } from './incident.ts';
import {
  codeChanged,
  foldIncident,
  lastOf,
  standingDeploy,
  standingProof,
  standingResolution,
} from './incident.ts';
import type { LevelRow } from './severity.ts';

export { openDebts } from './debts.ts';

/** Who may override: an agent quoting the user's word, or only a person in a terminal. */
type OverrideBy = 'agent' | 'person';

export interface GateItem {
  id: string;
  ok: boolean;
  /** What is missing, as the thing to do. */
  todo: string;
  override: OverrideBy;
  /** Set when only time is missing. */
  waits_until?: string;
}

export interface Gate {
  name: 'resolve' | 'close' | 'deploy' | 'rollback' | 'backport';
  items: GateItem[];
  open: boolean;
  missing: GateItem[];
}

export interface CloseFacts {
  row: LevelRow | null;
  settings: ClockSettings;
  nowMs: number;
  /** Errors that the postmortem's lint finds now; null when there is no postmortem. */
  postmortemErrors: number | null;
  /** Kinds of secret or personal data found in what would be published. */
  secretsFound: readonly string[];
  /** Long-lived branches without the fix, or nobody could tell in time. */
  branchesWithoutFix: readonly string[];
}

export function gate(name: Gate['name'], items: GateItem[]): Gate {
  const missing = items.filter((item) => !item.ok);
  return { name, items, missing, open: missing.length === 0 };
}

export const item = (id: string, ok: boolean, todo: string, override: OverrideBy = 'agent'): GateItem => ({
  id,
  ok,
  todo,
  override,
});

/** Mitigation or deploy verified with evidence since the last change. `evidence` is what the resolving call itself brings. */
export function resolveGate(incident: Incident, evidence: readonly string[]): Gate {
  const since = [
    ...incident.mitigations.map((mitigation) => mitigation.event.id),
    lastOf(incident, 'mitigation_removed')?.id ?? '',
    lastOf(incident, 'rolled_back')?.id ?? '',
    standingDeploy(incident)?.id ?? '',
    incident.attemptSince,
  ].sort();
  const latest = since.at(-1) ?? '';
  const verified = lastOf(
    incident,
    'deploy_verified',
    (event) =>
      event.live && event.id > latest && event.evidence.length > 0 && event.data.environment === 'production',
  );
  const todo =
    'show that the harm has ended: record deploy_verified with evidence ("metric: ...", "output: ..." or a link), or give evidence in this call';
  return gate('resolve', [item('verified_with_evidence', verified !== null || evidence.length > 0, todo)]);
}

/**
 * Everything that must be true before an incident is closed. Source: domain page, section 3.
 * Only the live record opens it: a published copy or an import can add something to do, never take it away.
 */
export function closeGate(incident: Incident, facts: CloseFacts): Gate {
  const isLive = incident.recorded.every((event) => event.live);
  const live = isLive
    ? incident
    : foldIncident(
        incident.uid,
        incident.recorded.filter((event) => event.live),
      );
  const resolved = standingResolution(incident);
  const level = incident.severity?.level ?? null;
  const needsPostmortem = facts.row !== null && facts.row.postmortem_within_h !== null;
  const told = lastOf(
    incident,
    'update_posted',
    (event) => resolved !== null && event.live && event.id > resolved.id,
  );
  const proven = standingProof(incident, (event) => event.basis === 'measured' && event.live);
  const loose = [live, incident].flatMap(({ actions }) => [...actions.values()].filter(isLoose));
  const looseIds = [...new Set(loose.map((action) => action.id))];
  return gate('close', [
    item('resolved', resolved?.live === true, 'record resolved with evidence first', 'person'),
    stabilityItem(incident, facts),
    item(
      'severity',
      lastOf(incident, 'severity_changed')?.live === true,
      'set the severity (severity_changed)',
    ),
    item(
      'postmortem',
      !needsPostmortem || facts.postmortemErrors === 0,
      facts.postmortemErrors === null
        ? 'write the postmortem (write_postmortem)'
        : `mend the postmortem: ${facts.postmortemErrors} finding(s) of level error (write_postmortem lists them)`,
    ),
    item(
      'regression',
      !(codeChanged(incident) || codeChanged(live)) || proven !== null,
      'prove the regression test (prove_regression; a stated proof opens this only with an override)',
    ),
    item(
      'long_lived_branches',
      facts.branchesWithoutFix.length === 0,
      `bring the fix to ${facts.branchesWithoutFix.join(', ')} (backport_hotfix), or say why one is not affected`,
    ),
    item(
      'action_items',
      loose.length === 0,
      `give every action item an owner and a due date: ${looseIds.join(', ')}`,
    ),
    item(
      'stakeholders_told',
      (level !== 'P0' && level !== 'P1') || told !== null,
      'tell stakeholders that it is over (update_posted after resolved)',
    ),
    item(
      'no_secrets',
      facts.secretsFound.length === 0,
      `take these out of the published text: ${facts.secretsFound.join(', ')}`,
      'person',
    ),
  ]);
}

function stabilityItem(incident: Incident, facts: CloseFacts): GateItem {
  const resolved = standingResolution(incident);
  if (!resolved) return item('stability', false, 'wait for the stability window after resolved', 'person');
  const from = stableFromMs(resolved.recorded_at, facts.settings);
  const until = new Date(from).toISOString();
  const passed = facts.nowMs >= from;
  return {
    ...item('stability', passed, `wait: stable for ${facts.settings.stability_h} h at ${until}`, 'person'),
    ...(passed ? {} : { waits_until: until }),
  };
}

/** True when nothing but time is missing. */
export function onlyWaits(closing: Gate): boolean {
  return closing.missing.length > 0 && closing.missing.every((missing) => missing.waits_until !== undefined);
}
