import { asciiJson } from '../../core/canonical.ts';
import { parseTokenEntry, type TokenEntry } from '../../core/team-tokens.ts';
import type { TokenStore } from '../../ports-team.ts';
import { type ClientOptions, createClient } from './client.ts';
import { asPulseError, failureOf } from './errors.ts';
import { createReady } from './schema.ts';

/** How long others may add before, or a broken connection may stand in the way. Milliseconds. */
const PATIENCE_MS = 12_000;
const PAUSE_MS = 20;

export interface TokenTable extends TokenStore {
  close(): Promise<void>;
}

interface Known {
  /** Place of the last line; 0 for none. */
  seq: number;
  line: string;
  entries: readonly TokenEntry[];
}

const NOTHING: Known = { seq: 0, line: '', entries: [] };

/**
 * Tokens of a workspace, for any number of hubs on any machine. Lines are numbered without a gap, so what is new
 * follows the last one that is known: a request costs one small statement, and the next one after a revocation sees it.
 */
export function createTokenTable(options: ClientOptions): TokenTable {
  const { workspace } = options;
  const client = createClient({ max: 1, ...options });
  const ready = createReady(client);
  let known = NOTHING;
  let looking: Promise<unknown> = Promise.resolve();
  let next: Promise<readonly TokenEntry[]> | null = null;

  async function rowsFrom(seq: number): Promise<{ seq: number; line: string }[]> {
    return client.ask(
      (sql) => sql<{ seq: number; line: string }[]>`
        select seq, line from hotfix_pulse.token
        where workspace = ${workspace} and seq >= ${seq} order by seq`,
    );
  }

  async function look(): Promise<readonly TokenEntry[]> {
    await ready();
    let rows = await rowsFrom(known.seq);
    // The last known line is among them, unless an older backup was restored or the role may work here no more.
    if (known.seq > 0 && rows[0]?.line !== known.line) {
      known = NOTHING;
      rows = await rowsFrom(0);
    }
    const fresh = rows.filter(({ seq }) => seq > known.seq);
    const last = fresh.at(-1);
    if (last !== undefined)
      known = { ...last, entries: [...known.entries, ...fresh.flatMap(({ line }) => parsed(line))] };
    return known.entries;
  }

  return {
    /** Whoever asks before a look has begun shares it; one that has begun may miss what was just written. */
    read() {
      if (next !== null) return next;
      const mine = looking.then(() => {
        next = null;
        return look();
      });
      next = mine;
      looking = mine.catch(() => {});
      return mine;
    },

    /** The same line is added once, so an answer that was lost may be asked for again. */
    async append(entry) {
      await ready();
      const line = asciiJson(entry);
      const until = performance.now() + PATIENCE_MS;
      for (;;) {
        try {
          await client.once(
            (sql) => sql`
              insert into hotfix_pulse.token (workspace, seq, line)
              select cast(${workspace} as text), coalesce(max(seq), 0) + 1, cast(${line} as text)
              from hotfix_pulse.token where workspace = ${workspace}
              having not coalesce(bool_or(line = ${line}), false)`,
          );
          return;
        } catch (error) {
          if (failureOf(error) === 'other' || performance.now() > until) throw asPulseError(error);
        }
        await new Promise((done) => setTimeout(done, PAUSE_MS * (1 + Math.random())));
      }
    },

    close: () => client.close(),
  };
}

function parsed(line: string): TokenEntry[] {
  try {
    const entry = parseTokenEntry(JSON.parse(line));
    return entry === null ? [] : [entry];
  } catch {
    return [];
  }
}
