import { comment, open, recover, refresh, type Scene } from './act.ts';
import { decide, judge, type Why, worthALook } from './decide.ts';
import type { Trigger } from './facts.ts';
import { failed } from './failures.ts';
import type { GitHub } from './github.ts';
import type { Inputs } from './inputs.ts';
import { boardFor, historyFor } from './look.ts';
import type { Texts } from './text.ts';

/** What the action did, for its outputs and its summary. */
export interface Outcome {
  action: 'none' | 'opened' | 'commented' | 'recovered';
  /** Why nothing was done; null when something was. */
  why: Why | null;
  issue: { number: number; url: string } | null;
  /** Failures in a row up to the triggering run. */
  streak: number;
  warnings: string[];
}

export interface Asked {
  trigger: Trigger;
  inputs: Inputs;
  github: GitHub;
  /** Address of the website, for links. */
  server: string;
  texts: Texts;
  pause: Scene['pause'];
}

/**
 * One event from beginning to end. The same event again changes nothing, and neither does one that another
 * run of this action has dealt with in between.
 * @throws PulseError upstream when GitHub refused, or did not say what happened
 */
export async function pulse({ trigger, inputs, github, server, texts, pause }: Asked): Promise<Outcome> {
  const warnings: string[] = [];
  const none = (why: Why, streak = 0, issue: Outcome['issue'] = null): Outcome => {
    return { action: 'none', why, issue, streak, warnings };
  };
  const foreign = worthALook(trigger);
  if (foreign !== null) return none(foreign);
  const history = await historyFor(github, trigger, inputs.countAttempts);
  const { failures, lastGreen } = history;
  const judgement = judge(trigger, history, inputs);
  if (judgement.state === 'none') return none(judgement.why, failures.length);

  const account = inputs.account || (await github.account());
  const story = { trigger, failures, lastGreen, server, texts };
  const scene: Scene = { github, account, story, inputs, pause, warn: (text) => warnings.push(text) };
  const done = (action: Outcome['action'], issue: NonNullable<Outcome['issue']>): Outcome => {
    return { action, why: null, issue: numbered(issue), streak: failures.length, warnings };
  };
  // Who loses a race for the first issue finds the other one at the second look.
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const board = await boardFor(github, account, trigger, judgement.state);
    const decision = decide(judgement, history, board, inputs);
    // An older event would set the text of the issue back.
    const isNewest = history.newest === null;
    switch (decision.act) {
      case 'none':
        // Makes up for a run that broke off between the comment and the text.
        if (decision.why === 'told_already' && decision.issue && isNewest)
          await refresh(scene, decision.issue);
        return none(decision.why, failures.length, numbered(decision.issue));
      case 'comment':
        await comment(scene, decision.issue, decision.untold);
        if (isNewest) await refresh(scene, decision.issue);
        return done('commented', decision.issue);
      case 'recover':
        await recover(scene, decision.issue, trigger.run);
        return done('recovered', decision.issue);
      case 'open': {
        const { issue, isOurs } = await open(scene);
        if (isOurs) return done('opened', issue);
      }
    }
  }
  throw failed('the issues', { kind: 'unknown', status: 0 });
}

/** Each one more means that somebody closed an issue in the same second. */
const MOST_LOOKS = 3;

const numbered = (issue: Outcome['issue']): Outcome['issue'] =>
  issue && { number: issue.number, url: issue.url };
