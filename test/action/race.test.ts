import { describe, expect, it } from 'vitest';
import { runOf, type Trigger, triggerOf } from '../../src/action/facts.ts';
import type { GitHub, Issue } from '../../src/action/github.ts';
import { inputsOf } from '../../src/action/inputs.ts';
import { issueMarker, runMarker } from '../../src/action/markers.ts';
import { pulse } from '../../src/action/run.ts';
import { createTexts } from '../../src/action/text.ts';
import { type Made, payloadOf, runOf as rawRun } from './kit.ts';

const TWO: Made[] = [
  { number: 1, conclusion: 'failure' },
  { number: 2, conclusion: 'failure' },
];
const trigger = triggerOf(payloadOf({ number: 2, conclusion: 'failure' })) as Trigger;

/** Another run of the action is one step ahead: its issue appears after the look and before the creation. */
function outrun(rivalTells: readonly string[]) {
  const issues: Issue[] = [];
  const comments: string[] = [];
  const add = (body: string): Issue => {
    const number = issues.length + 1;
    const made = { number, url: `https://github.com/ops-bot/shop/issues/${number}`, isOpen: true, body };
    issues.push({ ...made, labels: ['hotfix-pulse'], assignees: [] });
    return issues.at(-1) as Issue;
  };
  const done = { sent: true, made: undefined } as const;
  const github: GitHub = {
    account: async () => 'github-actions[bot]',
    runs: async () => ({
      runs: TWO.map((made) => runOf(rawRun(made))).filter((run) => run !== null),
      isLast: true,
    }),
    attempt: async () => null,
    issues: async (_, state) => ({
      issues: issues.filter((one) => one.isOpen === (state === 'open')),
      isLast: true,
    }),
    issue: async (number) => issues[number - 1] as Issue,
    comments: async (number) => (number === 1 ? comments : []),
    create: async ({ body }) => {
      add([issueMarker(trigger), ...rivalTells.map(runMarker)].join('\n'));
      return { sent: true, made: add(body) };
    },
    change: async (number, { body, close }) => {
      const issue = issues[number - 1] as Issue;
      Object.assign(issue, { body: body ?? issue.body, isOpen: close === undefined && issue.isOpen });
      return done;
    },
    assign: async () => done,
    comment: async (number, body) => {
      if (number === 1) comments.push(body);
      return done;
    },
  };
  const inputs = inputsOf((name) => (name === 'github-token' ? 'token' : ''));
  const run = () =>
    pulse({
      trigger,
      inputs,
      github,
      server: 'https://github.com',
      texts: createTexts('token'),
      pause: async () => {},
    });
  return { issues, comments, run };
}

describe('two runs of the action at the same moment', () => {
  it('that tell the same: the younger issue is closed and points to the older, which says it all', async () => {
    const { issues, comments, run } = outrun(['1001:1', '1002:1']);
    expect(await run()).toMatchObject({ action: 'none', why: 'told_already', issue: { number: 1 } });
    expect(issues.map(({ isOpen }) => isOpen)).toEqual([true, false]);
    expect(issues[1]?.body).toBe('Opened at the same time as #1, which is the one to use.\n');
    expect(comments).toEqual([]);
  });

  it('that tell different failures: what the older does not tell becomes its comment', async () => {
    const { issues, comments, run } = outrun(['1001:1']);
    expect(await run()).toMatchObject({ action: 'commented', issue: { number: 1 } });
    expect(issues.map(({ isOpen }) => isOpen)).toEqual([true, false]);
    expect(comments).toEqual([expect.stringContaining('<!-- run:1002:1 -->')]);
    expect(await run()).toMatchObject({ action: 'none', why: 'told_already' });
    expect(issues).toHaveLength(2);
  });
});
