import { systemClock, systemIds } from './adapters/clock-ids.ts';
import { createFileLog } from './adapters/file-log.ts';
import { createGit } from './adapters/git.ts';
import { createGuardedLog } from './adapters/guarded-log.ts';
import { findPlaces } from './adapters/log-places.ts';
import { createPace } from './adapters/pace.ts';
import { knownSecrets, readSettings, stampOf } from './adapters/root-files.ts';
import { createWorkspace } from './adapters/workspace.ts';
import { parseConfig } from './config.ts';
import type { Actor } from './core/events.ts';
import { createRedactor } from './core/redact.ts';
import type { Clock, Git, Ids } from './ports.ts';
import type { Deps, Settings } from './tools/tool.ts';

export { findRoot } from './adapters/repo-root.ts';

export interface WireOptions {
  /** Absolute root of the repository (or folder without git), as `findRoot` gives it. */
  root: string;
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
  { root, actor, env }: WireOptions,
  fakes: { clock?: Clock; ids?: Ids } = {},
): Promise<WiredDeps> {
  const { clock = systemClock, ids = systemIds } = fakes;
  const places = await findPlaces(root);
  const git = places.git ? createGit(root) : null;
  let stamp: string | undefined;
  let current: { settings: Settings; redact: Deps['redact'] };

  async function refresh(): Promise<void> {
    const now = await stampOf(root);
    if (now === stamp) return;
    const { matrix, stability_h, redaction } = parseConfig(await readSettings(root));
    const { redact } = createRedactor({
      known_values: await knownSecrets(root, env),
      allow: redaction.allow,
      hash4: (value) => ids.sha256(value).slice(0, 4),
    });
    current = { settings: { matrix, stability_h }, redact };
    stamp = now;
  }
  await refresh();
  const redact: Deps['redact'] = (text) => current.redact(text);
  const log = createGuardedLog(createFileLog({ places, clock, ids }), { redact });

  return {
    log,
    workspace: createWorkspace({ root, places }),
    git,
    clock,
    ids,
    pace: createPace(),
    get settings() {
      return current.settings;
    },
    actor: await onBehalf(actor, git),
    redact,
    refresh,
  };
}

/** An agent works for somebody: the git user, as far as git knows. */
async function onBehalf(actor: Actor, git: Git | null): Promise<Actor> {
  if (actor.kind !== 'agent' || actor.on_behalf_of !== undefined || !git) return actor;
  const { user } = await git.facts();
  return user === null ? actor : { ...actor, on_behalf_of: user };
}
