import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import { createFileLog, type FileLog, type FileLogOptions } from '../../src/adapters/file-log.ts';
import { findPlaces, type LogPlaces } from '../../src/adapters/log-places.ts';
import { handClock, newUid } from './log-kit.ts';
import { tempFolder } from './repo.ts';

export interface FileCase {
  places: LogPlaces;
  uid: string;
  /** The live file of the incident. */
  path: string;
  log: FileLog;
  clock: ReturnType<typeof handClock>;
  /** Another process's view: the same files, nothing remembered. */
  another(options?: Partial<FileLogOptions>): FileLog;
  text(): string;
  set(text: string): void;
  add(text: string): void;
}

/** A file log in a folder of its own; `root` unless told is an empty folder without git. */
export async function fileCase(
  root = tempFolder(),
  options: Partial<FileLogOptions> = {},
): Promise<FileCase> {
  const places = options.places ?? (await findPlaces(root, { stateHome: tempFolder() }));
  const clock = handClock();
  const another = (more: Partial<FileLogOptions> = {}) =>
    createFileLog({ clock, ids: systemIds, ...options, places, ...more });
  const uid = newUid();
  const path = join(places.live, uid, 'timeline.jsonl');
  return {
    ...{ places, uid, path, log: another(), another, clock },
    text: () => readFileSync(path, 'utf8'),
    set: (text) => writeFileSync(path, text),
    add: (text) => appendFileSync(path, text),
  };
}
