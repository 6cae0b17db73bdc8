import { resolve } from 'node:path';
import * as z from 'zod/v4';
import { viewOf } from '../core/documents/view.ts';
import { exitCodeOf } from '../core/errors.ts';
import { EXPORT_FORMS, exportFiles } from '../core/interchange/export-forms.ts';
import { type Command, EXIT } from './command.ts';

const input = z.strictObject({
  incident: z.string().optional().describe('Which one; may be left out when it is clear'),
  form: z.enum(EXPORT_FORMS).describe('Whose form'),
  to: z.string().min(1).describe('Folder to write into; it is made when it is not there'),
});

export const exportCommand: Command = {
  name: 'export',
  aliases: [],
  summary: 'Write an incident in the form of another tool, from its record.',
  details:
    'Secrets are taken out. A file that export did not write, or that somebody changed since, is left alone and named, and the exit code is 4.',
  input,
  positionals: ['incident'],
  examples: [
    'export hotfix-001 --form pokayokay --to .claude/postmortems',
    'export --form spec-kit --to /tmp/out --json',
  ],
  async run(args, { io, app, out, deps: connect }) {
    const { incident: ref, form, to } = input.parse(args);
    const deps = await connect();
    const { incident, row } = await app.loadIncident(ref, deps);
    const view = viewOf(incident, { nowMs: deps.clock.now(), row, settings: deps.settings });
    const files = Object.entries(exportFiles(incident, view, form)).map(
      ([path, text]) => [path, deps.redact(text).text] as const,
    );
    const written = app.writeExport(resolve(io.cwd ?? deps.workspace.root, to), Object.fromEntries(files));
    const kept = written.filter(({ result }) => result === 'kept');
    if (out.json) out.value({ incident: incident.label, uid: incident.uid, form, to, files: written });
    else out.text(written.map(({ path, result }) => `${path}: ${result}`).join('\n'));
    for (const { path } of kept) {
      out.warning(
        `${path} is not a file that export wrote, or was changed since: move it away, or export to another folder`,
      );
    }
    return kept.length > 0 ? exitCodeOf('conflict') : EXIT.ok;
  },
};
