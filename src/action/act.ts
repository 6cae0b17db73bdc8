import { commentFor, partFor, recoveredPart, recoveryComment, type Story, titleOf } from './body.ts';
import { type Known, keyOf } from './decide.ts';
import type { Run } from './facts.ts';
import { failed } from './failures.ts';
import type { GitHub, Issue, Sent } from './github.ts';
import type { Inputs } from './inputs.ts';
import { openIssues } from './look.ts';
import { partOf, recoveredMarker, runMarker, withPart } from './markers.ts';
import { bodyFor } from './template.ts';

/** What the acts need. */
export interface Scene {
  github: GitHub;
  account: string;
  story: Story;
  inputs: Inputs;
  /** Waits for a number of seconds. */
  pause(seconds: number): Promise<void>;
  /** Tells a person what did not go as wanted, in our own words. */
  warn(text: string): void;
}

/** Pauses before looking again for what may have been made. In seconds. */
const LOOKS: readonly number[] = [0, 2, 4];

/**
 * Ends a write: refused is an error; of what is not known, the trace is looked for. It is never sent twice.
 * @param look answers what it made, or null
 * @throws PulseError upstream
 */
async function settled<T>(scene: Scene, sent: Sent<T>, look: () => Promise<T | null>): Promise<T> {
  if (sent.sent) return sent.made;
  if (sent.ending.kind !== 'unknown') throw failed(sent.asked, sent.ending);
  for (const seconds of LOOKS) {
    await scene.pause(seconds);
    const found = await look();
    if (found !== null) return found;
  }
  throw failed(sent.asked, sent.ending);
}

/** Opens the issue. @returns the oldest open one, which is another when two were opened at the same time */
export async function open(scene: Scene): Promise<{ issue: Issue; isOurs: boolean }> {
  const { github, account, story, inputs } = scene;
  const own = story.failures[0];
  const isMade = ({ body }: Issue): boolean => own !== undefined && body.includes(runMarker(keyOf(own)));
  const draft = { title: titleOf(story), body: bodyFor(story), labels: inputs.labels };
  const made = await settled(scene, await github.create(draft), async () => {
    return (await openIssues(github, account, story.trigger)).find(isMade) ?? null;
  });
  const [oldest = made, ...younger] = await openIssues(github, account, story.trigger);
  for (const issue of younger) await closeDuplicate(scene, issue, oldest);
  if (oldest.number === made.number) await dress(scene, made);
  return { issue: oldest, isOurs: oldest.number === made.number };
}

/** The younger of two: it loses the marker, so that nothing is told there any more. */
async function closeDuplicate({ github, warn }: Scene, issue: Issue, oldest: Issue): Promise<void> {
  const body = `Opened at the same time as #${oldest.number}, which is the one to use.\n`;
  const sent = await github.change(issue.number, { body, close: 'not_planned' });
  if (!sent.sent) warn(`Issue ${issue.number} is a second one for the same failures: close it by hand.`);
}

/** Assignees, and a look at whether GitHub dropped any of them or a label: it does so in silence. */
async function dress({ github, inputs, warn }: Scene, { number }: Issue): Promise<void> {
  if (inputs.assignees.length > 0) await github.assign(number, inputs.assignees);
  const { labels, assignees } = await github.issue(number);
  const missing = (wanted: string[], there: string[]) =>
    wanted.some((name) => !there.some((other) => other.toLowerCase() === name.toLowerCase()));
  if (missing(inputs.labels, labels)) warn('GitHub left out a label: the token may not set labels.');
  if (missing(inputs.assignees, assignees))
    warn('GitHub left out an assignee: only people with access to the repository can be assigned.');
}

/** Tells further failures, once each. */
export async function comment(scene: Scene, issue: Known, untold: readonly Run[]): Promise<void> {
  const [newest] = untold;
  if (newest) await say(scene, issue, commentFor(scene.story, untold), runMarker(keyOf(newest)));
}

async function say(scene: Scene, { number }: Known, text: string, marker: string): Promise<void> {
  const { github, account } = scene;
  await settled(scene, await github.comment(number, text), async () => {
    const comments = await github.comments(number, account);
    return comments.some((body) => body.includes(marker)) ? undefined : null;
  });
}

/** Writes the generated part again where it says something else. What people wrote around it stays. */
export async function refresh({ github, story, warn }: Scene, { number }: Known): Promise<void> {
  const { body } = await github.issue(number);
  const part = partFor(story);
  if (partOf(body) === null || partOf(body) === part) return;
  const sent = await github.change(number, { body: withPart(body, part) });
  if (!sent.sent) warn(`The text of issue ${number} is not up to date; the next failure makes up for it.`);
}

/** Tells that CI is green again: a comment, the generated part, and closing where the workflow says so. */
export async function recover(scene: Scene, issue: Known, green: Run): Promise<void> {
  const { github, story, inputs } = scene;
  const { closeOnRecovery } = inputs;
  if (!issue.recoveryTold) {
    const text = recoveryComment(story, green, closeOnRecovery);
    await say(scene, issue, text, recoveredMarker(keyOf(green)));
  }
  const { body } = await github.issue(issue.number);
  const part = partOf(body);
  const after = part === null ? body : withPart(body, recoveredPart(story, green, part));
  if (after === body && !closeOnRecovery) return;
  const change = {
    ...(after === body ? {} : { body: after }),
    ...(closeOnRecovery ? { close: 'completed' as const } : {}),
  };
  await settled(scene, await github.change(issue.number, change), async () => {
    const now = await github.issue(issue.number);
    const isDone = partOf(now.body) === partOf(after) && !(closeOnRecovery && now.isOpen);
    return isDone ? undefined : null;
  });
}
