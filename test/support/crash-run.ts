import { readFileSync } from 'node:fs';
import { type Place, startServer, type Told } from './raw-server.ts';

/** The built server, called once, with a system call of it or of its git killed or failed. Linux with strace. */

/** What changes something on a disk. */
const CHANGING = [
  ...['openat', 'mkdir', 'mkdirat', 'write', 'pwrite64', 'writev', 'fsync', 'fdatasync', 'ftruncate'],
  ...['link', 'linkat', 'symlink', 'rename', 'renameat', 'renameat2', 'unlink', 'unlinkat', 'rmdir'],
] as const;
type SystemCall = (typeof CHANGING)[number];

/** What is done to a system call, and to which; the error leaves it undone. */
export const FAULTS = {
  killed: { inject: 'signal=KILL', of: CHANGING },
  'disk full': {
    inject: 'error=ENOSPC',
    of: [
      'openat',
      'mkdir',
      'mkdirat',
      'write',
      'pwrite64',
      'writev',
      'link',
      'linkat',
      'rename',
      'renameat2',
    ],
  },
  'disk broken': {
    inject: 'error=EIO',
    of: ['write', 'pwrite64', 'writev', 'fsync', 'fdatasync', 'ftruncate', 'rename', 'unlink'],
  },
} as const satisfies Record<string, { inject: string; of: readonly SystemCall[] }>;
export type Fault = keyof typeof FAULTS;

/** The `at`-th `call` of any process or thread of the server. */
export interface Point {
  fault: Fault;
  call: string;
  at: number;
}

/** The pipe by which Node wakes itself up is no disk, but may be hit in its place: then nothing ever goes on. */
const HANG_MS = 20_000;

/** Starts the server, makes one call, and ends it. `under` are the words in front of the command. */
export async function callOnce(
  place: Place,
  name: string,
  args: object,
  under: readonly string[] = [],
): Promise<Told> {
  const server = startServer(place, under, under.length === 0 ? undefined : HANG_MS);
  const told = await server.call(name, args);
  await server.stop();
  return told;
}

const strace = (log: string, calls: string): string[] => [
  ...['strace', '-f', '--seccomp-bpf', '-q', '-y', '-s', '0', '-o', log, '-e', `trace=${calls}`],
];

/** Makes the call with every system call that changes something written down, a line each. */
export async function traced(place: Place, name: string, args: object, log: string) {
  const told = await callOnce(place, name, args, strace(log, CHANGING.join(',')));
  return { told, lines: readFileSync(log, 'utf8').split('\n') };
}

/** Makes the call, and gives the points at which something of the place changes. */
export async function pointsOf(place: Place, name: string, args: object, log: string) {
  const { told, lines } = await traced(place, name, args, log);
  const counted = new Map<string, number>();
  const found = new Map<string, Set<number>>();
  for (const line of lines) {
    const [, thread, call = '', rest = ''] = /^(\d+) +(\w+)\((.*)$/.exec(line) ?? [];
    if (thread === undefined) continue;
    const at = (counted.get(`${thread} ${call}`) ?? 0) + 1;
    counted.set(`${thread} ${call}`, at);
    const isChange = call !== 'openat' || /O_WRONLY|O_RDWR|O_CREAT/.test(rest);
    // A folder that was opened before is named by its descriptor.
    if (!isChange || !(rest.includes(place.folder) || rest.includes('/proc/self/fd/'))) continue;
    found.set(call, (found.get(call) ?? new Set()).add(at));
  }
  const points = Object.entries(FAULTS).flatMap(([fault, { of }]) =>
    of.flatMap((call) =>
      [...(found.get(call) ?? [])].sort((a, b) => a - b).map((at) => ({ fault: fault as Fault, call, at })),
    ),
  );
  return { told, points };
}

/**
 * Makes the call with one system call killed or failed; `hit` is whether it came to that in this place: how often
 * Node wakes itself up is another number each time. It is judged either way.
 */
export async function callAt(
  place: Place,
  name: string,
  args: object,
  { fault, call, at }: Point,
  log: string,
): Promise<{ told: Told; hit: boolean }> {
  const { inject } = FAULTS[fault];
  // A signal does not come through where a filter of the kernel's picks the calls.
  const tracer = strace(log, call).filter((word) => fault !== 'killed' || word !== '--seccomp-bpf');
  const under = [...tracer, '-e', `inject=${call}:${inject}:when=${at}`];
  const told = await callOnce(place, name, args, under);
  const lines = readFileSync(log, 'utf8').split('\n');
  const isOurs = (line: string) => line.includes(place.folder) || line.includes('/proc/self/fd/');
  const hit = lines.some((line) =>
    fault === 'killed' ? line.includes('killed by SIGKILL') : line.includes('INJECTED') && isOurs(line),
  );
  return { told, hit };
}
