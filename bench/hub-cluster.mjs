// A PostgreSQL of its own for one run, with the server's own settings for durability: an acknowledged insert is on disk.
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const DEBIAN = '/usr/lib/postgresql';
const ROLE = 'pulse';

/** `{ url, version, stop() }` of an empty database that belongs to a plain role. Root starts it as the user postgres. */
export async function startCluster() {
  const bin = binaries();
  const folder = mkdtempSync(join(tmpdir(), 'hotfix-pulse-bench-pg-'));
  const data = join(folder, 'data');
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  const isRoot = process.getuid() === 0;
  if (isRoot) chownSync(folder, id('-u'), id('-g'));
  const as = isRoot ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  const run = (program, ...args) => {
    const [first, ...rest] = [...as, join(bin, program), ...args];
    return execFileSync(first, rest, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    const port = await freePort();
    const settings = `-c listen_addresses=127.0.0.1 -p ${port} -k ${folder}`;
    run('initdb', '-D', data, '-U', 'admin', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N');
    run('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', settings, 'start');
    const ask = (sql) =>
      run('psql', '-h', folder, '-p', `${port}`, '-U', 'admin', '-d', 'postgres', '-c', sql);
    ask(`create role ${ROLE} login`);
    ask(`create database ${ROLE} owner ${ROLE}`);
    return {
      url: `postgres://${ROLE}@127.0.0.1:${port}/${ROLE}`,
      stop() {
        run('pg_ctl', '-D', data, '-w', '-m', 'immediate', 'stop');
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Debian keeps the server's programs out of the search path. */
function binaries() {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions
    .map((version) => join(DEBIAN, version, 'bin'))
    .find((path) => existsSync(join(path, 'initdb')));
  return found ?? dirname(execFileSync('which', ['initdb'], { encoding: 'utf8' }).trim());
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}
