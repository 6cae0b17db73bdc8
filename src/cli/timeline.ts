import * as z from 'zod/v4';
import { type Command, EXIT } from './command.ts';
import { renderHead, renderTimeline } from './render.ts';

const input = z.strictObject({
  incident: z.string().optional().describe('Which one; may be left out when it is clear'),
  recorded: z.boolean().optional().describe('In the order of recording instead of the order of happening'),
  ids: z.boolean().optional().describe('Show the id of every event, as purge needs it'),
});

export const timeline: Command = {
  name: 'timeline',
  aliases: ['log'],
  summary: 'Print the timeline of an incident: what happened, when, who says so, with which evidence.',
  details: 'Times are UTC. Events are told in the order in which they happened.',
  input,
  positionals: ['incident'],
  examples: ['timeline', 'timeline hotfix-001 --ids', 'timeline 001 --json'],
  async run(args, { app, out, deps: connect }) {
    const { incident: ref, recorded, ids } = input.parse(args);
    const deps = await connect();
    const { incident } = await app.loadIncident(ref, deps);
    const events = recorded ? incident.recorded : incident.told;
    if (out.json) out.value({ incident: incident.label, uid: incident.uid, events });
    else out.text(`${renderHead(incident, out.paint)}\n\n${renderTimeline(events, out.paint, ids)}`);
    return EXIT.ok;
  },
};
