/**
 * One process of a crowd. `append <root> <uid> <name> <from> <to>` appends events and prints each number once it
 * is acknowledged; `open <root>` opens an incident under the numbering lock and prints its number.
 */
import { writeSync } from 'node:fs';
import { systemClock, systemIds } from '../../src/adapters/clock-ids.ts';
import { createFileLog } from '../../src/adapters/file-log.ts';
import { findPlaces } from '../../src/adapters/log-places.ts';
import { newUid, note, opened, request } from './log-kit.ts';

const [mode, root = '', uid = '', name = '', from = '0', to = '0'] = process.argv.slice(2);
const log = createFileLog({ places: await findPlaces(root), clock: systemClock, ids: systemIds });

if (mode === 'open') {
  const number = await log.withNumbering(async (highest) => {
    await log.append(request(newUid(systemClock.now()), opened(highest + 1)));
    return highest + 1;
  });
  writeSync(1, `${number}\n`);
}

if (mode === 'append') {
  for (let n = Number(from); n < Number(to); n++) {
    const key = `${name}-${n}`;
    const drafts =
      n % 10 === 0 ? [note(`${key}a`, `${key}/0`), note(`${key}b`, `${key}/1`)] : [note(key, key)];
    await log.append(request(uid, ...drafts));
    if (n % 20 === 0) await log.read(uid);
    writeSync(1, `${n}\n`);
  }
}
