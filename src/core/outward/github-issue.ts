import { roleWords, utc, whoOf } from '../documents/describe.ts';
import { field, stack, UNKNOWN } from '../documents/md.ts';
import { isPage } from '../followup-issue.ts';
import { gate, item } from '../gates.ts';
import { type Incident, isOpen, severityLabel } from '../incident.ts';
import { anchorsOf, endedAt } from '../intervals.ts';
import { nextStep } from '../next-step.ts';
import { pulseOf } from '../pulse.ts';
import { PHASES, type TaskState } from '../tasks.ts';
import { markerFor } from './audience.ts';
import { issueLine, issueTitle, MORE, withMarker } from './github-text.ts';
import type { SurfaceView } from './sending.ts';

/** The incident as one issue that follows the record. */

/** What is sent, as plain JSON. A type, since an interface is no `Json`. */
export type IncidentIssueDraft = {
  title: string;
  body: string;
  labels: string[];
  state: 'open' | 'closed';
  /** Why it is closed; null while it is open. */
  reason: 'completed' | 'not_planned' | null;
};

/** Every incident issue has it. */
const INCIDENT_LABEL = 'hotfix-pulse';
/** Taken off when another one comes: only these, so that a team's own labels stay. */
export const LEVEL_LABELS: readonly string[] = ['P0', 'P1', 'P2', 'P3'];

const TITLE = 160;
const LINE = 200;
/** More than that is a list that nobody reads here. */
const MOST_ACTIONS = 40;
const MOST_ROLES = 20;

/** Times are absolute and nothing counts down, so the same record gives the same issue. */
export function incidentIssue(view: SurfaceView, labels: readonly string[]): IncidentIssueDraft {
  const { incident } = view;
  const title = view.redact(incident.title);
  const own = [INCIDENT_LABEL, ...(incident.severity === null ? [] : [incident.severity.level]), ...labels];
  return {
    title: issueTitle(
      `${incident.drill ? '[DRILL] ' : ''}Hotfix Pulse: ${incident.label} ${title.trim() === '' ? UNKNOWN : title}`,
      TITLE,
    ),
    body: withMarker(
      stack(
        incident.drill ? '**This is a drill: nothing is wrong.**' : '',
        head(incident, view),
        times(incident),
        roles(incident, view),
        clocks(view),
        checklist(incident, view),
        actions(incident, view),
        documents(incident, view),
        'Kept up to date by hotfix-pulse from the record of the incident: changes to this text, its title, its state and its severity label are overwritten. Comments stay.',
      ),
      markerFor(incident.uid),
    ),
    labels: [...new Set(own)],
    ...stateOf(incident),
  };
}

function stateOf(incident: Incident): Pick<IncidentIssueDraft, 'state' | 'reason'> {
  if (isOpen(incident)) return { state: 'open', reason: null };
  return { state: 'closed', reason: incident.status === 'cancelled' ? 'not_planned' : 'completed' };
}

/** The record knows more than this view: what keeps an incident from closing is asked there. */
const CLOSING = gate('close', [item('asked', false, 'ask close_incident what is missing')]);

function head(incident: Incident, { row }: SurfaceView): string {
  const pulse = pulseOf(incident);
  const words = row === null || incident.severity === null ? '' : ` ${row.colour} ${row.word}`;
  const sure = incident.severity?.confirmed === false ? ' (unconfirmed)' : '';
  return stack(`**Pulse**: ${pulse.meter} ${pulse.dots} of 5, ${pulse.step}`, [
    `- **Severity**: ${severityLabel(incident)}${words}${sure}`,
    `- **Status**: ${incident.status}`,
    ...(isOpen(incident) ? [`- **Next step**: ${nextStep(incident, CLOSING)}`] : []),
  ]);
}

function times(incident: Incident): string {
  const anchors = anchorsOf(incident);
  return stack('### Times', [
    field('Started', utc(anchors.started)),
    field('Detected', utc(anchors.detected)),
    field('Reported', utc(incident.opened?.at)),
    field('Acknowledged', utc(anchors.acknowledged)),
    field('Mitigated', utc(anchors.mitigated)),
    field('Ended', utc(endedAt(incident))),
  ]);
}

function roles(incident: Incident, { redact }: SurfaceView): string {
  const rows = [...incident.roles].slice(0, MOST_ROLES);
  return stack('### Roles', [
    ...rows.map(
      ([role, { person, at }]) =>
        `- **${issueLine(roleWords(role), 60)}**: ${issueLine(redact(person), LINE)}, since ${utc(at)}`,
    ),
    ...(incident.roles.has('incident_commander') ? [] : [field('incident commander', null)]),
    ...(incident.roles.size > rows.length ? [`- ${MORE}`] : []),
  ]);
}

function clocks({ clocks: all }: SurfaceView): string {
  const lines = all.map(
    ({ label, due, met_at }) =>
      `- ${issueLine(label, LINE)}: due ${utc(due)}${met_at === null ? '' : `, met ${utc(met_at)}`}`,
  );
  return lines.length === 0 ? '' : stack('### Clocks', capped(lines, MOST_ACTIONS));
}

function checklist(incident: Incident, view: SurfaceView): string {
  const isDone = ({ state }: TaskState) => state === 'done';
  return stack(
    `### Checklist (${view.tasks.filter(isDone).length} of ${view.tasks.length} done)`,
    ...PHASES.map(({ number, title }) =>
      stack(
        `**Phase ${number}: ${title}**`,
        view.tasks.filter(({ phase }) => phase === number).map((task) => taskLine(incident, task, view)),
      ),
    ),
  );
}

function taskLine(incident: Incident, task: TaskState, { redact }: SurfaceView): string {
  const name = `${task.id} ${task.title}`;
  if (task.state === 'open') return `- [ ] ${name}`;
  if (task.state === 'skipped')
    return `- [x] ~~${name}~~ skipped: ${issueLine(redact(task.note ?? ''), LINE) || UNKNOWN}`;
  const event = incident.recorded.find(({ id }) => id === task.event);
  const who = event === undefined ? '' : `, ${issueLine(redact(whoOf(event)), LINE)}`;
  const stated = event?.kind === 'task_done' && event.basis === 'stated' ? ', stated' : '';
  return `- [x] ${name}: ${utc(task.at) ?? UNKNOWN}${who}${stated}`;
}

function actions(incident: Incident, { redact }: SurfaceView): string {
  const rows = [...incident.actions.values()]
    .filter(({ state }) => state !== 'dropped')
    .map(({ id, text, state, issue }) => {
      const page = issue !== undefined && isPage(issue) ? `: ${issue}` : '';
      return `- [${state === 'done' ? 'x' : ' '}] ${issueLine(id, 40)} ${issueLine(redact(text), LINE)}${page}`;
    });
  return rows.length === 0 ? '' : stack('### Follow-ups', capped(rows, MOST_ACTIONS));
}

/** By path: whether they are pushed, and where, is not known here. */
function documents(incident: Incident, { folder, branch }: SurfaceView): string {
  const has = (kind: string) => incident.recorded.some((event) => event.kind === kind);
  const path = (name: string) => `- \`${folder.replaceAll('`', '')}/${name}\``;
  return stack('### In the repository', [
    ...[path('hotfix.md'), path('tasks.md')],
    ...(has('postmortem_written') ? [path('post-mortem.md')] : []),
    ...(has('hotfix_started') ? [`- branch \`${branch.replaceAll('`', '')}\``] : []),
  ]);
}

const capped = (rows: readonly string[], most: number): string[] =>
  rows.length <= most ? [...rows] : [...rows.slice(0, most), `- ${MORE}`];
