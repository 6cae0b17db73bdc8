import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { renderIcs } from '../core/ics.ts';
import { folderOf } from '../core/incident.ts';
import {
  invitationText,
  type MeetingPlan,
  meetingOf,
  meetingWindow,
  windowSentence,
} from '../core/invitation.ts';
import { isoOf, msOf } from '../core/time.ts';
import { cleanText, oneLine } from '../core/untrusted.ts';
import type { Loaded } from '../tools/support/load.ts';
import type { Deps } from '../tools/tool.ts';
import { type Command, EXIT, type Session } from './command.ts';
import { when } from './render.ts';

/** In the incident's folder. */
export const INVITATION = 'postmortem.ics';
const MAIL = /^[^\s@<>"',;:\\]{1,64}@[^\s@<>"',;:\\]{1,255}$/;

const input = z.strictObject({
  incident: z.string().optional().describe('Which one; may be left out when it is clear'),
  at: z.string().optional().describe('Begin of the meeting, RFC 3339 with offset; never chosen for you'),
  minutes: z.int().min(5).max(1440).default(60).describe('Length; 60 when left out'),
  where: z.string().optional().describe('Room or link'),
  attendee: z.array(z.string()).optional().describe('Mail address; kept out of the folder and the record'),
  ics: z.boolean().optional().describe('Print the calendar file, addresses included, in place of the text'),
});
type Input = z.output<typeof input>;

function planOf(args: Input, at: string, deps: Deps): { plan: MeetingPlan; removed: boolean } {
  const nowMs = deps.clock.now();
  if (msOf(at) < nowMs) {
    throw new PulseError(
      'invalid_input',
      'The meeting would begin in the past.',
      'Give a time to come; a meeting that took place is recorded with: hotfix-pulse record "..." --kind linked --type meeting --evidence LINK',
    );
  }
  const attendees = args.attendee ?? [];
  if (!attendees.every((mail) => MAIL.test(mail))) {
    throw new PulseError(
      'invalid_input',
      'An attendee is not a mail address.',
      'Write --attendee ana@example.com, once for each person.',
    );
  }
  const where = args.where === undefined ? null : deps.redact(oneLine(args.where, 500));
  const plan = { at: isoOf(msOf(at)), minutes: args.minutes, where: where?.text ?? null, attendees, nowMs };
  return { plan, removed: (where?.removed.length ?? 0) > 0 };
}

/** The record comes first; it ticks T021. */
async function recordMeeting({ incident }: Loaded, plan: MeetingPlan, { app }: Session, deps: Deps) {
  const tool = app.tools.find(({ name }) => name === 'record_timeline_event');
  if (!tool) throw new Error('record_timeline_event is gone');
  const link = plan.where !== null && /^https?:\/\/\S+$/.test(plan.where) ? plan.where : null;
  const evidence = [link ?? `output: ${INVITATION} for ${plan.at}`];
  const text = `Postmortem meeting is on ${when(plan.at)}, ${plan.minutes} minutes`;
  const args = { incident: incident.uid, kind: 'linked', type: 'meeting', text, evidence };
  return (await app.callTool(tool, args, deps)).warnings;
}

export const invite: Command = {
  name: 'invite',
  aliases: [],
  summary:
    'Invite to the postmortem meeting: write postmortem.ics, record the meeting, print the invitation.',
  details:
    'Nothing is sent. Without --at it says until when the meeting should be held and writes nothing. Mail addresses are only in what is printed, because the folder may be published.',
  input,
  positionals: ['incident'],
  examples: [
    'invite',
    'invite hotfix-001 --at 2030-01-06T10:00:00+01:00 --where https://meet.example/1',
    'invite --at 2030-01-06T09:00:00Z --minutes 45 --attendee ana@example.com --ics',
  ],
  async run(raw, session) {
    const args = input.parse(raw);
    const { app, out } = session;
    const deps = await session.deps();
    const loaded = await app.loadIncident(args.incident, deps);
    const { incident } = loaded;
    const window = meetingWindow(incident, loaded.row);
    if (args.at === undefined) {
      const next = 'Name the time: hotfix-pulse invite --at 2030-01-06T10:00:00Z (RFC 3339 with offset).';
      if (out.json) out.value({ incident: incident.label, until: window.until, written: false, next });
      else out.text(`${windowSentence(window)}\n${next}`);
      return EXIT.ok;
    }
    const { plan, removed } = planOf(args, args.at, deps);
    const meeting = meetingOf(incident, plan);
    const warnings = await recordMeeting(loaded, plan, session, deps);
    const folder = folderOf(incident);
    const shared = renderIcs({ ...meeting, attendees: [] });
    const outcome = await deps.workspace.refresh({
      ...{ uid: incident.uid, folder, mode: 'update', files: { [INVITATION]: shared } },
    });
    const isWritten = outcome.files.some(({ result }) =>
      ['written', 'unchanged', 'prose_saved'].includes(result),
    );
    const late = window.until !== null && plan.at > window.until;
    const text = invitationText(incident, plan);
    const ics = renderIcs(meeting);
    warnings.push(...outcome.notices);
    if (removed) warnings.push('a secret or personal value was taken out of --where');
    if (late || window.until === null)
      warnings.push(`${late ? 'Later than it should be. ' : ''}${windowSentence(window)}`);
    const file = isWritten ? `${folder}/${INVITATION}` : null;
    if (out.json) {
      out.value({
        ...{ incident: incident.label, at: plan.at, minutes: plan.minutes, until: window.until, late },
        ...{ written: isWritten, file, invitation: text, ics, warnings },
      });
      return EXIT.ok;
    }
    out.text(args.ics ? ics : cleanText(text));
    if (file !== null) out.notice(`wrote ${file}; nothing was sent`);
    for (const warning of warnings) out.warning(warning);
    return EXIT.ok;
  },
};
