import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import * as z from 'zod/v4';
import { PulseError } from '../../core/errors.ts';
import type { SendOutcome } from '../../core/outward/sending.ts';
import { boundedFetch, cannotAsk, failureOf, type HttpResult } from '../http.ts';
import { resultOf } from './answers.ts';
import type { GitHubTarget } from './target.ts';

/** Octokit with our manners: reads are repeated, writes never, nothing is printed, every attempt has an end. */

const Client = Octokit.plugin(retry, throttling);
type GitHubRest = InstanceType<typeof Client>['rest'];

export interface GitHubLimits {
  /** A call with its waits and repetitions. */
  callMs: number;
  /** Between two writes of this process. Source: threat model, row 19; GitHub asks for the same. */
  paced: boolean;
  /** What the pauses between repeated reads are multiples of. */
  retryMs: number;
}
const LIMITS: GitHubLimits = { callMs: 14_000, paced: true, retryMs: 500 };

/** What every call of a repository takes; spread it into the parameters. */
type At = {
  owner: string;
  repo: string;
  request: { signal: AbortSignal };
};
/** One call: `(rest, at) => rest.issues.get({ ...at, issue_number: 1 })`. */
type Call = (rest: GitHubRest, at: At) => Promise<{ data: unknown; headers: object }>;
type PagedCall = (
  rest: GitHubRest,
  at: At & { per_page: number; page: number },
) => Promise<{ data: unknown; headers: object }>;

type Attempt<T> =
  | { state: 'done'; data: T; header(name: string): string | null }
  | { state: 'failed'; result: HttpResult };

export type WriteFailure = Exclude<SendOutcome, { outcome: 'done' }>;

export interface GitHub {
  target: GitHubTarget;
  /** `GitHub in acme/shop`. */
  name: string;
  /** When a call of several requests has to end, or the first part of it. */
  deadline(share?: number): AbortSignal;
  /** One call whose failure is a value. Its answer must have the shape of `schema`, else it counts as lost. */
  attempt<T>(schema: z.ZodType<T>, call: Call, end?: AbortSignal): Promise<Attempt<T>>;
  /** @throws PulseError upstream in our own words */
  read<T>(schema: z.ZodType<T>, call: Call, end?: AbortSignal): Promise<T>;
  /** A change. After `unknown` it may have been carried out. */
  write<T>(
    schema: z.ZodType<T>,
    call: Call,
    end?: AbortSignal,
  ): Promise<{ outcome: 'done'; data: T } | WriteFailure>;
  /** All rows, page by page; `schema` is of one page. @throws PulseError upstream */
  pages<T>(schema: z.ZodType<T[]>, call: PagedCall, end?: AbortSignal): AsyncGenerator<T, void>;
  /** Whose token it is; asked once. @throws PulseError upstream */
  whoami(end?: AbortSignal): Promise<Self>;
}

/** The account of the token. An app's token cannot ask for its name. */
export type Self = { kind: 'user'; login: string } | { kind: 'app' };

/** Who wrote something, as every answer has it. */
export const Author = z.object({ login: z.string(), type: z.string().optional() }).nullish();
export type Author = z.infer<typeof Author>;

const PER_PAGE = 100;
const MOST_PAGES = 100;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

export function createGitHub(target: GitHubTarget, token: string, limits: GitHubLimits = LIMITS): GitHub {
  const api = connect(target, token, limits);
  const repository = { owner: target.owner, repo: target.repo };
  const deadline = (share = 1) => AbortSignal.timeout(limits.callMs * share);
  let self: Promise<Self> | null = null;

  async function attempt<T>(schema: z.ZodType<T>, call: Call, end = deadline()): Promise<Attempt<T>> {
    try {
      const { data, headers } = await call(api.rest, { ...repository, request: { signal: end } });
      const parsed = schema.safeParse(data);
      if (!parsed.success) return { state: 'failed', result: { state: 'lost' } };
      const said = new Map(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      return { state: 'done', data: parsed.data, header: (name) => said.get(name) ?? null };
    } catch (error) {
      return { state: 'failed', result: resultOf(error) };
    }
  }

  async function read<T>(schema: z.ZodType<T>, call: Call, end?: AbortSignal): Promise<T> {
    const answer = await attempt(schema, call, end);
    if (answer.state === 'done') return answer.data;
    throw cannotAsk('GitHub', answer.result);
  }

  return {
    target,
    name: `GitHub in ${target.owner}/${target.repo}`,
    ...{ deadline, attempt, read },
    async write(schema, call, end) {
      const answer = await attempt(schema, call, end);
      return answer.state === 'done' ? { outcome: 'done', data: answer.data } : failureOf(answer.result);
    },
    // Page by number: the address of a Link header would decide where the token goes.
    async *pages(schema, call, end = deadline()) {
      for (let page = 1; page <= MOST_PAGES; page++) {
        const rows = await read(schema, (rest, at) => call(rest, { ...at, per_page: PER_PAGE, page }), end);
        yield* rows;
        if (rows.length < PER_PAGE) return;
      }
      throw new PulseError(
        'upstream',
        'GitHub has more of this than can be looked through',
        'look for it in the browser, and record its link',
      );
    },
    whoami(end) {
      self ??= whose(attempt, end).catch((error: unknown) => {
        self = null;
        throw error;
      });
      return self;
    },
  };
}

function connect({ api }: GitHubTarget, token: string, { paced, retryMs }: GitHubLimits) {
  const throttle = {
    enabled: paced,
    // Its own three seconds between what notifies people would make ten follow-ups outlast a call.
    triggersNotification: () => false,
    // Who waits for us has no minutes: the pause is told, and the outbox keeps it.
    onRateLimit: () => false,
    onSecondaryRateLimit: () => false,
  };
  const client = new Client({
    ...{ auth: token, baseUrl: api, userAgent: 'hotfix-pulse', log: SILENT, throttle },
    request: { fetch: boundedFetch, log: SILENT },
    retry: {
      ...{ retries: 2, retryAfterBaseValue: retryMs },
      doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451],
    },
  });
  client.hook.before('request', (options) => {
    options.headers['x-github-api-version'] = '2022-11-28';
    // GitHub knows no idempotency key: whoever calls looks before a write is tried again.
    if (options.method !== 'GET') options.request = { ...options.request, retries: 0 };
  });
  return client;
}

/** Tokens of apps, that of GitHub Actions too, may not ask who they are. */
async function whose(attempt: GitHub['attempt'], end?: AbortSignal): Promise<Self> {
  const answer = await attempt(
    z.object({ login: z.string().min(1) }),
    (rest, { request }) => rest.users.getAuthenticated({ request }),
    end,
  );
  if (answer.state === 'done') return { kind: 'user', login: answer.data.login };
  const { result } = answer;
  if (result.state === 'answered' && result.status === 403) return { kind: 'app' };
  throw cannotAsk('GitHub', result);
}

/**
 * Whether our own account wrote it: anybody can copy a marker into an issue. Without a name of our own any app's account
 * is believed, because only apps that the repository installed can write as one.
 */
export function isOwn(self: Self, author: Author): boolean {
  if (!author) return false;
  if (self.kind === 'app') return author.type === 'Bot' && author.login.endsWith('[bot]');
  return author.login.toLowerCase() === self.login.toLowerCase();
}
