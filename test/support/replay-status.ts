import type { StatusRow } from './replay-data.ts';

/** One call to the server. `incident` is added by the player. */
export interface Call {
  tool: string;
  args: Record<string, unknown>;
  /** The status that must hold afterwards. */
  leads?: string;
}

/** What happens to one incident at one moment. */
export interface Step {
  row: string;
  at: number;
  calls: Call[];
  /** An update goes out at this moment: the clock is read before it, a message is drafted, then this text posted. */
  update?: { form: 'initial' | 'update' | 'resolution'; text: string };
}

const HOUR = 3_600_000;

/** The operator's own impact label as a severity that a person said. */
export const LEVEL_OF: Record<StatusRow['label_raw'], string> = {
  critical: 'P0',
  major: 'P1',
  minor: 'P2',
  none: 'P3',
  maintenance: 'P3',
};

/** Words of a status page for what stopped the harm. What it does not say is taken for a code fix. */
const MITIGATION_WORDS: readonly [RegExp, string][] = [
  [/roll(?:ed|ing)? ?back|revert/i, 'rollback'],
  [/feature flag|disabled|turned off/i, 'feature_flag'],
  [/scal(?:ed|ing)|capacity|replica/i, 'scale_up'],
  [/fail(?:ed|ing)? ?over|redirect|rerout|re-rout/i, 'redirect'],
  [/throttl|rate.?limit|block/i, 'traffic_gate'],
  [/database|index|query|queries/i, 'database_fix'],
  [/config|setting|dns|certificate/i, 'config_change'],
];
const CAUSE =
  /\b(?:have|has|we've|we’ve|we|team) (?:been )?(?:identified|found|determined) .{0,40}?(?:cause|issue|problem|source)\b/i;
const MITIGATED =
  /\b(?:has|have) been mitigated|\bhave mitigated|\bis mitigated|\b(?:has|have) (?:applied|deployed|implemented|rolled back|reverted)/i;

/**
 * A status page's life of an incident as calls to the server, each at the moment of its update:
 * the first opens the incident; every one is a public update; Investigating is somebody taking it, and once
 * something had stopped the harm it is a reopening; Identified, or words that say so, is a cause; Monitoring, or words that
 * say so, is a mitigation, and Monitoring is a verification too; Resolved and Completed are the resolution and the
 * end of impact, with the page as evidence. An hour later the postmortem is written, a day later the incident closed.
 */
export function stepsOf(row: StatusRow): Step[] {
  const steps: Step[] = [];
  let verified = false;
  for (const [index, { at, status, message }] of row.updates.entries()) {
    const text = message.trim() || status;
    const calls: Call[] = index === 0 ? [opening(row, at)] : [];
    const record = (kind: string, more: Record<string, unknown> = {}, leads?: string) =>
      calls.push({
        tool: 'record_timeline_event',
        args: { kind, text, ...more },
        ...(leads === undefined ? {} : { leads }),
      });
    const page = { evidence: [row.url] };
    if (status === 'Investigating' && verified) record('reopened', { reason: text }, 'investigating');
    if (status === 'Investigating' && index === 0) record('acknowledged', {}, 'investigating');
    if (status === 'Identified' || (status === 'Update' && CAUSE.test(text))) record('cause_identified');
    if (status === 'Monitoring' || (status === 'Update' && MITIGATED.test(text)))
      record('mitigation_applied', { type: mitigationIn(text) }, 'mitigated');
    if (status === 'Monitoring') record('deploy_verified', page, 'monitoring');
    verified = status === 'Monitoring' || (verified && status !== 'Investigating');
    const ends = status === 'Resolved' || status === 'Completed';
    if (ends) {
      record('fact_recorded', { type: 'impact_ended', source: row.url });
      record('resolved', page, 'resolved');
    }
    const form = ends ? 'resolution' : index === 0 ? 'initial' : 'update';
    steps.push({ row: row.id, at: Date.parse(at), calls, update: { form, text } });
  }
  return [...steps, ...afterwards(row)];
}

function opening(row: StatusRow, at: string): Call {
  return {
    tool: 'create_hotfix_task',
    args: {
      ...{ description: `${row.title}\n${row.updates[0]?.message ?? ''}`, title: row.title, new: true },
      ...{ severity: LEVEL_OF[row.label_raw], detected_by: 'status page' },
      ...{ started_at: row.started_at, detected_at: at },
    },
    leads: 'investigating',
  };
}

export function mitigationIn(text: string): string {
  return MITIGATION_WORDS.find(([words]) => words.test(text))?.[1] ?? 'hotfix';
}

function afterwards(row: StatusRow): Step[] {
  const end = Date.parse(row.updates.at(-1)?.at ?? '');
  const told = (index: number) => row.updates.at(index)?.message.trim() || row.title;
  return [
    {
      ...{ row: row.id, at: end + HOUR },
      calls: [
        {
          tool: 'write_postmortem',
          args: { summary: told(0), impact: told(-1), lessons: ['The status page names none.'] },
          leads: 'resolved',
        },
      ],
    },
    {
      ...{ row: row.id, at: end + 24 * HOUR + 60_000 },
      calls: [
        {
          tool: 'record_timeline_event',
          args: { kind: 'stability_confirmed', text: 'No new incident on the page', evidence: [row.url] },
          leads: 'resolved',
        },
        { tool: 'close_incident', args: {}, leads: 'closed' },
      ],
    },
  ];
}
