import type { Ids } from '../../ports.ts';

/** Work that outlasts the call that began it. Lives as long as this process; what it found is in the record. */
export interface Job<T> {
  id: string;
  /** What a person calls it. */
  title: string;
  /** How far it is, in our own words. */
  note: string;
  /** Null while it runs and when it failed. */
  result: T | null;
  /** What it failed with; null otherwise. */
  failure: { error: unknown } | null;
  /** Resolves when it has ended, however. */
  ended: Promise<void>;
  stop(): void;
}

export interface Jobs<T> {
  /** Begins the work, or gives the job that already runs under this key. `owner` keeps repositories apart. */
  start(
    from: { owner: string; key: string; title: string; ids: Ids },
    work: (tell: (note: string) => void, signal: AbortSignal) => Promise<T>,
  ): Job<T>;
  find(owner: string, id: string): Job<T> | undefined;
}

/** Of all operations, so that whoever asks for the incident learns what still runs. */
const RUNNING = new Set<{ owner: string; job: Job<unknown> }>();

/** Jobs of this process that have not ended. */
export function runningJobs(owner: string): Pick<Job<unknown>, 'id' | 'title' | 'note'>[] {
  return [...RUNNING]
    .filter((one) => one.owner === owner)
    .map(({ job: { id, title, note } }) => ({ id, title, note }));
}

/** Ended jobs that are remembered. */
const MOST = 20;

export function createJobs<T>(): Jobs<T> {
  const all = new Map<string, { owner: string; key: string; job: Job<T> }>();
  const isRunning = ({ result, failure }: Job<T>): boolean => result === null && failure === null;

  function forget(): void {
    const over = [...all].filter(([, { job }]) => !isRunning(job));
    for (const [id] of over.slice(0, Math.max(0, over.length - MOST))) all.delete(id);
  }

  return {
    start({ owner, key, title, ids }, work) {
      for (const known of all.values()) {
        if (known.owner === owner && known.key === key && isRunning(known.job)) return known.job;
      }
      const controller = new AbortController();
      const job: Job<T> = {
        ...{ id: ids.nonce(), title, note: 'started', result: null, failure: null },
        ended: Promise.resolve(),
        stop: () => controller.abort(),
      };
      const tell = (note: string): void => {
        job.note = note;
      };
      const running = { owner, job };
      RUNNING.add(running);
      job.ended = work(tell, controller.signal)
        .then(
          (result) => {
            job.result = result;
          },
          (error: unknown) => {
            job.failure = { error };
          },
        )
        .finally(() => RUNNING.delete(running));
      forget();
      all.set(job.id, { owner, key, job });
      return job;
    },
    find(owner, id) {
      const known = all.get(id);
      return known?.owner === owner ? known.job : undefined;
    },
  };
}

/** Waits for the promise, at most this many milliseconds. */
export async function waitFor(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<void>((done) => {
    timer = setTimeout(done, ms);
  });
  try {
    await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
