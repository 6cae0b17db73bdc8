import type { RecordedEvent } from './events.ts';
import { oneLine } from './untrusted.ts';

/** What the kind alone does not say: which fact, which mitigation, which role. Empty, or ` (...)`. */
export function detailOf(event: RecordedEvent): string {
  const detail =
    event.kind === 'fact_recorded'
      ? event.data.name
      : event.kind === 'mitigation_applied'
        ? event.data.type
        : event.kind === 'role_assigned'
          ? event.data.role
          : '';
  return typeof detail !== 'string' || detail === '' ? '' : ` (${oneLine(detail.replaceAll('_', ' '), 60)})`;
}
