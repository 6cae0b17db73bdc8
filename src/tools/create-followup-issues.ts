import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { wantedActions } from '../core/followup-issue.ts';
import type { ActionItem, Incident } from '../core/incident.ts';
import { oneLine } from '../core/untrusted.ts';
import type { Tracker } from '../ports-tracker.ts';
import { Standing } from './support/answer.ts';
import { isFree, MOST_ISSUES, planOfFollowUps, planToMake } from './support/followup-plan.ts';
import { reportFollowUps, type Shown } from './support/followup-report.ts';
import { mayTrack } from './support/followup-resume.ts';
import { linkFound, makeIssues } from './support/followup-run.ts';
import { loadIncident, loadUid } from './support/load.ts';
import { faultWarnings } from './support/sending-words.ts';
import { connected } from './support/surfaces.ts';
import { removedWarning } from './support/write.ts';
import { type Deps, defineTool } from './tool.ts';

const text = z.string().optional();

const Input = z.strictObject({
  incident: text,
  actions: z.array(z.string()).max(50).optional().describe('AI-001, ...; all open ones without an issue'),
  plan_id: text,
  approval: text.describe("The user's words"),
});
type Input = z.output<typeof Input>;

/** Action items into the team's tracker: texts to look at first, then exactly one issue each. */
export default defineTool({
  name: 'create_followup_issues',
  title: 'Create follow-up issues',
  effect: 'outward',
  description:
    'Issue texts for action items, as a plan; with plan_id and approval creates each once in the tracker.',
  input: Input,
  output: Standing.extend({
    plan_id: z.string().nullable(),
    issues: z.array(
      z.object({ action: z.string(), state: z.string(), url: z.string().nullable(), note: z.string() }),
    ),
    texts: z.array(
      z.object({
        action: z.string(),
        title: z.string(),
        body: z.string(),
        labels: z.array(z.string()),
        assignee: z.string().nullable(),
        due: z.string().nullable(),
      }),
    ),
  }),
  async run(input, deps) {
    const { incident } = await loadIncident(input.incident, deps);
    if (incident.drill) {
      throw new PulseError(
        'unsafe',
        'this incident is a rehearsal, and nothing of it leaves the machine',
        'go on with the rehearsal: owner, due date and type of its action items are what counts',
      );
    }
    const items = wantedActions(incident, input.actions);
    const its = await connected(deps);
    await mayTrack(incident, its);
    const removed: { type: string; token: string }[] = [];
    // Whatever is taken out on the way into a text is told once.
    const redact: Deps['redact'] = (raw) => {
      const safe = deps.redact(raw);
      removed.push(...safe.removed);
      return safe;
    };
    const shown = await follow(incident, items, input, { ...its, redact });
    const unique = [...new Map(removed.map((item) => [`${item.type} ${item.token}`, item])).values()];
    const faults = faultWarnings((its.faults ?? []).filter(({ service }) => service === 'github'));
    const warnings = [...removedWarning(unique), ...faults, ...shown.warnings];
    return reportFollowUps(incident.uid, { ...shown, warnings }, deps);
  },
});

function follow(incident: Incident, items: ActionItem[], input: Input, deps: Deps): Promise<Shown> {
  const { tracker } = deps;
  if (tracker === undefined) return Promise.resolve(byHand(incident, items, deps));
  return input.plan_id === undefined
    ? planned(incident, items, tracker, deps)
    : made(incident, items, input.plan_id, input.approval, tracker, deps);
}

const trackedOf = (items: readonly ActionItem[]) =>
  items.flatMap(({ id, issue }) => (issue === undefined ? [] : [{ action: id, url: issue }]));

/** Nothing is connected: the texts are finished all the same. */
function byHand(incident: Incident, items: readonly ActionItem[], deps: Deps): Shown {
  const untracked = items.filter((item) => item.issue === undefined);
  const { followUps } = planOfFollowUps(incident, untracked.slice(0, MOST_ISSUES), deps);
  const [first] = followUps;
  return {
    ...{ results: [], tracked: trackedOf(items), texts: followUps, state: 'by_hand', plan: null },
    say:
      first === undefined
        ? [DONE]
        : [
            `Create them by hand on the user's yes, the last line of each text included, then record each: record_timeline_event {"kind": "linked", "type": "issue", "ref": "${first.item.id}", "text": "${first.item.id} is tracked", "evidence": ["https://..."]}`,
            ...more(untracked.length),
          ],
    warnings: [
      'not_configured: no tracker is connected ("github": {} in hotfix-pulse.config.json connects GitHub; hotfix-pulse doctor github says what it needs).',
    ],
  };
}

const DONE = 'Every open action item has its issue.';

/** Also finds what an earlier call made without hearing of it. */
async function planned(
  incident: Incident,
  items: readonly ActionItem[],
  tracker: Tracker,
  deps: Deps,
): Promise<Shown> {
  const untracked = items.filter((item) => item.issue === undefined);
  const found = await linkFound(incident, untracked, tracker, deps);
  const { incident: now } = await loadUid(incident.uid, deps);
  const left = untracked.filter((item) => now.actions.get(item.id)?.issue === undefined);
  const free = left.filter((item) => isFree(now, item, deps));
  const waiting = left.filter((item) => !free.includes(item));
  const plan = planOfFollowUps(now, free.slice(0, MOST_ISSUES), deps);
  const waits = waiting.map(({ id }) => ({ action: id, warnings: [], state: 'unknown' as const }));
  return {
    ...{ results: [...found, ...waits], tracked: trackedOf(items), texts: plan.followUps, state: 'planned' },
    plan: free.length === 0 ? null : plan.id,
    say:
      free.length > 0
        ? [
            `Nothing was created. Show the user these texts; when they agree, call with plan_id ${plan.id} and approval: their words.`,
            ...more(free.length),
          ]
        : waiting.length > 0
          ? []
          : [DONE],
    warnings: [],
  };
}

async function made(
  incident: Incident,
  items: readonly ActionItem[],
  planId: string,
  approval: string | undefined,
  tracker: Tracker,
  deps: Deps,
): Promise<Shown> {
  const plan = planToMake(incident, items, planId, deps);
  const words = oneLine(deps.redact(approval ?? '').text, 300);
  if (!plan.begun && words === '') {
    throw new PulseError(
      'gate_closed',
      'these issues are not approved',
      `show the user the texts; when they agree, call with plan_id ${plan.id} and approval: their words`,
      { plan_id: plan.id },
    );
  }
  const results = await makeIssues(incident, plan, words === '' ? null : words, tracker, deps);
  const isOpen = results.some(({ state }) => state === 'unknown' || state === 'not_made');
  return {
    ...{ results, tracked: trackedOf(items), texts: [], state: 'planned', plan: plan.id },
    say: [
      isOpen
        ? `The same plan can be called again: plan_id ${plan.id}.`
        : 'Every action item of this plan has its issue.',
    ],
    warnings: [],
  };
}

function more(count: number): string[] {
  return count > MOST_ISSUES ? [`${count - MOST_ISSUES} more: call again after these.`] : [];
}
