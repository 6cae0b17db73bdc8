// The servers of a run: ours, the floor, and peers from npm where bench/peers has put them.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnv } from './client.mjs';

const ECHO = fileURLToPath(new URL('echo.mjs', import.meta.url));
const PEERS =
  process.env.HOTFIX_PULSE_PEERS ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'hotfix-pulse-ci', 'peers');

/** The length of what an agent usually records. */
export const sampleText = (n) =>
  `Sample ${n}: error rate of checkout in eu-west at ${(n % 90) + 10} per cent, p95 latency 2.4 s, 3 of 12 hosts out`;

/** Peers: where their program lies, and a call that writes, where one can be compared with ours. */
const PEER_TABLE = [
  {
    name: 'server-memory',
    main: 'memory/node_modules/@modelcontextprotocol/server-memory/dist/index.js',
    env: (folder) => ({ MEMORY_FILE_PATH: join(folder, 'memory.jsonl') }),
    calls: [
      {
        tool: 'create_entities',
        args: (n) => ({
          entities: [{ name: `sample-${n}`, entityType: 'observation', observations: [sampleText(n)] }],
        }),
      },
    ],
  },
  {
    name: 'ohno-mcp',
    main: 'ohno/node_modules/@stevestomp/ohno-mcp/dist/index.js',
    env: (folder) => ({ OHNO_DB_PATH: join(folder, 'tasks.db') }),
    calls: [{ tool: 'create_task', args: (n) => ({ title: sampleText(n) }) }],
  },
  { name: 'playwright', main: 'playwright/node_modules/@playwright/mcp/cli.js', calls: [] },
];

/** Each subject works in empty git repositories of its own below `home`. */
function subject(home, name, command, { env = () => ({}), ...rest }) {
  let made = 0;
  return {
    name,
    ...rest,
    /** What a start needs, with a folder that no other start has. */
    place() {
      const folder = join(home, `${name}-${made++}`);
      mkdirSync(folder);
      execFileSync('git', ['init', '-q', '.'], { cwd: folder });
      return { command: command(folder), cwd: folder, env: { ...cleanEnv(home), ...env(folder) } };
    },
  };
}

const INCIDENT = 'hotfix-001';

/** @param server path of the built hotfix-pulse.js */
export function subjects(home, server, wantPeers) {
  const node = process.execPath;
  const echo = subject(home, 'echo', () => [node, ECHO], {
    firstCall: { tool: 'echo', args: {} },
    calls: [{ tool: 'echo', args: (n) => ({ incident: INCIDENT, text: sampleText(n) }) }],
  });
  const durableEcho = subject(home, 'echo with flush', (folder) => [node, ECHO, join(folder, 'lines')], {
    calls: [],
  });
  const ours = subject(home, 'hotfix-pulse', () => [node, server, 'mcp'], {
    firstCall: { tool: 'list_incidents', args: {} },
    setup: { tool: 'create_hotfix_task', args: { description: 'Checkout answers 502 for most customers' } },
    calls: [
      { tool: 'record_timeline_event', args: (n) => ({ incident: INCIDENT, text: sampleText(n) }) },
      { tool: 'get_incident', args: () => ({ incident: INCIDENT }) },
    ],
  });
  const peers = (wantPeers ? PEER_TABLE : []).map(({ name, main, ...rest }) => ({
    main: join(PEERS, main),
    peer: subject(home, name, () => [node, join(PEERS, main)], rest),
  }));
  return {
    ...{ echo, durableEcho, ours },
    peers: peers.filter(({ main }) => existsSync(main)).map(({ peer }) => peer),
    absent: peers.filter(({ main }) => !existsSync(main)).map(({ peer }) => peer.name),
  };
}
