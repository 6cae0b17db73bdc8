import { CHECKLISTS } from './checklist-presets.ts';
import { utc } from './documents/describe.ts';
import { told } from './documents/md.ts';
import { GATE_FACTS, type GateFact, type GateFactId } from './gate-facts.ts';
import type { ChecklistFacts } from './gate-rules.ts';
import type { Incident } from './incident.ts';
import { resolutionTime } from './resolution-time.ts';
import type { PresetName } from './severity.ts';
import { tasksOf } from './tasks.ts';

/** Before a hotfix is deployed, and when everything is done. */
export type ChecklistKind = keyof (typeof CHECKLISTS)['default'];

const TITLES: Record<ChecklistKind, string> = {
  pre_deploy: 'Before deploying',
  completion: 'Completion',
};

/** Tasks whose skip explains an open line. */
const SKIPPED_WITH: Partial<Record<GateFactId, string>> = {
  review: 'T009',
  staging: 'T011',
  regression: 'T018',
  public_told: 'T024',
  documented: 'T025',
  meeting: 'T021',
};

/** A checklist in the words and order of a preset, as Markdown. Facts tick it, nothing else; what is open says what it needs. */
export function renderChecklist(
  incident: Incident,
  facts: ChecklistFacts,
  which: ChecklistKind,
  preset: PresetName,
): string {
  const parts = CHECKLISTS[preset][which].flatMap(({ heading, lines }) => [
    ...(heading === null ? [] : [`### ${heading}`, '']),
    ...lines.map(([id, words]) => lineOf(incident, facts, id, words)),
    '',
  ]);
  const head = [`## ${TITLES[which]}: ${incident.label}`, '', ...(incident.drill ? ['[DRILL]', ''] : [])];
  const time =
    which === 'completion' ? [`**Time to Resolution**: ${resolutionTime(incident, facts.row)}`] : [];
  return [...head, ...parts, ...time].join('\n').trimEnd();
}

function lineOf(incident: Incident, facts: ChecklistFacts, id: GateFactId, words: string): string {
  const fact: GateFact = GATE_FACTS[id];
  const tick = fact.of(incident, facts);
  switch (tick.state) {
    case 'met':
      return `- [x] ${words}${tick.event ? ` (${utc(tick.event.at)})` : ''}`;
    case 'not_needed':
      return `- [ ] ${words} - not needed: ${tick.why}`;
    case 'open':
      return `- [ ] ${words} - ${skipOf(incident, id) ?? `open: ${fact.needs}`}`;
  }
}

function skipOf(incident: Incident, id: GateFactId): string | null {
  const task = tasksOf(incident).find((one) => one.id === SKIPPED_WITH[id]);
  return task?.state === 'skipped' ? `skipped: ${told(task.note)}` : null;
}

/** Source: seed 004's last lines. */
