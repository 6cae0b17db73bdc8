import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { cleanText } from '../core/untrusted.ts';
import { type Command, EXIT } from './command.ts';

const NAMES: Record<string, string> = {
  'hotfix.md': 'hotfix.md',
  hotfix: 'hotfix.md',
  'tasks.md': 'tasks.md',
  tasks: 'tasks.md',
  'post-mortem.md': 'post-mortem.md',
  'post-mortem': 'post-mortem.md',
  'postmortem.md': 'post-mortem.md',
  postmortem: 'post-mortem.md',
};

const input = z.strictObject({
  document: z.string().describe('hotfix.md, tasks.md or post-mortem.md'),
  incident: z.string().optional().describe('Which one; may be left out when it is clear'),
});

export const print: Command = {
  name: 'print',
  aliases: ['cat'],
  summary: 'Print one document of an incident, made from its record; the folder need not exist.',
  details: '',
  input,
  positionals: ['document', 'incident'],
  examples: ['print hotfix.md', 'print tasks hotfix-001', 'print post-mortem.md 001 > post-mortem.md'],
  async run(args, { app, out, deps: connect }) {
    const { document, incident: ref } = input.parse(args);
    const name = NAMES[document.toLowerCase()];
    if (name === undefined) {
      throw new PulseError(
        'invalid_input',
        'There is no such document.',
        'Print one of: hotfix.md, tasks.md, post-mortem.md. The timeline is printed by: hotfix-pulse timeline.',
      );
    }
    const text = (await app.documentsOf(ref, await connect())).files[name];
    if (text === undefined) {
      throw new PulseError(
        'not_found',
        `There is no ${name} yet.`,
        'It is made by: hotfix-pulse write-postmortem.',
      );
    }
    if (out.json) out.value({ document: name, text });
    else out.text(cleanText(text));
    return EXIT.ok;
  },
};
