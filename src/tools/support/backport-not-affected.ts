import { PulseError } from '../../core/errors.ts';
import type { EventDraft } from '../../core/events.ts';
import type { Incident } from '../../core/incident.ts';
import type { BackportStates } from '../../core/ship/backport.ts';
import { matchesAny } from '../../core/ship/long-lived.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { Deps } from '../tool.ts';
import { checkNames } from './backport-plan.ts';
import { hashOf, keyed, type Written, write } from './write.ts';

/** Records that branches need no fix, and why. It is a statement: shown as such, by whoever said it. */
export async function recordNotAffected(
  incident: Incident,
  states: BackportStates,
  names: readonly string[] | undefined,
  reason: string,
  deps: Deps,
): Promise<Written> {
  const why = oneLine(deps.redact(reason).text, 500);
  if (why === '' || names === undefined || names.length === 0) {
    throw new PulseError(
      'invalid_input',
      'not_affected needs a reason and the branches it is about',
      'for example {"branches": ["release/1.0"], "not_affected": "the faulty code came with 2.0"}',
    );
  }
  checkNames(names, states.branches);
  const about = states.branches.filter(({ name }) => matchesAny(name, names));
  const drafts = about.map(({ name: branch }): EventDraft<'backported'> => {
    const data = { branch, not_affected: why };
    const input_hash = hashOf('backport_hotfix', { ...data, attempt: incident.attempt }, deps);
    const [draft] = keyed(
      [
        {
          ...{ kind: 'backported', at_source: 'observed', basis: 'stated', evidence: [], input_hash, data },
          text: `${oneLine(branch, 100)} is not affected: ${why}`,
        },
      ],
      `not_affected/${input_hash.slice(0, 32)}`,
    );
    return draft as EventDraft<'backported'>;
  });
  return write(incident.uid, drafts, deps);
}
