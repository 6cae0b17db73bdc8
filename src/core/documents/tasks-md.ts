import { type Incident, severityLabel } from '../incident.ts';
import { resolutionTime } from '../resolution-time.ts';
import { PHASES, type TaskState } from '../tasks.ts';
import { mdInline } from '../untrusted.ts';
import { type Block, parseBlocks, renderBlocks } from './blocks.ts';
import { recordLine, utc, whoOf } from './describe.ts';
import { box, stack, told } from './md.ts';
import type { DocumentView } from './view.ts';

/** `tasks.md`: seed 004's six phases. A skipped task is ticked, struck through, and says why. */
export function renderTasks(incident: Incident, view: DocumentView): string {
  const blocks: Block[] = [
    { name: 'header', body: header(incident, view) },
    ...PHASES.map(({ number, title }) => ({
      name: `phase-${number}`,
      body: stack(
        `## Phase ${number}: ${title}`,
        view.tasks.filter((task) => task.phase === number).map((task) => taskLines(incident, task)),
      ),
    })),
    { name: 'completion', body: completion(incident, view) },
    { name: 'record', body: recordLine(incident) },
  ];
  return renderBlocks({ front: '', blocks });
}

function header(incident: Incident, view: DocumentView): string {
  return stack(
    `# Tasks: Hotfix - ${told(incident.title)}`,
    `**Hotfix ID**: ${incident.label}`,
    `**Severity**: ${severityLabel(incident)}`,
    `**Input**: Hotfix spec from \`${view.folder}/hotfix.md\``,
    incident.attempt > 1 ? `**Attempt**: ${incident.attempt} (an earlier fix was taken back)` : '',
  );
}

function taskLines(incident: Incident, task: TaskState): string {
  const head =
    task.state === 'skipped'
      ? `- [x] **${task.id}** ~~${task.title}~~ skipped: ${told(task.note)}`
      : `- [${task.state === 'done' ? 'x' : ' '}] **${task.id}** ${task.title}`;
  const proof = proofOf(incident, task);
  const lines = task.state === 'open' ? task.steps : proof === null ? [] : [proof];
  return [head, ...lines.map((line) => `  - ${line}`)].join('\n');
}

/** Who did it and when, with the event to look up. */
function proofOf(incident: Incident, task: TaskState): string | null {
  const event = incident.recorded.find((candidate) => candidate.id === task.event);
  if (!event) return null;
  const stated = event.basis === 'stated' && event.kind === 'task_done' ? ', stated' : '';
  return `${utc(event.at)} by ${mdInline(whoOf(event))}${stated} (event ${event.id})`;
}

function completion(incident: Incident, { tasks, row }: DocumentView): string {
  const done = (id: string) => tasks.some((task) => task.id === id && task.state === 'done');
  return stack(
    '## Completion',
    [
      box(incident.status === 'resolved' || incident.status === 'closed', 'The harm has ended'),
      box(done('T012') && done('T026'), 'Fix deployed and stable for 48 hours'),
      box(done('T018'), 'Regression test proven'),
      box(done('T022'), 'Postmortem written'),
      box(done('T028'), 'Action items owned and dated'),
      box(done('T025'), 'Documentation updated'),
      box(done('T026'), 'No recurrence seen'),
    ],
    `**Time to Resolution**: ${resolutionTime(incident, row)}`,
  );
}

const TASK_LINE = /^- \[([ xX])\] (\*\*(T\d{3})\*\* .*)$/;

/**
 * Ticks that a person added in an editor. Read only where `text` differs from what we last wrote there by
 * ticks and notes alone: an older copy, an unknown base, a taken-back tick or any other edit gives no ticks
 * and `other_changes`. Source: domain page, section 4.1.
 */
export function readTicks(
  text: string,
  lastGenerated: string | null,
): { added: string[]; other_changes: boolean } {
  const now = parseBlocks(text);
  const base = lastGenerated === null ? null : parseBlocks(lastGenerated);
  const other = { added: [], other_changes: true };
  if (!now || !base || now.front !== base.front || now.parts.length !== base.parts.length) return other;
  const added: string[] = [];
  for (const [i, part] of base.parts.entries()) {
    const edited = now.parts[i];
    const ticks = edited?.name === part.name ? ticksIn(edited.body, part.body) : null;
    if (ticks === null) return other;
    added.push(...ticks);
  }
  return { added, other_changes: false };
}

/** Ticks added to a block, or null when a generated line is gone or changed, or a task line is new. */
function ticksIn(body: string, base: string): string[] | null {
  const wanted = base.split('\n');
  const added: string[] = [];
  let next = 0;
  for (const line of body.split('\n')) {
    const expected = wanted[next];
    const is = TASK_LINE.exec(line);
    const was = expected === undefined ? null : TASK_LINE.exec(expected);
    if (line === expected) next += 1;
    else if (is && was && was[1] === ' ' && is[1] !== ' ' && is[2]?.startsWith(was[2] ?? '')) {
      added.push(is[3] ?? '');
      next += 1;
    } else if (is) return null;
  }
  return next === wanted.length ? added : null;
}
