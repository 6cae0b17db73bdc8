import type { Incident } from '../incident.ts';
import { severityLabel, standingResolution } from '../incident.ts';
import { anchorsOf } from '../intervals.ts';
import { pulseOf } from '../pulse.ts';
import { type Block, type Generated, renderBlocks } from './blocks.ts';
import { recordLine } from './describe.ts';
import { renderFrontMatter } from './front-matter-text.ts';
import {
  bypassSection,
  checklistSection,
  deploySection,
  postmortemSection,
  relatedSection,
} from './hotfix-after.ts';
import { headerSection, impactSection, inputSection, timelineSection } from './hotfix-facts.ts';
import { causeSection, fixSection, rollbackSection } from './hotfix-repair.ts';
import type { DocumentView } from './view.ts';

/** The first text behind two sections: questions that only a person can answer. From then on it is theirs. */
const WHY_THIS_FIX = ['### Why This Fix', '', 'UNKNOWN'].join('\n');
const NOT_CAUGHT = [
  "### Why It Wasn't Caught Earlier",
  '',
  '- [ ] No test covers this path',
  '- [ ] A test covers it, but not this case',
  '- [ ] Staging differs from production',
  '- [ ] The review did not see it',
  '- [ ] No alert watches it',
  '- [ ] Something else:',
].join('\n');

/**
 * `hotfix.md`: the sections of seed 004's hotfix spec in their order, under the header of seed 000. Everything
 * comes from events; what nobody recorded is UNKNOWN. Source: domain page, sections 4 and 4.2.
 */
export function renderHotfix(incident: Incident, view: DocumentView): string {
  return renderBlocks(hotfixDocument(incident, view));
}

function hotfixDocument(incident: Incident, view: DocumentView): Generated {
  const blocks: Block[] = [
    { name: 'header', body: headerSection(incident, view) },
    { name: 'timeline', body: timelineSection(incident) },
    { name: 'input', body: inputSection(incident) },
    { name: 'fix', body: fixSection(incident), slot: WHY_THIS_FIX },
    { name: 'impact', body: impactSection(incident, view) },
    { name: 'cause', body: causeSection(incident), slot: NOT_CAUGHT },
    { name: 'rollback', body: rollbackSection(incident) },
    { name: 'deployment', body: deploySection(incident, view) },
    { name: 'bypass', body: bypassSection(incident, view) },
    { name: 'postmortem', body: postmortemSection(incident, view) },
    { name: 'related', body: relatedSection(incident) },
    { name: 'checklist', body: checklistSection(view) },
    { name: 'record', body: recordLine(incident) },
  ];
  return { front: frontOf(incident, view), blocks };
}

function frontOf(incident: Incident, view: DocumentView): string {
  const anchors = anchorsOf(incident);
  return renderFrontMatter({
    id: incident.label,
    uid: incident.uid,
    title: incident.title,
    severity: severityLabel(incident),
    status: incident.status,
    pulse: pulseOf(incident).meter,
    ...(incident.drill ? { drill: true } : {}),
    branch: view.branch,
    reported_at: incident.opened?.at ?? null,
    started_at: anchors.started,
    detected_at: anchors.detected,
    mitigated_at: anchors.mitigated,
    resolved_at: standingResolution(incident)?.at ?? null,
    links: linksOf(incident),
  });
}

function linksOf(incident: Incident): string[] {
  const links = incident.recorded.flatMap((event) =>
    event.kind === 'linked' ? [event.data.url ?? '', ...event.evidence] : [],
  );
  return [...new Set(links.filter((link) => /^https?:\/\//.test(link)))];
}
