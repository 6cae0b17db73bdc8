import { existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInstaller, type Installer } from '../install/installer.ts';
import { VERSION } from '../version.ts';
import { defaultBranch, readFrontMatter, runCommand } from '../wire.ts';
import type { Session } from './command.ts';

/** An agent's own command answers at once, or not at all. */
const COMMAND_MS = 60_000;

/** Session with what `--repo` named; without it the project is found from the working directory. */
export type InstallSession = Session & { repo?: string | undefined };
export type Setup = (session: InstallSession) => Promise<Installer>;

/** The installer of this machine, user and project. */
export const systemSetup: Setup = async ({ io, app, repo: explicit }) => {
  const repo = await app.findRoot({ explicit, env: io.env, cwd: io.cwd });
  const home = homedir();
  return createInstaller({
    where: { repo, home, env: io.env, platform: process.platform },
    ...{ node: process.execPath, temp: [tmpdir()], root: packageRoot(), version: VERSION },
    run: (command) => runCommand({ command, cwd: home, env: io.env, timeoutMs: COMMAND_MS }),
    ci: { defaultBranch, yaml: async (text) => (await readFrontMatter(asFrontMatter(text))).data },
  });
};

/** A YAML file as a front matter: its first document, and nothing in it is ever run. */
export function asFrontMatter(text: string): string {
  const document = text.replace(/^\ufeff/, '').replace(/^(?:[^\S\r\n]*(?:#.*)?\r?\n)*---[ \t]*\r?\n/, '');
  return `---\n${document}\n---\n`;
}

/** Above `dist/` in the package, above `src/cli/` in a checkout. */
export function packageRoot(): string {
  const folders = ['..', '../..'].map((way) => fileURLToPath(new URL(way, import.meta.url)));
  return folders.find((folder) => existsSync(join(folder, 'skills'))) ?? folders[0] ?? '';
}
