import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inputsOf } from '../../src/action/inputs.ts';
import { TOKEN } from '../support/github-gateway.ts';
import { deliver, payloadOf } from './kit.ts';

/** Nothing listens there: whatever is refused must be refused before GitHub is asked. */
const NOBODY = { url: 'http://127.0.0.1:1' };
const failure = { number: 2, conclusion: 'failure' };
const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the committed bundle', () => {
  it('is what the sources make', async () => {
    const { staleFiles } = (await import(`${root}scripts/build-action.mjs`)) as {
      staleFiles(root: string): Promise<string[]>;
    };
    expect(await staleFiles(root), 'run: npm run action').toEqual([]);
  });

  it('holds no file of this machine and no evaluation, and names its licences', () => {
    const bundle = readFileSync(`${root}action/index.js`, 'utf8');
    expect(bundle).not.toContain(root);
    expect(bundle).not.toMatch(/\beval\s*\(|new Function\s*\(/);
    expect(Buffer.byteLength(bundle)).toBeLessThan(800 * 1024);
    const notices = readFileSync(`${root}action/THIRD_PARTY_NOTICES.txt`, 'utf8');
    for (const name of ['@actions/core', '@actions/github', '@octokit/core', 'undici']) {
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)`, 'm'));
    }
  });
});

describe('what is refused at the door', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['no token', { 'github-token': '' }, /The input github-token is empty/],
    ['a threshold of none', { threshold: '0' }, /The input threshold .* from 1 to 50/],
    ['a threshold of words', { threshold: 'two' }, /The input threshold/],
    ['a label with a comma', { label: 'a,b' }, /The input label/],
    ['a login that is none', { assignees: 'ana, -x; rm' }, /The input assignees/],
    [
      'a yes that is none',
      { 'close-on-recovery': 'yes' },
      /The input close-on-recovery is neither\. Valid: true or false\./,
    ],
    ['a count that is none', { 'count-attempts': '1' }, /The input count-attempts/],
    ['an account that is none', { account: 'a b' }, /The input account/],
  ])('%s', async (_, inputs, says) => {
    const { code, log } = await deliver(NOBODY, payloadOf(failure), inputs);
    expect([code, log]).toEqual([1, expect.stringMatching(says)]);
  });

  it.each<[string, unknown, Record<string, string>, RegExp]>([
    [
      'another event',
      payloadOf(failure),
      { GITHUB_EVENT_NAME: 'push' },
      /works on the event workflow_run only/,
    ],
    ['a payload that is none', 'x', {}, /works on the event workflow_run only/],
    [
      'no payload',
      payloadOf(failure),
      { GITHUB_EVENT_PATH: '/nowhere' },
      /works on the event workflow_run only/,
    ],
    ['another repository', payloadOf(failure), { GITHUB_REPOSITORY: 'a/b' }, /about another repository/],
  ])('%s', async (_, payload, env, says) => {
    const { code, log } = await deliver(NOBODY, payload, {}, env);
    expect([code, log]).toEqual([1, expect.stringMatching(says)]);
  });

  it('never prints the token, and has the runner mask it', async () => {
    const { log } = await deliver(NOBODY, payloadOf({ number: 2, conclusion: 'skipped' }));
    expect(log.split('\n').filter((line) => line.includes(TOKEN))).toEqual([`::add-mask::${TOKEN}`]);
  });

  it('starts and ends in no time where there is nothing to do', async () => {
    const { code, took } = await deliver(NOBODY, payloadOf({ number: 2, conclusion: 'skipped' }));
    expect(code).toBe(0);
    expect(took).toBeLessThan(5000);
  });
});

describe('what says nothing about the default branch', () => {
  it.each<[string, Parameters<typeof payloadOf>[0], Record<string, unknown>?]>([
    ['a fork whose branch is called main', { number: 3, conclusion: 'failure', from: 'mallory/shop' }],
    ['a pull request', { number: 3, conclusion: 'failure', event: 'pull_request' }],
    ['another branch', { number: 3, conclusion: 'failure', branch: 'feature' }],
    ['a cancelled run', { number: 3, conclusion: 'cancelled' }],
    ['a skipped run', { number: 3, conclusion: 'skipped' }],
    ['a run that waits for approval', { number: 3, conclusion: 'action_required' }],
    ['a stale run', { number: 3, conclusion: 'stale' }],
    ['a neutral run', { number: 3, conclusion: 'neutral' }],
    ['a run that was only requested', { number: 3, conclusion: 'failure' }, { action: 'requested' }],
  ])('%s asks GitHub nothing at all', async (_, made, change = {}) => {
    const { code, outputs, log } = await deliver(NOBODY, payloadOf(made, change));
    expect([code, outputs['action-taken']], log).toEqual([0, 'none']);
  });
});

describe('inputs', () => {
  const read = (given: Record<string, string>) => inputsOf((name) => given[name] ?? '');

  it('that are left out have the values of action.yml', () => {
    expect(read({ 'github-token': 't' })).toEqual({
      ...{ token: 't', threshold: 2, labels: ['hotfix-pulse'], assignees: [], account: '' },
      ...{ closeOnRecovery: false, countAttempts: false },
    });
    const yml = readFileSync(`${root}action.yml`, 'utf8');
    expect(yml).toContain("default: '2'");
    expect(yml).toContain('default: hotfix-pulse');
  });

  it('are taken as they are given', () => {
    const given = {
      ...{ 'github-token': 't', threshold: '3', label: 'ci', 'severity-label': 'P1', account: 'my-app[bot]' },
      ...{ assignees: 'ana, ben ana', 'close-on-recovery': 'true', 'count-attempts': 'true' },
    };
    expect(read(given)).toEqual({
      ...{
        token: 't',
        threshold: 3,
        labels: ['ci', 'P1'],
        assignees: ['ana', 'ben'],
        account: 'my-app[bot]',
      },
      ...{ closeOnRecovery: true, countAttempts: true },
    });
  });
});
