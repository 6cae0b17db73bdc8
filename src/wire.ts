import { createChecks } from './adapters/checks-port.ts';
import { systemClock, systemIds } from './adapters/clock-ids.ts';
import { createFileLog } from './adapters/file-log.ts';
import { createBackports } from './adapters/git/backport.ts';
import { createBranches } from './adapters/git/branches.ts';
import { createChanges } from './adapters/git/diff.ts';
import { createRollbacks } from './adapters/git/rollbacks.ts';
import { createShipping } from './adapters/git/ship.ts';
import { createHistory } from './adapters/git/suspects.ts';
import { createGit, gitUser } from './adapters/git.ts';
import { createGuardedLog } from './adapters/guarded-log.ts';
import { findPlaces } from './adapters/log-places.ts';
import { createTemplates } from './adapters/mustache.ts';
import { createOhno } from './adapters/ohno.ts';
import { createOutbox } from './adapters/outbox.ts';
import { createPace } from './adapters/pace.ts';
import type { DatabaseLook } from './adapters/postgres/look.ts';
import type { MigrateReport, MigrateRequest } from './adapters/postgres/migrate.ts';
import type { BothRecords, RecordOptions } from './adapters/postgres/record.ts';
import { knownSecrets, readSettings, readTemplate, stampOf } from './adapters/root-files.ts';
import { createTextSearch } from './adapters/text-search.ts';
import { createTokenFile } from './adapters/token-file.ts';
import { createUnscanned } from './adapters/unscanned.ts';
import { createWorkspace } from './adapters/workspace.ts';
import { parseConfig } from './config.ts';
import { PulseError } from './core/errors.ts';
import type { Actor } from './core/events.ts';
import { type OutwardSettings, SERVICE_NAMES, type ServiceName } from './core/outward/services.ts';
import { createRedactor } from './core/redact.ts';
import type { Clock, EventLog, Ids } from './ports.ts';
import type { Outward, ServiceCheck } from './ports-outward.ts';
import type { Team } from './ports-team.ts';
import type { Deps, Settings } from './tools/tool.ts';

export { runCommand } from './adapters/checks.ts';
export { type ExportedFile, writeExport } from './adapters/export-folder.ts';
export { readFrontMatter } from './adapters/front-matter.ts';
export { defaultBranch } from './adapters/git/default-branch.ts';
export type { MigrateReport, MigrateRequest } from './adapters/postgres/migrate.ts';
export type { Moved } from './adapters/postgres/move.ts';
export type { BothRecords } from './adapters/postgres/record.ts';
export { findRepository, findRoot, type Repository } from './adapters/repo-root.ts';
export { gitVersion, leftWorktrees, lookAtRepository, reachRemote } from './adapters/repo-state.ts';
export { createSampleRepo } from './adapters/sample-repo.ts';
export { talkTo } from './adapters/talk.ts';

export interface WireOptions {
  /** Absolute root of the repository (or folder without git), as `findRoot` gives it. */
  root: string;
  /** The repository's git folder where it is known by now: one question less to git. */
  commonDir?: string | null | undefined;
  actor: Actor;
  /** Secrets among its values are taken out of every text. */
  env: Readonly<Record<string, string | undefined>>;
}

export interface WiredDeps extends Deps {
  /** Reads the settings and the known secrets again where they changed: a server lives longer than a file. */
  refresh(): Promise<void>;
}

/**
 * Everything that operations need for one repository, from adapters that are picked here and nowhere else.
 * @param fakes clock and ids of a test
 * @throws PulseError invalid_input when the repository's settings file is wrong
 */
export async function createDeps(
  { root, commonDir, actor, env }: WireOptions,
  fakes: { clock?: Clock; ids?: Ids } = {},
): Promise<WiredDeps> {
  const { clock = systemClock, ids = systemIds } = fakes;
  const places = await findPlaces(root, commonDir === undefined ? {} : { commonDir });
  // Asked now, needed at the end.
  const acting = onBehalf(actor, places.git ? root : null);
  const git = places.git
    ? { ...createGit(root), history: createHistory(root, places.live, env), branches: createBranches(root) }
    : null;
  let stamp: string | undefined;
  let templatePath: string | null = null;
  let current: { settings: Settings; redact: Deps['redact'] };

  async function refresh(): Promise<void> {
    const now = await stampOf(root, templatePath);
    if (now === stamp) return;
    const { redaction, postmortem, ...settings } = parseConfig(await readSettings(root));
    const { redact } = createRedactor({
      known_values: await knownSecrets(root, env),
      allow: redaction.allow,
      ips: redaction.ips,
      hash4: (value) => ids.sha256(value).slice(0, 4),
    });
    templatePath = postmortem.template;
    const { template, fault } = await templateText(root, templatePath);
    current = {
      settings: { ...settings, postmortem: { preset: postmortem.preset, template, fault } },
      redact,
    };
    // A template named for the first time is not in this stamp yet: the next call reads everything once more.
    stamp = now;
  }
  await refresh();
  const unscanned = createUnscanned(places, ids);
  const redact: Deps['redact'] = unscanned.keeping((text) => current.redact(text));
  const outbox = createOutbox(places.live, ids);
  let made: { of: string; outward: Promise<Outward> } | undefined;
  /** Absent where no service is named; made again when the settings have changed. */
  function connected(): Deps['outward'] {
    const settings = current.settings.outward ?? {};
    if (SERVICE_NAMES.every((name) => settings[name] === undefined)) return undefined;
    return () => {
      const of = JSON.stringify(settings);
      if (made?.of !== of) {
        const outward = import('./adapters/outward.ts').then(({ connectOutward }) =>
          connectOutward({ root, settings, env }, outbox),
        );
        made = { of, outward };
      }
      return made.outward;
    };
  }
  const board = createOhno({ root, home: places.live, env });
  const team = env.HOTFIX_PULSE_DATABASE_URL?.trim() ? await openTeam({ places, env, clock, ids }) : null;
  const log = createGuardedLog(team ?? createFileLog({ places, clock, ids }), {
    redact,
    forget: unscanned.forget,
  });

  return {
    log,
    workspace: createWorkspace({ root, places }),
    templates: createTemplates(),
    search: createTextSearch(),
    git,
    ...(git ? shippingOf(root, places.live, env) : {}),
    ...(board ? { board } : {}),
    get outward() {
      return connected();
    },
    clock,
    ids,
    pace: createPace(),
    get settings() {
      return current.settings;
    },
    actor: await acting,
    redact,
    refresh,
    ...(team ? { close: () => team.close() } : {}),
  };
}

/** The team's record, loaded where it is asked for. */
async function openTeam(options: RecordOptions) {
  const { openTeamRecord } = await import('./adapters/postgres/record.ts');
  return openTeamRecord(options);
}

/** Makes the tables of the team's record, or looks at them. `root` names the workspace where the environment does not. */
export async function migrateDatabase(
  root: string | null,
  env: WireOptions['env'],
  request: MigrateRequest,
): Promise<MigrateReport> {
  const record = await import('./adapters/postgres/record.ts');
  return record.migrateDatabase(root, env, request);
}

/** The team's database, looked at; null where none is set. @throws PulseError for whatever stands in the way of using it */
export async function lookAtDatabase(root: string, env: WireOptions['env']): Promise<DatabaseLook | null> {
  if (!env.HOTFIX_PULSE_DATABASE_URL?.trim()) return null;
  const record = await import('./adapters/postgres/record.ts');
  return record.lookAtDatabase(root, env);
}

/** The record of this machine and the team's, to move incidents between them. */
export async function openBothRecords(root: string, env: WireOptions['env']): Promise<BothRecords> {
  const { openBoth } = await import('./adapters/postgres/record.ts');
  return openBoth({ places: await findPlaces(root), env, clock: systemClock, ids: systemIds });
}

/**
 * Who may come in over the hub. With the team's database the tokens are in it, for the workspace that is served and
 * every hub that serves it; else they lie beside the record of this machine.
 */
export async function openTokens(root: string, env: WireOptions['env']): Promise<Team> {
  const file = createTokenFile(await findPlaces(root));
  if (!env.HOTFIX_PULSE_DATABASE_URL?.trim()) return { tokens: file, workspace: 'local' };
  const { openTeamTokens } = await import('./adapters/postgres/record.ts');
  return { ...(await openTeamTokens(root, env)), unused: file };
}

/** One service asked whether its settings and tokens work. */
export async function checkService(
  name: ServiceName,
  options: { root: string; settings: OutwardSettings; env: WireOptions['env'] },
): Promise<ServiceCheck[]> {
  const outward = await import('./adapters/outward.ts');
  return outward.checkService(name, options);
}

/** The record alone, for looking at it where the settings cannot be read. */
export async function openRecord(root: string): Promise<EventLog> {
  return createFileLog({ places: await findPlaces(root), clock: systemClock, ids: systemIds });
}

/** What ships a fix. `home` is `<git common dir>/hotfix-pulse`. */
function shippingOf(root: string, home: string, env: WireOptions['env']) {
  return {
    checks: createChecks(root, home, env),
    changes: createChanges(root),
    shipping: createShipping(root, home, env),
    backports: createBackports(root, home),
    rollbacks: createRollbacks(root, home, env),
  };
}

/** A template that cannot be read must not stand in the way of an incident: whoever needs it throws the fault. */
async function templateText(
  root: string,
  path: string | null,
): Promise<{ template: string | null; fault: PulseError | null }> {
  if (path === null) return { template: null, fault: null };
  try {
    return { template: await readTemplate(root, path), fault: null };
  } catch (error) {
    if (error instanceof PulseError) return { template: null, fault: error };
    throw error;
  }
}

/** An agent works for somebody: the git user, as far as git knows. */
async function onBehalf(actor: Actor, root: string | null): Promise<Actor> {
  if (actor.kind !== 'agent' || actor.on_behalf_of !== undefined || root === null) return actor;
  const user = await gitUser(root);
  return user === null ? actor : { ...actor, on_behalf_of: user };
}
