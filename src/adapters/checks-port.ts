import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { PulseError } from '../core/errors.ts';
import {
  CHECK_FILES,
  commandsOf,
  detectChecks,
  pinOf,
  pinOfCommand,
  plainTestPaths,
  testWayFor,
  withSettings,
} from '../core/ship/check-detect.ts';
import type { CheckPlan, CheckSettings, PlannedCommand, Standing } from '../core/ship/check-run.ts';
import { productionSigns } from '../core/ship/production-signs.ts';
import type { Checks } from '../ports-ship.ts';
import { createAcceptedChecks } from './accepted-checks.ts';
import { readRegular } from './atomic-file.ts';
import { type CheckLimits, LIMITS, runChecks } from './check-runner.ts';
import { commitOf } from './git/range.ts';
import { createWorktrees } from './git/worktree.ts';
import { runGit } from './git.ts';
import { proveRegression } from './regression-proof.ts';

const SETTINGS = 'hotfix-pulse.config.json';
const MAX_BYTES = 1024 * 1024;
/** Lowest first. */
const STANDINGS: readonly Standing[] = ['open', 'accepted', 'committed'];

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/**
 * The repository's own commands.
 * @param home `<git common dir>/hotfix-pulse`
 * @param env what commands get, less what would lead them into the user's checkout
 */
export function createChecks(
  root: string,
  home: string,
  env: Readonly<Record<string, string | undefined>>,
  limits: CheckLimits = LIMITS,
): Checks {
  const accepted = createAcceptedChecks(home);
  const place = { root, worktrees: createWorktrees(root, home), env };

  async function plan(
    commit: string,
    settings: CheckSettings,
    base: string | null = null,
  ): Promise<CheckPlan> {
    const found = withSettings(detectChecks(await textsAt(root, commit)), settings);
    const isCommitted = await isCommittedSettings(root, ['HEAD', ...(base === null ? [] : [base])]);
    const fromSettings: Record<PlannedCommand['what'], boolean> = {
      setup: settings.setup !== undefined,
      check: settings.checks !== undefined,
      test: settings.test !== undefined,
    };
    const commands = commandsOf(found).map((one): PlannedCommand => {
      const pin = pinOfCommand(one, sha256);
      const standing =
        isCommitted && fromSettings[one.what] ? 'committed' : accepted.isAccepted(pin) ? 'accepted' : 'open';
      return { ...one, pin, standing };
    });
    const ran = commands.filter(({ what }) => what !== 'test').map(({ standing }) => standing);
    return {
      ...found,
      ...{ commit, commands, copy: settings.copy ?? [], pin: pinOf(found, sha256) },
      source: settings.checks === undefined ? 'detected' : 'settings',
      allowed: STANDINGS.find((standing) => ran.includes(standing)) ?? 'committed',
    };
  }

  return {
    plan,
    async run(wanted, watch) {
      requireAccepted(wanted, ['setup', 'check']);
      return runChecks(place, wanted, limits, watch);
    },
    async prove(wanted, watch) {
      const tests = plainTestPaths(wanted.tests);
      if (wanted.base === wanted.commit) {
        throw new PulseError(
          'invalid_input',
          'base and commit are the same, so there is no fix between them',
          'pass the commit of the fix as commit, and what production runs as base',
        );
      }
      const fix = await plan(wanted.commit, wanted.settings, wanted.base);
      const base = await plan(wanted.base, wanted.settings, wanted.base);
      const way = testWayFor(fix.tests, tests);
      if (way === null) {
        throw new PulseError(
          'not_configured',
          'it is not known how to run these test files',
          'set test in hotfix-pulse.config.json, for example ["node", "--test", "{files}"], and commit it',
        );
      }
      for (const one of [fix, base]) requireAccepted(one, ['setup', 'test']);
      const baseWay = testWayFor(base.tests, tests);
      return proveRegression(place, { base, fix, tests, way, baseWay }, limits, watch);
    },
    accept: ({ commands }, by, at) => accepted.accept([...new Set(commands.map(({ pin }) => pin))], by, at),
    commitOf: (ref) => commitOf(root, ref),
    productionSigns: (command) => productionSigns(env, command),
  };
}

/** @throws PulseError gate_closed */
function requireAccepted(plan: CheckPlan, what: readonly PlannedCommand['what'][]): void {
  const open = plan.commands.filter((one) => what.includes(one.what) && one.standing === 'open');
  if (open.length === 0) return;
  const names = [...new Set(open.map(({ name }) => name))].slice(0, 8).join(', ');
  throw new PulseError(
    'gate_closed',
    `nobody has accepted yet what would run here: ${names}`,
    `a person runs hotfix-pulse accept-checks ${plan.commit.slice(0, 12)} in a terminal: it shows every command and asks; or name checks, setup and test in ${SETTINGS} and commit it`,
  );
}

/** Texts of the files at the root that decide what can be run; ordinary files only. */
async function textsAt(root: string, commit: string): Promise<Record<string, string>> {
  const listed = await runGit(root, ['ls-tree', '-z', '--full-tree', '-l', commit, '--', ...CHECK_FILES]);
  const files = listed.out.split('\0').flatMap((row) => {
    const [, object = '', size = '', path = ''] = /^100(?:644|755) blob (\S+) +(\d+)\t(.*)$/s.exec(row) ?? [];
    return path === '' ? [] : [{ object, path, isSmall: Number(size) <= MAX_BYTES }];
  });
  const texts = files.map(async ({ object, path, isSmall }) => {
    // Of a large lock file it only matters that it is there.
    const text = isSmall ? (await runGit(root, ['cat-file', 'blob', object])).out : '';
    return [path, text] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

/** Whether the settings file of the checkout is byte for byte (line ends apart) the one of a commit. */
async function isCommittedSettings(root: string, commits: readonly string[]): Promise<boolean> {
  const plain = (text: string): string => text.replaceAll('\r\n', '\n');
  const own = readRegular(join(root, SETTINGS), MAX_BYTES);
  if (own === null) return false;
  for (const commit of commits) {
    const { code, out } = await runGit(root, ['cat-file', 'blob', `${commit}:${SETTINGS}`]);
    if (code === 0 && plain(out) === plain(own)) return true;
  }
  return false;
}
