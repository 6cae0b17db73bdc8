import * as z from 'zod/v4';
import { type Command, EXIT } from './command.ts';
import { showAnswer } from './operation.ts';

const input = z.strictObject({
  incident: z.string().optional().describe('Which one; may be left out when it is clear'),
});

export const publish: Command = {
  name: 'publish',
  aliases: [],
  summary:
    "Scan the incident's folder for secrets, write it and make it visible to git; print the commands to commit it.",
  details: 'Nothing is staged, committed or pushed: the printed commands are yours to run.',
  input,
  positionals: ['incident'],
  examples: ['publish', 'publish hotfix-001'],
  async run(args, { app, out, deps: connect }) {
    showAnswer(await app.publishIncident(input.parse(args).incident, await connect()), out);
    return EXIT.ok;
  },
};
