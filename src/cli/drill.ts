import { resolve } from 'node:path';
import * as z from 'zod/v4';
import { cleanText, oneLine } from '../core/untrusted.ts';
import { actorOf } from './actor.ts';
import { type Command, EXIT } from './command.ts';

/** What the sample service really has. */
const STORY = "Users can't login - 500 error on auth endpoint";

const input = z.strictObject({
  description: z
    .string()
    .default(STORY)
    .describe('What is wrong; the broken login of the sample when left out'),
  into: z.string().optional().describe('New or empty folder; a temporary one when left out'),
});

export const drill: Command = {
  name: 'drill',
  aliases: ['rehearse'],
  summary: 'Rehearse: make a small sample repository with a broken login and open a drill incident in it.',
  details:
    'A drill is marked [DRILL] wherever it is shown, stays on this machine and is left out of the review. To rehearse in a repository of your own: hotfix-pulse open "..." --drill.',
  input,
  positionals: ['description'],
  examples: ['drill', 'drill "Checkout answers 502" --into practice'],
  async run(raw, { io, app, out }) {
    const { description, into } = input.parse(raw);
    const tool = app.tools.find(({ name }) => name === 'create_hotfix_task');
    if (!tool) throw new Error('create_hotfix_task is gone');
    const root = await app.createSampleRepo(into === undefined ? null : resolve(io.cwd ?? '/', into));
    // A rehearsal stays on this machine, also where the team keeps its record in a database.
    const env = { ...io.env, HOTFIX_PULSE_DATABASE_URL: undefined };
    const deps = await app.createDeps({ root, actor: actorOf(io, null), env });
    const answer = await app.callTool(tool, { description, drill: true }, deps);
    if (out.json) {
      out.value({ ...answer.data, repo: root, warnings: answer.warnings });
      return EXIT.ok;
    }
    const folder = /^[\w./-]+$/.test(root) ? root : `"${oneLine(root, 1000)}"`;
    out.text(
      cleanText(
        [
          ...answer.text.split('\n').slice(0, 1),
          `The sample service is in ${folder}: v1.0.0 works, v1.1.0 is in production, some users get a 500.`,
          '',
          'Type next:',
          `  cd ${folder}`,
          '  PORT=8080 node server.js        (then open http://127.0.0.1:8080/auth?user=ben)',
          '  hotfix-pulse show               (what stands, what is next)',
          '  hotfix-pulse record "v1.0.0 is back" --kind mitigation_applied --type rollback',
          'Or start your agent in that folder and say what you see; the incident is open already.',
          'When you are done, delete the folder: nothing of it is anywhere else.',
        ].join('\n'),
      ),
    );
    for (const warning of answer.warnings) out.warning(warning);
    return EXIT.ok;
  },
};
