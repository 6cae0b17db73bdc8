import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { postmortemJson } from '../core/report/postmortem-json.ts';
import { postmortemPage } from '../core/report/postmortem-page.ts';
import { reportOf } from '../tools/support/postmortem.ts';
import { type Command, EXIT } from './command.ts';
import { putText } from './new-file.ts';

const input = z.strictObject({
  incident: z.string().optional().describe('Which one; may be left out when it is clear'),
  html: z.string().optional().describe('Write the page there; - is standard output'),
});

export const report: Command = {
  name: 'report',
  aliases: [],
  summary: 'The postmortem as one HTML file to print or share (--html FILE), or as JSON (--json).',
  details:
    'The page holds no script and fetches nothing. It is made from the record and from what people wrote in post-mortem.md; what looks like a secret there is taken out. Nothing is recorded.',
  input,
  positionals: ['incident'],
  examples: ['report --html postmortem.html', 'report hotfix-001 --html -', 'report --json'],
  async run(raw, session) {
    const { app, out } = session;
    const { incident, html } = input.parse(raw);
    if (html === undefined && !out.json) {
      throw new PulseError(
        'invalid_input',
        'Say in which form.',
        'Write --html FILE (- is standard output) or --json. The Markdown is printed by: hotfix-pulse print post-mortem.md',
      );
    }
    const deps = await session.deps();
    const { doc, findings, prose, removed } = await reportOf(await app.loadIncident(incident, deps), deps);
    if (removed.length > 0) out.warning(`taken out of what was written by hand: ${removed.join(', ')}`);
    if (html === undefined) {
      out.value(postmortemJson(doc, findings, prose));
      return EXIT.ok;
    }
    await putText(html, postmortemPage({ doc, prose }), 'the page', session);
    if (out.json && html !== '-') out.value({ incident: doc.label, html });
    return EXIT.ok;
  },
};
