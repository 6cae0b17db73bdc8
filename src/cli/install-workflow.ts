import { PulseError } from '../core/errors.ts';
import { isActionRef } from '../install/github-actions.ts';
import { type CiFacts, changes, type Installer } from '../install/installer.ts';
import { askReplace, canAsk, confirm } from './install-choice.ts';
import { needDone, report } from './install-report.ts';
import type { InstallSession } from './install-setup.ts';
import type { Io } from './io.ts';

/** What the options of `install` say about the workflow. */
interface Given {
  github_actions?: boolean | undefined;
  agent?: readonly string[] | undefined;
  scope?: string | undefined;
  workflow?: readonly string[] | undefined;
  branch?: string | undefined;
  action_ref?: string | undefined;
  dry_run?: boolean | undefined;
  replace?: boolean | undefined;
  yes?: boolean | undefined;
}

/** @throws PulseError invalid_input for options that do not go together */
export function wantsWorkflow(given: Given): boolean {
  const { github_actions: isWanted = false, agent, scope, workflow, branch, action_ref: ref } = given;
  if (isWanted && (agent !== undefined || scope === 'user')) {
    throw new PulseError(
      'invalid_input',
      'The workflow belongs to the repository, not to an agent or a person.',
      'Use two commands: hotfix-pulse install --github-actions, and hotfix-pulse install for the agents.',
    );
  }
  if (!isWanted && [workflow, branch, ref].some((option) => option !== undefined)) {
    throw new PulseError(
      'invalid_input',
      'The options --workflow, --branch and --action-ref are about the GitHub workflow.',
      'Add --github-actions, or leave them out.',
    );
  }
  return isWanted;
}

/** `install --github-actions`: finds out which workflows to watch, and writes the one file. */
export async function installWorkflow(
  installer: Installer,
  given: Given,
  { io, out, app }: InstallSession,
): Promise<number> {
  const ref = given.action_ref;
  if (ref !== undefined && !isActionRef(ref)) {
    throw new PulseError(
      'invalid_input',
      'That is no address of an action.',
      'For example: --action-ref owner/hotfix-pulse@v1',
    );
  }
  const asks = canAsk(io, out) && !given.yes;
  const isDryRun = given.dry_run === true;
  const facts = await installer.lookAtCi(given.branch ?? null);
  const workflows = await watched(facts, given.workflow ?? [], asks ? io : null);
  const wanted = { workflows, branch: facts.branch, action: ref ?? facts.action };
  let plan = installer.planWorkflow(wanted, given.replace ? 'all' : new Set());
  if (asks && !isDryRun && !given.replace) {
    plan = installer.planWorkflow(wanted, await askReplace(io, plan.refusals));
  }
  plan.notices.push(...noticesOf(facts, ref !== undefined));
  if (!isDryRun) {
    if (changes(plan.edits).length > 0 && !given.yes) await confirm(io, out, 'Write the workflow? [y/N] ');
    needDone(await installer.install(plan));
  }
  return report({ plan, hosts: [], isDryRun, tools: app.tools }, out);
}

async function watched(facts: CiFacts, named: readonly string[], io: Io | null): Promise<string[]> {
  const { workflows, unread } = facts;
  const names = workflows.map(({ name }) => name);
  if (named.length > 0) {
    const known = named.map(
      (word) => workflows.find(({ name, file }) => name === word || file === word)?.name,
    );
    const isOpen = known.includes(undefined) && unread.length === 0;
    if (isOpen)
      throw choose('not_found', 'No workflow of that name runs on a push to the default branch.', facts);
    return [...new Set(named.map((word, at) => known[at] ?? word))];
  }
  if (names.length === 0) {
    throw choose('not_found', 'No workflow was found that runs on a push to the default branch.', facts);
  }
  const [only] = names;
  if (names.length === 1 && only !== undefined) return [only];
  if (io === null)
    throw choose('invalid_input', 'Several workflows run on a push to the default branch.', facts);
  return asked(io, names);
}

/** The names are the repository's, so they stand in the details and not in our sentences. */
function choose(
  code: 'not_found' | 'invalid_input',
  message: string,
  { workflows, unread }: CiFacts,
): PulseError {
  const hint =
    'Name what to watch by its name or file, repeatable: --workflow ci.yml. The default branch: --branch.';
  return new PulseError(code, message, hint, { workflows, unread });
}

async function asked(io: Io, names: readonly string[]): Promise<string[]> {
  const rows = names.map((name, at) => `  ${String(at + 1).padStart(2)}  ${name}`);
  io.stderr.write(`Workflows that run on the default branch:\n${rows.join('\n')}\n`);
  for (let tries = 0; tries < 3; tries++) {
    const words = (await io.ask('Numbers of those to watch: ')).split(/[\s,]+/).filter((word) => word !== '');
    const chosen = words.map((word) => names[Number(word) - 1]);
    const sure = chosen.filter((name) => name !== undefined);
    if (sure.length > 0 && sure.length === chosen.length) return [...new Set(sure)];
  }
  throw new PulseError('invalid_input', 'Nothing was chosen.', 'Name it: --workflow ci.yml');
}

/** What a person has to do with the file. */
function noticesOf({ isPublished, unread }: CiFacts, isNamed: boolean): string[] {
  return [
    'GitHub starts the workflow from the default branch only: commit the file there. It needs issues to be switched on.',
    ...(isPublished || isNamed
      ? []
      : [
          'The action is not published under that address yet: name a copy of yours with --action-ref owner/hotfix-pulse@v1.',
        ]),
    ...(unread.length === 0
      ? []
      : [`Workflow files that could not be read: ${unread.length}. --workflow names what is in them.`]),
  ];
}
