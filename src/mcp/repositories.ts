import { isAbsolute } from 'node:path';
import { PulseError } from '../core/errors.ts';
import type { Repository, WiredDeps } from '../wire.ts';
import type { Client, McpServerOptions } from './server.ts';

export interface RepositoriesOptions {
  /** `--repo` of the command line. */
  explicit: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string | null;
  /** Folder of the running program. */
  program: string;
}

/**
 * Finds the repository of a call and what operations need there. A `repo` argument counts for its call and,
 * once it was good, for all later ones. Loads the adapters on the first call.
 */
export function createRepositories(options: RepositoriesOptions): McpServerOptions['depsFor'] {
  const wired = new Map<string, Promise<WiredDeps>>();
  /** What was named, to where it is: finding that asks git and sometimes the client. */
  const places = new Map<string, Repository>();
  let remembered = options.explicit;

  return async (repo, client) => {
    if (repo !== undefined && !isAbsolute(repo)) {
      throw new PulseError(
        'invalid_input',
        'repo must be an absolute path',
        "pass the repository's absolute path: this server's working directory may be another one",
      );
    }
    const { findRepository, createDeps } = await import('../wire.ts');
    const { env, cwd, program } = options;
    const explicit = repo ?? remembered;
    const clientRoots = () => client.roots();
    const found =
      places.get(explicit ?? '') ?? (await findRepository({ explicit, env, clientRoots, cwd, program }));
    if (found === null) throw noRepository();
    places.set(explicit ?? '', found);
    if (repo !== undefined) remembered = found.root;
    return wiredFor(found, client, createDeps);
  };

  async function wiredFor(
    { root, commonDir }: Repository,
    { name }: Client,
    createDeps: typeof import('../wire.ts')['createDeps'],
  ): Promise<WiredDeps> {
    const key = `${root}\0${name}`;
    const known = wired.get(key);
    if (known) {
      const deps = await known;
      await deps.refresh();
      return deps;
    }
    const made = createDeps({ root, commonDir, actor: { kind: 'agent', name }, env: options.env });
    wired.set(key, made);
    // A wrong settings file is mended while we run: a failure is not kept.
    made.catch(() => wired.delete(key));
    return made;
  }
}

function noRepository(): PulseError {
  return new PulseError(
    'not_found',
    'no repository was found: the server was started neither in one nor with one named',
    'pass repo (absolute path) to create_hotfix_task, get_incident or list_incidents, once; or start the server with --repo DIR',
  );
}
