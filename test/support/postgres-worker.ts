/**
 * One process of a crowd: appends events to an incident of a database and prints each number once it is
 * acknowledged. Arguments: url, workspace, uid, name, from, to. A call that fails is repeated with its key, as a
 * caller would.
 */
import { writeSync } from 'node:fs';
import { systemClock, systemIds } from '../../src/adapters/clock-ids.ts';
import { createPostgresLog } from '../../src/adapters/postgres/postgres-log.ts';
import { PulseError } from '../../src/core/errors.ts';
import { note, request } from './log-kit.ts';

const [url = '', workspace = '', uid = '', name = '', from = '0', to = '0'] = process.argv.slice(2);
const log = createPostgresLog({ url, workspace, clock: systemClock, ids: systemIds, statementMs: 3_000 });

for (let n = Number(from); n < Number(to); n++) {
  const key = `${name}-${n}`;
  // Some calls have no key: only the log itself can tell whether their answer was lost.
  const drafts =
    n % 10 === 0
      ? [note(`${key}a`, `${key}/0`), note(`${key}b`, `${key}/1`)]
      : [n % 10 === 5 ? note(key) : note(key, key)];
  for (;;) {
    try {
      await log.append(request(uid, ...drafts));
      break;
    } catch (error) {
      if (!(error instanceof PulseError) || error.code !== 'upstream' || n % 10 === 5) throw error;
    }
  }
  if (n % 20 === 0) await log.read(uid);
  writeSync(1, `${n}\n`);
}
await log.close();
