import type { Loaded } from '../tools/load.ts';
import type { Answer, Deps, Tool } from '../tools/tool.ts';

/** What the command line runs. `main.ts` gives the real ones, tests give stand-ins. */
export interface App {
  version: string;
  tools: readonly Tool[];
  callTool(tool: Tool, args: unknown, deps: Deps): Promise<Answer<Record<string, unknown>>>;
  loadIncident(ref: string | undefined, deps: Deps): Promise<Loaded>;
  loadAll(deps: Deps): Promise<Loaded[]>;
  documentsOf(ref: string | undefined, deps: Deps): Promise<Documents>;
  publishIncident(ref: string | undefined, deps: Deps): Promise<Answer<Record<string, unknown>>>;
  findRoot(from: {
    explicit: string | undefined;
    env: Readonly<Record<string, string | undefined>>;
    cwd: string;
  }): Promise<string> | string;
  createDeps(options: {
    root: string;
    actor: Deps['actor'];
    env: Readonly<Record<string, string | undefined>>;
  }): Promise<Deps> | Deps;
}

/** File name (`hotfix.md`) to its whole generated text. */
export type Documents = Record<string, string>;
