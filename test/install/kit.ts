import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HostId, Scope } from '../../src/install/host.ts';
import { type Choice, createInstaller, type Machine } from '../../src/install/installer.ts';
import { tempFolder } from '../support/repo.ts';

export const VERSION = '0.1.0';

const SKILL = (name: string) =>
  `---\nname: ${name}\ndescription: "Use when x."\n---\n# ${name}\nServer hotfix-pulse.\n`;

/** A small package with everything that the real one ships. */
export function samplePack(): string {
  const root = tempFolder();
  put(root, 'dist/hotfix-pulse.js', "require('./mcp.js');\n");
  put(root, 'dist/mcp.js', 'process.stdin.resume();\n');
  for (const name of ['hotfix', 'incident']) {
    put(root, `skills/${name}/SKILL.md`, SKILL(name));
    put(root, `commands/${name}.md`, `# ${name} of hotfix-pulse\n$ARGUMENTS\n`);
  }
  put(root, 'skills/hotfix/references/fix.md', '# Fix\n');
  return root;
}

export function put(root: string, path: string, text: string | Uint8Array): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** What a home holds before anything. */
export const EMPTY_HOME = { '.local/': '', '.local/share/': '' };

/** Every file and empty folder below a folder, with its bytes as text. */
export function treeOf(root: string): Record<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .map((entry): [string, string] => {
        const file = join(entry.parentPath, entry.name);
        const name = file.slice(root.length + 1);
        return entry.isDirectory() ? [`${name}/`, ''] : [name, readFileSync(file, 'latin1')];
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

export interface Place {
  home: string;
  repo: string;
  machine: Machine;
  /** Commands that were run. */
  ran: (readonly string[])[];
  install(hosts: readonly HostId[], options?: Partial<Choice>): ReturnType<typeof run>;
  uninstall(hosts: readonly HostId[], options?: Partial<Choice>): ReturnType<typeof undo>;
}

/** A home, a project and an installer of their own. */
export function place(change: Partial<Machine> = {}, env: Record<string, string> = {}): Place {
  const home = tempFolder();
  const repo = tempFolder();
  // As on every machine that was ever used.
  mkdirSync(join(home, '.local/share'), { recursive: true });
  const ran: (readonly string[])[] = [];
  const machine: Machine = {
    where: { home, repo, env, platform: 'linux' },
    ...{ node: '/usr/bin/node', temp: [], root: samplePack(), version: VERSION },
    run: async (command) => {
      ran.push(command);
      return { ended: 'exited', code: 0 };
    },
    ...change,
  };
  return {
    ...{ home, repo, machine, ran },
    install: (hosts, options = {}) => run(machine, hosts, options),
    uninstall: (hosts, options = {}) => undo(machine, hosts, options),
  };
}

const DEFAULTS = { scope: 'project' as Scope, name: null, replace: new Set<string>() };

async function run(machine: Machine, hosts: readonly HostId[], options: Partial<Choice>) {
  const installer = createInstaller(machine);
  const plan = installer.planInstall({ ...DEFAULTS, hosts, ...options });
  return { plan, applied: await installer.install(plan), installer };
}

async function undo(machine: Machine, hosts: readonly HostId[], options: Partial<Choice>) {
  const installer = createInstaller(machine);
  const plan = installer.planUninstall({ ...DEFAULTS, hosts, ...options });
  return { plan, applied: await installer.uninstall(plan, hosts), installer };
}
