import { type Incident, severityLabel } from '../incident.ts';
import { courseOf, mermaidOf, phaseCells, phaseIds } from './course.ts';
import type { Narrative } from './narrative.ts';
import {
  actionSections,
  appendixSection,
  debtSection,
  intervalSection,
  participantSection,
} from './postmortem-after.ts';
import {
  causeSections,
  detectionSection,
  impactSection,
  resolutionSection,
  summarySection,
  timelineSection,
  triggerSection,
} from './postmortem-facts.ts';
import { listSection, type PostmortemDoc, type PostmortemSection, section } from './postmortem-model.ts';
import { poolOf } from './postmortem-pool.ts';
import { severityIds, statusIds } from './sources.ts';
import type { DocumentView } from './view.ts';

export function buildPostmortem(
  incident: Incident,
  narrative: Narrative | null,
  view: DocumentView,
): PostmortemDoc {
  const told = narrative ?? {};
  return {
    title: incident.title,
    label: incident.label,
    uid: incident.uid,
    severity: severityLabel(incident),
    status: incident.status,
    drill: incident.drill,
    last_event: incident.recorded.at(-1)?.id ?? null,
    event_count: incident.recorded.length,
    sources: {
      incident: incident.opened ? [incident.opened.id] : [],
      severity: severityIds(incident),
      status: statusIds(incident),
    },
    course: courseOf(incident),
    moments: incident.told.map(({ at }) => at),
    sections: sectionsOf(incident, told, view),
    pool: poolOf(incident, told, view),
  };
}

/** The union of all presets' sections. */
export function sectionsOf(incident: Incident, told: Narrative, view: DocumentView): PostmortemSection[] {
  return [
    summarySection(incident, told, view),
    impactSection(incident, told),
    courseSection(incident),
    timelineSection(incident),
    triggerSection(incident, told),
    detectionSection(incident, told),
    ...causeSections(incident, told),
    resolutionSection(incident),
    ...wentSections(incident, told),
    ...actionSections(incident),
    listSection(incident, 'lessons', 'Lessons Learned', 2, told, 'lessons', 'incident_commander'),
    intervalSection(incident, view),
    debtSection(incident, view),
    participantSection(incident),
    appendixSection(incident, view),
  ];
}

/** The phases to scale, and the same as a table. */
function courseSection(incident: Incident): PostmortemSection {
  const phases = courseOf(incident);
  const rows = phases.map((phase) => ({ cells: phaseCells(phase), events: phaseIds(phase) }));
  const columns = ['Phase', 'From', 'To', 'Duration'];
  return {
    ...section('course', 'Course', 2, [], { columns, rows }),
    chart: mermaidOf(phases),
  };
}

function wentSections(incident: Incident, told: Narrative): PostmortemSection[] {
  return [
    listSection(incident, 'went_well', 'What Went Well', 2, told, 'went_well', 'responder'),
    listSection(incident, 'went_wrong', 'What Went Wrong', 2, told, 'went_wrong', 'responder'),
    listSection(incident, 'got_lucky', 'Where We Got Lucky', 2, told, 'got_lucky', 'responder'),
  ];
}
