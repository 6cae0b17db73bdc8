import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { parseBlocks } from '../core/documents/blocks.ts';
import type { RefreshOutcome } from '../ports.ts';
import { nodeAt, readRegular, sweepTemps } from './atomic-file.ts';
import { isDiskError } from './folder-answers.ts';
import type { FolderMemory } from './folder-memory.ts';
import { MAX_FILE, reasonOf, refreshFile } from './refresh-file.ts';

/** Source: seed 003, step 9. */
const EXTRA = /^(\.claude\/postmortems)\/(\d{4}-\d{2}-\d{2}-[a-z0-9-]{1,100}\.md)$/;

export interface ExtraFile {
  root: string;
  path: string;
  /** Whole generated text. */
  text: string;
  uid: string;
  memory: FolderMemory;
}

/** Writes the postmortem's copy outside of the incident's folder, by the rules of every generated file. */
export function writeExtraFile({ root, path, text, uid, memory }: ExtraFile): RefreshOutcome {
  const refused = (why: string): RefreshOutcome => ({
    files: [{ path, result: 'refused' }],
    notices: [`The copy of the postmortem under .claude/postmortems was not written: ${why}.`],
  });
  const [, folder, name] = EXTRA.exec(path) ?? [];
  if (folder === undefined || name === undefined) return refused('its name is not one of a postmortem');
  try {
    const place = folderIn(root, folder);
    if (place === null) return refused('its folder is a symbolic link or no folder');
    const node = nodeAt(join(place, name));
    if (node === 'file' && !isOurs(join(place, name), name, uid, memory)) {
      return refused('another file of that name is there; move it away to have it written');
    }
    sweepTemps(place);
    const { result, notice } = refreshFile({
      ...{ root, folder: place, name, text, memory },
      ...{ touch: true, mayAppear: true },
    });
    return { files: [{ path, result }], notices: notice === null ? [] : [notice] };
  } catch (error) {
    if (!isDiskError(error)) throw error;
    return refused(reasonOf(error));
  }
}

/** The folder's real path, made where it is missing; null when a step to it is anything but a folder. */
function folderIn(root: string, folder: string): string | null {
  let at = realpathSync(root);
  for (const step of folder.split('/')) {
    at = join(at, step);
    if (nodeAt(at) === 'absent') mkdirSync(at, { recursive: true });
    if (nodeAt(at) !== 'folder') return null;
  }
  return realpathSync(at) === at ? at : null;
}

/** It names this incident, or it is what we wrote there with its front matter taken out. */
function isOurs(path: string, name: string, uid: string, memory: FolderMemory): boolean {
  const text = readRegular(path, MAX_FILE);
  if (text === null) return false;
  if (text === memory.last(name)) return true;
  const parsed = parseBlocks(text);
  if (parsed === null) return false;
  return parsed.front.includes(`\nuid: "${uid}"\n`) || (parsed.front === '' && memory.last(name) !== null);
}
