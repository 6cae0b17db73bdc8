import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { chosenByDefault } from '../install/detect.ts';
import { HOST_IDS, SCOPES } from '../install/host.ts';
import { type Choice, changes } from '../install/installer.ts';
import type { Command } from './command.ts';
import { askHosts, askReplace, askScope, canAsk, confirm } from './install-choice.ts';
import { needDone, report } from './install-report.ts';
import type { InstallSession, Setup } from './install-setup.ts';
import { installWorkflow, wantsWorkflow } from './install-workflow.ts';

const input = z.strictObject({
  agent: z
    .array(z.enum(HOST_IDS))
    .optional()
    .describe(`Which agent, repeatable; those that are found when left out. ${HOST_IDS.join(', ')}`),
  scope: z
    .enum(SCOPES)
    .optional()
    .describe(
      'project: files in this repository, shared by commit (default); user: for yourself, everywhere',
    ),
  github_actions: z
    .boolean()
    .optional()
    .describe('Write the workflow that opens an issue when CI fails twice; and nothing else'),
  workflow: z
    .array(z.string())
    .optional()
    .describe('Which CI workflow it watches, by name or file, repeatable; found out when there is only one'),
  branch: z.string().optional().describe('The default branch, when git here does not know it'),
  action_ref: z.string().optional().describe('Another address of the action: owner/hotfix-pulse@ref'),
  name: z.string().optional().describe('Another name for /hotfix, when you have one already'),
  dry_run: z.boolean().optional().describe('Only show what would change'),
  replace: z.boolean().optional().describe('Overwrite what a person edited'),
  yes: z.boolean().optional().describe('Do not ask'),
});

/** @param setup finds out about the machine; tests give their own */
export function installCommand(setup: Setup): Command {
  return {
    name: 'install',
    aliases: ['setup'],
    summary: 'Put skills, slash commands and the MCP server into the agents that are found here.',
    details:
      'Existing settings are kept byte for byte; hotfix-pulse uninstall gives them back. A /hotfix of your own is never overwritten. Without a terminal, --yes is needed.',
    input,
    positionals: ['agent'],
    examples: [
      'install',
      'install --scope user --agent claude-code --agent codex',
      'install --github-actions --workflow ci.yml --branch main',
      'install --dry-run',
    ],
    async run(raw, session: InstallSession) {
      const { io, out, app } = session;
      const given = input.parse(raw);
      const installer = await setup(session);
      if (wantsWorkflow(given)) return installWorkflow(installer, given, session);
      const asks = canAsk(io, out) && !given.yes;
      const scope = given.scope ?? (asks ? await askScope(io) : 'project');
      const detected = installer.detect();
      const hosts = given.agent
        ? HOST_IDS.filter((id) => given.agent?.includes(id))
        : asks
          ? await askHosts(io, detected, scope)
          : chosenByDefault(detected, scope);
      if (hosts.length === 0) {
        throw new PulseError(
          'not_found',
          'No agent was found or chosen.',
          `Name one: --agent ${HOST_IDS.join(', ')}.`,
        );
      }
      const choice: Choice = {
        scope,
        hosts,
        name: given.name ?? null,
        replace: given.replace ? 'all' : new Set(),
      };
      let plan = installer.planInstall(choice);
      const isDryRun = given.dry_run === true;
      if (asks && !isDryRun) {
        const name =
          plan.refusals.some(({ code }) => code === 'taken') && !given.name
            ? await askName(io, plan.refusals)
            : null;
        const replace = given.replace ? 'all' : await askReplace(io, plan.refusals);
        plan = installer.planInstall({ ...choice, name: name ?? choice.name, replace });
      }
      const count = changes(plan.edits).length;
      if (!isDryRun) {
        if (count > 0 && !given.yes) await confirm(io, out, `Change ${count} files? [y/N] `);
        needDone(await installer.install(plan));
      }
      const { launch, name } = plan;
      return report({ plan, hosts, isDryRun, launch, name, tools: app.tools }, out);
    },
  };
}

async function askName(
  io: InstallSession['io'],
  refusals: readonly { path: string; message: string }[],
): Promise<string | null> {
  for (const { path, message } of refusals) io.stderr.write(`${path} ${message}\n`);
  const typed = (await io.ask('Another name for ours (Enter to go without): ')).trim();
  return typed === '' ? null : typed;
}
