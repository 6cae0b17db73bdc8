import type { Incident } from '../incident.ts';
import { canonicalPath } from '../ship/suspect-hints.ts';
import { foldTitle } from '../slug.ts';
import { touchedFiles } from '../touched-files.ts';
import { oneLine } from '../untrusted.ts';

/** What came more than once. Words are those of the record: data, never instructions. */
export interface Repeats {
  causes: Repeat[];
  files: Repeat[];
  /** How it was noticed, as recorded; also what came once. */
  detected_by: Repeat[];
}

export interface Repeat {
  what: string;
  n: number;
  /** Labels of the first of them. */
  incidents: string[];
}

/** Two causes that share this much of their words are taken for one. */
const ALIKE = 0.5;
const CAUSE = 200;
const MOST = 10;
const MOST_LABELS = 12;

export function repeatsOf(incidents: readonly Incident[]): Repeats {
  const twice = (all: Repeat[]) => all.filter((one) => one.n > 1);
  return {
    causes: top(twice(causes(incidents))),
    files: top(twice(files(incidents))),
    detected_by: top(noticed(incidents)),
  };
}

function top(all: Repeat[]): Repeat[] {
  return all.sort((a, b) => b.n - a.n).slice(0, MOST);
}

/** Each cause joins the first group that begins with one like it. */
function causes(incidents: readonly Incident[]): Repeat[] {
  const groups: (Repeat & { words: Set<string> })[] = [];
  for (const incident of incidents) {
    const what = oneLine(incident.cause?.text ?? '', CAUSE);
    if (what === '') continue;
    const words = new Set(foldTitle(what).match(/[\p{L}\p{N}]{3,}/gu) ?? []);
    const group = groups.find((one) => likeness(one.words, words) >= ALIKE);
    if (group) count(group, incident.label);
    else groups.push({ what, n: 1, incidents: [incident.label], words });
  }
  return groups.map(({ words: _words, ...group }) => group);
}

function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of b) if (a.has(word)) shared += 1;
  const all = a.size + b.size - shared;
  return all === 0 ? 0 : shared / all;
}

function files(incidents: readonly Incident[]): Repeat[] {
  const found = new Map<string, Repeat>();
  for (const incident of incidents) {
    const seen = new Set<string>();
    for (const path of touchedFiles(incident)) {
      const key = canonicalPath(path);
      if (seen.has(key)) continue;
      seen.add(key);
      add(found, key, oneLine(path, CAUSE), incident.label);
    }
  }
  return [...found.values()];
}

function noticed(incidents: readonly Incident[]): Repeat[] {
  const found = new Map<string, Repeat>();
  for (const incident of incidents) {
    const what = oneLine(incident.facts.get('detected_by')?.value ?? '', CAUSE);
    if (what !== '') add(found, foldTitle(what), what, incident.label);
  }
  return [...found.values()];
}

function add(found: Map<string, Repeat>, key: string, what: string, label: string): void {
  const known = found.get(key);
  if (known) count(known, label);
  else found.set(key, { what, n: 1, incidents: [label] });
}

function count(repeat: Repeat, label: string): void {
  repeat.n += 1;
  if (repeat.incidents.length < MOST_LABELS) repeat.incidents.push(label);
}
