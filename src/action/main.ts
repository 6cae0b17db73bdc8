import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { getInput, info, setFailed, setOutput, setSecret, summary, warning } from '@actions/core';
import { getOctokit } from '@actions/github';
import { PulseError } from '../core/errors.ts';
import { VERSION } from '../version.ts';
import { type Trigger, triggerOf } from './facts.ts';
import { createGitHub } from './github.ts';
import { inputsOf } from './inputs.ts';
import { pulse } from './run.ts';
import { lineOf, summaryOf } from './summary.ts';
import { createTexts } from './text.ts';

const pause = (seconds: number): Promise<void> => sleep(seconds * 1000);
const silent = () => undefined;

/** The action: what the runner gives in, what the outputs, the summary and the log get out. */
async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const inputs = inputsOf((name) => getInput(name));
  setSecret(inputs.token);
  const repository = env.GITHUB_REPOSITORY ?? '';
  const trigger = readTrigger(env, repository);
  const [owner = '', repo = ''] = repository.split('/');
  const client = getOctokit(inputs.token, {
    userAgent: `hotfix-pulse/${VERSION}`,
    // Its own lines would carry text of the answers.
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
  const texts = createTexts(inputs.token);
  const github = createGitHub(client, { owner, repo }, pause);
  const server = env.GITHUB_SERVER_URL || 'https://github.com';
  const outcome = await pulse({ trigger, inputs, github, server, texts, pause });

  setOutput('action-taken', outcome.action);
  setOutput('streak', outcome.streak);
  setOutput('issue-number', outcome.issue?.number ?? '');
  setOutput('issue-url', outcome.issue?.url ?? '');
  for (const text of outcome.warnings) warning(text);
  info(lineOf(outcome));
  if (env.GITHUB_STEP_SUMMARY) await summary.addRaw(summaryOf(outcome, trigger, inputs, texts)).write();
}

/** @throws PulseError not_configured when the workflow starts the action by anything else than workflow_run */
function readTrigger(env: NodeJS.ProcessEnv, repository: string): Trigger {
  const trigger = env.GITHUB_EVENT_NAME === 'workflow_run' ? triggerOf(payloadOf(env)) : null;
  if (trigger === null) {
    throw new PulseError(
      'not_configured',
      'This action works on the event workflow_run only.',
      'Start it with on: workflow_run, types: [completed]; hotfix-pulse install --github-actions writes such a workflow.',
    );
  }
  if (trigger.repository === repository) return trigger;
  throw new PulseError(
    'not_configured',
    'The event is about another repository.',
    'Run the action in the repository whose workflow it watches.',
  );
}

function payloadOf({ GITHUB_EVENT_PATH: path }: NodeJS.ProcessEnv): unknown {
  try {
    return JSON.parse(readFileSync(path ?? '', 'utf8'));
  } catch {
    return null;
  }
}

try {
  await main(process.env);
} catch (error) {
  setFailed(
    error instanceof PulseError
      ? `${error.message} ${error.hint}`
      : 'Something unexpected went wrong in the action; please report it with the version.',
  );
}
