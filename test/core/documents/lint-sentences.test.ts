import { describe, expect, it } from 'vitest';
import { type Slip, slipsIn } from '../../../src/core/documents/lint-sentence.ts';

/** Of an incident at which Ana Ruiz, Ben and Will were known by name. */
const NAMES = new Set(['Ana', 'Ruiz', 'Ben', 'Will']);

type Row = readonly [sentence: string, ...slips: Slip[]];

/** Anywhere in a postmortem. */
const ANYWHERE: readonly Row[] = [
  ['Ana should have looked at the dashboard.', 'blame'],
  ['Ana clearly should have known better.', 'blame'],
  ["Ben shouldn't have merged on a Friday.", 'blame'],
  ["Ben should've asked first.", 'blame'],
  ['Ruiz could have escalated sooner.', 'blame'],
  ['Ana forgot to renew the certificate.', 'blame'],
  ['Ben, who was on call, forgot the runbook.', 'blame'],
  ['The on-call engineer failed to notice the alert.', 'blame'],
  ['The developer carelessly pushed to main.', 'blame'],
  ['An intern broke production.', 'blame'],
  ['He missed the page.', 'blame'],
  ['Someone forgot to rotate the key.', 'blame'],
  ["It was Ben's fault.", 'blame'],
  ["The outage came from Ana's mistake.", 'blame'],
  ['His negligence cost us an hour.', 'blame'],
  ['The outage was caused by Ana.', 'blame'],
  ['We blame Ben for the delay.', 'blame'],
  ['It was careless of Ruiz to skip staging.', 'blame'],
  ['Ana was to blame.', 'blame'],
  ['Ben did not follow the runbook.', 'blame'],
  ["Ana didn't test the migration.", 'blame'],
  ['Ben never checked the lag.', 'blame'],
  ['The reviewer overlooked the missing lock.', 'blame'],
  ['Dave forgot to close the connection.', 'blame'],
  ['Yesterday Carla was careless with the flag.', 'blame'],
  ['Ana restarted the wrong host and forgot the second one.', 'blame'],
  ['The admin messed up the DNS zone.', 'blame'],
  ['Ana panicked.', 'blame'],
  ['The alert should have fired.', 'counterfactual'],
  ['We should have tested this.', 'counterfactual'],
  ['Ana should have been paged by the alert.', 'counterfactual'],
  ['This ought to have been caught in review.', 'counterfactual'],
  ['The outage was caused by human error.', 'human_error'],
  ['The wrong value was due to an operator error.', 'human_error'],
  ['It was down to user error.', 'human_error'],
  ['Ana turned the flag off within minutes.'],
  ['Ben found the cause in the deploy log.'],
  ['Ana saw that the alert failed to fire.'],
  ['Ana noticed the check failed to run.'],
  ['Ana rolled back after the pipeline failed to stop.'],
  ['Ben restarted the worker, which failed to connect.'],
  ['Ana rolled back and the alert failed to clear.'],
  ["Ana's alert failed to fire."],
  ["Thanks to Ana's quick rollback the harm ended early."],
  ['The health check failed to notice the dead pods.'],
  ['The script forgot to release the lock.'],
  ['They failed to connect to the primary.'],
  ['We missed the first alert because it went to a muted channel.'],
  ['Nobody is to blame.'],
  ['We do not blame Ana: the tool offered no preview.'],
  ['It will have failed to connect by then.'],
  ['The user error rate rose to one in ten.'],
  ['The root cause was not human error.'],
  ['The pool was exhausted since retries had no limit.'],
  ['The deploy broke the login page.'],
  ['The config change caused the outage.'],
  ['Kubernetes ignored the memory limit.'],
  ['The engineer on duty followed the runbook.'],
  ['What made the wrong host look right was its name.'],
  ['Ana took command and Ben wrote the updates.'],
  ['Each repository should have clear rules.'],
  ['We should have a talk about the ingress.'],
  ['The admin panel failed to load.'],
  ['The operator pod ignored the new limit.'],
  ['The restart was caused by the operator pod.'],
  ['The developer portal was slow.'],
  ['Our SRE team did not notice the alert.'],
  ['Detection came from a customer, not from monitoring.'],
];

/** Given as the cause. */
const AS_CAUSE: readonly Row[] = [
  ['Human error', 'human_error'],
  ['Operator mistake during the migration', 'human_error'],
  ['Fat-fingered the host name', 'human_error'],
  ['A lack of attention', 'human_error'],
  ['Ana deployed the wrong config.', 'stops_at_person'],
  ['The table was dropped by a developer.', 'stops_at_person'],
  ['An engineer ran the script on the primary.', 'stops_at_person'],
  ['Ben misread the graph.', 'blame', 'stops_at_person'],
  ['Ana deployed the wrong config because both files have the same name.'],
  ['An engineer ran the script on the primary: nothing tells the hosts apart.'],
  ['The dev container used all connections.'],
  ['The migration dropped a column that the old release still read.'],
  ['Not human error: the form accepts any host.'],
  ['The user error page was cached for an hour.'],
];

describe('a sentence', () => {
  it.each(ANYWHERE)('%s', (sentence, ...slips) => {
    expect([...slipsIn(sentence, NAMES, false)].sort()).toEqual([...slips].sort());
  });

  it.each(AS_CAUSE)('given as the cause: %s', (sentence, ...slips) => {
    expect([...slipsIn(sentence, NAMES, true)].sort()).toEqual([...slips].sort());
  });

  it('is one of at least sixty, of which a third is blameless', () => {
    const all = [...ANYWHERE, ...AS_CAUSE];
    expect(all.length).toBeGreaterThanOrEqual(60);
    expect(all.filter((row) => row.length === 1).length).toBeGreaterThan(all.length / 3);
  });

  it('is read in linear time', () => {
    const text = 'Ana the and should not have been '.repeat(20_000);
    const begin = performance.now();
    slipsIn(text, NAMES, true);
    expect(performance.now() - begin).toBeLessThan(1500);
  });
});
