import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { PulseError } from '../core/errors.ts';
import { UNSCANNED, unscannedIn, unscannedMark } from '../core/redact-unscanned.ts';
import type { AppendOutcome, Ids } from '../ports.ts';
import { ensureFolder } from './file-append.ts';
import { writeBeside } from './incident-files.ts';
import type { LogPlaces } from './log-places.ts';

type Redact = (text: string) => { text: string; removed: AppendOutcome['removed'] };

/**
 * A text that the redactor gave up is not lost: its mark says how long it was and its SHA-256, and the whole lies in a
 * private file of that name beside the live log, which no publish, export or archive reads.
 */
export function createUnscanned(places: Pick<LogPlaces, 'live' | 'fallback'>, ids: Ids) {
  const keep = (text: string, name: string): void => {
    for (const place of [places.live, places.fallback]) {
      try {
        writeBeside(ensureFolder(place, 'unscanned'), name, text, ids);
        return;
      } catch {
        // The next place is tried.
      }
    }
    throw new PulseError(
      'upstream',
      'a text was too long to look through for secrets, and there was no place to keep it',
      'make the hotfix-pulse folder writable, or send the part that matters',
    );
  };
  return {
    /** The same redactor, whose marks name a file. */
    keeping(redact: Redact): Redact {
      return (text) => {
        const safe = redact(text);
        if (!safe.removed.some(({ type }) => type === UNSCANNED)) return safe;
        const sha256 = ids.sha256(text);
        keep(text, sha256);
        const mark = unscannedMark(Buffer.byteLength(text), sha256);
        return { text: mark, removed: [{ type: UNSCANNED, token: mark }] };
      };
    },
    /** Removes what the marks of a text name. */
    forget(text: string): void {
      for (const sha256 of unscannedIn(text)) {
        for (const place of [places.live, places.fallback])
          rmSync(join(place, 'unscanned', sha256), { force: true });
      }
    },
  };
}
