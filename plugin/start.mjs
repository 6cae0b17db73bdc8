#!/usr/bin/env node
// What the plugin manifests start: the built program of this folder, else the published package of the same
// version. A clone has no dist/, a package from the registry has. Usage: node plugin/start.mjs mcp
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** npx starts there: from the working directory it would read that project's settings and local programs. */
function neutralFolder() {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(cache, 'hotfix-pulse', 'npx');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Some agents start a server in the plugin's folder. A clone there is no repository of the user, nor is home. */
function workingFolder() {
  return realpathSync(process.cwd()) === realpathSync(root) ? homedir() : process.cwd();
}

function startPublished(words) {
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  process.stderr.write(
    `${name}: not built in this folder; npx gets ${name}@${version}. The first start is slow, and needs the network.\n`,
  );
  const args = ['-y', '--prefix', neutralFolder(), `${name}@${version}`, ...words];
  // npx is a script of the command interpreter on Windows, which splits at spaces. The words come from a manifest.
  const shell = process.platform === 'win32';
  const child = spawn('npx', shell ? args.map((word) => `"${word}"`) : args, {
    cwd: workingFolder(),
    stdio: 'inherit',
    shell,
  });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(
      `${name}: npx did not start (${error.code}); install Node.js with npm, or run npm ci && npm run build in the plugin's folder.\n`,
    );
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 1 : (code ?? 1);
  });
}

if (existsSync(join(root, 'dist', 'hotfix-pulse.js'))) await import('../dist/hotfix-pulse.js');
else startPublished(process.argv.slice(2));
