import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/v4';
import { Head } from '../core/head.ts';
import type { Ids } from '../ports.ts';
import { readRegular } from './atomic-file.ts';

/** Heads of all incidents as they were at some time, each with the state of its logs then; deleting the file costs time only. */
export type Kept = Map<string, { stamp: string; head: Head | null }>;

// A hash and then JSON: so it does not call itself JSON.
const FILE = 'heads';
const MAX_BYTES = 256 * 1024 * 1024;
const Stored = z.array(z.tuple([z.string(), z.string(), Head.nullable()]));

/** Nothing where the file is absent, torn or changed by anybody else. */
export function readHeads(base: string, ids: Ids): Kept {
  try {
    const text = readRegular(join(base, FILE), MAX_BYTES) ?? '';
    const cut = text.indexOf('\n');
    const body = text.slice(cut + 1);
    if (cut === -1 || text.slice(0, cut) !== ids.sha256(body)) return new Map();
    return new Map(Stored.parse(JSON.parse(body)).map(([uid, stamp, head]) => [uid, { stamp, head }]));
  } catch {
    return new Map();
  }
}

/** Whole or not at all; not flushed, since nothing depends on it. */
export function writeHeads(base: string, kept: Kept, ids: Ids): void {
  const body = JSON.stringify([...kept].map(([uid, { stamp, head }]) => [uid, stamp, head]));
  const draft = join(base, `${FILE}.${ids.nonce()}`);
  try {
    writeFileSync(draft, `${ids.sha256(body)}\n${body}`, { flag: 'wx', mode: 0o600 });
    renameSync(draft, join(base, FILE));
  } catch {
    rmSync(draft, { force: true });
  }
}
