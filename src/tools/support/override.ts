import { PulseError } from '../../core/errors.ts';
import type { EventDraft } from '../../core/events.ts';
import type { Gate, GateItem } from '../../core/gates.ts';
import type { Deps } from '../tool.ts';
import { dueOf } from './write.ts';

interface OverrideInput {
  override_reason?: string | undefined;
  override_until?: string | undefined;
}

/**
 * Nothing when the gate is open; the event that records the override when one was given and allowed;
 * else the refusal, which lists what is missing and how to go on.
 */
export function overrideDraft(
  gate: Gate,
  input: OverrideInput,
  inputHash: string,
  deps: Deps,
): EventDraft | null {
  if (gate.open) return null;
  const reason = input.override_reason?.trim() ?? '';
  const hard = gate.missing.filter((item) => item.override === 'person' && deps.actor.kind !== 'human');
  if (reason === '' || hard.length > 0) throw closed(gate, hard);
  const until = dueOf(input.override_until, deps);
  return {
    kind: 'gate_overridden',
    text: `The ${gate.name} gate was passed without: ${gate.missing.map((item) => item.id).join(', ')}`,
    data: {
      gate: gate.name,
      missing: gate.missing.map((item) => item.id),
      reason,
      ...(until === undefined ? {} : { until }),
    },
    evidence: [],
    basis: 'measured',
    at_source: 'observed',
    input_hash: inputHash,
  };
}

function closed(gate: Gate, hard: readonly GateItem[]): PulseError {
  const todo = gate.missing.map((item) => item.todo).join('; ');
  const way =
    hard.length > 0
      ? `${hard.map((item) => item.id).join(', ')}: can only be overridden by a person in a terminal (hotfix-pulse ${gate.name === 'close' ? 'close' : 'record'} --override-reason ...)`
      : 'If the user decides to go on without, repeat the call with override_reason (their word) and override_until (a date); it is recorded as debt';
  return new PulseError(
    'gate_closed',
    `the ${gate.name} gate is closed: ${gate.missing.map((item) => item.id).join(', ')}`,
    `${todo}. ${way}`,
    {
      gate: gate.name,
      missing: gate.missing.map(({ id, todo: what, waits_until: until }) => ({
        id,
        todo: what,
        ...(until ? { waits_until: until } : {}),
      })),
    },
  );
}
