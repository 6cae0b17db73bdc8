import type { RecordedEvent } from '../events.ts';
import { codeChanged, type Incident, lastOf, standingDeploy, standingResolution } from '../incident.ts';
import type { Role } from '../kinds.ts';
import { pulseOf } from '../pulse.ts';
import { toldOf, whatOf } from './describe.ts';
import type { Narrative } from './narrative.ts';
import { actionSections, evidenceItems, updateItems } from './postmortem-after.ts';
import { causeSections, detectionBoxes, resolutionSection } from './postmortem-facts.ts';
import { item, listSection, type PostmortemItem } from './postmortem-model.ts';
import type { ListName } from './postmortem-names.ts';

export function listsOf(incident: Incident, told: Narrative): Record<ListName, PostmortemItem[]> {
  const narrative = (name: 'went_well' | 'went_wrong' | 'got_lucky' | 'lessons', ask: Role) =>
    listSection(incident, '', '', 2, told, name, ask).items;
  const [causes, factors, refuted, whys] = causeSections(incident, told);
  const evidence = evidenceItems(incident);
  const [, ...steps] = resolutionSection(incident).items;
  return {
    causes: causes?.items ?? [],
    contributing_factors: factors?.items ?? [],
    refuted: refuted?.items ?? [],
    five_whys: whys?.items ?? [],
    detection: detectionBoxes(incident),
    resolution: steps,
    went_well: narrative('went_well', 'responder'),
    went_wrong: narrative('went_wrong', 'responder'),
    got_lucky: narrative('got_lucky', 'responder'),
    lessons: narrative('lessons', 'incident_commander'),
    prevention: actionSections(incident)[1]?.items ?? [],
    regression_tests: toldOf(incident, 'regression_proven').map((event) =>
      item(null, whatOf(event), 'record', [event.id], true),
    ),
    updates: updateItems(incident),
    links: evidence.filter(({ label }) => label === 'link'),
    evidence: evidence.filter(({ label }) => label !== 'link'),
    definition_of_done: boxes(incident, DEFINITION_OF_DONE),
    completion: boxes(incident, COMPLETION),
  };
}

type Condition = readonly [text: string, met: (incident: Incident) => RecordedEvent | boolean | null];

const boxes = (incident: Incident, conditions: readonly Condition[]): PostmortemItem[] =>
  conditions.map(([text, met]) => {
    const found = met(incident);
    const proof = found !== null && typeof found === 'object' ? [found.id] : [];
    return item(null, text, 'computed', proof, Boolean(found));
  });

const written = (incident: Incident) => lastOf(incident, 'postmortem_written');
const linked = (...types: string[]) => {
  return (incident: Incident) => lastOf(incident, 'linked', ({ data }) => types.includes(data.type));
};
const owned = ({ actions }: Incident) => {
  const open = [...actions.values()].filter(({ state }) => state === 'open');
  return actions.size > 0 && open.every(({ owner, due }) => owner !== undefined && due !== undefined);
};
const isClosed = (incident: Incident) => (incident.status === 'closed' ? lastOf(incident, 'closed') : null);

/** Source: seed 002, definition of done. */
const DEFINITION_OF_DONE: readonly Condition[] = [
  [
    'Incident mitigated, and the mitigation verified',
    (incident) => standingResolution(incident) ?? lastOf(incident, 'deploy_verified'),
  ],
  [
    'Post-mortem written with timeline, root cause and action items',
    (incident) => (incident.cause !== null && incident.actions.size > 0 ? written(incident) : null),
  ],
  ['Follow-ups for permanent fixes and prevention exist, each with an owner and a due date', owned],
  [
    'Stakeholders notified (asked for at P0 and P1)',
    (incident) =>
      lastOf(incident, 'update_posted') ??
      (incident.severity !== null && ['P2', 'P3'].includes(incident.severity.level)),
  ],
  [
    'No sensitive data (secrets, PII, code content) in post-mortem or logs: scanned again when the incident is closed',
    isClosed,
  ],
];

/** Source: seed 000, completion criteria. */
const COMPLETION: readonly Condition[] = [
  [
    'Service metrics are normal',
    (incident) => lastOf(incident, 'stability_confirmed') ?? standingResolution(incident),
  ],
  ['Fix merged, verified and deployed, or no code had to change', fixed],
  [
    'Post-mortem logged and shared',
    (incident) => (written(incident) ? linked('meeting', 'documentation', 'issue', 'chat')(incident) : null),
  ],
  [
    'Learnings and action items are in the knowledge base',
    (incident) => (incident.actions.size > 0 ? linked('documentation', 'runbook')(incident) : null),
  ],
  ['Pulse meter shows 🟢🟢🟢🟢🟢✅', (incident) => pulseOf(incident).meter.endsWith('✅')],
];

function fixed(incident: Incident): RecordedEvent | null {
  if (!codeChanged(incident)) return standingResolution(incident);
  const deploy = standingDeploy(incident);
  const proof = lastOf(incident, 'deploy_verified') ?? standingResolution(incident);
  return deploy !== null && proof !== null && proof.id > deploy.id ? proof : null;
}
