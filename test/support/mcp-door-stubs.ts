/** What a test bundle of the MCP door gets in place of its definitions, operations and wiring. */
import { stubDefinitions, stubDeps, stubOperations } from './mcp-stubs.ts';

export const toolDefinitions = stubDefinitions;
export const loadOperations = stubOperations;

export async function findRepository({ explicit, cwd }: { explicit?: string; cwd: string }) {
  return { root: explicit ?? cwd, commonDir: null };
}

export async function createDeps({ root, actor }: { root: string; actor: { name: string } }) {
  return Object.assign(stubDeps(root, actor.name), { refresh: async () => {} });
}
