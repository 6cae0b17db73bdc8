import { LATER } from '../tools/by-name.ts';
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
  /** The operation of that name, undefined when there is none. */
  toolOf(name: string): Promise<Tool | undefined>;
  callTool(tool: Tool, args: unknown, deps: Deps): Promise<Answer<Record<string, unknown>>>;
  documentsOf(
    incident: string | undefined,
    deps: Deps,
  ): Promise<{ uid: string; label: string; files: Record<string, string> }>;
  /** Open incidents, oldest first, with the documents that each has by now. */
  openIncidents(deps: Deps): Promise<OpenIncident[]>;
}

/** Each operation, and what reads documents, is loaded when it is first asked for. */
export async function loadOperations(): Promise<Operations> {
  const { callTool } = await import('../tools/support/call.ts');
  return {
    async toolOf(name) {
      return Object.hasOwn(LATER, name) ? (await LATER[name]?.())?.default : undefined;
    },
    callTool,
    async documentsOf(incident, deps) {
      const { documentsOf } = await import('../tools/support/documents.ts');
      return documentsOf(incident, deps);
    },
    async openIncidents(deps) {
      const [{ loadOpen }, { narrativeOf }] = await Promise.all([
        import('../tools/support/load.ts'),
        import('../core/documents/documents.ts'),
      ]);
      return (await loadOpen(deps)).map(({ incident }) => ({
        uid: incident.uid,
        label: incident.label,
        hasPostmortem: narrativeOf(incident) !== null,
      }));
    },
  };
}
