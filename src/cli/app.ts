import type { LocalBoardOptions } from '../hub/board-local.ts';
import type { HubProcess, ServeOptions } from '../hub/serve.ts';
import type { RefreshRequest } from '../ports.ts';
import type { Team } from '../ports-team.ts';
import type { ImportRequest } from '../tools/support/import-incident.ts';
import type { Loaded } from '../tools/support/load.ts';
import type { Answer, Deps, Tool } from '../tools/tool.ts';
import type { ExportedFile } from '../wire.ts';

/** What the command line runs. `main.ts` gives the real ones, tests give stand-ins. */
export interface App {
  version: string;
  tools: readonly Tool[];
  callTool(tool: Tool, args: unknown, deps: Deps): Promise<Answer<Record<string, unknown>>>;
  loadIncident(ref: string | undefined, deps: Deps): Promise<Loaded>;
  loadAll(deps: Deps): Promise<Loaded[]>;
  /** File name (`hotfix.md`) to its whole generated text. */
  documentsOf(ref: string | undefined, deps: Deps): Promise<{ files: Record<string, string> }>;
  publishIncident(ref: string | undefined, deps: Deps): Promise<Answer<Record<string, unknown>>>;
  importIncident(request: ImportRequest, deps: Deps): Promise<Answer<Record<string, unknown>>>;
  /** Writes files below a folder, and leaves alone what it did not write itself. */
  writeExport(folder: string, files: Readonly<Record<string, string>>): ExportedFile[];
  /** Rewrites the incident's folder from the record; gives sentences for people. */
  refreshFolder(loaded: Loaded, deps: Deps, mode: RefreshRequest['mode']): Promise<string[]>;
  /** Keeps the final documents of a closed incident beside its log; gives sentences for people. */
  archiveIncident(loaded: Loaded, deps: Deps): Promise<string[]>;
  /** Makes the sample repository for a rehearsal, in an empty folder or (null) a new temporary one; gives its path. */
  createSampleRepo(into: string | null): Promise<string>;
  /** Answers webhooks until it is interrupted. */
  serveHub(options: ServeOptions, system: HubProcess): Promise<void>;
  /** Shows the live board to one person until it is interrupted. */
  serveBoard(options: LocalBoardOptions, system: HubProcess): Promise<void>;
  /** Who may come in over the hub. */
  openTokens(root: string, env: Readonly<Record<string, string | undefined>>): Promise<Team>;
  findRoot(from: {
    explicit: string | undefined;
    env: Readonly<Record<string, string | undefined>>;
    cwd: string | null;
  }): Promise<string | null>;
  createDeps(options: {
    root: string;
    actor: Deps['actor'];
    env: Readonly<Record<string, string | undefined>>;
  }): Promise<Deps>;
}
