import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '../core/errors.ts';
import { type CiWorkflow, ciWorkflow } from './ci-workflows.ts';
import { readState } from './disk.ts';
import { WORKFLOW_FILE } from './github-actions.ts';

/** What has to be asked of outside to find out about a repository's CI. */
export interface CiReader {
  /** The members of a YAML document, every scalar as text. Rejects for what is none. */
  yaml(text: string): Promise<Readonly<Record<string, unknown>>>;
  /** Null when this clone does not know it. */
  defaultBranch(root: string): Promise<string | null>;
}

export interface Ci {
  /** Those that a push to the default branch starts, by file name. */
  workflows: CiWorkflow[];
  /** Files that could not be read as YAML. */
  unread: string[];
}

const FOLDER = '.github/workflows';

/** Reads the workflows of a repository; ours is left out. */
export async function lookAtCi(reader: CiReader, repo: string, branch: string): Promise<Ci> {
  const found: Ci = { workflows: [], unread: [] };
  for (const file of filesIn(join(repo, FOLDER))) {
    if (`${FOLDER}/${file}` === WORKFLOW_FILE) continue;
    const state = readState({ base: repo, path: join('.github', 'workflows', file) });
    try {
      if (state.is !== 'text') throw new Error(state.is);
      const workflow = ciWorkflow(file, await reader.yaml(state.text), branch);
      if (workflow) found.workflows.push(workflow);
    } catch {
      found.unread.push(file);
    }
  }
  return found;
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort();
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
