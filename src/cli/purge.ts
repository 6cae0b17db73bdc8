import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import type { RecordedEvent } from '../core/events.ts';
import { folderOf } from '../core/incident.ts';
import { kindSpec } from '../core/kinds.ts';
import { oneLine } from '../core/untrusted.ts';
import type { FolderState } from '../ports.ts';
import type { Loaded } from '../tools/support/load.ts';
import type { Deps } from '../tools/tool.ts';
import type { App } from './app.ts';
import { type Command, EXIT } from './command.ts';
import { INVITATION } from './invite.ts';
import { when } from './render.ts';

const input = z.strictObject({
  event: z.string().describe('Id of the event (26 characters; hotfix-pulse timeline --ids shows them)'),
  reason: z.string().optional().describe('Why it has to go; stays in the record, so never the secret itself'),
  incident: z.string().optional().describe('Its incident; looked up when left out'),
  yes: z.boolean().optional().describe('Do not ask'),
});

/** What only people can clean: a purge reaches this machine's record and folder, nothing else. */
function leftovers(folder: FolderState['state'], path: string): string[] {
  const git: Record<FolderState['state'], string> = {
    absent: 'Other branches and clones may hold a published copy of this incident.',
    private: 'Other clones may hold a published copy, if there ever was one.',
    published: `${path} is visible to git: look at what was committed or pushed before (git log --all -- ${path}).`,
    tracked: `Git history still holds the old ${path}, here and in every clone (git log --all -- ${path}).`,
  };
  return [
    git[folder],
    'Outside systems keep what they were sent: chat, issue tracker, status page, mail, model providers, backups.',
  ];
}

const ROTATE = 'Rotate the secret first: a purged secret is still a leaked one.';

async function findEvent(
  id: string,
  ref: string | undefined,
  app: App,
  deps: Deps,
): Promise<{ loaded: Loaded; event: RecordedEvent }> {
  const where = ref === undefined ? await app.loadAll(deps) : [await app.loadIncident(ref, deps)];
  for (const loaded of where) {
    const event = loaded.incident.recorded.find((known) => known.id === id.toUpperCase());
    if (event) return { loaded, event };
  }
  throw new PulseError(
    'not_found',
    'No event has that id.',
    'hotfix-pulse timeline --ids shows the id of every event.',
  );
}

export const purge: Command = {
  name: 'purge',
  aliases: [],
  summary: 'Replace one event by a tombstone: for a secret or personal data that slipped into the record.',
  details: `${ROTATE} The tombstone keeps the event's id, kind and times. It cannot be undone. It asks first, unless --yes is given.`,
  input,
  positionals: ['event'],
  examples: ['purge 01K00000000000000000000000 --reason "token in the text, rotated"'],
  async run(args, { io, app, out, deps: connect }) {
    const { event: id, reason, incident: ref, yes } = input.parse(args);
    if (!reason?.trim()) {
      throw new PulseError(
        'invalid_input',
        'A purge needs a reason.',
        'Add --reason "...", without the secret in it.',
      );
    }
    const deps = await connect();
    const { loaded, event } = await findEvent(id, ref, app, deps);
    if (event.line_sha256 !== undefined) {
      throw new PulseError(
        'conflict',
        'This event is purged already.',
        'Nothing is left to do here; check the leftovers by hand.',
      );
    }
    const { incident } = loaded;
    const path = folderOf(incident);
    out.notice(ROTATE);
    out.notice(
      `${kindSpec(event.kind).label} of ${when(event.at)} by ${oneLine(event.by.name, 80)} in ${incident.label}, ${event.text.length} characters; this cannot be undone.`,
    );
    if (!yes) await confirm(io);
    const purged = await deps.log.purge(incident.uid, event.id, deps.actor, reason.trim());
    // Tracked copies too: the point of a purge is that the text is nowhere on this disk.
    const after = await app.loadIncident(incident.uid, deps);
    const notices = [
      ...(await app.refreshFolder(after, deps, 'update')),
      ...(await emptyInvitation(incident.uid, path, deps)),
      ...(await app.archiveIncident(after, deps)),
    ];
    const folder = await deps.workspace.read(path);
    const left = leftovers(folder.state, path);
    if (out.json)
      out.value({
        purged: event.id,
        event: purged.id,
        incident: incident.label,
        leftovers: left,
        warnings: notices,
      });
    else
      out.text(
        [
          `Purged ${event.id} from ${incident.label}.`,
          'Still to clean by hand:',
          ...left.map((line) => `- ${line}`),
        ].join('\n'),
      );
    for (const notice of notices) out.notice(notice);
    return EXIT.ok;
  },
};

/** The invitation quotes the title and a link, and is not made from the record each time: it has to be made again. */
async function emptyInvitation(uid: string, folder: string, deps: Deps): Promise<string[]> {
  if (!(await deps.workspace.read(folder)).files[INVITATION]) return [];
  const files = { [INVITATION]: '' };
  const { notices } = await deps.workspace.refresh({ uid, folder, files, mode: 'update' });
  return [
    ...notices,
    `${INVITATION} was emptied, since it may quote what was purged: make it again with hotfix-pulse invite.`,
  ];
}

async function confirm(io: {
  stdin: { isTTY: boolean };
  stderr: { isTTY: boolean };
  ask(question: string): Promise<string>;
}): Promise<void> {
  if (!io.stdin.isTTY || !io.stderr.isTTY) {
    throw new PulseError(
      'unsafe',
      'A purge without a terminal must be confirmed.',
      'Repeat the command with --yes once the person agrees.',
    );
  }
  const typed = (await io.ask('Purge this event? [y/N] ')).trim().toLowerCase();
  if (typed !== 'y' && typed !== 'yes') {
    throw new PulseError('unsafe', 'Not confirmed; nothing was changed.', 'Type y to purge.');
  }
}
