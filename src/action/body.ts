import { keyOf } from './decide.ts';
import type { Run, Trigger } from './facts.ts';
import { BEGIN, END, recoveredMarker, runMarker } from './markers.ts';
import type { Texts } from './text.ts';

/** What the texts are made from. */
export interface Story {
  trigger: Trigger;
  /** Failures in a row, newest first. */
  failures: readonly Run[];
  lastGreen: Run | null;
  /** `https://github.com` or the address of a GitHub Enterprise Server. */
  server: string;
  texts: Texts;
}

/** More would not be read. */
const MOST_RUNS = 10;

const linkOf = ({ server, trigger }: Story, path: string): string =>
  `${server}/${trigger.repository}/${path}`;
const runLink = (story: Story, { id, number, attempt }: Run): string =>
  `[run ${number}${attempt > 1 ? `, attempt ${attempt}` : ''}](${linkOf(story, `actions/runs/${id}${attempt > 1 ? `/attempts/${attempt}` : ''}`)})`;
const commitLink = (story: Story, { commit }: Run): string =>
  `[${commit.slice(0, 12)}](${linkOf(story, `commit/${commit}`)})`;
const at = (time: string): string => (time === '' ? 'unknown' : `${time.slice(0, 16).replace('T', ' ')} UTC`);

/** How a conclusion is called; whatever GitHub adds one day stays unnamed. */
const ENDINGS: Readonly<Record<string, string>> = {
  failure: 'failed',
  timed_out: 'timed out',
  startup_failure: 'could not start',
  success: 'succeeded',
};
const endingOf = ({ conclusion }: Run): string => ENDINGS[conclusion] ?? 'ended';

export function titleOf({ trigger, texts }: Story): string {
  const name = texts.title(trigger.workflowName, 100);
  const what = /^ci\b/i.test(name) ? name : `CI ${name}`;
  return `Hotfix Pulse: ${what} fails on ${texts.title(trigger.defaultBranch, 60)}`;
}

const rowOf = (story: Story, run: Run): string =>
  `- ${runLink(story, run)} ${endingOf(run)} ${at(run.endedAt)}, commit ${commitLink(story, run)}${run.subject === '' ? '' : ` ${story.texts.code(run.subject, 72)}`}`;

/** What the machine knows; written again whenever it knows more. */
export function partFor(story: Story): string {
  const { failures, lastGreen, trigger, texts } = story;
  const first = failures.at(-1);
  const range = (green: Run, red: Run): string =>
    `[${green.commit.slice(0, 12)}...${red.commit.slice(0, 12)}](${linkOf(story, `compare/${green.commit}...${red.commit}`)})`;
  const more = failures.length - MOST_RUNS;
  return [
    BEGIN,
    `- **CI now:** 🔴 ${failures.length === 1 ? '1 failure' : `${failures.length} failures in a row`}`,
    `- **Workflow:** ${texts.code(trigger.workflowName)} on ${texts.code(trigger.defaultBranch)}`,
    `- **Failing since:** ${first ? `${at(first.startedAt)}, ${runLink(story, first)}` : 'unknown'}`,
    `- **Last green:** ${lastGreen ? `${runLink(story, lastGreen)}, commit ${commitLink(story, lastGreen)}` : 'unknown'}`,
    `- **Changes between:** ${lastGreen && first ? range(lastGreen, first) : 'unknown'}`,
    '',
    'Failed runs, newest first:',
    ...failures.slice(0, MOST_RUNS).map((run) => rowOf(story, run)),
    ...(more > 0 ? [`- … and ${more} before them`] : []),
    '',
    ...failures.map((run) => runMarker(keyOf(run))),
    END,
  ].join('\n');
}

/** A generated part that says green again: what it told of the failures stays. */
export function recoveredPart(story: Story, recovered: Run, part: string): string {
  const kept = part
    .split('\n')
    .filter((line) => !/^(?:- \*\*(?:CI now|Recovered at):\*\* |<!-- recovered:)/.test(line));
  const [begin = BEGIN, ...rest] = kept;
  return [
    begin,
    '- **CI now:** 🟢 green again',
    `- **Recovered at:** ${at(recovered.endedAt)}, ${runLink(story, recovered)}, commit ${commitLink(story, recovered)}`,
    ...rest.slice(0, -1),
    recoveredMarker(keyOf(recovered)),
    END,
  ].join('\n');
}

export function commentFor(story: Story, untold: readonly Run[]): string {
  const { failures, trigger, texts } = story;
  const [newest] = failures;
  const before = untold.filter((run) => run !== newest).slice(0, MOST_RUNS);
  return [
    `🔴 ${texts.code(trigger.workflowName)} failed again on ${texts.code(trigger.defaultBranch)}: ${failures.length} in a row.`,
    '',
    ...[...(newest ? [newest] : []), ...before].map((run) => rowOf(story, run)),
    '',
    ...untold.map((run) => runMarker(keyOf(run))),
  ].join('\n');
}

export function recoveryComment(story: Story, recovered: Run, closes: boolean): string {
  const { trigger, texts } = story;
  return [
    `🟢 ${texts.code(trigger.workflowName)} is green again on ${texts.code(trigger.defaultBranch)} since ${at(recovered.endedAt)}: ${runLink(story, recovered)}, commit ${commitLink(story, recovered)}.`,
    '',
    closes
      ? 'Closed, since the workflow says so. Reopen it if more is broken than CI.'
      : 'Green CI does not say that users are well: a person looks, and closes this issue.',
    '',
    recoveredMarker(keyOf(recovered)),
  ].join('\n');
}
