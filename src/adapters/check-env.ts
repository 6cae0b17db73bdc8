import { existsSync, realpathSync } from 'node:fs';
import { delimiter, isAbsolute, join, relative } from 'node:path';
import { PulseError } from '../core/errors.ts';
import { productionSigns, reachesProduction } from '../core/ship/production-signs.ts';
import { readRegular } from './atomic-file.ts';
import { parseEnv } from './root-files.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Left behind by a shell, a package manager or a test runner around us. Each of them would lead a command of ours into
 * another folder, most of them into the user's checkout, or tell a test runner that it runs inside of itself.
 */
const FOREIGN =
  /^(?:VIRTUAL_ENV|CONDA_(?:PREFIX|DEFAULT_ENV)|POETRY_ACTIVE|PIPENV_ACTIVE|PYTHONPATH|PYTHONHOME|UV_PROJECT_ENVIRONMENT|CARGO_TARGET_DIR|CARGO_MANIFEST_DIR|GOFLAGS|GOWORK|INIT_CWD|PROJECT_CWD|OLDPWD|BERRY_BIN_FOLDER|PNPM_SCRIPT_SRC_DIR|npm_(?:package|lifecycle|config_local_prefix|config_prefix|config_global|execpath|node_execpath|command).*|NODE_TEST_CONTEXT|NODE_V8_COVERAGE|VITEST.*|JEST_WORKER_ID|AVA_PATH|TAP|MAKEFLAGS|MAKELEVEL|MFLAGS|FORCE_COLOR|CLICOLOR_FORCE)$/i;

/** Plain output, no hooks written into the repository's settings, and nothing kept that a later run would take for fresh. */
const FIXED = {
  NO_COLOR: '1',
  HUSKY: '0',
  HUSKY_SKIP_INSTALL: '1',
  LEFTHOOK: '0',
  SKIP_INSTALL_SIMPLE_GIT_HOOKS: '1',
  PYTHONDONTWRITEBYTECODE: '1',
  POETRY_VIRTUALENVS_IN_PROJECT: 'true',
};

/** The environment of commands that run in `tree`: nothing in it leads back to the user's checkout at `root`. */
export function checkEnv(env: Env, root: string, tree: string): Env {
  const kept = Object.entries(env).filter(([name]) => !FOREIGN.test(name));
  const real = realpathSync(root);
  const outside = (env.PATH ?? '')
    .split(delimiter)
    .filter(
      (folder) => folder !== '' && isAbsolute(folder) && !isInside(root, folder) && !isInside(real, folder),
    );
  const path = [join(tree, 'node_modules', '.bin'), ...outside].join(delimiter);
  return { ...Object.fromEntries(kept), ...FIXED, PATH: path };
}

export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}

/** What a program loads by itself outside of production. */
const ENV_FILES = [
  ...['.env', '.env.local', '.env.test', '.env.test.local', '.env.development', '.env.development.local'],
];
const SAMPLE = /\.(?:example|sample|template|dist|md)$/i;
const MAX_BYTES = 256 * 1024;

/**
 * Stands before every command.
 * @throws PulseError unsafe when the environment, a command, or a text that defines it leads to production
 */
export function guardCommands(
  env: Env,
  commands: readonly { command: readonly string[]; defines: string }[],
): void {
  const signs = new Set(commands.flatMap(({ command }) => productionSigns(env, command)));
  if (commands.length === 0) for (const sign of productionSigns(env)) signs.add(sign);
  if (commands.some(({ defines }) => reachesProduction(defines))) signs.add('a script that runs');
  if (signs.size > 0)
    throw refusal([...signs], 'unset or replace these in the environment of the server or shell');
}

/**
 * The same for the files in a prepared tree that programs read their environment from.
 * @param copied paths that came from the checkout
 * @throws PulseError unsafe
 */
export function guardFiles(tree: string, copied: readonly string[]): void {
  const own = copied.filter((path) => /(?:^|\/)\.env[^/]*$/.test(path) && !SAMPLE.test(path));
  const signs = [...new Set([...ENV_FILES, ...own])].flatMap((path) => {
    if (!existsSync(join(tree, path))) return [];
    const pairs = parseEnv(readRegular(join(tree, path), MAX_BYTES) ?? '');
    return pairs.flatMap(({ name, value }) => productionSigns({ [name]: value }));
  });
  if (signs.length > 0)
    throw refusal(
      [...new Set(signs)].map((sign) => `${sign} in a .env file`),
      'give the tests values of their own, for example in a .env.test that copy lists',
    );
}

function refusal(signs: readonly string[], todo: string): PulseError {
  return new PulseError(
    'unsafe',
    `this looks like production (${signs.slice(0, 5).join(', ')}), and checks must not be run against it`,
    `${todo}, or run it on a machine that cannot reach production`,
  );
}
