import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { runbookDiff, runbookPath } from '../core/runbook.ts';
import { cleanText } from '../core/untrusted.ts';
import type { Workspace } from '../ports.ts';
import { type Command, EXIT } from './command.ts';

/** Files that agents read, the usual one first. */
const NOTES = ['AGENTS.md', 'CLAUDE.md'];

const input = z.strictObject({
  incident: z.string().optional().describe('Which one; may be left out when it is clear'),
});

/** The file for the note: the first that is there as an ordinary text, else a new AGENTS.md where nothing is in its place. */
async function noteFile(workspace: Workspace): Promise<{ path: string; text: string | null } | null> {
  let first: { path: string; text: null } | null = null;
  for (const path of NOTES) {
    const found = await workspace.repoFile(path);
    if (found.state === 'text') return { path, text: found.text };
    if (found.state === 'absent' && path === NOTES[0]) first = { path, text: null };
  }
  return first;
}

export const runbook: Command = {
  name: 'runbook',
  aliases: [],
  summary: 'Draft a runbook entry and a line for AGENTS.md from an incident, as one diff. Writes nothing.',
  details:
    'Symptom, check, mitigation, verify: what was recorded, and UNKNOWN where nothing was. The folder is runbook.folder in hotfix-pulse.config.json, docs/runbooks when not set.',
  input,
  positionals: ['incident'],
  examples: ['runbook', 'runbook hotfix-001 > runbook.diff', 'runbook hotfix-001 --json'],
  async run(args, { io, app, out, deps: connect }) {
    const deps = await connect();
    const { incident } = await app.loadIncident(input.parse(args).incident, deps);
    const path = runbookPath(incident, deps.settings.runbook_folder);
    const found = await deps.workspace.repoFile(path);
    if (found.state === 'other') {
      throw new PulseError(
        'unsafe',
        'The place of the runbook entry is a symbolic link, or no ordinary text file.',
        'Set runbook.folder in hotfix-pulse.config.json to an ordinary folder, then try again.',
      );
    }
    const note = await noteFile(deps.workspace);
    const text = found.state === 'text' ? found.text : null;
    const diff = runbookDiff(incident, { runbook: { path, text }, note });
    const files = [path, ...(note ? [note.path] : [])];
    if (out.json) out.value({ incident: incident.label, diff, files });
    // A terminal must not obey what stands in a file; a pipe into git apply needs every byte.
    else out.text(io.stdout.isTTY ? cleanText(diff) : diff);
    if (diff === '') out.notice('the repository has the entry and the note already');
    else {
      out.notice(`nothing was written; to apply: hotfix-pulse runbook ${incident.label} | git apply`);
      out.notice(
        'once committed: hotfix-pulse record "Runbook entry" --kind linked --type runbook --evidence commit:SHA',
      );
    }
    if (note === null) out.warning('AGENTS.md is no ordinary text file, so it gets no note');
    return EXIT.ok;
  },
};
