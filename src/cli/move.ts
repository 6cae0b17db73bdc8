import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { type BothRecords, type Moved, openBothRecords } from '../wire.ts';
import type { App } from './app.ts';
import { type Command, EXIT, type Session } from './command.ts';

const input = z.strictObject({
  incident: z.string().optional().describe('Which one; all when left out'),
  dry_run: z.boolean().optional().describe('Tell what would be moved'),
  damaged: z.boolean().optional().describe('Also where verify finds damage'),
});

type Direction = 'push' | 'pull';

const WORDS: Record<Direction, { summary: string; into: string; out_of: string }> = {
  push: {
    summary: "Bring incidents of this machine into the team's record in PostgreSQL.",
    into: 'the database',
    out_of: 'the record of this machine',
  },
  pull: {
    summary: "Bring incidents of the team's record in PostgreSQL into the record of this machine.",
    into: 'the record of this machine',
    out_of: 'the database',
  },
};

const DETAILS =
  'Event by event, each line as it is stored; what the other record has already is left as it is, so it can be repeated at any time and go on after a break. Published copies are never moved. A purge made here is made there as well. A damaged record is refused (verify) unless --damaged is given.';

/** `push` and `pull` are the same move in two directions. */
export function moveCommand(direction: Direction): Command {
  return {
    name: direction,
    aliases: [],
    summary: WORDS[direction].summary,
    details: DETAILS,
    input,
    positionals: ['incident'],
    examples: [direction, `${direction} hotfix-001`, `${direction} --dry-run --json`],
    run: (args, session) => move(direction, input.parse(args), session),
  };
}

async function move(
  direction: Direction,
  { incident: ref, dry_run: dryRun = false, damaged = false }: z.infer<typeof input>,
  { io, app, out, deps: connect }: Session,
): Promise<number> {
  const deps = await connect();
  const both = await openBothRecords(deps.workspace.root, io.env);
  try {
    const [from, to] = direction === 'push' ? [both.file, both.database] : [both.database, both.file];
    const uids = ref === undefined ? await from.uids() : [await uidOf(ref, app, { ...deps, log: from.log })];
    const known = ref === undefined || (await from.uids()).includes(uids[0] ?? '');
    if (!known) throw publishedOnly();
    const moved = await both.move(from, to, { uids, by: deps.actor, dryRun, damaged });
    if (out.json) out.value({ dry_run: dryRun, workspace: both.workspace, incidents: moved });
    else out.text(linesOf(moved, direction, dryRun, both).join('\n'));
    for (const notice of moved.flatMap(noticesOf)) out.notice(notice);
  } finally {
    await both.close();
  }
  return EXIT.ok;
}

async function uidOf(ref: string, app: App, deps: Parameters<App['loadIncident']>[1]): Promise<string> {
  return (await app.loadIncident(ref, deps)).incident.uid;
}

function linesOf(
  moved: readonly Moved[],
  direction: Direction,
  dryRun: boolean,
  { workspace }: BothRecords,
): string[] {
  const { into, out_of } = WORDS[direction];
  if (moved.length === 0) return [`There is no incident in ${out_of}.`];
  const changed = moved.filter(({ added, purged, blobs, archives }) => added + purged + blobs + archives > 0);
  const events = changed.reduce((sum, { added }) => sum + added, 0);
  const verb = dryRun ? 'Would bring' : 'Brought';
  return [
    `${verb} ${events} event(s) of ${changed.length} incident(s) into ${into}; ${moved.length - changed.length} had everything already. Workspace: ${workspace}.`,
    ...changed.map(
      ({ uid, events: all, added, purged, blobs, archives }) =>
        `- ${uid}: ${added} of ${all} event(s)${purged > 0 ? `, ${purged} purged there as well` : ''}${blobs > 0 ? `, ${blobs} long text(s)` : ''}${archives > 0 ? `, ${archives} archive(s)` : ''}`,
    ),
  ];
}

function noticesOf({ uid, same_number, purged_there, damage }: Moved): string[] {
  return [
    ...(same_number === null
      ? []
      : [
          `Incident ${uid} has the same number as ${same_number} there: both stay, the later one is shown with (b).`,
        ]),
    ...purged_there.map(
      (id) =>
        `Event ${id} was purged in the other record and still has its text in this one: move the other way round to purge it here.`,
    ),
    ...(damage === 0
      ? []
      : [`Incident ${uid} is damaged in ${damage} place(s): only what can be read was moved.`]),
  ];
}

function publishedOnly(): PulseError {
  return new PulseError(
    'not_found',
    'This incident is known from a published copy only, and those are not moved.',
    'Run the command in the clone whose own record it is in, or take it over with hotfix-pulse import.',
  );
}
