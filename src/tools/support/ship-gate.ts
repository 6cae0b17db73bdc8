import { PulseError } from '../../core/errors.ts';
import type { EventDraft } from '../../core/events.ts';
import type { Gate } from '../../core/gates.ts';
import type { Plan } from '../../core/ship/plan.ts';
import type { Need } from '../../core/ship/policy.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { Deps } from '../tool.ts';
import { hashOf } from './write.ts';

/** What a plan passes over although it is missing, with the reason; without a reason nothing is passed over. */
export function skipsFor(
  gate: Gate,
  input: { override_reason?: string | undefined },
  until: string | undefined,
): Pick<Plan, 'skips' | 'override'> {
  const reason = oneLine(input.override_reason ?? '', 300);
  const missing = gate.missing.filter(({ id }) => id !== 'approval').map(({ id }) => id);
  if (reason === '' || missing.length === 0) return { skips: [] };
  return { skips: missing, override: { reason, ...(until === undefined ? {} : { until }) } };
}

/** Refuses what the gate still misses and the plan does not pass over. The approval is asked for apart. */
export function checkShipGate(gate: Gate, plan: Plan): void {
  const left = gate.missing.filter(({ id }) => id !== 'approval' && !plan.skips.includes(id));
  if (left.length === 0) return;
  throw new PulseError(
    'gate_closed',
    `the ${gate.name} gate is closed: ${left.map(({ id }) => id).join(', ')}`,
    `${left.map(({ todo }) => todo).join('; ')}. If the user decides to go on without, make the plan again with override_reason (their word) and override_until; a person approves it in the dialog or a terminal, and it is recorded as debt`,
    { gate: gate.name, missing: left.map(({ id, todo }) => ({ id, todo })) },
  );
}

/**
 * The yes that a plan needs: what it passes over is never an agent's to pass over.
 * @param asked what the policy asks for
 */
export function needWith(plan: Plan, asked: Need): Need {
  return (plan.skips.length > 0 || plan.skip_hooks === true) && asked === 'word' ? 'terminal' : asked;
}

/** The debts of a plan as events, to be written before anything is done. `also`: what only the severity lets pass. */
export function debtDrafts(
  gate: Gate,
  plan: Plan,
  also: { missing: readonly string[]; reason: string } | null,
  deps: Deps,
): EventDraft[] {
  const hooks = plan.skip_hooks === true ? ['hooks'] : [];
  const overridden = [...plan.skips, ...hooks];
  const rows = [
    ...(overridden.length > 0
      ? [{ missing: overridden, reason: plan.override?.reason ?? 'skip_hooks', until: plan.override?.until }]
      : []),
    ...(also && also.missing.length > 0
      ? [{ missing: [...also.missing], reason: also.reason, until: undefined }]
      : []),
  ];
  return rows.map(({ missing, reason, until }) => ({
    ...{ kind: 'gate_overridden', at_source: 'observed', basis: 'measured', evidence: [] },
    text: `The ${gate.name} gate was passed without: ${missing.join(', ')}`,
    data: { gate: gate.name, missing, reason, ...(until === undefined ? {} : { until }) },
    input_hash: hashOf(`${gate.name}/override`, { missing, reason }, deps),
  }));
}
