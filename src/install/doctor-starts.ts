import { accessSync, constants, existsSync } from 'node:fs';
import { basename, isAbsolute, join, sep } from 'node:path';
import type { DoctorCheck } from '../core/doctor.ts';
import { startsSame } from './config-edit.ts';
import { programPath } from './detect.ts';
import { realPath } from './disk.ts';
import { type FoundEntry, mendEntry } from './doctor-entries.ts';
import { CALL_NEEDS_MS, callLimit, environmentFor } from './doctor-limits.ts';
import { startedBy } from './entry-shapes.ts';
import type { Manifest } from './manifest.ts';
import { fullPath, isBelow, type Where } from './places.ts';

/** What an agent would start. */
export interface Start {
  words: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Its program may have to be fetched first. */
  isFetched: boolean;
}

export interface StartFrom {
  where: Where;
  /** Folders that are emptied behind everybody's back. */
  temp: readonly string[];
  /** What this person installed into this project, if anything. */
  project: Manifest | null;
  /** The person wants the entries of the repository started as well. */
  trustsProject: boolean;
}

type Said = Pick<DoctorCheck, 'id' | 'state' | 'seen' | 'todo'>;

/** What can be said of an entry without starting it, and how it is started; null when it should not or cannot be. */
export function startOf(entry: FoundEntry, from: StartFrom): { start: Start | null; checks: DoctorCheck[] } {
  const path = fullPath(entry.spot);
  const about = { part: 'agents', agent: entry.host.id, scope: entry.scope, path } as const;
  const checks: DoctorCheck[] = [];
  const say = (said: Said): void => {
    checks.push({ ...about, ...said, seen: `${entry.host.label}, ${entry.scope} scope: ${said.seen}` });
  };
  const { value, host } = entry;
  const again = mendEntry(entry);
  if (value.enabled === false || value.disabled === true) {
    say({
      ...{ id: 'entry_off', state: 'warn', seen: 'its entry is switched off' },
      todo: 'Remove enabled = false (or disabled = true) from the entry.',
    });
  }
  const limit = callLimit(host.id, value);
  if (limit !== null && limit.ms < CALL_NEEDS_MS) {
    say({
      ...{ id: 'entry_limit', state: 'warn' },
      seen: `its entry gives up calls after ${limit.ms / 1000} s (${limit.member}), and some take 40 s`,
      todo: `Raise ${limit.member} to at least ${CALL_NEEDS_MS / 1000} s.`,
    });
  }
  const words = startedBy(value);
  if (words === null) {
    say({
      ...{ id: 'entry_wrong', state: 'fail', seen: 'its entry names no program to start' },
      todo: again,
    });
    return { start: null, checks };
  }
  const start = startFor(entry, words, from.where);
  const fault = faultOf(start, from);
  if (fault !== null) {
    say({ ...fault, todo: again });
    if (fault.state === 'fail') return { start: null, checks };
  }
  if (!isVouchedFor(entry, from)) {
    say({
      ...{ id: 'entry_starts', state: 'skipped' },
      seen: 'not started: you did not install this entry here, and a repository may name any program',
      todo: 'Look at the entry; to start it: hotfix-pulse doctor --trust-project',
    });
    return { start: null, checks };
  }
  return { start, checks };
}

function startFor({ host, scope, value }: FoundEntry, words: readonly string[], where: Where): Start {
  const env = environmentFor(host.id, value, where.env);
  const base = scope === 'project' && where.repo !== null ? where.repo : where.home;
  const own = typeof value.cwd === 'string' && !/[${}]/.test(value.cwd) ? value.cwd : '.';
  const cwd = isAbsolute(own) ? own : join(base, own);
  return { words, cwd, env, isFetched: basename(words[0] ?? '') === 'npx' };
}

/** What is wrong with the paths of a start, before anything is started. */
function faultOf({ words, cwd, env }: Start, { where, temp }: StartFrom): Omit<Said, 'todo'> | null {
  const gone = (seen: string): Omit<Said, 'todo'> => ({ id: 'entry_gone', state: 'fail', seen });
  if (!existsSync(cwd)) return gone('the folder that its entry is started in is gone');
  const [program = '', ...args] = words;
  const at = (path: string): string => (isAbsolute(path) ? path : join(cwd, path));
  const isPath = program.includes('/') || program.includes(sep);
  if (isPath ? !isRunnable(at(program)) : programPath(program, { ...where, env }) === null) {
    return gone(
      'the program that its entry starts is not there, or not on the PATH that the agent passes on',
    );
  }
  const files = args.filter((word) => isAbsolute(word) || /^\.{1,2}[\\/].*\.[cm]?js$/.test(word)).map(at);
  if (files.some((file) => !existsSync(file))) return gone('the file that its entry starts is gone');
  const paths = [...(isPath ? [at(program)] : []), ...files];
  if (paths.some((path) => path.split(sep).includes('_npx'))) {
    return {
      ...{ id: 'entry_temporary', state: 'warn' },
      seen: 'its entry starts a program in the cache of npx, which is cleared now and then',
    };
  }
  const lasting = [where.home, ...(where.repo === null ? [] : [where.repo])].map(realPath);
  const isTemporary = paths
    .filter((path) => !lasting.some((folder) => isBelow(realPath(path), folder)))
    .some((path) => temp.some((folder) => isBelow(realPath(path), realPath(folder))));
  if (!isTemporary) return null;
  return {
    ...{ id: 'entry_temporary', state: 'warn' },
    seen: 'its entry starts a program in a temporary folder, which is cleared now and then',
  };
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * An entry of the user was written by the user. One of the project comes with the repository: it is started when this
 * person installed it here and it is still what was installed, or when they say so.
 */
function isVouchedFor({ scope, spot, target, value, sha256 }: FoundEntry, from: StartFrom): boolean {
  if (scope === 'user' || from.trustsProject) return true;
  const { project } = from;
  if (project === null) return false;
  const record = project.edits.find(({ what, base, path }) => {
    return what === 'entry' && fullPath({ base, path }) === fullPath(spot);
  });
  if (record?.sha256_after === sha256) return true;
  const wanted = target.entry(project.launch);
  return startsSame(value, wanted) && Object.keys(value).every((name) => Object.hasOwn(wanted, name));
}
