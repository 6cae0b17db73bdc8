import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { onTestFinished } from 'vitest';
import { type Gateway, startGateway, TOKEN } from '../support/github-gateway.ts';

/** The bundle as a runner starts it, with payloads in GitHub's own shape. */

export const REPOSITORY = 'ops-bot/shop';
export const WORKFLOW_ID = 161335;
const BUNDLE = fileURLToPath(new URL('../../action/index.js', import.meta.url));
const HUNG_MS = 25_000;

type Json = Record<string, unknown>;

/** One run as the tests speak of it. */
export interface Made {
  number: number;
  conclusion: string;
  attempt?: number;
  event?: string;
  branch?: string;
  /** Where its commit comes from. */
  from?: string;
  workflow?: string;
  subject?: string;
}

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
  name: string;
  examples: Json[];
}[];
const EXAMPLE = examples.find(({ name }) => name === 'workflow_run')?.examples[0] ?? {};

const hex = (number: number): string => number.toString(16).padStart(40, 'c');
const clock = (number: number, minutes: number): string =>
  new Date(Date.UTC(2026, 0, 5, 10 + number, minutes)).toISOString().replace('.000', '');

/** A run in the shape of GitHub's example. */
export function runOf({ number, conclusion, ...made }: Made): Json {
  const example = EXAMPLE.workflow_run as Json;
  const { attempt = 1, event = 'push', branch = 'main', from = REPOSITORY } = made;
  const repository = (full: string) => ({ ...(example.head_repository as Json), full_name: full });
  return {
    ...example,
    ...{ id: 1000 + number, run_number: number, run_attempt: attempt, workflow_id: WORKFLOW_ID },
    ...{ name: made.workflow ?? 'CI', path: '.github/workflows/ci.yml', display_title: 'Change' },
    ...{ event, status: 'completed', conclusion, head_branch: branch, head_sha: hex(number) },
    ...{ created_at: clock(number, 0), run_started_at: clock(number, 1), updated_at: clock(number, 9) },
    ...{ head_repository: repository(from), repository: repository(REPOSITORY) },
    head_commit: { ...(example.head_commit as Json), message: made.subject ?? `Change ${number}\n\nMore` },
    ...{ actor: EXAMPLE.sender, triggering_actor: EXAMPLE.sender, pull_requests: [] },
  };
}

export function payloadOf(made: Made, change: Json = {}): Json {
  const repository = { ...(EXAMPLE.repository as Json), full_name: REPOSITORY, default_branch: 'main' };
  const workflow = { ...(EXAMPLE.workflow as Json), id: WORKFLOW_ID, name: made.workflow ?? 'CI' };
  return { ...EXAMPLE, action: 'completed', repository, workflow, workflow_run: runOf(made), ...change };
}

/** Answers the routes of runs, which the emulator cannot be filled with; the gateway checks the answers. */
export function answerRuns(gateway: Gateway, listed: () => readonly Made[]): void {
  const runs = `/repos/${REPOSITORY}/actions/workflows/${WORKFLOW_ID}/runs`;
  gateway.answers(({ method, path, query }) => {
    if (method !== 'GET') return null;
    if (path !== runs) return null;
    const asked = new URLSearchParams(query);
    const size = Number(asked.get('per_page') ?? 30);
    const from = (Number(asked.get('page') ?? 1) - 1) * size;
    const all = listed()
      .filter(({ branch = 'main' }) => asked.get('branch') === null || asked.get('branch') === branch)
      .map(runOf)
      .reverse();
    const workflow_runs = all.slice(from, from + size);
    return { status: 200, body: { total_count: all.length, workflow_runs } };
  });
}

export interface Ran {
  code: number | null;
  outputs: Record<string, string>;
  summary: string;
  log: string;
  /** Milliseconds from start to end. */
  took: number;
}

/** Starts the bundle with a delivery. `inputs` by their names in action.yml. */
export async function deliver(
  gateway: { url: string },
  payload: unknown,
  inputs: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'hotfix-pulse-action-'));
  const file = (name: string, text = ''): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const given = { 'github-token': TOKEN, threshold: '2', label: 'hotfix-pulse', ...inputs };
  const [output, summary] = [file('output'), file('summary')];
  const began = performance.now();
  const child = spawn(process.execPath, [BUNDLE], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...{ PATH: process.env.PATH ?? '', HOME: folder, GITHUB_ACTIONS: 'true' },
      ...{
        GITHUB_EVENT_NAME: 'workflow_run',
        GITHUB_EVENT_PATH: file('event.json', JSON.stringify(payload)),
      },
      ...{ GITHUB_REPOSITORY: REPOSITORY, GITHUB_API_URL: gateway.url },
      ...{ GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary },
      ...Object.fromEntries(
        Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
      ),
      ...env,
    },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (log += String(part)));
  const hung = setTimeout(() => child.kill('SIGKILL'), HUNG_MS);
  const code = await new Promise<number | null>((done) => child.on('close', done));
  clearTimeout(hung);
  const took = performance.now() - began;
  const read = (path: string): string => readFileSync(path, 'utf8');
  const ran = { code, outputs: outputsOf(read(output)), summary: read(summary), log, took };
  rmSync(folder, { recursive: true, force: true });
  return ran;
}

/** `name<<delimiter`, the value, the delimiter. */
function outputsOf(text: string): Record<string, string> {
  const found = [...text.matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)];
  return Object.fromEntries(found.map(([, name = '', , value = '']) => [name, value]));
}

export interface SeenIssue {
  number: number;
  title: string;
  body: string;
  state: string;
  labels: { name: string }[];
  assignees: { login: string }[];
}

/** All issues of the repository as they stand, oldest first. */
export async function issuesIn(gateway: Gateway): Promise<SeenIssue[]> {
  const rows = await ask<SeenIssue[]>(gateway, 'GET', `/repos/${REPOSITORY}/issues?state=all&per_page=100`);
  return rows.sort((a, b) => a.number - b.number);
}

export const commentsOn = async (gateway: Gateway, number: number): Promise<string[]> =>
  (
    await ask<{ body: string }[]>(
      gateway,
      'GET',
      `/repos/${REPOSITORY}/issues/${number}/comments?per_page=100`,
    )
  ).map(({ body }) => body);

/** Straight to the emulator, as a person would do something. */
export async function ask<T>(
  { behind }: Gateway,
  method: string,
  path: string,
  body?: unknown,
  token: string = TOKEN,
): Promise<T> {
  const answer = await fetch(`${behind}${path}`, {
    method,
    headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as T;
}

/** A repository whose runs appear one by one; each is delivered to the bundle. */
export async function repository(inputs: Readonly<Record<string, string>> = {}) {
  const seen: Made[] = [];
  const gateway = await startGateway();
  onTestFinished(() => gateway.close());
  answerRuns(gateway, () => seen);
  return {
    ...{ gateway, seen },
    happens(made: Made) {
      seen.push(made);
      return deliver(gateway, payloadOf(made), inputs);
    },
    /** GitHub delivers at least once. */
    again: (made: Made) => deliver(gateway, payloadOf(made), inputs),
  };
}

const DOCUMENT = JSON.parse(
  readFileSync(new URL('../contracts/github-rest.json', import.meta.url), 'utf8'),
) as Json & { 'x-webhooks': Record<string, unknown> };
let judge: ValidateFunction | undefined;

/** What GitHub's description of the webhook says against a payload. */
export function webhookFaults(payload: unknown): string[] {
  if (!judge) {
    const ajv = formats.default(
      new Ajv2020({ strict: false, allErrors: true, formats: { 'repo.nwo': true } }),
    );
    ajv.addSchema({ $id: 'github', components: DOCUMENT.components, 'x-webhooks': DOCUMENT['x-webhooks'] });
    const way = '/x-webhooks/workflow-run-completed/post/requestBody/content/application~1json/schema';
    judge = ajv.compile({ $ref: `github#${way}` });
  }
  judge(payload);
  return (judge.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
