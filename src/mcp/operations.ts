import type { Answer, Deps, Tool } from '../tools/tool.ts';

/** The files of one incident as resources carry them. */
export type DocumentName = 'hotfix.md' | 'tasks.md' | 'post-mortem.md' | 'timeline';

export interface OpenIncident {
  uid: string;
  label: string;
  hasPostmortem: boolean;
}

/** What the server needs of the operations; real ones by default, small ones in tests. */
export interface Operations {
  tools: readonly Tool[];
  callTool(tool: Tool, args: unknown, deps: Deps): Promise<Answer<Record<string, unknown>>>;
  documentsOf(
    incident: string | undefined,
    deps: Deps,
  ): Promise<{ uid: string; label: string; files: Record<string, string> }>;
  /** Open incidents, oldest first, with the documents that each has by now. */
  openIncidents(deps: Deps): Promise<OpenIncident[]>;
}

/** Loads the operations on the first call: listing tools must not wait for them. */
export async function loadOperations(): Promise<Operations> {
  const [{ TOOLS }, { callTool }, { documentsOf }, { loadOpen }, { narrativeOf }] = await Promise.all([
    import('../tools/index.ts'),
    import('../tools/support/call.ts'),
    import('../tools/support/documents.ts'),
    import('../tools/support/load.ts'),
    import('../core/documents/documents.ts'),
  ]);
  return {
    tools: TOOLS,
    callTool,
    documentsOf,
    async openIncidents(deps) {
      return (await loadOpen(deps)).map(({ incident }) => ({
        uid: incident.uid,
        label: incident.label,
        hasPostmortem: narrativeOf(incident) !== null,
      }));
    },
  };
}
