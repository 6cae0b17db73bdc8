import { createHash } from 'node:crypto';
import type { DoctorCheck, DoctorPart } from '../core/doctor.ts';
import { gitCheck, nodeCheck, type RepositoryState, repositoryChecks } from '../core/doctor-machine.ts';
import { hasErrno, PulseError } from '../core/errors.ts';
import type { ServiceName } from '../core/outward/services.ts';
import { createRedactor } from '../core/redact.ts';
import { copyChecks } from '../install/doctor-copies.ts';
import { textChecks } from '../install/doctor-texts.ts';
import { type HostId, MAIN_SKILL, SCOPES } from '../install/host.ts';
import { hostOf } from '../install/hosts.ts';
import { readManifest } from '../install/manifest.ts';
import { readPack, renamed } from '../install/pack.ts';
import type { Deps } from '../tools/tool.ts';
import type { App } from './app.ts';
import { lookAtAgents } from './doctor-agents.ts';
import { databaseChecks } from './doctor-database.ts';
import { chainChecks, incidentChecks, worktreeCheck } from './doctor-record.ts';
import { serviceChecks } from './doctor-services.ts';
import { brokenSettings, productionCheck, settingsChecks } from './doctor-settings.ts';
import type { DoctorMachine } from './doctor-setup.ts';

export interface DoctorWanted {
  agents: readonly HostId[] | null;
  /** Only these services are looked at; null looks at everything. */
  services: readonly ServiceName[] | null;
  online: boolean;
  fix: boolean;
  trustsProject: boolean;
  progress(line: string): void;
  signal: AbortSignal;
}

/** One part that cannot be looked at must not hide the others. */
async function part(name: DoctorPart, work: () => Promise<DoctorCheck[]>): Promise<DoctorCheck[]> {
  const failed = (seen: string, todo: string): DoctorCheck[] => [
    { part: name, id: `${name}_unseen`, state: 'fail', seen, todo },
  ];
  try {
    return await work();
  } catch (error) {
    if (error instanceof PulseError) return failed(error.message, error.hint);
    if (hasErrno(error, 'EACCES', 'EPERM', 'EIO', 'ENOSPC', 'EROFS', 'ELOOP'))
      return failed('a file or folder could not be read', 'Check who owns it, then run doctor again.');
    throw error;
  }
}

/** Everything that doctor looks at. Nothing is changed but what `fix` allows. */
export async function examine(
  machine: DoctorMachine,
  wanted: DoctorWanted,
  app: App,
): Promise<DoctorCheck[]> {
  const connected = await connect(machine, app);
  try {
    if (wanted.services !== null) return await onlyServices(wanted.services, machine, connected);
    return await everything(machine, wanted, app, connected);
  } finally {
    await connected.deps?.close?.();
  }
}

async function everything(
  machine: DoctorMachine,
  wanted: DoctorWanted,
  app: App,
  { deps, broken }: Connected,
): Promise<DoctorCheck[]> {
  const { where } = machine;
  const state = where.repo === null ? null : await machine.look(where.repo);
  const redact = redactorFor(deps);
  let hosts: readonly HostId[] = [];
  const ask = {
    ...{ agents: wanted.agents, trustsProject: wanted.trustsProject, redact },
    ...{ progress: wanted.progress, signal: wanted.signal },
    tools: app.tools.map(({ name }) => name),
    needed: state?.remote?.ssh
      ? [{ name: 'SSH_AUTH_SOCK', why: `to reach ${state.remote.name} over ssh` }]
      : [],
  };
  const agents = await part('agents', async () => {
    const looked = await lookAtAgents(machine, ask);
    hosts = looked.hosts;
    return looked.checks;
  });
  const database = await part('record', () => databaseChecks(machine));
  const isReached = database.every((one) => one.state !== 'fail');
  return [
    ...(await part('program', () => programChecks(machine, state))),
    ...(await part('repository', () => placeChecks(machine, state, wanted.online))),
    ...agents,
    ...(await part('texts', async () => textsFor(machine, hosts))),
    ...(await part('record', () => recordChecks(machine, wanted.fix))),
    ...database,
    ...(deps && isReached
      ? await part('record', async () => incidentChecks(await app.loadAll(deps), deps))
      : []),
    ...(deps ? await part('settings', () => settingsChecks(deps)) : []),
    ...(broken && !database.some(({ seen }) => seen === broken.message) ? [brokenSettings(broken)] : []),
    productionCheck(where.env),
    ...(deps ? await part('services', () => serviceChecks(null, machine, deps, wanted.online)) : []),
  ];
}

async function onlyServices(
  names: readonly ServiceName[],
  machine: DoctorMachine,
  { deps, broken }: Connected,
): Promise<DoctorCheck[]> {
  if (deps) return part('services', () => serviceChecks(names, machine, deps, true));
  return broken ? [brokenSettings(broken)] : [NOWHERE];
}

interface Connected {
  deps: Deps | null;
  broken: PulseError | null;
}

/** Without a project there is nothing to connect to; with broken settings there is no way to. */
async function connect({ where }: DoctorMachine, app: App): Promise<Connected> {
  if (where.repo === null) return { deps: null, broken: null };
  try {
    const actor = { name: 'doctor', kind: 'human' } as const;
    return { deps: await app.createDeps({ root: where.repo, actor, env: where.env }), broken: null };
  } catch (error) {
    if (error instanceof PulseError) return { deps: null, broken: error };
    throw error;
  }
}

async function programChecks(machine: DoctorMachine, state: RepositoryState | null): Promise<DoctorCheck[]> {
  const { where, node, version } = machine;
  const git = await machine.gitVersion(where.repo ?? where.home);
  return [
    { part: 'program', id: 'version', state: 'ok', seen: `hotfix-pulse ${version}`, todo: '' },
    nodeCheck(node),
    gitCheck(git, state?.kind ?? 'none'),
    ...copyChecks(readManifest('user', where), where),
  ];
}

const NOWHERE: DoctorCheck = {
  ...{ part: 'repository', id: 'repository', state: 'skipped' },
  seen: 'No project here: only this machine and the user scope were looked at.',
  todo: 'Run it in the repository of a service, or name that with --repo DIR.',
};

async function placeChecks(
  { where, reach }: DoctorMachine,
  state: RepositoryState | null,
  online: boolean,
): Promise<DoctorCheck[]> {
  if (where.repo === null || state === null) return [NOWHERE];
  const reached = online && state.remote !== null ? await reach(where.repo, state.remote.name) : 'not_asked';
  return repositoryChecks(state, reached);
}

async function recordChecks(machine: DoctorMachine, fix: boolean): Promise<DoctorCheck[]> {
  const { repo } = machine.where;
  if (repo === null) return [];
  return [...(await chainChecks(await machine.record(repo))), await worktreeCheck(machine, repo, fix)];
}

function textsFor({ where, root, version }: DoctorMachine, hosts: readonly HostId[]): DoctorCheck[] {
  if (hosts.length === 0) return [];
  const manifests = SCOPES.map((scope) => readManifest(scope, where)).filter((one) => one !== null);
  const name = manifests[0]?.name ?? MAIN_SKILL;
  const pack = renamed(readPack(root, version), name);
  return textChecks(hosts.map(hostOf), { where, pack, name, manifests });
}

/** Names of variables whose values must never be shown. */
const SECRET_NAME = /TOKEN|SECRET|PASSW|KEY|CREDENTIAL|DSN|_URL$/i;

function redactorFor(deps: Deps | null): (text: string, env: Readonly<Record<string, string>>) => string {
  return (text, env) => {
    const known = Object.entries(env).filter(([name]) => SECRET_NAME.test(name));
    const { redact } = createRedactor({
      known_values: known.map(([name, value]) => ({ name, value })),
      hash4: (value) => createHash('sha256').update(value).digest('hex').slice(0, 4),
    });
    const once = redact(text).text;
    return deps ? deps.redact(once).text : once;
  };
}
