import { PulseError } from '../../core/errors.ts';
import type { EventDraft } from '../../core/events.ts';
import type { Incident } from '../../core/incident.ts';
import type { CheckPlan, CheckResult, ChecksReport } from '../../core/ship/check-run.ts';
import { showCommand } from '../../core/ship/plan.ts';
import { SECOND } from '../../core/time.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { Deps } from '../tool.ts';
import type { Look } from './check-change.ts';
import { hashOf, write } from './write.ts';

/** How the checks of one commit went. `not_asked`: the call wanted the findings alone. */
export interface Ran {
  outcome: 'passed' | 'failed' | 'could_not_run' | 'not_asked' | 'stopped';
  /** Why nothing or not everything ran, and what to do; our own words, empty when all is well. */
  reason: string;
  /** Nobody has accepted yet what would run. */
  isOpen: boolean;
  results: readonly CheckResult[];
  notes: readonly string[];
  /** Of the preparation, when that failed. Text of the repository. */
  tail: string;
  /** Every check that was found ran. */
  full: boolean;
}

const nothing = (outcome: Ran['outcome'], reason: string, isOpen = false): Ran => ({
  ...{ outcome, reason, isOpen, results: [], notes: [], tail: '', full: false },
});

export const NOT_ASKED = nothing('not_asked', '');

const ACCEPT =
  'nobody has accepted yet what would run here: look at it and accept it once with hotfix-pulse accept-checks in a terminal, or name the checks in a committed hotfix-pulse.config.json';

/** What would run at the commit of a change; null where no checks can be run at all. */
export async function planOf(look: Look, deps: Deps): Promise<CheckPlan | null> {
  return (await deps.checks?.plan(look.diff.commit, deps.settings.ship ?? {}, look.base)) ?? null;
}

/** Why the checks of a plan cannot even begin; null when they can. */
export function blockedBy(plan: CheckPlan | null): Ran | null {
  if (plan === null)
    return nothing('could_not_run', 'checks cannot be run here: this needs a git repository');
  return plan.allowed === 'open' ? nothing('could_not_run', ACCEPT, true) : null;
}

/** Runs what the plan names. What must not run says so in the outcome, so that the findings still come back. */
export async function runChecks(
  plan: CheckPlan,
  tell: (line: string) => void,
  signal: AbortSignal,
  deps: Deps,
): Promise<Ran> {
  try {
    const report = await deps.checks?.run(plan, { signal, progress: tell });
    if (report === undefined) return nothing('could_not_run', 'checks cannot be run here');
    if (signal.aborted) return { ...ranOf(report, plan), outcome: 'stopped', full: false };
    return ranOf(report, plan);
  } catch (error) {
    if (!(error instanceof PulseError) || !['gate_closed', 'unsafe'].includes(error.code)) throw error;
    return nothing('could_not_run', `${error.message}: ${error.hint}`, error.code === 'gate_closed');
  }
}

function ranOf(report: ChecksReport, plan: CheckPlan): Ran {
  const { outcome, reason, results, notes, tail } = report;
  return { outcome, reason, results, notes, tail, isOpen: false, full: isFull(report, plan) };
}

/** Every check that was found ran; what was detected is a full run only with the tests in it. */
function isFull({ results }: ChecksReport, { checks, source }: CheckPlan): boolean {
  return (
    checks.length > 0 &&
    results.length === checks.length &&
    results.every(({ outcome }) => outcome !== 'could_not_run') &&
    (source === 'settings' || checks.some(({ name }) => name === 'test'))
  );
}

/** A command as it is recorded and shown. */
export function shownCommand(command: readonly string[], deps: Deps): string {
  return oneLine(deps.redact(showCommand(command)).text, 200);
}

export const secondsOf = (ms: number): number => Math.round(ms / SECOND);

/**
 * One run is one event; nothing is recorded of one that was stopped. Without a run it is a note on what was found.
 * @param run names the run: the same name again is the same event
 */
export async function recordRun(
  incident: Incident,
  look: Look,
  ran: Ran,
  run: string,
  deps: Deps,
): Promise<{ event: string | null; notices: string[] }> {
  if (ran.outcome === 'stopped') return { event: null, notices: [] };
  const { commit } = look.diff;
  const findings = { ...look.counts, ids: look.ids };
  const short = commit.slice(0, 12);
  const found = `${look.counts.stop} stop, ${look.counts.warn} warn, ${look.counts.note} note`;
  // Nothing ran: the same findings about the same commit are the same event, however often somebody asks.
  const name =
    ran.results.length > 0 || ran.tail !== ''
      ? run
      : hashOf(
          'check_hotfix/found',
          { commit, findings, outcome: ran.outcome, reason: ran.reason },
          deps,
        ).slice(0, 32);
  const same = {
    ...{ at_source: 'observed' as const, basis: 'measured' as const },
    key: `check_hotfix/run/${commit}/${incident.attempt}/${name}`,
    input_hash: hashOf('check_hotfix', { commit, run: name }, deps),
  };
  const draft: EventDraft =
    ran.outcome === 'not_asked'
      ? {
          ...same,
          kind: 'noted',
          text: `Looked at the change up to ${short}: ${found}`,
          evidence: [`commit:${commit}`],
          data: { commit, findings },
        }
      : {
          ...{ ...same, kind: 'checks_run', text: `${WORDS[ran.outcome]} on ${short}; findings: ${found}` },
          evidence: [`commit:${commit}`, ...ran.results.map((result) => evidenceOf(result, deps))],
          data: checksData(ran, commit, findings, deps),
        };
  const { events, notices } = await write(incident.uid, [draft], deps);
  return { event: events[0]?.id ?? null, notices };
}

const WORDS = {
  passed: 'All checks passed',
  failed: 'Checks failed',
  could_not_run: 'Checks could not run',
} as const;

function checksData(ran: Ran, commit: string, findings: Look['counts'] & { ids: string[] }, deps: Deps) {
  return {
    outcome: ran.outcome === 'passed' || ran.outcome === 'failed' ? ran.outcome : ('could_not_run' as const),
    ...{ commit, full: ran.full, findings },
    checks: ran.results.map(({ name, command, outcome, exit_code: code, ms }) => ({
      ...{ name, outcome, code, ms, command: shownCommand(command, deps) },
    })),
  };
}

function evidenceOf({ name, command, exit_code: code, outcome, ms }: CheckResult, deps: Deps): string {
  const end = code === null ? outcome.replaceAll('_', ' ') : `exit code ${code}`;
  return `output: ${name}: ${shownCommand(command, deps)}: ${end}, ${secondsOf(ms)} s`;
}
