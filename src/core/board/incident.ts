import { courseOf, phaseCells } from '../documents/course.ts';
import { isOpen } from '../incident.ts';
import { AUDIENCES, ROLES } from '../kinds.ts';
import { FORMS } from '../message-words.ts';
import { spanChart } from '../report/chart-spans.ts';
import { type Html, html } from '../report/html.ts';
import { isLegal } from '../status.ts';
import { msOf } from '../time.ts';
import { asksPart } from './asks.ts';
import { clockList, moment, notices, pulseMeter, severityTag } from './pieces.ts';
import { tasksPart } from './tasks.ts';
import type { BoardIncident, BoardMay, Parts } from './view.ts';

/** The parts of an incident's page that are replaced when they change; the timeline is added to instead. */
export function incidentParts(view: BoardIncident, may: BoardMay): Parts {
  const { incident, tasks, asks } = view;
  const mayTick = may.write && isLegal(incident.status, 'task_done');
  return {
    head: head(view),
    clocks: clockList(view),
    next: html`<p>${view.next}</p>`,
    asks: asksPart(isOpen(incident) ? asks : [], may, incident.drill),
    roles: roles(view),
    tasks: tasksPart(tasks, mayTick),
    chart: chart(view),
  };
}

function head(view: BoardIncident): Html {
  const { incident } = view;
  return html`<p class="facts">${severityTag(incident)} <strong>${incident.status}</strong> ${pulseMeter(incident)}</p>
${notices(view)}<p class="soft">${incident.opened ? html`Opened ${moment(incident.opened.at, true)}` : ''}${incident.attempt > 1 ? html` · attempt ${incident.attempt}` : ''}</p>`;
}

const words = (name: string): string => name.replaceAll('_', ' ');

function roles({ incident }: BoardIncident): Html {
  if (incident.roles.size === 0) return html`<p class="soft">Nobody has a role yet.</p>`;
  return html`<dl>${[...incident.roles].map(
    ([role, { person }]) => html`<div id="role-${role}"><dt>${words(role)}</dt><dd>${person}</dd></div>
`,
  )}</dl>`;
}

/** Up to the last thing that was recorded: a chart that moved every second would say nothing more. */
function chart({ incident }: BoardIncident): Html {
  const last = incident.told.at(-1);
  const course = courseOf(incident);
  const running = isOpen(incident) ? course.find(({ from, to }) => from !== null && to === null) : undefined;
  const spans = course.map((phase) => {
    const { label, from, to, ms } = phase;
    const isRunning = phase === running && last !== undefined;
    const end = ms === null ? null : to;
    const isYetToCome = isOpen(incident) && to === null;
    return {
      label,
      from: from === null ? null : msOf(from.at),
      to: isRunning ? msOf(last.at) : end === null ? null : msOf(end.at),
      shown: isRunning ? 'so far' : isYetToCome ? 'not yet' : (phaseCells(phase)[3] ?? ''),
    };
  });
  const drawn = spanChart(
    'Course of the incident, to scale',
    'The timeline lists every event with its time.',
    spans,
    incident.told.map(({ at }) => msOf(at)),
  );
  if (drawn === null)
    return html`<p class="soft">Nothing to draw yet: both ends of a phase have to be recorded.</p>`;
  return html`<div class="scroll" role="region" aria-label="Chart" tabindex="0">${drawn}</div>`;
}

/** Where people do something; stands on the page once and is never replaced under their hands. */
export function rolesForm(): Html {
  return html`<details><summary>Assign a role</summary><form data-act="role"><label>Role <select name="role">${ROLES.map((role) => html`<option value="${role}">${words(role)}</option>`)}</select></label>
<label>Person <input type="text" name="person" maxlength="100" required autocomplete="off"></label> <button type="submit">Assign</button><p class="answer" data-own></p></form></details>`;
}

export function draftForm(): Html {
  return html`<form data-act="draft"><label>For <select name="audience">${AUDIENCES.map((one) => html`<option value="${one}">${one}</option>`)}</select></label>
<label>Form <select name="form"><option value="">what fits the status</option>${FORMS.map((one) => html`<option value="${one}">${words(one)}</option>`)}</select></label> <button type="submit">Draft</button><p class="answer" data-own></p></form>
<div class="draft" hidden><label for="draft-text">Draft, posted nowhere</label><textarea id="draft-text" readonly rows="8"></textarea><button type="button" id="copy">Copy</button> <span id="copied" role="status"></span>
<form id="plan-post" data-act="plan_post" hidden><input type="hidden" name="audience"><button type="submit">Plan to post it</button> <span class="soft">It waits for its yes under Approvals.</span><p class="answer" data-own></p></form></div>`;
}
