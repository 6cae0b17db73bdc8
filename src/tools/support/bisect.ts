import { PulseError } from '../../core/errors.ts';
import type { EventDraft } from '../../core/events.ts';
import type { Incident } from '../../core/incident.ts';
import type { BisectOutcome, BisectReport, ChangeRange } from '../../core/ship/change-range.ts';
import { MINUTE, SECOND } from '../../core/time.ts';
import { cleanText, oneLine } from '../../core/untrusted.ts';
import type { Deps } from '../tool.ts';
import { historyOf } from './find-suspects.ts';
import { createJobs, type Job } from './jobs.ts';
import { askJob, longWork } from './long-work.ts';
import { hashOf, keyed, write } from './write.ts';

/** All runs of one bisection together. */
const LIMIT_MS = 30 * MINUTE;
/** Of a command's output that is shown. */
const TAIL = 2_000;

export interface BisectDone {
  uid: string;
  report: BisectReport;
  event: string | null;
  notices: string[];
}

const JOBS = createJobs<BisectDone>();

/** In our own words, with what to do. */
const OUTCOMES: Record<BisectOutcome, string> = {
  found: 'The command fails from this commit on.',
  only_skipped: 'Only commits that the command could not judge (exit code 125) are left.',
  passes_at_bad:
    'The command succeeds at bad, so it does not show the harm. Give one that fails there, or the commit that fails as bad.',
  fails_at_good:
    'The command fails at good too. The temporary checkout has no ignored files and no installed dependencies: let the command install them first (["sh", "-c", "npm ci && npm test"]), or give an older good.',
  could_not_run:
    'The command could not be run (not found, exit code 126, 127 or above 128, or killed). Use exit code 0 for good, 1 for bad, 125 for skip.',
  time_limit:
    'The time limit of 30 minutes was reached. Give a faster command, or good and bad closer together.',
  stopped: 'It was stopped.',
};

/** Refuses what must not be run, before anything is looked at. */
export function checkCommand(command: readonly string[], deps: Deps): void {
  if (
    (command[0] ?? '').trim() === '' ||
    command.some((word) => word.includes('\0') || word.length > 4_000)
  ) {
    throw new PulseError(
      'invalid_input',
      'bisect must be a command and its arguments as a list',
      'for example {"bisect": ["node", "--test", "test/auth.test.js"]}; there is no shell, so pipes need ["sh", "-c", "..."]',
    );
  }
  if (command.length === 1 && /^(?:hotfix-)?\d{1,6}$/.test(command[0] ?? '')) {
    throw new PulseError(
      'invalid_input',
      'bisect names an incident and no command',
      'name the incident with incident (--incident in a terminal); bisect is the command to run',
    );
  }
  const signs = historyOf(deps).productionSigns(command);
  if (signs.length === 0) return;
  throw new PulseError(
    'unsafe',
    `this environment looks like production (${signs.slice(0, 5).join(', ')}), and old code must not be run against it`,
    'unset or replace these in the environment of the server or shell, or run it on a machine that cannot reach production',
  );
}

interface Wanted {
  incident: Incident;
  range: ChangeRange;
  command: readonly string[];
  /** When the call came, milliseconds since the epoch. */
  since: number;
}

/** In the foreground to its end; else as a job, whose result is given when it ends soon enough. */
export async function bisect(wanted: Wanted, deps: Deps): Promise<Job<BisectDone> | BisectDone> {
  const { range, since } = wanted;
  const { good } = range;
  if (good === null || range.basis === 'window') {
    throw new PulseError(
      'invalid_input',
      'a bisection needs a commit that is known to be good',
      'pass good: a release, tag or commit at which the command succeeds',
    );
  }
  const key = hashOf('bisect', { good, bad: range.bad, command: wanted.command }, deps);
  const title = `bisection for ${wanted.incident.label}`;
  return longWork(
    JOBS,
    { key, since, title },
    (tell, signal) => run({ ...wanted, good }, deps, tell, signal),
    deps,
  );
}

/** A job of this repository by `<id>` or, to end it, `<id> stop`. */
export function bisectJob(text: string, deps: Deps): Promise<Job<BisectDone> | BisectDone> {
  return askJob(JOBS, text, deps);
}

async function run(
  { incident, range, command, good }: Wanted & { good: string },
  deps: Deps,
  tell: (note: string) => void,
  signal: AbortSignal,
): Promise<BisectDone> {
  const report = await historyOf(deps).bisect(
    { good, bad: range.bad, command, timeoutMs: LIMIT_MS },
    {
      signal,
      progress: ({ runs, left }) =>
        tell(`run ${runs + 1}${left === null ? ', checking the ends' : `, about ${left} more after it`}`),
    },
  );
  const { uid } = incident;
  const found = report.commit ?? report.candidates[0];
  if (found === undefined) return { uid, report, event: null, notices: [] };
  const shown = oneLine(command.join(' '), 300);
  const said = { good, bad: range.bad, found: report.commit ?? report.candidates, command };
  const input_hash = hashOf('find_suspect_changes/bisect', said, deps);
  const draft: EventDraft<'noted'> = {
    ...{ kind: 'noted', at_source: 'observed', basis: 'measured', input_hash },
    text:
      report.commit === null
        ? `Bisection narrowed the cause down to ${report.candidates.length} commits`
        : `Bisection found ${report.commit.slice(0, 12)} as the first bad commit`,
    evidence: [
      ...(report.commit === null ? report.candidates.slice(0, 3) : [report.commit]).map(
        (sha) => `commit:${sha}`,
      ),
      `output: ${shown}: exit code 0 at ${good.slice(0, 12)}, ${codeAt(report, range.bad)} at ${range.bad.slice(0, 12)}`,
    ],
    data: {
      suspects: (report.commit === null ? report.candidates : [report.commit]).map((commit) => ({ commit })),
      range: { base: good, commit: range.bad },
      bisect: { outcome: report.outcome, runs: report.runs.length, command: [...command] },
    },
  };
  const written = await write(
    uid,
    keyed([draft], `bisect/${input_hash.slice(0, 32)}/${incident.attempt}`),
    deps,
  );
  return { uid, report, event: written.events[0]?.id ?? null, notices: written.notices };
}

function codeAt({ runs }: BisectReport, commit: string): string {
  return String(runs.find((one) => one.commit === commit)?.code ?? 'none');
}

/** What a bisection says, as lines of our own words; the output of the command comes back apart, redacted. */
export function bisectLines({ report }: BisectDone, deps: Deps): { lines: string[]; output: string } {
  const { outcome, commit, runs, ms } = report;
  const spent = `${runs.length} run${runs.length === 1 ? '' : 's'}, ${Math.round(ms / SECOND)} s`;
  const head =
    commit === null
      ? `Bisection: ${outcome} (${spent}).`
      : `Bisection: first bad commit ${commit.slice(0, 12)} (${spent}).`;
  const candidates = report.candidates.slice(0, 10).map((sha) => sha.slice(0, 12));
  const output = outcome === 'stopped' ? '' : cleanText(deps.redact(report.tail).text).slice(-TAIL).trim();
  return {
    lines: [
      head,
      OUTCOMES[outcome],
      ...(candidates.length > 0 ? [`It is one of: ${candidates.join(', ')}`] : []),
    ],
    output,
  };
}
