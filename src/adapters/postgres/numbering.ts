import { PulseError } from '../../core/errors.ts';
import type { Ids } from '../../ports.ts';
import { type Client, type ClientOptions, openAlone } from './client.ts';
import { asPulseError, failureOf } from './errors.ts';

export interface Numbering {
  /** Runs `work` with the highest number of the workspace, while nobody else numbers in it on any machine. */
  run<T>(work: (highestKnown: number) => Promise<T>): Promise<T>;
}

/** How long others may number before. Milliseconds. */
const WAIT_MS = 20_000;

/**
 * An advisory lock on a connection of its own, so that a process that is killed lets go of it. If the database goes
 * away while the lock is held, another may come to the same number: both incidents stay, shown with a suffix. A key
 * that is repeated meanwhile opens one all the same, see `openings.ts`.
 * @param numbersHere the highest number that this clone knows from branches and published folders
 */
export function createNumbering(
  client: Client,
  options: ClientOptions,
  ids: Ids,
  numbersHere: () => Promise<number>,
): Numbering {
  const name = ids.sha256(`hotfix-pulse numbering ${client.workspace}`);
  const [a, b] = [name.slice(0, 8), name.slice(8, 16)].map((hex) => Number.parseInt(hex, 16) | 0);
  let turn: Promise<unknown> = Promise.resolve();

  async function highest(): Promise<number> {
    const [row] = await client.ask(
      (sql) => sql<{ highest: number | null }[]>`
        select max(number) as highest from hotfix_pulse.incident where workspace = ${client.workspace}`,
    );
    return Math.max(row?.highest ?? 0, await numbersHere());
  }

  /** Answers how to let go. */
  async function lock(): Promise<() => Promise<void>> {
    const until = performance.now() + WAIT_MS;
    for (;;) {
      const alone = openAlone(options, WAIT_MS);
      const release = () => alone.end({ timeout: 1 }).catch(() => {});
      try {
        await alone`select pg_advisory_lock(${a ?? 0}, ${b ?? 0})`;
        return release;
      } catch (error) {
        await release();
        if (performance.now() > until) throw tooLong();
        if (failureOf(error) !== 'lost') throw asPulseError(error);
      }
      await new Promise((done) => setTimeout(done, 200));
    }
  }

  async function locked<T>(work: (highestKnown: number) => Promise<T>): Promise<T> {
    const release = await lock();
    try {
      return await work(await highest());
    } finally {
      await release();
    }
  }

  return {
    run(work) {
      const mine = turn.then(() => locked(work));
      turn = mine.catch(() => {});
      return mine;
    },
  };
}

function tooLong(): PulseError {
  return new PulseError(
    'upstream',
    'Another process has been numbering incidents for too long, or the database cannot be reached.',
    'Repeat the call in a moment with the same idempotency key.',
  );
}
