import type { IncomingMessage, ServerResponse } from 'node:http';
import { type BoardChange, changeSince, eventOf, type Shown } from '../core/board/change.ts';
import type { Visitor } from './board-access.ts';

/** A look while somebody watches. What one page does is on another well within a second. */
const LOOK_MS = 300;
/** Pages take a longer silence for a dead line, and so does the server. */
const BEAT_MS = 10_000;
/** Of one reader that does not read; it comes back when it can. Bytes. */
const MOST_WAITING = 4 * 1024 * 1024;
/** One process serves a team, not the world. */
const MOST_STREAMS = 200;
/** How soon a browser tries again. */
const RETRY_MS = 1_000;

/** One look at the record, for all who watch. */
export interface Look {
  /** A text that differs when the page does; null when there is no such incident. */
  stampOf(uid: string | null): string | null;
  shownOf(uid: string | null, visitor: Visitor): Promise<Shown>;
}

interface Stream {
  req: IncomingMessage;
  res: ServerResponse;
  uid: string | null;
  visitor: Visitor;
  cursor: string | null;
  stamp: string | null;
  parts: Shown['parts'];
  beatAt: number;
}

export interface StreamsOptions {
  /** `watched` are the incidents that somebody looks at; null is the list. */
  look(watched: ReadonlySet<string | null>): Promise<Look>;
  whoIs(req: IncomingMessage): Promise<Visitor | null> | Visitor | null;
  sha256(text: string): string;
  now(): number;
  /** Something went wrong in a look; the next one may work. */
  failed(error: unknown): void;
}

/** Everybody who watches. The record is looked at while somebody does, once for all. */
export function createStreams({ look, whoIs, sha256, now, failed }: StreamsOptions) {
  const open = new Set<Stream>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let isAgain = false;

  function end(stream: Stream): void {
    open.delete(stream);
    stream.res.end();
  }

  /** One round after another; asked for meanwhile, one more follows. */
  function round(): Promise<void> {
    if (running) {
      isAgain = true;
      return running;
    }
    clearTimeout(timer);
    running = lookOnce()
      .catch(failed)
      .finally(() => {
        running = null;
        if (open.size === 0) return;
        timer = setTimeout(() => void round(), isAgain ? 0 : LOOK_MS);
        isAgain = false;
      });
    return running;
  }

  async function lookOnce(): Promise<void> {
    if (open.size === 0) return;
    const seen = await look(new Set([...open].map(({ uid }) => uid)));
    for (const stream of [...open]) {
      try {
        await tell(stream, seen);
      } catch (error) {
        failed(error);
        end(stream);
      }
    }
  }

  async function tell(stream: Stream, seen: Look): Promise<void> {
    const { req, res, uid } = stream;
    if (res.writableLength > MOST_WAITING) {
      open.delete(stream);
      return void res.destroy();
    }
    if (now() - stream.beatAt >= BEAT_MS) {
      const visitor = await whoIs(req);
      if (visitor === null) return end(stream);
      Object.assign(stream, { visitor, beatAt: now() });
      res.write(`event: beat\ndata: ${now()}\n\n`);
    }
    const stamp = seen.stampOf(uid);
    if (stamp === null) return end(stream);
    if (stamp === stream.stamp) return;
    const shown = await seen.shownOf(uid, stream.visitor);
    const change = changeSince(stream.cursor, shown, { sha256, nowMs: now(), before: stream.parts });
    Object.assign(stream, { stamp, parts: shown.parts, ...(change ? { cursor: change.cursor } : {}) });
    if (change) res.write(eventOf(change));
  }

  return {
    /** Answers with a stream that goes on from the cursor; false when there are too many. */
    begin(wanted: Pick<Stream, 'req' | 'res' | 'uid' | 'visitor' | 'cursor'>): boolean {
      if (open.size >= MOST_STREAMS) return false;
      const stream: Stream = { ...wanted, stamp: null, parts: {}, beatAt: now() };
      const { res } = wanted;
      res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
      res.write(`retry: ${RETRY_MS}\n\nevent: beat\ndata: ${now()}\n\n`);
      res.on('close', () => open.delete(stream));
      open.add(stream);
      void round();
      return true;
    },
    /** What has changed for a page that asks; null when nothing has, `gone` when there is no such incident. */
    async once(
      uid: string | null,
      visitor: Visitor,
      cursor: string | null,
    ): Promise<BoardChange | 'gone' | null> {
      const seen = await look(new Set([uid]));
      if (seen.stampOf(uid) === null) return 'gone';
      return changeSince(cursor, await seen.shownOf(uid, visitor), { sha256, nowMs: now() });
    },
    /** Something was just recorded here. */
    nudge: (): void => void (open.size > 0 && round()),
    /** Somebody has left: who still may watch is looked at now. */
    recheck(): void {
      for (const stream of open) stream.beatAt = Number.NEGATIVE_INFINITY;
      if (open.size > 0) void round();
    },
    endAll(): void {
      clearTimeout(timer);
      for (const stream of [...open]) end(stream);
    },
    count: (): number => open.size,
  };
}
