import { resolve } from 'node:path';
import * as z from 'zod/v4';
import { type MigrateReport, migrateDatabase } from '../wire.ts';
import { type Command, EXIT } from './command.ts';

const input = z.strictObject({
  status: z.boolean().optional().describe('Look only'),
  grant: z.string().optional().describe('Database role that shall work with the record; it must exist'),
  all_workspaces: z
    .boolean()
    .optional()
    .describe('With --grant: in every workspace, instead of the one of this repository'),
});

export const migrate: Command = {
  name: 'migrate',
  aliases: [],
  summary: "Make or update the tables of the team's record in PostgreSQL (HOTFIX_PULSE_DATABASE_URL).",
  details:
    'Run it once as a role that may create a schema, and again after an update that asks for it; the agents and people then sign in as a plain role (docs/postgres.md). Safe when several start it at once; tables of a newer version are left alone.',
  input,
  positionals: [],
  examples: ['migrate', 'migrate --status', 'migrate --grant pulse_app'],
  async run(args, { io, app, out, repo }) {
    const { status = false, grant, all_workspaces: allWorkspaces = false } = input.parse(args);
    const explicit = repo === undefined ? undefined : resolve(io.cwd ?? '/', repo);
    const root = await app.findRoot({ explicit, env: io.env, cwd: io.cwd });
    const report = await migrateDatabase(root, io.env, { status, grant, allWorkspaces });
    if (out.json) out.value(report);
    else out.text(linesOf(report, status).join('\n'));
    return EXIT.ok;
  },
};

function linesOf(report: MigrateReport, isStatus: boolean): string[] {
  const { workspace, schema, known, applied, pending, granted } = report;
  const tables = `Tables: version ${schema} of ${known}.`;
  const done = applied.length === 0 ? 'Nothing had to be done.' : `Applied: ${applied.join(', ')}.`;
  return [
    `${isStatus ? '' : `${done} `}${tables}`,
    ...(pending.length === 0 ? [] : [`Still to apply: ${pending.join(', ')}. Run hotfix-pulse migrate.`]),
    `Workspace: ${workspace ?? 'none here (HOTFIX_PULSE_WORKSPACE is not set, and no repository names one)'}.`,
    ...(granted === null
      ? []
      : [
          `Role ${granted.role} may work in ${granted.workspace === '*' ? 'every workspace' : `workspace ${granted.workspace}`}.`,
        ]),
  ];
}
