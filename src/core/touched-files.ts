import type { RecordedEvent } from './events.ts';
import type { Incident } from './incident.ts';
import { hintsOf } from './ship/suspect-hints.ts';

/** Longest text of one event that is searched for paths; characters. */
const LONGEST = 4_000;
const MOST = 200;
const ADDRESS = /https?:\/\/\S+/g;
/** Names that only look like files. */
const PRODUCTS = /^(?:node|next|nuxt|vue|react|express|ember|angular|d3|three|chart|discord|socket)\.js$/i;

/** Paths that a text names, in order. Text from outside: it is only read. */
export function pathsIn(text: string): string[] {
  const found = hintsOf(text.slice(0, LONGEST).replace(ADDRESS, ' ')).paths.map(({ path }) => path);
  return [...new Set(found)].filter((path) => !PRODUCTS.test(path));
}

/** What an event says about where the fault lay or what was changed; null for those that only suppose or watch. */
function saysOf(event: RecordedEvent): string | null {
  switch (event.kind) {
    case 'cause_identified':
    case 'fix_committed':
    case 'regression_proven':
      return [event.text, ...event.evidence].join('\n');
    case 'fact_recorded':
      return ['files_changed', 'what_changed'].includes(event.data.name) ? event.data.value : null;
    default:
      return null;
  }
}

function plannedIn(event: RecordedEvent): string[] {
  if (event.kind !== 'noted' && event.kind !== 'rollback_planned') return [];
  const { plan } = event.data;
  return plan === undefined || plan.action === 'post' ? [] : plan.files.map(({ path }) => path);
}

/** Files of the cause, the fix and the rollback, as recorded; a supposition names none. */
export function touchedFiles(incident: Incident): string[] {
  const files = new Set<string>();
  for (const event of incident.recorded) {
    for (const path of plannedIn(event)) files.add(path);
    const says = saysOf(event);
    if (says !== null) for (const path of pathsIn(says)) files.add(path);
    if (files.size >= MOST) break;
  }
  return [...files].slice(0, MOST);
}
