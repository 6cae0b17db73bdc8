import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ERROR_CODES } from '../core/errors.ts';
import { VERSION } from '../version.ts';

/** What the hub counts. Labels are words of tables in this program: nothing of a request ever gets into one. */

/** Why a request was refused. */
const REASONS = ['name', 'path', 'method', 'size', 'rate', 'token'] as const;
export type Reason = (typeof REASONS)[number];
/** How a tool call ended: a refusal by its code, `internal` when the fault is ours. */
const OUTCOMES = ['ok', ...ERROR_CODES, 'internal'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** Seconds. A page of the board takes milliseconds; a tool call may take 40 s. */
const BUCKETS = [0.01, 0.05, 0.25, 1, 5, 20];

/** Kind, labels and meaning by name; docs/hub.md has this table. */
export const METRICS = {
  hotfix_pulse_requests_total: [
    'counter',
    ['door', 'status'],
    'Requests, by class of the status; `cut` when the caller went away before an answer',
  ],
  hotfix_pulse_request_duration_seconds: [
    'histogram',
    ['door'],
    'From the head of a request to the end of its answer, streams of the board left out',
  ],
  hotfix_pulse_refused_total: [
    'counter',
    ['reason'],
    'Refused requests: another `Host` or `Origin` (`name`), `path`, `method`, `size`, too many (`rate`), no valid token, session or signature (`token`)',
  ],
  hotfix_pulse_tool_calls_total: [
    'counter',
    ['tool', 'outcome'],
    'Tool calls over `/mcp`: `ok`, the code of the refusal, or `internal`',
  ],
  hotfix_pulse_open_streams: [
    'gauge',
    ['door'],
    'Event streams that are open: pages of the board, or calls over `/mcp`',
  ],
  hotfix_pulse_failed_ticks_total: [
    'counter',
    ['of'],
    'Rounds that failed: of a door, or `sync` for what the services show',
  ],
  hotfix_pulse_ready: [
    'gauge',
    [],
    '1 when `/readyz` says 200: the doors have started and the record answers',
  ],
  hotfix_pulse_info: ['gauge', ['version'], 'Always 1; the version that runs'],
  process_resident_memory_bytes: ['gauge', [], 'Memory of the process'],
  process_start_time_seconds: ['gauge', [], 'Start of the process, in seconds since 1970'],
} as const satisfies Record<string, readonly ['counter' | 'gauge' | 'histogram', readonly string[], string]>;

/** What the parts of the hub tell. */
export interface HubCounts {
  /** @param status 0 when the caller went away first; `isWatched` for a stream that lasts as long as somebody looks */
  answered(door: string, status: number, ms: number, isWatched: boolean): void;
  refused(reason: Reason): void;
  tickFailed(of: string): void;
  /** @param tool the name of one of ours, never what was asked for */
  called(tool: string, outcome: Outcome): void;
}

/** What is looked up when somebody asks. */
export interface MetricSources {
  openStreams(): ReadonlyMap<string, number>;
  isReady(): Promise<boolean>;
}

export interface HubMetrics extends HubCounts {
  contentType: string;
  text(sources: MetricSources): Promise<string>;
}

export function createMetrics(): HubMetrics {
  // Its own, and nothing that the package would measure by itself: that is some hundred lines of Node's insides.
  const registry = new Registry();
  const registers = [registry];
  const of = <const N extends keyof typeof METRICS>(name: N) => {
    const [, labels, help] = METRICS[name];
    return { name, help, labelNames: [...labels], registers };
  };
  const requests = new Counter(of('hotfix_pulse_requests_total'));
  const durations = new Histogram({ ...of('hotfix_pulse_request_duration_seconds'), buckets: BUCKETS });
  const refused = new Counter(of('hotfix_pulse_refused_total'));
  const calls = new Counter(of('hotfix_pulse_tool_calls_total'));
  const streams = new Gauge(of('hotfix_pulse_open_streams'));
  const failedTicks = new Counter(of('hotfix_pulse_failed_ticks_total'));
  const ready = new Gauge(of('hotfix_pulse_ready'));
  new Gauge(of('hotfix_pulse_info')).set({ version: VERSION }, 1);
  const memory = new Gauge(of('process_resident_memory_bytes'));
  new Gauge(of('process_start_time_seconds')).set(Math.round(performance.timeOrigin / 1_000));
  // A rate over a counter that is not there yet misses its first step.
  for (const reason of REASONS) refused.inc({ reason }, 0);
  failedTicks.inc({ of: 'sync' }, 0);

  return {
    contentType: registry.contentType,
    answered(door, status, ms, isWatched) {
      requests.inc({ door, status: status === 0 ? 'cut' : `${Math.floor(status / 100)}xx` });
      if (!isWatched) durations.observe({ door }, Math.max(0, ms) / 1_000);
    },
    refused: (reason) => refused.inc({ reason }),
    tickFailed: (name) => failedTicks.inc({ of: name }),
    called: (tool, outcome) => calls.inc({ tool, outcome }),
    async text({ openStreams, isReady }) {
      streams.reset();
      for (const [door, count] of openStreams()) streams.set({ door }, count);
      memory.set(process.memoryUsage.rss());
      ready.set((await isReady()) ? 1 : 0);
      return registry.metrics();
    },
  };
}
