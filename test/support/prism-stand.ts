import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from './free-port.ts';
import { PRISM } from './requires.ts';

/**
 * Two things for the tests of services that have no emulator:
 *
 * 1. `startPrism(contract)`: Stoplight Prism made from the vendor's own API description. It says whether a request is
 *    legal and remembers nothing.
 * 2. `startStand({ prism, answer })`: a server in front of it. Every request is recorded, then checked by Prism; what is
 *    illegal is answered with Prism's refusal and listed in `refused`; what is legal is answered by `answer`, which
 *    may remember things. `fault` spoils the next answer, after or before it was carried out.
 *
 * ```ts
 * describeIf('prism', 'contracts')('clickup', () => {
 *   let prism: Prism; let stand: Stand;
 *   beforeAll(async () => { prism = await startPrism(join(CONTRACTS, 'clickup.json')); });
 *   afterAll(() => prism.stop());
 *   beforeEach(async () => { stand = await startStand({ prism, answer: fakeClickUp() }); });
 *   afterEach(async () => { expect(stand.refused).toEqual([]); await stand.stop(); });
 *   it('...', async () => {
 *     stand.fault('lost_after', (asked) => asked.method === 'POST');
 *     const http = createHttp(stand.url, { authorization: 'pk_1' });
 *   });
 * });
 * ```
 */

export interface Asked {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string>>;
  /** Parsed JSON; null when there is none. */
  body: unknown;
}

export interface Answer {
  status: number;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

/**
 * What happens to one request: `lost_after` carries it out and cuts the line, `lost_before` only cuts it, `garbage_after`
 * carries it out and answers 200 with no JSON, `refused` answers as given and carries nothing out.
 */
export type Fault =
  | 'lost_after'
  | 'lost_before'
  | 'garbage_after'
  | { refused: Answer }
  | { carriedOutThen: Answer };

export interface Prism {
  url: string;
  stop(): Promise<void>;
}

export interface StandOptions {
  /** Null: nothing is checked; for suites that must run without Prism. */
  prism: Prism | null;
  /** The service. May remember things; null is a 404. */
  answer(asked: Asked): Answer | null;
  /** Part of the path that the vendor's description leaves to the server's address: `/v2`, `/v1`. */
  prefix?: string;
}

export interface Stand {
  url: string;
  /** Every request so far, legal or not. */
  asked: Asked[];
  /** What Prism refused, as `POST /issue 422 ...`. A good test ends with an empty list. */
  refused: string[];
  /** Spoils the next request that `when` takes, once per call; without `when` the very next one. */
  fault(fault: Fault, when?: (asked: Asked) => boolean): void;
  stop(): Promise<void>;
}

const START_MS = 30_000;
/** Headers of one connection, which are not passed on. */
const OF_THE_LINE = /^(?:host|connection|content-length|transfer-encoding|accept-encoding|keep-alive)$/;

/** @param contract path of an OpenAPI file */
export async function startPrism(contract: string): Promise<Prism> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [PRISM, 'mock', contract, '--errors', '-p', String(port), '-h', '127.0.0.1'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  await listening(child);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      process.off('exit', kill);
      if (child.exitCode !== null) return;
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGKILL');
      await gone;
    },
  };
}

export async function startStand({ prism, answer, prefix = '' }: StandOptions): Promise<Stand> {
  const asked: Asked[] = [];
  const refused: string[] = [];
  const faults: { fault: Fault; when: (asked: Asked) => boolean }[] = [];
  const carriedOut = (one: Asked): Answer => {
    try {
      return answer(one) ?? { status: 404, body: {} };
    } catch (error) {
      refused.push(`${one.method} ${one.path} the stand-in threw: ${String(error)}`);
      return { status: 500, body: {} };
    }
  };
  const server = createServer(async (request, response) => {
    const one = await askedOf(request);
    asked.push(one);
    const verdict = prism === null ? null : await checked(prism, one, prefix);
    if (verdict !== null) {
      refused.push(`${one.method} ${one.path} ${verdict.status} ${JSON.stringify(verdict.body)}`);
      return send(response, verdict);
    }
    const at = faults.findIndex(({ when }) => when(one));
    const fault = at === -1 ? null : (faults.splice(at, 1)[0]?.fault ?? null);
    if (fault === 'lost_before') return void request.socket.destroy();
    if (isRefusal(fault)) return send(response, fault.refused);
    const usual = carriedOut(one);
    if (fault === 'lost_after') return void request.socket.destroy();
    if (fault === 'garbage_after') return void response.writeHead(200).end('<html>');
    send(response, fault === null ? usual : fault.carriedOutThen);
  });
  await listen(server);
  return {
    ...{ url: `http://127.0.0.1:${portOf(server)}`, asked, refused },
    fault: (fault, when = () => true) => void faults.push({ fault, when }),
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Null when Prism takes it; else its refusal, which it words with the description's own 4xx where there is one. */
async function checked(prism: Prism, asked: Asked, prefix: string): Promise<Answer | null> {
  const path = asked.path.startsWith(prefix) ? asked.path.slice(prefix.length) : asked.path;
  const query = asked.query.size === 0 ? '' : `?${asked.query}`;
  const headers = Object.entries(asked.headers).filter(([name]) => !OF_THE_LINE.test(name));
  const answer = await fetch(`${prism.url}${path}${query}`, {
    method: asked.method,
    // Descriptions know no vendor types; what was really asked for is in `asked`.
    headers: { ...Object.fromEntries(headers), accept: 'application/json' },
    ...(asked.body === null ? {} : { body: JSON.stringify(asked.body) }),
  });
  const body: unknown = await answer.json().catch(() => null);
  return answer.status < 400 || isOwnFault(body) ? null : { status: answer.status, body };
}

/** The description's own example does not fit its schema: nothing that the request could help. */
function isOwnFault(body: unknown): boolean {
  const faults = typeof body === 'object' && body !== null && 'validation' in body ? body.validation : [];
  return (
    Array.isArray(faults) && faults.length > 0 && faults.every(({ location }) => location?.[0] === 'response')
  );
}

async function askedOf(request: IncomingMessage): Promise<Asked> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const text = Buffer.concat(parts).toString('utf8');
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    ...{ method: request.method ?? '', path: url.pathname, query: url.searchParams },
    ...{ headers: Object.fromEntries(headers), body: text === '' ? null : JSON.parse(text) },
  };
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

const isRefusal = (fault: Fault | null): fault is { refused: Answer } =>
  typeof fault === 'object' && fault !== null && 'refused' in fault;

const listen = (server: Server): Promise<void> =>
  new Promise((done) => {
    server.listen(0, '127.0.0.1', done);
  });

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function listening(child: ChildProcess): Promise<void> {
  return new Promise((done, fail) => {
    let said = '';
    const limit = setTimeout(() => fail(new Error(`Prism did not start: ${said}`)), START_MS);
    const hear = (part: Buffer): void => {
      said += part.toString('utf8');
      if (!said.includes('Prism is listening')) return;
      clearTimeout(limit);
      done();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', () => {
      clearTimeout(limit);
      fail(new Error(`Prism ended: ${said}`));
    });
  });
}
