import * as z from 'zod/v4';
import { foldIncident } from '../core/incident.ts';
import { cleanText } from '../core/untrusted.ts';
import type { Damage } from '../ports.ts';
import type { Deps } from '../tools/tool.ts';
import { type Command, EXIT } from './command.ts';

interface Verified {
  incident: string;
  uid: string;
  events: number;
  damage: Damage[];
}

const PROBLEMS: Record<Damage['problem'], string> = {
  torn: 'torn line (a write that was cut off)',
  not_an_event: 'not an event',
  other_incident: 'an event of another incident',
  too_long: 'line longer than an event can be',
  edited_or_removed: 'a line was edited or removed',
  archive_changed: 'the archive of a close was changed',
};

/** Works on the log alone: an incident whose first line is damaged must still be named here. */
export async function verifyOne(uid: string, deps: Pick<Deps, 'log'>): Promise<Verified> {
  const log = await deps.log.read(uid);
  const found = [...log.damage, ...(await deps.log.verify(uid))];
  const damage = [
    ...new Map(found.map((item) => [`${item.where} ${item.line} ${item.problem}`, item])).values(),
  ];
  const incident = foldIncident(uid, log.events);
  return { incident: incident.opened ? incident.label : uid, uid, events: log.events.length, damage };
}

export const verify: Command = {
  name: 'verify',
  aliases: [],
  summary: 'Check the records: hash links and torn lines, of one incident or of all. Exit code 11 on damage.',
  details:
    'A removed or edited line is found as soon as a later event refers to it. Nothing is changed: whole lines stay readable, torn ones are set aside in quarantine.',
  input: z.strictObject({ incident: z.string().optional().describe('One incident; all when left out') }),
  positionals: ['incident'],
  examples: ['verify', 'verify hotfix-001 --json'],
  async run(args, { app, out, deps: connect }) {
    const deps = await connect();
    const known = await deps.log.uids();
    const ref = typeof args.incident === 'string' ? args.incident : undefined;
    const direct = known.filter((uid) => uid === ref?.toUpperCase());
    const uids =
      ref === undefined
        ? known
        : direct.length > 0
          ? direct
          : [(await app.loadIncident(ref, deps)).incident.uid];
    const results: Verified[] = [];
    for (const uid of uids) results.push(await verifyOne(uid, deps));
    const damaged = results.some((result) => result.damage.length > 0);
    if (out.json) out.value({ ok: !damaged, incidents: results });
    else {
      const lines = results.flatMap(({ incident, events, damage }) => [
        `${incident}  ${events} event(s)  ${damage.length === 0 ? out.paint.green('sound') : out.paint.red('DAMAGED')}`,
        ...damage.map(({ where, line, problem, detail }) =>
          out.paint.red(
            `  ${problem === 'archive_changed' ? where : `${where} log, line ${line}`}: ${PROBLEMS[problem]}${detail === '' ? '' : `; ${cleanText(detail)}`}`,
          ),
        ),
      ]);
      out.text(lines.length === 0 ? 'There is no incident to check.' : lines.join('\n'));
    }
    return damaged ? EXIT.damage : EXIT.ok;
  },
};
