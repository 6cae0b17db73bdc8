import { join } from 'node:path';
import { PulseError } from '../core/errors.ts';
import { type Applied, applyPlan, type Run, recorded } from './apply.ts';
import { copyProgram, removeCopy } from './bundle.ts';
import { type Ci, type CiReader, lookAtCi } from './ci-look.ts';
import { type Detected, detectHosts, programPath } from './detect.ts';
import { peek, readState, realPath, removeEmptyFolders } from './disk.ts';
import { defaultAction, type WorkflowWanted, workflowText } from './github-actions.ts';
import { type HostId, type Launch, MAIN_SKILL, type Scope } from './host.ts';
import { hostOf } from './hosts.ts';
import { copyFolder, launchFor } from './launch.ts';
import { DATA, type Manifest, readManifest, writeManifest } from './manifest.ts';
import { type Pack, readPack, renamed } from './pack.ts';
import { fullPath, spotOf, type Where } from './places.ts';
import { planInstall } from './plan.ts';
import type { Edit, Plan, Request } from './plan-types.ts';
import { planWorkflow, undoWorkflow } from './plan-workflow.ts';
import { planUninstall } from './undo-plan.ts';

/** What an installation needs to know of the machine and of this program. */
export interface Machine {
  where: Where;
  /** `process.execPath`. */
  node: string;
  /** Folders that do not last. */
  temp: readonly string[];
  /** Root of this package: `dist/`, `skills/`, `commands/`. */
  root: string;
  version: string;
  run: Run;
  /** Without it no workflow can be installed. */
  ci?: CiReader;
}

export interface Choice {
  scope: Scope;
  hosts: readonly HostId[];
  /** What the main skill is to be called; null for what it is called now, else `hotfix`. */
  name: string | null;
  replace: Request['replace'];
}

interface Installation extends Plan {
  launch: Launch;
  name: string;
}

/** What the workflow needs to know of the repository. */
export interface CiFacts extends Ci {
  branch: string;
  /** Address of the action, and whether it is more than a placeholder. */
  action: string;
  isPublished: boolean;
}

export interface Installer {
  detect(): Detected[];
  /** @param branch what a person says the default branch is; null to find out */
  lookAtCi(branch: string | null): Promise<CiFacts>;
  planWorkflow(wanted: WorkflowWanted, replace: Request['replace']): Installation;
  planInstall(choice: Choice): Installation;
  /** Copies the program where the scope needs it, then applies the plan and writes the manifest. */
  install(plan: Installation): Promise<Applied>;
  /** @param choice with the workflow only where it is asked for */
  planUninstall(choice: Pick<Choice, 'scope' | 'hosts' | 'replace'> & { workflow?: boolean }): Plan;
  uninstall(plan: Plan, hosts: readonly HostId[]): Promise<Applied>;
}

export function createInstaller(machine: Machine): Installer {
  const { version, run } = machine;
  const { repo, home } = machine.where;
  // Links above the files are the machine's business; below they are refused.
  const where: Where = {
    ...machine.where,
    home: realPath(home),
    repo: repo === null ? null : realPath(repo),
  };
  let pack: Pack | undefined;
  const packed = (): Pack => {
    pack ??= readPack(machine.root, version);
    return pack;
  };
  const keep = (manifest: Manifest, plan: Plan): void => {
    if (!writeManifest(manifest, where)) plan.notices.push(UNRECORDED);
  };
  const shared = { where, read: readState, peek, claude: programPath('claude', where) };
  const launchIn = (scope: Scope): Launch => {
    const isDependency = scope === 'project' && dependsOnUs(where);
    return launchFor({ scope, version, where, isDependency, node: machine.node, temp: machine.temp });
  };

  return {
    detect: () => detectHosts(where),
    planInstall({ scope, hosts, name: wanted, replace }) {
      needsProject(scope, where);
      const manifest = readManifest(scope, where);
      const name = wanted ?? manifest?.name ?? MAIN_SKILL;
      const launch = launchIn(scope);
      const request = { ...shared, scope, hosts, manifest, replace, launch, name };
      const plan = planInstall({ ...request, pack: renamed(packed(), name) });
      const other = hostsOf(readManifest(scope === 'user' ? 'project' : 'user', where));
      if (hosts.includes('codex') && other.includes('codex')) plan.notices.push(LISTED_TWICE);
      return { ...plan, launch, name };
    },
    async lookAtCi(said) {
      needsProject('project', where);
      const root = where.repo ?? where.home;
      const branch = said ?? (await machine.ci?.defaultBranch(root)) ?? null;
      if (branch === null || !machine.ci) throw unknownBranch();
      const ours = readState({ base: machine.root, path: 'package.json' });
      const pkg: unknown = ours.is === 'text' ? JSON.parse(ours.text) : null;
      return { branch, ...defaultAction(pkg, version), ...(await lookAtCi(machine.ci, root, branch)) };
    },
    planWorkflow(wanted, replace) {
      needsProject('project', where);
      const manifest = readManifest('project', where);
      const found = planWorkflow({ ...shared, manifest, replace }, workflowText(wanted));
      const name = manifest?.name ?? MAIN_SKILL;
      return { scope: 'project', ...found, notices: [], launch: launchIn('project'), name };
    },
    async install(plan) {
      const { scope, edits, launch, name } = plan;
      const manifest = readManifest(scope, where);
      const copied =
        launch.kind === 'installed' ? copyProgram(packed().dist, copyFolder(version, where)) : null;
      const applied = await applyPlan(edits, run);
      const base = applied.failed ? manifest : recorded(manifest, { scope, version, name, launch }, applied);
      const bundles = (manifest?.bundles ?? []).filter((copy) => copy.version !== version);
      if (copied) bundles.push({ version, files: copied.hashes });
      if (base) keep({ ...base, bundles }, plan);
      else if (copied) removeCopy(copyFolder(version, where), copied.hashes);
      return applied;
    },
    planUninstall({ scope, hosts, replace, workflow = false }) {
      needsProject(scope, where);
      const manifest = readManifest(scope, where);
      const name = manifest?.name ?? MAIN_SKILL;
      const request = { ...shared, scope, hosts, replace, manifest, pack: renamed(packed(), name) };
      const plan = planUninstall(request);
      if (!workflow) return plan;
      const { edits, refusals } = undoWorkflow(request);
      return { ...plan, edits: [...plan.edits, ...edits], refusals: [...plan.refusals, ...refusals] };
    },
    async uninstall(plan, hosts) {
      const { scope, edits } = plan;
      const manifest = readManifest(scope, where);
      const applied = await applyPlan(edits, run);
      if (applied.failed || !manifest) return applied;
      const after = recorded(manifest, manifest, applied);
      const commands = after.commands.filter((record) => record.hosts.some((id) => !hosts.includes(id)));
      const isOver = after.edits.length + commands.length === 0;
      const bundles = isOver ? after.bundles.filter((copy) => !dropped(copy, where)) : after.bundles;
      keep({ ...after, commands, bundles }, plan);
      if (isOver) removeEmptyFolders(dataFolders(where));
      return applied;
    },
  };
}

const UNRECORDED =
  'What was changed could not be noted in the data folder, so uninstall will go by what the files hold.';
const LISTED_TWICE =
  'Codex lists skills twice that are in the project and in the user scope: one of the two is enough.';

function hostsOf(manifest: Manifest | null): HostId[] {
  return [
    ...new Set([...(manifest?.edits ?? []), ...(manifest?.commands ?? [])].flatMap(({ hosts }) => hosts)),
  ];
}

function unknownBranch(): PulseError {
  return new PulseError(
    'not_configured',
    'The default branch of this repository is not known here.',
    'Name it: --branch main. To let git know it: git remote set-head origin --auto',
  );
}

function needsProject(scope: Scope, { repo }: Where): void {
  if (scope === 'user' || repo !== null) return;
  throw new PulseError(
    'not_configured',
    'No project was found here.',
    'Run the command in the project, name it with --repo DIR, or install for yourself: --scope user',
  );
}

/** Whether the project names the package and has it. */
function dependsOnUs(where: Where): boolean {
  if (where.repo === null) return false;
  const program = readState({ base: where.repo, path: join('node_modules', 'hotfix-pulse', 'package.json') });
  const own = readState({ base: where.repo, path: 'package.json' });
  if (own.is !== 'text' || program.is === 'absent') return false;
  try {
    const { dependencies, devDependencies } = JSON.parse(own.text) as Record<string, unknown>;
    return [dependencies, devDependencies].some(
      (list) => typeof list === 'object' && list !== null && Object.hasOwn(list, 'hotfix-pulse'),
    );
  } catch {
    return false;
  }
}

function dropped(copy: Manifest['bundles'][number], where: Where): boolean {
  return removeCopy(copyFolder(copy.version, where), copy.files);
}

function dataFolders(where: Where): string[] {
  const data = spotOf(DATA, where);
  return data ? [join(fullPath(data), 'installed'), fullPath(data)] : [];
}

/** The entry by itself, for agents that have no row of their own. */
export function snippet(launch: Launch): string {
  const entry = hostOf('cursor').mcp.project?.entry(launch);
  return JSON.stringify({ mcpServers: { 'hotfix-pulse': entry } }, null, 2);
}

export const changes = (edits: readonly Edit[]): Edit[] =>
  edits.filter(({ action }) => action !== 'unchanged');
