/** One process of a crowd that refreshes one folder; the job comes on standard input. */
import { readFileSync } from 'node:fs';
import { createWorkspace } from '../../src/adapters/workspace.ts';

const { root, live, folder, uid, versions, rounds } = JSON.parse(readFileSync(0, 'utf8')) as {
  root: string;
  live: string;
  folder: string;
  uid: string;
  versions: Record<string, string>[];
  rounds: number;
};
const workspace = createWorkspace({ root, places: { live, fallback: live, git: true } });
for (let i = 0; i < rounds; i++) {
  for (const files of versions) await workspace.refresh({ uid, folder, files, mode: 'refresh' });
}
