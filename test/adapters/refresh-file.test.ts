import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { FolderMemory } from '../../src/adapters/folder-memory.ts';
import { refreshFile } from '../../src/adapters/refresh-file.ts';
import { renderBlocks } from '../../src/core/documents/blocks.ts';
import { tempFolder } from '../support/repo.ts';

const generated = (body: string) =>
  renderBlocks({
    front: '',
    blocks: [
      { name: 'a', body },
      { name: 'b', body },
    ],
  });

/** A memory that lets a person save the file between our reading and our writing. */
function busyMemory(meanwhile: () => void): FolderMemory {
  return {
    last() {
      meanwhile();
      return null;
    },
    remember() {},
    save: () => null,
    scrub: () => [],
  };
}

const refresh = (folder: string, memory: FolderMemory) =>
  refreshFile({
    ...{ root: folder, folder, name: 'hotfix.md', text: generated('new'), memory },
    ...{ touch: true, mayAppear: true },
  });

it('merges again when a person saves the file while it is written', () => {
  const folder = tempFolder();
  const path = join(folder, 'hotfix.md');
  writeFileSync(path, generated('old'));
  let saves = 0;
  const memory = busyMemory(() => {
    if (++saves === 1) writeFileSync(path, `${generated('old')}Saved meanwhile.\n`);
  });
  expect(refresh(folder, memory).result).toBe('written');
  expect(readFileSync(path, 'utf8')).toBe(`${generated('new')}Saved meanwhile.\n`);
});

it('gives up for now when the file never stands still, and loses nothing', () => {
  const folder = tempFolder();
  const path = join(folder, 'hotfix.md');
  writeFileSync(path, generated('old'));
  let saves = 0;
  const memory = busyMemory(() => writeFileSync(path, `${generated('old')}Save ${++saves}.\n`));
  const outcome = refresh(folder, memory);
  expect(outcome).toMatchObject({ result: 'refused', notice: expect.stringContaining('tries again') });
  expect(readFileSync(path, 'utf8')).toContain(`Save ${saves}.`);
});

it('makes no file over one that appeared meanwhile', () => {
  const folder = tempFolder();
  const path = join(folder, 'hotfix.md');
  let saves = 0;
  const memory = busyMemory(() => {
    if (++saves === 1) writeFileSync(path, 'Mine.\n');
  });
  refresh(folder, memory);
  expect(readFileSync(path, 'utf8')).toContain('Mine.');
});
