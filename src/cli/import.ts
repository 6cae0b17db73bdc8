import * as z from 'zod/v4';
import { type Command, EXIT } from './command.ts';
import { showAnswer } from './operation.ts';

const input = z.strictObject({
  folder: z.string().describe('The folder, from the repository root'),
});

export const importFolder: Command = {
  name: 'import',
  aliases: [],
  summary: 'Take over a folder that was kept by hand, as history.',
  details:
    'Reads timeline.md, hotfix.md and tasks.md in the form of the hotfix skill (references/by-hand.md). Nothing in the folder is lost, lines that could not be read are told by number, and gates count only what is recorded afterwards.',
  input,
  positionals: ['folder'],
  examples: ['import specs/hotfix-001-users-cant-login'],
  async run(args, { app, out, deps: connect }) {
    showAnswer(await app.importIncident(input.parse(args).folder, await connect()), out);
    return EXIT.ok;
  },
};
