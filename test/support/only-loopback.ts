import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

/** Set-up of every suite: whatever a test or a process of it does, no other machine is reached, and trying fails the file. */
const guard = fileURLToPath(new URL('loopback-guard.cjs', import.meta.url));
/** Made by whoever tries, so a file whose tests are all skipped leaves nothing behind. */
const report = join(tmpdir(), `hotfix-pulse-net-${randomUUID()}.txt`);

process.env.HOTFIX_PULSE_NET_REPORT = report;
const options = process.env.NODE_OPTIONS ?? '';
if (!options.includes('loopback-guard')) {
  process.env.NODE_OPTIONS = `${options} --require ${JSON.stringify(guard)}`.trim();
}
// Programs that are not Node, such as git, end at a port of this machine where nobody listens.
Object.assign(process.env, {
  http_proxy: 'http://127.0.0.1:9',
  https_proxy: 'http://127.0.0.1:9',
  no_proxy: 'localhost,127.0.0.1,::1',
});
createRequire(import.meta.url)(guard);

afterAll(() => {
  const reached = existsSync(report) ? readFileSync(report, 'utf8') : '';
  rmSync(report, { force: true });
  if (reached !== '') throw new Error(`a test tried to reach another machine:\n${reached}`);
});
