import type { HttpResult } from '../http.ts';

/** What GitHub said, read from the errors of its client. Nothing of its words goes on. */

/** Where a secondary limit names no pause. Source: GitHub, "Rate limits for the REST API". */
const PAUSE_S = 60;
const SECONDARY = /\bsecondary rate\b|\babuse detection\b/i;

/** An error of the client as an answer; a limit that came as 403 becomes 429, which it means. */
export function resultOf(error: unknown): HttpResult {
  const { message, status, headers } = partsOf(error);
  // The repository was renamed or moved: a token is not carried to where the answer points.
  if (/unexpected redirect/i.test(message)) return answered(404, null);
  if (status === null) return { state: 'lost' };
  const pause = pauseOf(status, message, headers);
  return pause === null ? answered(status, null) : answered(429, pause);
}

/** Seconds; null when it is no limit. */
function pauseOf(status: number, message: string, headers: ReadonlyMap<string, string>): number | null {
  if (status !== 403 && status !== 429) return null;
  const asked = headers.get('retry-after');
  if (asked !== undefined && /^\d{1,9}$/.test(asked)) return Math.max(1, Number(asked));
  if (headers.get('x-ratelimit-remaining') === '0') {
    const reset = Number(headers.get('x-ratelimit-reset'));
    return Number.isFinite(reset) && reset > 0
      ? Math.max(1, Math.ceil(reset - Date.now() / 1000) + 1)
      : PAUSE_S;
  }
  return status === 429 || SECONDARY.test(message) ? PAUSE_S : null;
}

const answered = (status: number, retry_after_s: number | null): HttpResult => ({
  ...{ state: 'answered', status, retry_after_s, body: null },
  header: () => null,
});

/** The client gives lost requests the status 500 and no response. */
function partsOf(error: unknown): {
  message: string;
  status: number | null;
  headers: ReadonlyMap<string, string>;
} {
  const none = { message: '', status: null, headers: new Map<string, string>() };
  if (!(error instanceof Error)) return none;
  const { response } = error as Error & { response?: { status?: unknown; headers?: unknown } };
  if (typeof response !== 'object' || response === null) return { ...none, message: error.message };
  const { status, headers } = response;
  return {
    message: error.message,
    status: typeof status === 'number' ? status : null,
    headers: new Map(
      Object.entries(typeof headers === 'object' && headers !== null ? headers : {}).map(([name, value]) => [
        name.toLowerCase(),
        String(value),
      ]),
    ),
  };
}
