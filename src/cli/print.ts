import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { cleanText } from '../core/untrusted.ts';
import { PRINTS } from '../tools/support/completion.ts';
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

/** Made on demand; not among the documents of the folder. */
const isPrint = (name: string): name is keyof typeof PRINTS => Object.hasOwn(PRINTS, name);

const input = z.strictObject({
  document: z.string().describe('hotfix.md, tasks.md, post-mortem.md, completion, checklist or pre-deploy'),
  incident: z.string().optional().describe('Which one; may be left out when it is clear'),
});

export const print: Command = {
  name: 'print',
  aliases: ['cat'],
  summary: 'Print one document of an incident, made from its record; the folder need not exist.',
  details:
    'completion is the closing block; checklist (completion) and pre-deploy use the words of the preset.',
  input,
  positionals: ['document', 'incident'],
  examples: [
    'print hotfix.md',
    'print tasks hotfix-001',
    'print post-mortem.md 001 > post-mortem.md',
    'print completion',
    'print checklist hotfix-001',
    'print pre-deploy',
  ],
  async run(args, { app, out, deps: connect }) {
    const { document, incident: ref } = input.parse(args);
    const wanted = document.toLowerCase();
    if (isPrint(wanted)) {
      const deps = await connect();
      const made = await PRINTS[wanted](await app.loadIncident(ref, deps), deps);
      if (out.json) out.value({ document: wanted, text: made });
      else out.text(cleanText(made));
      return EXIT.ok;
    }
    const name = Object.hasOwn(NAMES, wanted) ? NAMES[wanted] : undefined;
    if (name === undefined) {
      throw new PulseError(
        'invalid_input',
        'There is no such document.',
        'Print one of: hotfix.md, tasks.md, post-mortem.md, completion, checklist, pre-deploy. The timeline is printed by: hotfix-pulse timeline.',
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
