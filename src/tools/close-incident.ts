import * as z from 'zod/v4';
import type { EventDraft } from '../core/events.ts';
import { closeGate, onlyWaits } from '../core/gates.ts';
import { checkLegal } from '../core/record.ts';
import { answered, Standing, standingOf } from './support/answer.ts';
import { archiveIncident } from './support/archive.ts';
import { boardEnd } from './support/board.ts';
import { closeFacts } from './support/close-facts.ts';
import { PRINTS } from './support/completion.ts';
import { refreshFolder } from './support/documents.ts';
import { loadIncident, loadUid } from './support/load.ts';
import { overrideDraft } from './support/override.ts';
import { hashOf } from './support/write.ts';
import { defineTool } from './tool.ts';

/** Closes an incident when its gate is open. A close that waits only for time says until when and is no error. */
export default defineTool({
  name: 'close_incident',
  title: 'Close an incident',
  effect: 'local',
  description: 'Close when nothing is missing; else says what is, or until when to wait.',
  input: z.strictObject({
    incident: z.string().optional(),
    override_reason: z.string().optional(),
    override_until: z.string().optional(),
  }),
  output: Standing.extend({
    closed: z.boolean(),
    waits_until: z.string().nullable(),
    completion: z.string().optional(),
    checklist: z.string().optional(),
  }),
  async run(input, deps) {
    const loaded = await loadIncident(input.incident, deps);
    const { incident } = loaded;
    if (incident.status === 'closed') {
      const lines = ['Already closed; nothing was written.'];
      return answered(await standingOf(loaded, deps), lines, { closed: true, waits_until: null });
    }
    const closing = closeGate(incident, await closeFacts(loaded, deps));
    const isPerson = deps.actor.kind === 'human' && input.override_reason !== undefined;
    if (onlyWaits(closing) && !isPerson) {
      const until = closing.missing[0]?.waits_until ?? null;
      const lines = [`Nothing is missing but time: close again after ${until ?? ''}.`];
      return answered(await standingOf(loaded, deps), lines, { closed: false, waits_until: until });
    }
    const inputHash = hashOf('close_incident', input, deps);
    const override = overrideDraft(closing, input, inputHash, deps);
    if (closing.open) checkLegal('closed', incident);
    const closed: EventDraft = {
      ...{ kind: 'closed', text: 'Incident closed', data: {}, evidence: [], basis: 'measured' },
      ...{ at_source: 'observed', input_hash: inputHash },
    };
    const drafts = override ? [override, closed] : [closed];
    await deps.log.append({ incident: incident.uid, by: deps.actor, drafts });
    const after = await loadUid(incident.uid, deps);
    const notices = [
      ...(await refreshFolder(after, deps, 'update')),
      ...(await archiveIncident(after, deps)),
      ...(await boardEnd(after, drafts, deps)),
    ];
    const completion = await PRINTS.completion(after);
    const checklist = await PRINTS.checklist(after, deps);
    const lines = [
      'Closed.',
      ...(override
        ? [`Passed with an override; recorded as debt: ${closing.missing.map((item) => item.id).join(', ')}.`]
        : []),
      ...['', completion, '', checklist, ''],
    ];
    const data = { closed: true, waits_until: null, completion, checklist };
    return answered(await standingOf(after, deps), lines, data, notices);
  },
});
