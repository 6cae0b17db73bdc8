import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PulseError } from '../../src/core/errors.ts';
import { parseEvent, type RecordedEvent } from '../../src/core/events.ts';
import { ulidAfter } from '../../src/core/ulid.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { createDeps } from '../../src/wire.ts';

/** What an answer says, whichever way the call went in. */
export interface Told {
  text: string;
  data: Record<string, unknown>;
  refused: boolean;
  /** `invalid_input`, `conflict`, ... of a refusal; empty otherwise. */
  code: string;
}

/** A way into the server with the clock in our hand. */
export interface Door {
  at(ms: number): void;
  call(name: string, args: Record<string, unknown>): Promise<Told>;
}

/** An empty repository with an identity that is nobody's. */
export function initRepo(root: string): void {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: root,
      stdio: 'ignore',
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    });
  git('init', '-q', '-b', 'main');
  git('config', 'user.name', 'Ana');
  git('config', 'user.email', 'ana@example.com');
}

/** The operations themselves over the real adapters in one repository: everything but the protocol. */
export async function directDoor(root: string): Promise<Door> {
  let now = 0;
  let count = 0;
  const wired = await createDeps(
    { root, actor: { name: 'replay', kind: 'agent' }, env: {} },
    {
      clock: { now: () => now },
      ids: {
        ulid: (ms, last) => {
          count += 1;
          return ulidAfter(last, ms, Uint8Array.from([0, 0, 0, 0, 0, 0, 0, count >> 16, count >> 8, count]));
        },
        sha256: (text) => createHash('sha256').update(text, 'utf8').digest('hex'),
        nonce: () => String(count).padStart(16, '0'),
      },
    },
  );
  // The folder is looked at after calls that write it at once; rewriting it after every event only costs time.
  const deps = { ...wired, pace: { soon: async () => null } };
  return {
    at: (ms) => {
      now = ms;
    },
    async call(name, args) {
      const tool = TOOLS.find((candidate) => candidate.name === name);
      if (!tool) throw new Error(`no tool ${name}`);
      try {
        const { text, data } = await callTool(tool, args, deps);
        return { text, data, refused: false, code: '' };
      } catch (error) {
        if (!(error instanceof PulseError)) throw error;
        return { text: `${error.message} ${error.hint}`, data: {}, refused: true, code: error.code };
      }
    },
  };
}

/** The documents of one incident as they lie on disk, by file name; none when there is no folder. */
export function documentsIn(root: string, label: string): Record<string, string> {
  const specs = join(root, 'specs');
  const name = (existsSync(specs) ? readdirSync(specs) : []).find((entry) => entry.startsWith(`${label}-`));
  if (name === undefined) return {};
  return Object.fromEntries(
    readdirSync(join(specs, name))
      .filter((file) => file.endsWith('.md'))
      .map((file) => [file, readFileSync(join(specs, name, file), 'utf8')]),
  );
}

/** The events of one incident, read from its live log. */
export function eventsIn(root: string, uid: string): RecordedEvent[] {
  return readFileSync(join(root, '.git', 'hotfix-pulse', uid, 'timeline.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const parsed = parseEvent(JSON.parse(line));
      if ('problem' in parsed) throw new Error(parsed.problem);
      return { ...parsed.event, live: true };
    });
}
