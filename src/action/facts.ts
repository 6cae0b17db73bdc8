/** One attempt of one workflow run, as GitHub tells it in an event and in a list. Texts are untrusted. */
export interface Run {
  id: number;
  /** Counts up per workflow. */
  number: number;
  /** From 1; a re-run is the same run with the next attempt. */
  attempt: number;
  /** `success`, `failure`, `cancelled`...; empty while it is not finished. */
  conclusion: string;
  branch: string;
  /** `owner/name` of where its commit comes from; empty when that fork is gone. */
  repository: string;
  /** What started it: `push`, `pull_request`... */
  event: string;
  /** Full name of the commit. */
  commit: string;
  /** First line of the commit message. */
  subject: string;
  /** RFC 3339, UTC. */
  startedAt: string;
  /** When it was finished, as far as GitHub says so; RFC 3339, UTC. */
  endedAt: string;
}

/** What a `workflow_run` event says. */
export interface Trigger {
  /** `completed`, `requested` or `in_progress`. */
  action: string;
  /** `owner/name` of the repository that the event is about. */
  repository: string;
  defaultBranch: string;
  workflowId: number;
  /** Untrusted. */
  workflowName: string;
  run: Run;
}

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const membersOf = (value: unknown): Members => (isMembers(value) ? value : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const countOf = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;

const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
const AT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** A run of an event or of a list; null for anything that is none. */
export function runOf(value: unknown): Run | null {
  const run = membersOf(value);
  const [id, number] = [countOf(run.id), countOf(run.run_number)];
  const commit = textOf(run.head_sha);
  const [created, started, ended] = [run.created_at, run.run_started_at, run.updated_at].map(timeOf);
  if (id === 0 || number === 0 || !COMMIT.test(commit)) return null;
  return {
    ...{ id, number, commit },
    attempt: countOf(run.run_attempt) || 1,
    conclusion: textOf(run.conclusion),
    branch: textOf(run.head_branch),
    repository: textOf(membersOf(run.head_repository).full_name),
    event: textOf(run.event),
    subject: textOf(membersOf(run.head_commit).message).split(/[\r\n]/)[0] ?? '',
    startedAt: started || created || '',
    endedAt: ended || '',
  };
}

const timeOf = (value: unknown): string => (AT.test(textOf(value)) ? textOf(value) : '');

/** The facts of a `workflow_run` event; null when it is not one. */
export function triggerOf(payload: unknown): Trigger | null {
  const event = membersOf(payload);
  const repository = membersOf(event.repository);
  const run = runOf(event.workflow_run);
  const workflowId = countOf(membersOf(event.workflow_run).workflow_id);
  const defaultBranch = textOf(repository.default_branch);
  if (!run || workflowId === 0 || defaultBranch === '') return null;
  return {
    action: textOf(event.action),
    repository: textOf(repository.full_name),
    defaultBranch,
    workflowId,
    workflowName: textOf(membersOf(event.workflow).name) || textOf(membersOf(event.workflow_run).name),
    run,
  };
}
