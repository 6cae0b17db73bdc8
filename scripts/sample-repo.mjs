// The sample service of `hotfix-pulse drill` (src/adapters/sample-repo.ts), for scripts, and what they do with it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('../src/adapters/sample-repo.ts', import.meta.url))],
  ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', write: false },
});
const encoded = Buffer.from(outputFiles[0].contents).toString('base64');
const sample = await import(`data:text/javascript;base64,${encoded}`);

export const createSampleRepo = sample.createSampleRepo;
/** Files that the story changes on the way. */
export const FIX = sample.SAMPLE_FIX;

/** Runs git with fixed identity, dates and no outside configuration, so that commits are the same every time. */
export function git(cwd, ...args) {
  return execFileSync('git', args, {
    cwd,
    env: gitEnv(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

function gitEnv() {
  const date = '2026-01-05T09:00:00Z';
  const who = { NAME: 'Sam Sample', EMAIL: 'sam@sample.invalid' };
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((role) => [
        ...Object.entries(who).map(([key, value]) => [`GIT_${role}_${key}`, value]),
        [`GIT_${role}_DATE`, date],
      ]),
    ),
  };
}

export function put(root, files) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

/** Starts the service of a folder; `get(user)` answers status and body. */
export async function startService(root) {
  const child = spawn(process.execPath, ['server.js'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdout.once('data', (data) => resolve(Number(/port (\d+)/.exec(String(data))?.[1])));
  });
  return {
    async get(user) {
      const response = await globalThis.fetch(`http://127.0.0.1:${port}/auth?user=${user}`);
      return { status: response.status, body: await response.text() };
    },
    stop: () => child.kill(),
  };
}
