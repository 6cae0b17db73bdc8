import type { DoctorCheck } from '../core/doctor.ts';
import { type Detected, detectHosts } from '../install/detect.ts';
import {
  entriesOf,
  type FoundEntry,
  type HostEntries,
  installAgain,
  mendEntry,
} from '../install/doctor-entries.ts';
import { environmentFor, startLimit } from '../install/doctor-limits.ts';
import { type Start, startOf } from '../install/doctor-starts.ts';
import { type HostId, SCOPES } from '../install/host.ts';
import { hostOf } from '../install/hosts.ts';
import { type Manifest, readManifest } from '../install/manifest.ts';
import { fullPath } from '../install/places.ts';
import { shakeHands } from './doctor-handshake.ts';
import type { DoctorMachine } from './doctor-setup.ts';
import { startedCheck } from './doctor-started.ts';

export interface AgentsWanted {
  /** Named agents; null for those that are found. */
  agents: readonly HostId[] | null;
  trustsProject: boolean;
  /** Names of our tools. */
  tools: readonly string[];
  /** Variables that something of ours needs, and what for. */
  needed: readonly { name: string; why: string }[];
  progress(line: string): void;
  /** Ends what is being started, and starts nothing more. */
  signal: AbortSignal;
  /** Takes secrets out of what a program printed that was started with `env`. */
  redact(text: string, env: Readonly<Record<string, string>>): string;
}

export interface LookedAt {
  checks: DoctorCheck[];
  /** Agents that are set up in some way, so that skills are to be expected. */
  hosts: HostId[];
}

/** Starts at the same time; more would make each slower than it is. */
const AT_ONCE = 2;

/** Which agents are here, whether they know the server, and whether what they start answers. */
export async function lookAtAgents(machine: DoctorMachine, wanted: AgentsWanted): Promise<LookedAt> {
  const { where } = machine;
  const manifests = SCOPES.map((scope) => readManifest(scope, where)).filter((one) => one !== null);
  const installed = new Set(manifests.flatMap(hostsIn));
  const all = detectHosts(where).map((found) => ({
    ...{ found, installed: installed.has(found.id) },
    ...entriesOf(hostOf(found.id), where),
  }));
  const chosen = all.filter(({ found, entries, faults, installed: isKnown }) =>
    wanted.agents === null
      ? found.signs.length > 0 || entries.length > 0 || faults.length > 0 || isKnown
      : wanted.agents.includes(found.id),
  );
  if (chosen.length === 0) return { checks: [NONE], hosts: [] };
  const checks = chosen.flatMap((one) => [...one.faults, ...presence(one, one.found)]);
  const starts: { entry: FoundEntry; start: Start }[] = [];
  const from = { where, temp: machine.temp, trustsProject: wanted.trustsProject };
  const project = readManifest('project', where);
  for (const entry of chosen.flatMap(({ entries }) => entries)) {
    const { start, checks: said } = startOf(entry, { ...from, project });
    checks.push(...said, ...withheld(entry, machine, wanted));
    if (start) starts.push({ entry, start });
  }
  checks.push(...(await startAll(starts, machine, wanted)));
  const isSetUp = ({ entries, installed: isKnown, host }: (typeof chosen)[number]): boolean =>
    entries.length > 0 || isKnown || (host.id === 'generic' && wanted.agents !== null);
  return { checks, hosts: chosen.filter(isSetUp).map(({ host }) => host.id) };
}

const hostsIn = ({ edits, commands }: Manifest): HostId[] =>
  [...edits, ...commands].flatMap(({ hosts }) => hosts);

const NONE: DoctorCheck = {
  ...{ part: 'agents', id: 'agents', state: 'warn', seen: 'No agent was found on this machine.' },
  todo: 'hotfix-pulse install --agent NAME sets one up; hotfix-pulse install --help lists them.',
};

const SIGNS: Readonly<Record<Detected['signs'][number], string>> = {
  program: 'its program is on the PATH',
  user: 'it has settings of yours',
  project: 'this project has files for it',
};

/** That an agent is here without our server; a scope is only worth a line when the other one has it. */
function presence({ host, entries, absent, faults }: HostEntries, { signs }: Detected): DoctorCheck[] {
  const about = { part: 'agents', agent: host.id } as const;
  const [scope] = absent;
  if (scope === undefined) return [];
  if (entries.length > 0) {
    const seen = `${host.label}: no entry in the ${scope} scope; the other one has it`;
    return [{ ...about, id: 'entry', state: 'skipped', scope, seen, todo: '' }];
  }
  if (faults.length > 0) return [];
  const why = signs.map((sign) => SIGNS[sign]).join(', ') || 'it was named';
  return [
    {
      ...{ ...about, id: 'entry', state: 'warn', todo: installAgain(host, absent.at(-1) ?? scope) },
      seen: `${host.label}: the server is not set up (${why}); a plugin of ours is not seen from here`,
    },
  ];
}

/** Variables that are set here, needed, and not handed on. */
function withheld({ host, value, scope }: FoundEntry, { where }: DoctorMachine, { needed }: AgentsWanted) {
  const given = environmentFor(host.id, value, where.env);
  return needed
    .filter(({ name }) => where.env[name] !== undefined && given[name] === undefined)
    .map(({ name, why }): DoctorCheck => {
      const seen = `${host.label}, ${scope} scope: the server does not get ${name}, which is needed ${why}`;
      const about = { part: 'agents', agent: host.id, scope } as const;
      return { ...about, id: 'variable_withheld', state: 'warn', seen, todo: host.withheld };
    });
}

interface StartGroup {
  start: Start;
  entries: FoundEntry[];
}

/** Equal starts are made once; the agents that share one each get their own verdict. */
async function startAll(
  starts: readonly { entry: FoundEntry; start: Start }[],
  machine: DoctorMachine,
  wanted: AgentsWanted,
): Promise<DoctorCheck[]> {
  const groups = new Map<string, StartGroup>();
  for (const { entry, start } of starts) {
    const { words, cwd, env } = start;
    const key = JSON.stringify([words, cwd, Object.entries(env).sort()]);
    const known = groups.get(key);
    if (known) known.entries.push(entry);
    else groups.set(key, { start, entries: [entry] });
  }
  const waiting = [...groups.values()];
  const checks: DoctorCheck[] = [];
  const work = async (): Promise<void> => {
    for (let group = waiting.shift(); group && !wanted.signal.aborted; group = waiting.shift()) {
      checks.push(...(await startGroup(group, machine, wanted)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return checks;
}

async function startGroup(
  { start, entries }: StartGroup,
  machine: DoctorMachine,
  wanted: AgentsWanted,
): Promise<DoctorCheck[]> {
  const names = entries.map(({ host, scope }) => `${host.label} (${scope})`).join(', ');
  wanted.progress(`Starting what ${names} starts ...`);
  const { words: command, cwd, env, isFetched } = start;
  const { version, limits } = machine;
  const timeoutMs = isFetched ? limits.fetched : limits.start;
  const { signal, tools } = wanted;
  const shaken = await shakeHands(machine.talk, { command, cwd, env, timeoutMs, signal }, version);
  return entries.map((entry) => {
    const { host, scope, spot, value } = entry;
    const limit = startLimit(host.id, host.label, value);
    const expected = { host, scope, limit, isFetched, timeoutMs, version, tools, again: mendEntry(entry) };
    const verdict = startedCheck(shaken, expected, (text) => wanted.redact(text, env));
    return { part: 'agents', agent: host.id, scope, path: fullPath(spot), ...verdict };
  });
}
