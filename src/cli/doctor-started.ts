import type { DoctorCheck } from '../core/doctor.ts';
import { oneLine } from '../core/untrusted.ts';
import type { Host, Scope } from '../install/host.ts';
import type { Handshake } from './doctor-handshake.ts';

export interface Expected {
  host: Host;
  scope: Scope;
  /** Who waits how long for a start. */
  limit: { ms: number; who: string };
  /** The command that puts the entry right. */
  again: string;
  /** The program may have had to be fetched. */
  isFetched: boolean;
  /** When we gave up. */
  timeoutMs: number;
  version: string;
  tools: readonly string[];
}

type Verdict = Pick<DoctorCheck, 'id' | 'state' | 'seen' | 'todo' | 'ms' | 'printed'>;

const MOST_LINES = 5;
const INSTEAD_OF_NPX =
  'See that npx can reach the registry, or do without it: npm install --save-dev hotfix-pulse, then';

/** The end of a program's output as a person may see it: redacted, without control characters, a few lines. */
function shown(text: string, redact: (text: string) => string): string {
  const lines = redact(text)
    .split(/\r\n|\r|\n/)
    .map((line) => oneLine(line, 200))
    .filter((line) => line !== '' && !line.startsWith('npm notice'));
  return lines.slice(-MOST_LINES).join('\n');
}

const seconds = (ms: number): string => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`);

/** What a handshake says about an entry, for the agent that has it. */
export function startedCheck(
  shaken: Handshake,
  expected: Expected,
  redact: (text: string) => string,
): Verdict {
  const { host, scope, again } = expected;
  const who = `${host.label}, ${scope} scope`;
  const { ms } = shaken;
  const mend = expected.isFetched ? `${INSTEAD_OF_NPX}: ${again}` : again;
  const fail = (what: string, todo: string): Verdict => {
    const printed = shown(shaken.printed, redact);
    const base = { id: 'entry_starts', state: 'fail', seen: `${who}: ${what}`, todo, ms } as const;
    return printed === '' ? base : { ...base, printed };
  };
  switch (shaken.ended) {
    case 'no_program':
      return fail('the program that its entry starts was not found', again);
    case 'could_not_start':
      return fail('the program that its entry starts could not be started', again);
    case 'exited':
      return fail(`what its entry starts ended with code ${shaken.code} before it answered`, mend);
    case 'killed':
      return fail('what its entry starts was killed before it answered', mend);
    case 'time_limit':
      return fail(`what its entry starts did not answer within ${seconds(expected.timeoutMs)}`, mend);
    case 'garbled':
      return fail('what its entry starts prints something on standard output that is no MCP message', again);
    case 'refused':
      return fail('what its entry starts refused to say what it is or which tools it has', again);
    case 'stopped':
      return {
        id: 'entry_starts',
        state: 'skipped',
        seen: `${who}: not started to its end: you stopped it`,
        todo: '',
      };
    case 'done':
      return shaken.isOurs
        ? { ...answered(shaken, expected, who, again), ms }
        : fail('something that is not hotfix-pulse answers under its name', again);
  }
}

function answered(
  { version, tools, ms }: Handshake,
  { limit, version: ours, tools: known }: Expected,
  who: string,
  again: string,
): Verdict {
  const id = 'entry_starts';
  const seen = `${who}: starts hotfix-pulse ${version ?? '(of no known version)'} with ${tools.length} tools in ${seconds(ms)}`;
  if (version !== ours) {
    const todo = `${again} brings the entry to ${ours}; or run the doctor of the version that is wanted.`;
    return { id, state: 'warn', seen: `${seen}; this program is ${ours}`, todo };
  }
  const lacking = known.filter((name) => !tools.includes(name));
  if (lacking.length > 0) {
    return { id, state: 'fail', seen: `${seen}; ${lacking.length} tools are missing`, todo: again };
  }
  if (ms > limit.ms) {
    const todo =
      'Start an installed copy instead of fetching one (--scope user), and look for what slows the machine down; then run doctor again.';
    return { id, state: 'warn', seen: `${seen}, and ${limit.who} waits ${seconds(limit.ms)}`, todo };
  }
  return { id, state: 'ok', seen, todo: '' };
}
