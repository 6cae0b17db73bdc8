// A small real service with real history: v1.0.0 works, the commit after it breaks logins, v1.1.0 ships it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SERVER = `import { createServer } from 'node:http';
import { login } from './auth.js';

createServer((request, response) => {
  try {
    const token = login(new URL(request.url, 'http://localhost').searchParams);
    response.writeHead(token ? 200 : 401).end(token ?? 'unknown user');
  } catch (error) {
    response.writeHead(500).end(\`\${error.name}: \${error.message}\`);
  }
}).listen(Number(process.env.PORT ?? 0), '127.0.0.1', function () {
  process.stdout.write(\`port \${this.address().port}\\n\`);
});
`;
const AUTH = `const users = { ana: { name: 'ana', session: { id: 's-1' } }, ben: { name: 'ben' } };

/** Token of a known user, or null. */
export function login(query) {
  const user = users[query.get('user')];
  return user ? \`token-\${user.name}\` : null;
}
`;
const BROKEN = AUTH.replace('`token-${user.name}`', '`token-${user.name}-${user.session.id}`');
const FIXED = AUTH.replace('`token-${user.name}`', "`token-${user.name}-${user.session?.id ?? 'new'}`");
const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { login } from '../auth.js';

test('a user without a session can log in', () => {
  assert.match(login(new URLSearchParams('user=ben')), /^token-ben/);
});
`;
const PACKAGE = `${JSON.stringify({ name: 'sample-auth', private: true, type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`;

/** Files that the story changes on the way. */
export const FIX = { 'auth.js': FIXED, 'test/auth.test.js': TEST };

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

/** Creates the repository in an empty folder. */
export function createSampleRepo(root) {
  git(root, 'init', '-q', '-b', 'main');
  git(root, 'config', 'user.name', 'Sam Sample');
  git(root, 'config', 'user.email', 'sam@sample.invalid');
  const commit = (message, files) => {
    put(root, files);
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', message);
  };
  commit('feat: log users in', { 'package.json': PACKAGE, 'server.js': SERVER, 'auth.js': AUTH });
  git(root, 'tag', '-a', 'v1.0.0', '-m', 'v1.0.0');
  commit('docs: say how to start', { 'README.md': '# sample-auth\n\n    node server.js\n' });
  commit('feat: put the session into the token', { 'auth.js': BROKEN });
  git(root, 'tag', '-a', 'v1.1.0', '-m', 'v1.1.0');
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
