/** Takes the lock named by the first argument, says so, and holds it until it is killed. */
import { writeSync } from 'node:fs';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import { takePidLock } from '../../src/adapters/pid-lock.ts';

await takePidLock(process.argv[2] ?? '', { nonce: systemIds.nonce() });
writeSync(1, 'held\n');
setInterval(() => {}, 1000);
