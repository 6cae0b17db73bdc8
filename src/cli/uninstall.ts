import * as z from 'zod/v4';
import { HOST_IDS, SCOPES } from '../install/host.ts';
import { changes } from '../install/installer.ts';
import type { Command } from './command.ts';
import { askReplace, canAsk, confirm } from './install-choice.ts';
import { needDone, report } from './install-report.ts';
import type { InstallSession, Setup } from './install-setup.ts';

const input = z.strictObject({
  agent: z.array(z.enum(HOST_IDS)).optional().describe('Which agent, repeatable; all when left out'),
  github_actions: z.boolean().optional().describe('Only the GitHub workflow'),
  scope: z.enum(SCOPES).default('project').describe('Where it was installed: project (default) or user'),
  dry_run: z.boolean().optional().describe('Only show what would change'),
  replace: z.boolean().optional().describe('Remove skills of ours that a person edited, too'),
  yes: z.boolean().optional().describe('Do not ask'),
});

/** @param setup finds out about the machine; tests give their own */
export function uninstallCommand(setup: Setup): Command {
  return {
    name: 'uninstall',
    aliases: [],
    summary: 'Take away exactly what install put there.',
    details:
      'A settings file that nobody else changed gets its bytes back; in one that was changed, only our entry goes. Incidents and their records stay.',
    input,
    positionals: ['agent'],
    examples: ['uninstall', 'uninstall --scope user', 'uninstall --agent codex --dry-run'],
    async run(raw, session: InstallSession) {
      const { io, out, app } = session;
      const { agent, scope, dry_run: isDryRun = false, replace, yes, github_actions } = input.parse(raw);
      const installer = await setup(session);
      const isOnlyWorkflow = github_actions === true && agent === undefined;
      const hosts = HOST_IDS.filter((id) => agent?.includes(id) ?? !isOnlyWorkflow);
      // Without names everything of the project goes.
      const workflow = scope === 'project' && (github_actions ?? agent === undefined);
      const choice = { scope, hosts, workflow, replace: replace ? ('all' as const) : new Set<string>() };
      let plan = installer.planUninstall(choice);
      if (canAsk(io, out) && !yes && !isDryRun && !replace) {
        plan = installer.planUninstall({ ...choice, replace: await askReplace(io, plan.refusals) });
      }
      const count = changes(plan.edits).length;
      if (!isDryRun) {
        if (count > 0 && !yes) await confirm(io, out, `Change ${count} files? [y/N] `);
        needDone(await installer.uninstall(plan, hosts));
      }
      return report({ plan, hosts, isDryRun, tools: app.tools }, out);
    },
  };
}
