import { mkdirSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hasErrno, PulseError } from '../core/errors.ts';
import { runGit } from './git.ts';

/** A small real service with real history: v1.0.0 works, a later commit breaks logins, v1.1.0 ships it. */

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
// The word is put in, so that nothing takes the sample's import for one of this file.
const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
${'import'} { login } from '../auth.js';

test('a user without a session can log in', () => {
  assert.match(login(new URLSearchParams('user=ben')), /^token-ben/);
});
`;
const PACKAGE = `${JSON.stringify({ name: 'sample-auth', private: true, type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`;
const KNOWN = `import assert from 'node:assert/strict';
import { test } from 'node:test';
${'import'} { login } from '../auth.js';

test('a known user gets a token, an unknown one none', () => {
  assert.match(login(new URLSearchParams('user=ana')), /^token-ana/);
  assert.equal(login(new URLSearchParams('user=eve')), null);
});
`;
/** What runs is committed, so nobody has to accept it first; there is no staging, and nobody for a second look. */
const SETTINGS = `${JSON.stringify(
  {
    git: { production: 'main' },
    checks: [{ name: 'test', command: ['node', '--test'] }],
    test: ['node', '--test', '{files}'],
    policy: { staging: 'off', second_review: 'off' },
  },
  null,
  2,
)}\n`;
const README = '# sample-auth\n\n    node server.js\n';

/** The repair that the story of the demonstration makes. */
export const SAMPLE_FIX: Readonly<Record<string, string>> = { 'auth.js': FIXED, 'test/auth.test.js': TEST };

/** Fixed identity, dates and no outside configuration, so that the commits are the same every time and nothing signs or hooks in. */
const DATE = '2026-01-05T09:00:00Z';
const ENV = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Sam Sample',
  GIT_AUTHOR_EMAIL: 'sam@sample.invalid',
  GIT_AUTHOR_DATE: DATE,
  GIT_COMMITTER_NAME: 'Sam Sample',
  GIT_COMMITTER_EMAIL: 'sam@sample.invalid',
  GIT_COMMITTER_DATE: DATE,
};

/**
 * Creates the sample repository: no remote, so nothing can leave the machine. Gives its absolute path.
 * @param into an empty folder or one to be made; null for a new temporary one
 * @throws PulseError `conflict` when the folder holds something, `upstream` when git fails
 */
export async function createSampleRepo(into: string | null): Promise<string> {
  const root =
    into === null ? mkdtempSync(join(realpathSync(tmpdir()), 'hotfix-pulse-drill-')) : emptyFolder(into);
  const git = async (...args: string[]): Promise<void> => {
    const { code } = await runGit(root, args, { env: ENV });
    if (code === 0) return;
    throw new PulseError(
      'upstream',
      'git could not make the sample repository.',
      'Check that git is installed and that the folder can be written, then try again with another --into.',
    );
  };
  const commit = async (message: string, files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    await git('add', '-A');
    await git('commit', '-q', '-m', message);
  };
  await git('init', '-q', '-b', 'main');
  await git('config', 'user.name', 'Sam Sample');
  await git('config', 'user.email', 'sam@sample.invalid');
  await commit('feat: log users in', {
    ...{ 'package.json': PACKAGE, 'server.js': SERVER, 'auth.js': AUTH },
    ...{ 'test/users.test.js': KNOWN, 'hotfix-pulse.config.json': SETTINGS },
  });
  await git('tag', '-a', 'v1.0.0', '-m', 'v1.0.0');
  await commit('docs: say how to start', { 'README.md': README });
  await commit('feat: put the session into the token', { 'auth.js': BROKEN });
  await git('tag', '-a', 'v1.1.0', '-m', 'v1.1.0');
  return root;
}

function emptyFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true });
    if (readdirSync(path).length === 0) return realpathSync(path);
  } catch (error) {
    if (!hasErrno(error, 'EEXIST', 'ENOTDIR', 'EACCES', 'EROFS', 'EPERM')) throw error;
    throw new PulseError(
      'invalid_input',
      'The folder cannot be made there.',
      'Name a folder that can be written with --into.',
    );
  }
  throw new PulseError(
    'conflict',
    'The folder is not empty.',
    'Name a new folder with --into, or leave it out.',
  );
}
