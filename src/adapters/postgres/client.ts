import postgres from 'postgres';
import { PulseError } from '../../core/errors.ts';
import { asPulseError, failureOf } from './errors.ts';

export type Sql = postgres.Sql;

export interface ClientOptions {
  url: string;
  workspace: string;
  /** Connections at most, opened as they are needed; 10 when left out. */
  max?: number;
  /** How long one statement may take. Milliseconds. */
  statementMs?: number;
  /** How long a database that cannot be reached is tried again. Milliseconds. */
  patienceMs?: number;
}

export interface Client {
  workspace: string;
  /** Asks again while the connection fails or another transaction is in the way: for statements that may run twice. */
  ask<T>(statement: (sql: Sql) => Promise<T>): Promise<T>;
  /** Asks once. Rejects with whatever came, see `failureOf`. */
  once<T>(statement: (sql: Sql) => Promise<T>): Promise<T>;
  /** Calls `wake` on every notification, and whenever listening (again) has begun. Answers how to stop. */
  listen(channel: string, wake: () => void): () => Promise<void>;
  close(): Promise<void>;
}

interface Pool {
  sql: Sql;
  /** Rejects when a connection of this pool has failed. */
  lost: Promise<never>;
  lose(error: unknown): void;
}

const STATEMENT_MS = 15_000;
const PATIENCE_MS = 12_000;
const PAUSE_MS = 100;
const MOST_PAUSE_MS = 1_000;

/**
 * The way to the database. Every statement is a transaction of its own: what holds several together is one
 * statement. The client package ends the process or waits for ever when a connection breaks inside of a transaction
 * that it began, and now and then leaves a statement unanswered (postgres 3.4.9, backends killed at random). So no
 * transaction is begun here, every statement has a deadline, and the first sign of a broken connection replaces the
 * whole pool: what was under way is then unknown to its caller, who looks before doing it again.
 */
export function createClient(options: ClientOptions): Client {
  const { workspace, statementMs = STATEMENT_MS, patienceMs = PATIENCE_MS } = options;
  let current: Pool | null = null;
  let listener: Sql | null = null;
  let isClosed = false;

  function pool(): Pool {
    if (isClosed) throw new Error('the database client is closed');
    current ??= createPool(open(options, statementMs));
    return current;
  }

  function drop(broken: Pool, error: unknown): void {
    if (current === broken) current = null;
    broken.lose(error);
    broken.sql.end({ timeout: 0 }).catch(() => {});
  }

  async function once<T>(statement: (sql: Sql) => Promise<T>): Promise<T> {
    const used = pool();
    const deadline = stopwatch(statementMs + 1_000);
    try {
      return await Promise.race([statement(used.sql), used.lost, deadline.over]);
    } catch (error) {
      if (failureOf(error) === 'lost') drop(used, error);
      throw error;
    } finally {
      deadline.stop();
    }
  }

  return {
    workspace,
    once,
    async ask(statement) {
      const until = performance.now() + patienceMs;
      for (let pause = PAUSE_MS; ; pause = Math.min(pause * 2, MOST_PAUSE_MS)) {
        try {
          return await once(statement);
        } catch (error) {
          const again = ['lost', 'clash'].includes(failureOf(error)) && performance.now() < until;
          if (!again) throw asPulseError(error);
          await sleep(pause * (0.5 + Math.random() / 2));
        }
      }
    },
    listen(channel, wake) {
      listener ??= open({ ...options, max: 1 }, statementMs);
      // Begins again by itself whenever its connection is back, also after a first try that failed.
      const listening = listener.listen(channel, wake, wake).catch(() => null);
      return async () => (await listening)?.unlisten();
    },
    async close() {
      isClosed = true;
      const ended = [current?.sql, listener].map((sql) => sql?.end({ timeout: 1 }).catch(() => {}));
      current = null;
      await Promise.all(ended);
    },
  };
}

/** A connection for a lock that lasts until it is closed. */
export function openAlone(options: ClientOptions, statementMs: number): Sql {
  return open({ ...options, max: 1 }, statementMs);
}

function createPool(sql: Sql): Pool {
  let lose: (error: unknown) => void = () => {};
  const lost = new Promise<never>((_, reject) => {
    lose = reject;
  });
  lost.catch(() => {});
  return { sql, lost, lose };
}

function open({ url, workspace, max = 10 }: ClientOptions, statementMs: number): Sql {
  try {
    return postgres(url, {
      max,
      ...{ idle_timeout: 30, connect_timeout: 5, fetch_types: false, debug: false },
      backoff: () => 0.2,
      onnotice: () => {},
      connection: {
        application_name: 'hotfix-pulse',
        // Said when a connection starts, so no statement can be sent without it and a new connection has it as well.
        'hotfix_pulse.workspace': workspace,
        // What is acknowledged is on disk, whatever the server's own default is.
        synchronous_commit: 'on',
        statement_timeout: statementMs,
        idle_in_transaction_session_timeout: statementMs,
      },
    });
  } catch {
    // The error of the package quotes the address.
    throw notAnAddress();
  }
}

export function notAnAddress(): PulseError {
  return new PulseError(
    'invalid_input',
    'HOTFIX_PULSE_DATABASE_URL is not an address of a PostgreSQL database.',
    'Write it as postgres://user:password@host:5432/database?sslmode=verify-full, special characters percent-encoded.',
  );
}

function stopwatch(ms: number): { over: Promise<never>; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('no answer'), { code: 'NO_ANSWER' })), ms);
  });
  over.catch(() => {});
  return { over, stop: () => clearTimeout(timer) };
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
