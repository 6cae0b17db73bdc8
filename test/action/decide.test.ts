import { describe, expect, it } from 'vitest';
import { type Board, decide, judge, type Known, type Rules } from '../../src/action/decide.ts';
import { type Run, runOf, type Trigger, triggerOf } from '../../src/action/facts.ts';
import { historyOf, kindOf } from '../../src/action/history.ts';
import { historyFor } from '../../src/action/look.ts';
import { githubContract } from '../support/github-contract.ts';
import { type Made, payloadOf, REPOSITORY, runOf as rawRun, WORKFLOW_ID, webhookFaults } from './kit.ts';

const RULES: Rules = { threshold: 2, countAttempts: false };
const run = (made: Made): Run => runOf(rawRun(made)) as Run;
const trigger = (made: Made): Trigger => triggerOf(payloadOf(made)) as Trigger;

/** `f` failure, `t` timed out, `u` could not start, `s` success, `c` cancelled, `k` skipped, `n` neutral. */
const LETTERS: Record<string, string> = {
  ...{ f: 'failure', t: 'timed_out', u: 'startup_failure', s: 'success' },
  ...{ c: 'cancelled', k: 'skipped', n: 'neutral', o: 'stale', a: 'action_required' },
};
const made = (letters: string): Made[] =>
  [...letters].map((letter, at) => ({ number: at + 1, conclusion: LETTERS[letter] ?? letter }));

/** The run that `at` counts starts it; all others are listed. */
function judged(letters: string, at = letters.length, rules = RULES) {
  const all = made(letters);
  const own = trigger(all[at - 1] as Made);
  const history = historyOf(all.map(run), own, rules.countAttempts);
  const judgement = judge(own, history, rules);
  return { history, judgement, says: judgement.state === 'none' ? judgement.why : judgement.state };
}

describe('counting back', () => {
  it.each([
    ['f', 'below_threshold', 1],
    ['ff', 'failing', 2],
    ['fcf', 'failing', 2],
    ['fknoaf', 'failing', 2],
    ['ftu', 'failing', 3],
    ['sff', 'failing', 2],
    ['fsf', 'below_threshold', 1],
    ['ffc', 'not_telling', 0],
    ['ffs', 'green', 0],
    ['s', 'green', 0],
    // A conclusion that GitHub invents one day says nothing.
    ['fx', 'not_telling', 0],
  ])('%s: %s', (letters, says, streak) => {
    const found = judged(letters);
    expect([found.says, found.history.failures.length]).toEqual([says, streak]);
  });

  it.each([
    ['a newer run, failed: this one is told all the same', 'fff', 2, 'failing'],
    ['a newer run, green: nobody is called for what is over', 'ffs', 2, 'newer_success'],
    ['a newer run, green, and red again', 'ffsf', 2, 'newer_success'],
    ['green, but a newer one failed', 'ffsf', 3, 'newer_failure'],
    ['green, red, green: the last word counts', 'ffsfs', 3, 'green'],
    ['a newer one that was cancelled says nothing', 'ffc', 2, 'failing'],
  ])('%s', (_, letters, at, says) => {
    expect(judged(letters, at).says).toBe(says);
  });

  it('takes runs in any order and counts by their numbers', () => {
    const own = trigger({ number: 3, conclusion: 'failure' });
    const { failures, lastGreen } = historyOf(made('sff').reverse().map(run), own, false);
    expect([failures.map(({ number }) => number), lastGreen?.number]).toEqual([[3, 2], 1]);
    expect(historyOf(made('sff').map(run), own, false).failures).toEqual(failures);
  });

  it('counts the triggering run where the list does not have it yet', () => {
    const own = trigger({ number: 2, conclusion: 'failure' });
    expect(historyOf(made('f').map(run), own, false).failures).toHaveLength(2);
  });

  it('a higher threshold needs more', () => {
    expect(judged('ff', 2, { ...RULES, threshold: 3 }).says).toBe('below_threshold');
    expect(judged('f', 1, { ...RULES, threshold: 1 }).says).toBe('failing');
  });

  it('an event about an attempt that was repeated since is left to the later one', () => {
    const own = trigger({ number: 2, conclusion: 'failure' });
    const list = [
      { number: 1, conclusion: 'failure' },
      { number: 2, conclusion: 'success', attempt: 2 },
    ];
    expect(judge(own, historyOf(list.map(run), own, false), RULES)).toEqual({
      state: 'none',
      why: 'repeated',
    });
  });

  it('attempts count only where they should, and are asked for only then', async () => {
    const asked: string[] = [];
    const first: Made[] = [
      { number: 1, conclusion: 'success', attempt: 3 },
      { number: 2, conclusion: 'failure', attempt: 2 },
    ];
    const github = {
      runs: async () => ({ runs: first.map(run).reverse(), isLast: true }),
      attempt: async ({ number }: Run, attempt: number) => {
        asked.push(`${number}/${attempt}`);
        return run({ number, conclusion: number === 3 ? 'cancelled' : 'failure', attempt });
      },
    };
    const own = trigger({ number: 3, conclusion: 'failure', attempt: 2 });
    expect((await historyFor(github, own, false)).failures).toHaveLength(2);
    expect(asked).toEqual([]);
    const { failures } = await historyFor(github, own, true);
    expect(failures.map(({ number, attempt }) => `${number}/${attempt}`)).toEqual(['3/2', '2/2', '2/1']);
    // Nothing older than the success matters.
    expect(asked).toEqual(['3/1', '2/1', '1/2', '1/1'].slice(0, 2));
  });

  it('reads on, page by page, until it sees a success', async () => {
    const pages = [made('f'.repeat(150)).slice(50), made('sf'.padEnd(50, 'f'))];
    const github = {
      runs: async (_: number, __: string, page: number) => ({
        runs: (pages[page - 1] ?? []).map(run).reverse(),
        isLast: page === 2,
      }),
      attempt: async () => null,
    };
    const { failures, lastGreen } = await historyFor(
      github,
      trigger({ number: 150, conclusion: 'failure' }),
      false,
    );
    expect([failures.length, lastGreen?.number]).toEqual([149, 1]);
  });
});

describe('what to do, by what is on the board', () => {
  const known = (change: Partial<Known> = {}): Known => ({
    ...{ number: 7, url: 'https://github.com/ops-bot/shop/issues/7' },
    ...{ told: ['1001:1', '1002:1'], recoveryTold: false, recoveryShown: false },
    ...change,
  });
  const on = (letters: string, board: Partial<Board>, rules = RULES) => {
    const { judgement, history } = judged(letters, letters.length, rules);
    if (judgement.state === 'none') throw new Error(judgement.why);
    const decision = decide(judgement, history, { open: null, closed: null, ...board }, rules);
    return decision.act === 'none' ? decision.why : decision.act;
  };

  it.each<[string, Partial<Board>, string]>([
    ['ff', {}, 'open'],
    ['ff', { open: known() }, 'told_already'],
    ['fff', { open: known() }, 'comment'],
    ['fff', { closed: known() }, 'comment'],
    ['ff', { closed: known() }, 'told_already'],
    ['ffsff', { closed: known() }, 'open'],
    ['ffsff', { open: known() }, 'comment'],
    ['ffs', { open: known() }, 'recover'],
    ['ffs', { open: known({ recoveryTold: true }) }, 'recover'],
    ['ffs', { open: known({ recoveryShown: true }) }, 'recover'],
    ['ffss', { open: known({ recoveryTold: true, recoveryShown: true }) }, 'recovered_already'],
    ['ffs', { closed: known() }, 'nothing_open'],
    ['ffs', {}, 'nothing_open'],
  ])('%s with %o: %s', (letters, board, says) => {
    expect(on(letters, board)).toBe(says);
  });

  it('a comment makes up for failures that no delivery told', () => {
    const { judgement, history } = judged('ffff');
    if (judgement.state === 'none') throw new Error(judgement.why);
    const decision = decide(judgement, history, { open: known(), closed: null }, RULES);
    expect(decision).toMatchObject({ act: 'comment', untold: [{ number: 4 }, { number: 3 }] });
  });

  it('another attempt of a told run is told only where attempts count', () => {
    const board = { open: known({ told: ['1001:1', '1002:9'] }) };
    expect(on('ff', board)).toBe('told_already');
    expect(on('ff', board, { ...RULES, countAttempts: true })).toBe('comment');
  });
});

describe('payloads', () => {
  it('of the tests are such as GitHub describes them', async () => {
    for (const conclusion of Object.values(LETTERS).concat('failure')) {
      expect(webhookFaults(payloadOf({ number: 2, conclusion })), conclusion).toEqual([]);
    }
    // The judge is awake.
    expect(
      webhookFaults({ ...payloadOf({ number: 2, conclusion: 'failure' }), workflow_run: {} }),
    ).not.toEqual([]);
    const contract = await githubContract('github-rest');
    const asked = {
      ...{ method: 'GET', query: '', body: undefined },
      path: `/repos/${REPOSITORY}/actions/workflows/${WORKFLOW_ID}/runs`,
    };
    const body = { total_count: 1, workflow_runs: [rawRun({ number: 1, conclusion: 'failure' })] };
    expect(contract.wrongWithAnswer(asked, 200, body)).toEqual([]);
  });

  it('are read into plain facts', () => {
    expect(trigger({ number: 3, conclusion: 'failure', subject: 'One\nTwo' })).toMatchObject({
      ...{ action: 'completed', repository: REPOSITORY, defaultBranch: 'main', workflowId: WORKFLOW_ID },
      workflowName: 'CI',
      run: { id: 1003, number: 3, attempt: 1, subject: 'One', branch: 'main', repository: REPOSITORY },
    });
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a list', []],
    ['no run', { action: 'completed', repository: { full_name: 'a/b', default_branch: 'main' } }],
    [
      'a run with a number that is text',
      { ...payloadOf({ number: 1, conclusion: 'failure' }), workflow_run: { id: '1' } },
    ],
  ])('%s is no event', (_, payload) => {
    expect(triggerOf(payload)).toBeNull();
  });

  it('a commit that is none is no run, so that no link is made of it', () => {
    expect(runOf({ ...rawRun({ number: 1, conclusion: 'failure' }), head_sha: '../../x' })).toBeNull();
  });

  it('a conclusion with the name of something inherited says nothing', () => {
    expect(kindOf(run({ number: 1, conclusion: 'constructor' }))).toBe('ignored');
  });
});
