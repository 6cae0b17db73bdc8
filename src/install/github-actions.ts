import { sha256 } from './disk.ts';

/** The workflow file that starts our GitHub Action, and what it is made from. */

/** Where it lies in a repository, with `/`. */
export const WORKFLOW_FILE = '.github/workflows/hotfix-pulse.yml';
/** Owner in the action's address until package.json names a repository. */
const OWNER = 'hotfix-pulse';
const HEAD = '# Written by hotfix-pulse install --github-actions; hotfix-pulse uninstall takes it away.';
const SEAL = /^# seal ([0-9a-f]{16})$/m;
/** `owner/name`, perhaps a folder, and what to take: a tag, a branch or a commit. */
const ACTION_REF = /^[\w.-]+\/[\w.-]+(?:\/[\w.-]+)*@[\w./-]+$/;

export interface WorkflowWanted {
  /** Names of the workflows to watch. */
  workflows: readonly string[];
  branch: string;
  /** `owner/name@ref` of the action. */
  action: string;
}

export const isActionRef = (text: string): boolean => ACTION_REF.test(text) && !text.includes('..');

/**
 * What the workflow uses by default.
 * @param pkg this program's package.json
 * @returns `isPublished` false: the address is a placeholder
 */
export function defaultAction(pkg: unknown, version: string): { action: string; isPublished: boolean } {
  const repository = typeof pkg === 'object' && pkg !== null && 'repository' in pkg ? pkg.repository : null;
  const address =
    typeof repository === 'object' && repository !== null && 'url' in repository
      ? repository.url
      : repository;
  const [, name] = /github(?:\.com[/:]|:)([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(String(address)) ?? [];
  return { action: `${name ?? `${OWNER}/hotfix-pulse`}@v${version}`, isPublished: name !== undefined };
}

/** The workflow: nothing of a repository is checked out, and no text of an event gets near a shell. */
export function workflowText({ workflows, branch, action }: WorkflowWanted): string {
  const body = `# Opens one issue when a workflow below fails twice in a row on the default branch, and says when it is green again.
# GitHub starts it from the default branch only.
name: Hotfix Pulse
on:
  workflow_run:
    workflows: [${workflows.map(quoted).join(', ')}]
    types: [completed]
    branches: [${quoted(asPattern(branch))}]
permissions:
  actions: read
  contents: read
  issues: write
jobs:
  pulse:
    # Runs of the branch itself: a fork's pull request may come from a branch of the same name.
    if: >-
      github.event.workflow_run.head_branch == github.event.repository.default_branch &&
      github.event.workflow_run.head_repository.full_name == github.repository &&
      contains(fromJSON('["push", "schedule", "workflow_dispatch", "merge_group"]'), github.event.workflow_run.event)
    runs-on: ubuntu-latest
    timeout-minutes: 10
    # At the job: a run that is skipped must not push one out that waits.
    concurrency:
      group: hotfix-pulse-\${{ github.event.workflow_run.workflow_id }}-\${{ github.event.workflow_run.head_branch }}
      cancel-in-progress: false
    steps:
      - uses: ${action}
        with:
          github-token: \${{ github.token }}
`;
  return `${HEAD}\n# seal ${sealOf(body)}\n${body}`;
}

const sealOf = (body: string): string => sha256(body).slice(0, 16);

/** Whose a workflow file is: ours as it was written by any version, ours and edited since, or somebody else's. */
export function whoseFile(text: string): 'ours' | 'edited' | 'foreign' {
  const clean = text.replace(/^\ufeff/, '').replace(/\r\n/g, '\n');
  if (!clean.startsWith(`${HEAD}\n`)) return 'foreign';
  const seal = SEAL.exec(clean);
  const body = seal ? clean.slice(seal.index + seal[0].length + 1) : '';
  return seal?.[1] === sealOf(body) && clean === text ? 'ours' : 'edited';
}

/** JSON strings are YAML strings. */
const quoted = (text: string): string => JSON.stringify(text);

/** The characters that a branch filter would read as a pattern. Source: GitHub, filter pattern cheat sheet. */
const asPattern = (branch: string): string => branch.replace(/[*?+![\]\\]/g, '\\$&');
