/** One process of a crowd that refreshes one folder; the job comes on standard input, the last outcome goes out. */
import { readFileSync, writeSync } from 'node:fs';
import { createWorkspace } from '../../src/adapters/workspace.ts';
import type { RefreshRequest } from '../../src/ports.ts';

interface Job {
  root: string;
  live: string;
  folder: string;
  uid: string;
  versions: Record<string, string>[];
  rounds: number;
  mode: RefreshRequest['mode'];
}

const { root, live, folder, uid, versions, rounds, mode } = JSON.parse(readFileSync(0, 'utf8')) as Job;
const workspace = createWorkspace({ root, places: { live, fallback: live, git: true } });
let last: unknown;
for (let i = 0; i < rounds; i++) {
  for (const files of versions) {
    last = await workspace.refresh({ uid, folder, files, mode }).catch((error: unknown) => ({ error }));
  }
}
const shown = (_: string, value: unknown) =>
  value instanceof Error ? { ...value, message: value.message } : value;
writeSync(1, JSON.stringify(last, shown));
