import * as z from 'zod/v4';
import type { EventDraft } from '../core/events.ts';
import { folderOf } from '../core/incident.ts';
import { AUDIENCES } from '../core/kinds.ts';
import { FORMS, type MessageInput } from '../core/message-words.ts';
import { composeMessage, forCopying, formFor, notesOn } from '../core/messages.ts';
import { isLegal } from '../core/status.ts';
import { fence } from '../core/untrusted.ts';
import { answered, Standing, standingOf } from './support/answer.ts';
import { type Loaded, loadIncident } from './support/load.ts';
import { hashOf, removedWarning, sentTwice, write } from './support/write.ts';
import { type Deps, defineTool } from './tool.ts';

const text = z.string().max(16_000).optional();

const Input = z.strictObject({
  incident: z.string().optional(),
  form: z.enum(FORMS).optional(),
  audience: z.enum(AUDIENCES).optional(),
  system: text,
  eta: text.describe('Only as a person stated it'),
  impact: text,
  text,
});
type Input = z.output<typeof Input>;
type Removed = { type: string; token: string }[];

/** Drafts one message from the record and keeps it as update_drafted. Posting is the caller's, and recorded separately. */
export default defineTool({
  name: 'draft_update',
  title: 'Draft an update',
  effect: 'local',
  description: 'Draft a message to people who wait, from the record; form fits the status. Posts nothing.',
  input: Input,
  output: Standing.extend({
    form: z.string(),
    audience: z.string(),
    draft: z.string(),
    posted: z.literal(false),
    replayed: z.boolean(),
  }),
  async run(input, deps) {
    const loaded = await loadIncident(input.incident, deps);
    const { message, removed: before } = messageOf(input, loaded, deps);
    const { form, audience } = message.request;
    const { text: draft, removed: after } = deps.redact(composeMessage(message));
    const inputHash = hashOf('draft_update', input, deps);
    const twice = sentTwice(loaded, inputHash, deps.actor, deps.clock.now()).length > 0;
    // After the end only notes may be added, and a closure notice comes after the end.
    const kind = isLegal(loaded.incident.status, 'update_drafted') ? 'update_drafted' : 'noted';
    const event: EventDraft = {
      ...{ kind, text: draft, data: { form, audience, drafted: true }, evidence: [], basis: 'measured' },
      ...{ at_source: 'observed', input_hash: inputHash },
    };
    const written = twice ? { loaded, notices: [] } : await write(loaded.incident.uid, [event], deps);
    const record =
      kind === 'noted' ? '{"kind": "noted"}' : `{"kind": "update_posted", "type": "${audience}"}`;
    const lines = [
      `Draft (${form}, ${audience}). Nothing was posted.`,
      forCopying(fence(draft, 'draft for copying, made from recorded data', deps.ids.nonce())),
      ...(deps.outward === undefined ? [] : [`To post it: post_update {"audience": "${audience}"}.`]),
      `${deps.outward === undefined ? 'After posting it' : 'Posted by hand'}, record_timeline_event ${record} with the text that was posted.`,
    ];
    return answered(
      await standingOf(written.loaded, deps),
      lines,
      { form, audience, draft: forCopying(draft), posted: false as const, replayed: twice },
      [...notesOn(message), ...removedWarning(unique([...before, ...after])), ...written.notices],
    );
  },
});

/** The arguments without secrets before anything is made of them: cleaning could hide a secret from the redactor. */
function messageOf(input: Input, loaded: Loaded, deps: Deps): { message: MessageInput; removed: Removed } {
  const removed: Removed = [];
  const safe = (value: string | undefined): string | undefined => {
    if (value === undefined) return undefined;
    const result = deps.redact(value);
    removed.push(...result.removed);
    return result.text;
  };
  const { incident, row } = loaded;
  const request = {
    form: input.form ?? formFor(incident),
    audience: input.audience ?? 'internal',
    ...{
      system: safe(input.system),
      eta: safe(input.eta),
      impact: safe(input.impact),
      text: safe(input.text),
    },
  };
  const view = { nowMs: deps.clock.now(), row, folder: folderOf(incident) };
  return { message: { incident, request, view }, removed };
}

function unique(removed: Removed): Removed {
  return [...new Map(removed.map((item) => [`${item.type} ${item.token}`, item])).values()];
}
