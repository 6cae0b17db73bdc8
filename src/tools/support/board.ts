import { renderCompletion } from '../../core/completion.ts';
import type { EventDraft } from '../../core/events.ts';
import { type Incident, severityLabel } from '../../core/incident.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { BoardOutcome } from '../../ports.ts';
import type { Answer, Deps } from '../tool.ts';
import { type Loaded, loadUid } from './load.ts';

/**
 * What the repository's own task manager is told, after the record has it. A failure is a sentence for the answer and
 * nothing else; a rehearsal tells nothing.
 */

const ENDS: readonly EventDraft['kind'][] = ['resolved', 'closed'];
const NOTES_MOST = 1_500;

/** An incident was opened: its task is made and started, and named in the record. */
async function boardBegin({ incident }: Loaded, deps: Deps): Promise<string[]> {
  const { board } = deps;
  if (!board || incident.drill) return [];
  const title = `HOTFIX: ${incident.title}`;
  const description = `${incident.label}, ${severityLabel(incident)}, ${incident.uid}`;
  const outcome = await attempted(() => board.begin({ title, description, ref: incident.uid }));
  if ('problem' in outcome) return [`${outcome.problem}.`];
  const draft: EventDraft = {
    ...{
      kind: 'linked',
      text: `${board.name} ${outcome.id}`,
      data: { type: 'issue' },
      evidence: [],
      basis: 'measured',
    },
    ...{
      at_source: 'observed',
      key: `board/${board.name}/${outcome.id}`,
      input_hash: deps.ids.sha256(outcome.id),
    },
  };
  await deps.log.append({
    incident: incident.uid,
    by: { name: board.name, kind: 'system' },
    drafts: [draft],
  });
  return [];
}

/** The answer of an opening, after the task manager was told: no lock is held while it works. */
export async function withTask<Data extends { uid: string; opened: boolean }>(
  answer: Answer<Data>,
  deps: Deps,
): Promise<Answer<Data>> {
  if (!deps.board || !answer.data.opened) return answer;
  const warnings = await boardBegin(await loadUid(answer.data.uid, deps), deps);
  const text = [answer.text, ...warnings.map((warning) => `! ${warning}`)].join('\n');
  return { ...answer, text, warnings: [...answer.warnings, ...warnings] };
}

/** Something was recorded: when it ended the incident, its task is finished. */
export async function boardEnd(
  { incident }: Loaded,
  drafts: readonly EventDraft[],
  deps: Deps,
): Promise<string[]> {
  const { board } = deps;
  if (!board || incident.drill || !drafts.some(({ kind }) => ENDS.includes(kind))) return [];
  const id = taskOf(incident, board.name);
  if (id === null) return [];
  const outcome = await attempted(() => board.finish(id, notesOf(incident)));
  return 'problem' in outcome ? [`${outcome.problem}.`] : [];
}

function taskOf(incident: Incident, name: string): string | null {
  const key = incident.recorded.findLast((event) => event.key?.startsWith(`board/${name}/`))?.key;
  return key?.split('/')[2] ?? null;
}

/** Source: seed 003, step 8: mitigated, fixed, deployed. */
function notesOf(incident: Incident): string {
  const lines = renderCompletion(incident, null)
    .split('\n')
    .filter((line) => /^- (?:Mitigated|Fixed|Deployed): /.test(line));
  return oneLine(lines.map((line) => line.slice(2)).join('. '), NOTES_MOST);
}

async function attempted(work: () => Promise<BoardOutcome>): Promise<BoardOutcome> {
  try {
    return await work();
  } catch {
    return { problem: 'the task manager could not be told' };
  }
}
