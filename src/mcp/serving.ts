import { createRepositories, type RepositoriesOptions } from './repositories.ts';
import { createMcpServer, type McpServer, type McpServerOptions } from './server.ts';

export interface ServingOptions
  extends RepositoriesOptions,
    Pick<McpServerOptions, 'version' | 'report' | 'onCall'> {
  /** Told what takes secrets out of a text, once a repository is known. */
  onRedact(redact: (text: string) => string): void;
}

/** The server behind the front: everything of this door that costs something to load. */
export async function createServing(options: ServingOptions): Promise<McpServer> {
  const { version, report, onCall, onRedact } = options;
  const find = createRepositories(options);
  return createMcpServer({
    ...{ version, report },
    ...(onCall ? { onCall } : {}),
    async depsFor(repo, client) {
      const deps = await find(repo, client);
      onRedact((text) => deps.redact(text).text);
      return deps;
    },
  });
}
