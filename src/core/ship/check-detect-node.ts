import * as z from 'zod/v4';
import { canonicalJson } from '../canonical.ts';
import type { Check, FoundChecks, SetupWay, TestWay } from './check-run.ts';
import { namedTests } from './test-words.ts';

/** Path of a file at the root to its text; null or absent when there is none. */
export type RepoTexts = Readonly<Record<string, string | null | undefined>>;

const NODE_ENDINGS = ['.js', '.mjs', '.cjs', '.jsx', '.ts', '.mts', '.cts', '.tsx'];

/** What each check may be called in a package.json, the usual name first. */
const ROLES: readonly [string, readonly string[]][] = [
  ['lint', ['lint', 'eslint']],
  ['types', ['types', 'typecheck', 'type-check', 'check-types', 'check:types', 'tsc']],
  ['build', ['build']],
  ['test', ['test']],
];
/** What npm writes into a new package.json. */
const PLACEHOLDER = /no test specified/i;
/** Scripts that an installation runs by itself. */
const INSTALL_SCRIPTS = [
  ...['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare', 'prepublish'],
  'pnpm:devPreinstall',
];

const Package = z.object({
  scripts: z.record(z.string(), z.string()).catch({}).default({}),
  packageManager: z.string().optional().catch(undefined),
});

type Manager = 'npm' | 'pnpm' | 'yarn' | 'bun';

const LOCKS: readonly [Manager, string][] = [
  ['pnpm', 'pnpm-lock.yaml'],
  ['yarn', 'yarn.lock'],
  ['bun', 'bun.lock'],
  ['bun', 'bun.lockb'],
  ['npm', 'npm-shrinkwrap.json'],
  ['npm', 'package-lock.json'],
];

/** Checks of a package.json: npm, pnpm, yarn and bun. */
export function detectNode(texts: RepoTexts): FoundChecks {
  const text = texts['package.json'];
  const parsed = typeof text === 'string' ? Package.safeParse(jsonOf(text)) : null;
  if (!parsed?.success) return { checks: [], setups: [], tests: [] };
  const { scripts, packageManager } = parsed.data;
  const { manager, lock } = managerOf(texts, packageManager);
  const isBerry =
    manager === 'yarn' &&
    (/^yarn@(?!1\.)/.test(packageManager ?? '') ||
      typeof texts['.yarnrc.yml'] === 'string' ||
      /^__metadata:/m.test(texts['yarn.lock'] ?? ''));
  const checks = ROLES.flatMap(([name, names]): Check[] => {
    const script = names.find((one) => Object.hasOwn(scripts, one) && scripts[one]?.trim() !== '');
    if (script === undefined || PLACEHOLDER.test(scripts[script] ?? '')) return [];
    const command = script === 'test' ? [manager, 'run', 'test'] : [manager, 'run', script];
    return [{ name, command, defines: definesOf(script, scripts) }];
  });
  return {
    checks,
    setups: lock === null ? [] : [setupOf(manager, lock, isBerry, scripts)],
    tests: testsOf(checks, scripts, isBerry),
  };
}

function testsOf(
  checks: readonly Check[],
  scripts: Readonly<Record<string, string>>,
  isBerry: boolean,
): TestWay[] {
  const test = checks.find(({ name }) => name === 'test');
  if (!test) return [];
  const run = [scripts.pretest, scripts.test].filter((one) => one !== undefined);
  const named = namedTests(run, isBerry ? ['yarn', 'run'] : []);
  return [{ whole: test.command, named, as: 'files', endings: NODE_ENDINGS, defines: test.defines }];
}

const INSTALLS: Record<Manager, readonly string[]> = {
  npm: ['npm', 'ci', '--no-audit', '--no-fund'],
  pnpm: ['pnpm', 'install', '--frozen-lockfile'],
  yarn: ['yarn', 'install', '--frozen-lockfile', '--non-interactive'],
  bun: ['bun', 'install', '--frozen-lockfile'],
};

function setupOf(
  manager: Manager,
  lock: string,
  isBerry: boolean,
  scripts: Readonly<Record<string, string>>,
): SetupWay {
  const command = isBerry ? ['yarn', 'install', '--immutable'] : INSTALLS[manager];
  const own = INSTALL_SCRIPTS.filter((name) => Object.hasOwn(scripts, name));
  const texts = Object.assign({}, ...own.map((name) => withNamed(name, scripts)));
  return { lock, commands: [command], folder: 'node_modules', defines: canonicalJson(texts) };
}

function managerOf(texts: RepoTexts, stated: string | undefined): { manager: Manager; lock: string | null } {
  const present = LOCKS.filter(([, file]) => typeof texts[file] === 'string');
  const named = LOCKS.map(([manager]) => manager).find((manager) => stated?.startsWith(`${manager}@`));
  const own = named === undefined ? present[0] : present.find(([manager]) => manager === named);
  return { manager: named ?? own?.[0] ?? 'npm', lock: own?.[1] ?? null };
}

/** Texts of a script, of those that run before and after it, and of those that any of them names. */
function definesOf(script: string, scripts: Readonly<Record<string, string>>): string {
  return canonicalJson(withNamed(script, scripts));
}

function withNamed(script: string, scripts: Readonly<Record<string, string>>): Record<string, string> {
  const found: Record<string, string> = {};
  const open = [script];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (Object.hasOwn(found, name) || !Object.hasOwn(scripts, name)) continue;
    const text = scripts[name] ?? '';
    found[name] = text;
    const words = text.split(/[\s"'=;&|()]+/);
    const globs = words.filter((word) => /^[\w-]+:\*+$/.test(word)).map((word) => word.replace(/\*+$/, ''));
    open.push(`pre${name}`, `post${name}`, ...words);
    open.push(...Object.keys(scripts).filter((one) => globs.some((start) => one.startsWith(start))));
  }
  return found;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return null;
  }
}
