import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmulator } from 'emulate';
import { freePort } from './free-port.ts';
import { type Asked, githubContract } from './github-contract.ts';
import { asGitHubSays } from './github-deviations.ts';
import {
  type GitHubFault,
  type PlannedFault,
  type Reply,
  refusalOf,
  spoiled,
  withoutDropped,
} from './github-faults.ts';
import { answerGap, type GapState, newGapState } from './github-gaps.ts';

/**
 * GitHub as far as it can be had offline: `emulate` behind a gateway that holds every request and every answer against
 * GitHub's own description of its API, records them, and spoils what a test asks it to.
 *
 * ```ts
 * const gateway = await startGateway();
 * gateway.fault('lose_answer', ({ method, path }) => method === 'POST' && path.endsWith('/issues'));
 * ...
 * await gateway.close();          // throws when a request or an answer was illegal
 * ```
 */
export interface Gateway {
  /** For GITHUB_API_URL and `baseUrl`. */
  url: string;
  /** The emulator itself: unchecked and unrecorded, for what a test prepares and looks up. */
  behind: string;
  /** Every request that reached the gateway, with its answer's status; 0 while there is none. */
  asked: (Asked & { status: number; headers: IncomingMessage['headers'] })[];
  /** What GitHub would refuse or never say. */
  illegal: string[];
  /** Spoils the next request that `when` takes. */
  fault(fault: GitHubFault, when?: (asked: Asked) => boolean): void;
  /** Carries out what was held. */
  settle(): Promise<void>;
  /** False: every connection is cut. */
  reachable(is: boolean): void;
  /** Answers before the emulator does, checked like its answers; null leaves it to the emulator. */
  answers(answer: (asked: Asked) => Reply | null): void;
  /** @throws when anything was illegal */
  close(): Promise<void>;
}

export interface GatewayOptions {
  seed?: Record<string, unknown>;
  /** A Prism mock of github-gaps.json; without it a few routes that remember. */
  prism?: string | null;
  /** False: a canary test looks at `illegal` itself. */
  strict?: boolean;
}

export const TOKEN = 'ghp_testtokenofhotfixpulse0000000000000000';
export const OTHER_TOKEN = 'ghp_testtokenofsomebodyelse000000000000000';
/** The first user gets every unknown token. */
const SEED = {
  tokens: {
    [TOKEN]: { login: 'ops-bot', scopes: ['repo'] },
    [OTHER_TOKEN]: { login: 'mallory', scopes: ['repo'] },
  },
  github: {
    users: ['nobody', 'ops-bot', 'mallory', 'ana', 'reviewer'].map((login) => ({ login })),
    orgs: [{ login: 'acme', members: [{ login: 'ops-bot', role: 'admin' }] }],
    repos: [{ owner: 'ops-bot', name: 'shop', auto_init: true }],
  },
};
const KNOWN = new RegExp(`^(?:token|Bearer) (?:${TOKEN}|${OTHER_TOKEN})$`);

export async function startGateway({
  seed = SEED,
  prism = null,
  strict = true,
}: GatewayOptions = {}): Promise<Gateway> {
  const [contract, gaps] = await Promise.all([githubContract('github-rest'), githubContract('github-gaps')]);
  const emulatorPort = await freePort();
  const asked: Gateway['asked'] = [];
  const illegal: string[] = [];
  const faults: PlannedFault[] = [];
  const held: (() => Promise<void>)[] = [];
  const own: ((asked: Asked) => Reply | null)[] = [];
  const state: GapState = newGapState();
  let isReachable = true;

  const server = createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => {
      illegal.push(`gateway: ${String(error)}`);
      response.destroy();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const emulator = await createEmulator({ service: 'github', port: emulatorPort, baseUrl: url, seed });
  const behind = `http://127.0.0.1:${emulatorPort}`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const one = { ...(await askedOf(request)), status: 0, headers: request.headers };
    if (!isReachable) return void request.socket.destroy();
    asked.push(one);
    const wrong = contract.wrongWithRequest(one);
    if (wrong.length > 0) {
      illegal.push(`${one.method} ${one.path}?${one.query}: ${wrong.join('; ')}`);
      return send(response, one, { status: 422, body: { message: 'illegal', errors: wrong } });
    }
    const at = faults.findIndex(({ when }) => when(one));
    const fault = at === -1 ? null : (faults.splice(at, 1)[0]?.fault ?? null);
    if (fault === 'lose_request') return void request.socket.destroy();
    if (fault === 'hang') return;
    if (fault === 'hold') {
      held.push(async () => void (await carryOut(one, request.headers)));
      return void request.socket.destroy();
    }
    const refusal =
      fault !== null
        ? refusalOf(fault)
        : KNOWN.test(request.headers.authorization ?? '')
          ? null
          : refusalOf('bad_credentials');
    if (refusal !== null) return send(response, one, refusal);
    const reply = spoiled(
      fault,
      await carryOut({ ...one, body: withoutDropped(fault, one.body) }, request.headers),
    );
    if (reply === null) return void request.socket.destroy();
    send(response, one, reply);
  }

  /** The answer as GitHub would give it. */
  async function carryOut(one: Asked, headers: IncomingMessage['headers']): Promise<Reply> {
    const reply =
      own.map((answer) => answer(one)).find((answer) => answer !== null) ??
      (gaps.routeOf(one) === null
        ? await forward(behind, one, headers)
        : prism === null
          ? await answerGap(one, gaps.routeOf(one) ?? '', behind, state, headers.authorization ?? '')
          : await forward(prism, one, { accept: 'application/json', authorization: headers.authorization }));
    const answer = asGitHubSays(one, contract.routeOf(one), reply);
    if (answer.status < 400) {
      const wrong = contract.wrongWithAnswer(one, answer.status, answer.body);
      if (wrong.length > 0)
        illegal.push(`answer to ${one.method} ${one.path}: ${wrong.join('; ').slice(0, 800)}`);
    }
    return answer;
  }

  return {
    ...{ url, behind, asked, illegal },
    fault: (fault, when = () => true) => void faults.push({ fault, when }),
    async settle() {
      for (const carry of held.splice(0)) await carry();
    },
    reachable(is) {
      isReachable = is;
    },
    answers: (answer) => void own.push(answer),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await emulator.close();
      if (strict && illegal.length > 0) throw new Error(`illegal:\n${illegal.join('\n')}`);
    },
  };
}

function send(
  response: ServerResponse,
  one: { status: number },
  { status, body, headers = {} }: Reply,
): void {
  one.status = status;
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(body === null ? '' : typeof body === 'string' ? body : JSON.stringify(body));
}

async function askedOf(request: IncomingMessage): Promise<Asked> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  const text = Buffer.concat(parts).toString('utf8');
  const { pathname, search } = new URL(request.url ?? '/', 'http://127.0.0.1');
  return {
    ...{ method: request.method ?? '', path: pathname, query: search.slice(1) },
    body: text === '' ? undefined : JSON.parse(text),
  };
}

async function forward(base: string, asked: Asked, headers: IncomingMessage['headers']): Promise<Reply> {
  const { method, path, query, body } = asked;
  const answer = await fetch(`${base}${path}${query === '' ? '' : `?${query}`}`, {
    method,
    headers: {
      accept: headers.accept ?? 'application/json',
      authorization: headers.authorization ?? '',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const kept = ['link', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'];
  return {
    status: answer.status,
    body: text === '' ? null : JSON.parse(text),
    headers: Object.fromEntries(
      kept.flatMap((name) => {
        const value = answer.headers.get(name);
        return value === null ? [] : [[name, value]];
      }),
    ),
  };
}
