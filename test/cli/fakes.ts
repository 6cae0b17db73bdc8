import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod/v4';
import type { App } from '../../src/cli/app.ts';
import { runCli } from '../../src/cli/dispatch.ts';
import type { Io } from '../../src/cli/io.ts';
import { PulseError } from '../../src/core/errors.ts';
import type { EventDraft, RecordedEvent } from '../../src/core/events.ts';
import { foldIncident } from '../../src/core/incident.ts';
import { matrixOf } from '../../src/core/severity.ts';
import type { TokenEntry } from '../../src/core/team-tokens.ts';
import type { Damage } from '../../src/ports.ts';
import { type Loaded, settle } from '../../src/tools/support/load.ts';
import { type Deps, defineTool, type Tool } from '../../src/tools/tool.ts';

export const T0 = Date.parse('2026-11-20T14:00:00Z');
export const UID = '01K00000000000000000000000';
const MINUTE = 60_000;

let counter = 0;
/** One recorded event, `minutes` after T0. */
export function event(
  kind: RecordedEvent['kind'],
  minutes: number,
  change: Partial<Omit<EventDraft, 'kind'>> & { id?: string; live?: boolean; by?: RecordedEvent['by'] } = {},
): RecordedEvent {
  counter += 1;
  const at = new Date(T0 + minutes * MINUTE).toISOString();
  return {
    ...{ v: 1, id: `01K1${String(counter).padStart(22, '0')}`, incident: UID, kind, at, recorded_at: at },
    ...{ at_source: 'observed', by: { name: 'Ana', kind: 'human' }, text: '', data: {}, evidence: [] },
    ...{ basis: 'stated', input_hash: '', writer: 'w', seq: counter, prev: null, live: true },
    ...change,
  } as RecordedEvent;
}

export const opened = (title = 'Users cannot log in') =>
  event('opened', 0, {
    text: title,
    data: { number: 1, slug: 'users-cannot-log-in', title, description: title },
  });
export const severity = (to: 'P0' | 'P1', minutes = 0) =>
  event('severity_changed', minutes, { text: `Severity ${to}`, data: { to, confirmed: true } });

/** Text that the sinks were given, and switches for what a terminal would do. */
export interface FakeIo extends Io {
  written: { stdout: string; stderr: string };
  asked: string[];
  interrupt(): void;
  clock: { ms: number };
  slept: number[];
}

export interface FakeOptions {
  /** A real folder, for commands that write a file. */
  cwd?: string;
  tty?: boolean | { stdin?: boolean; stdout?: boolean; stderr?: boolean };
  env?: Record<string, string>;
  stdin?: Uint8Array | string;
  files?: Record<string, Uint8Array | string>;
  answer?: string;
  onSleep?: (count: number) => void;
}

export function fakeIo(options: FakeOptions = {}): FakeIo {
  const { tty = false } = options;
  const isTTY = (name: 'stdin' | 'stdout' | 'stderr') =>
    typeof tty === 'boolean' ? tty : (tty[name] ?? false);
  const written = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    isTTY: isTTY(name),
    write: (text: string) => {
      written[name] += text;
    },
  });
  const handlers = new Set<() => void>();
  const clock = { ms: T0 };
  const slept: number[] = [];
  const asked: string[] = [];
  return {
    ...{ written, asked, clock, slept },
    interrupt: () => {
      for (const handler of handlers) handler();
    },
    env: options.env ?? {},
    cwd: options.cwd ?? '/repo',
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    stdin: { isTTY: isTTY('stdin'), chunks: () => pieces(options.stdin ?? '') },
    file(path) {
      const content = options.files?.[path];
      if (content === undefined) throw Object.assign(new Error(`open '${path}'`), { code: 'ENOENT' });
      return pieces(content);
    },
    /** Where a test gave it a real folder it is written; `/repo` is none. */
    async newFile(path, text) {
      if (existsSync(this.cwd ?? '')) await writeFile(resolve(this.cwd ?? '', path), text, { flag: 'wx' });
    },
    async ask(question) {
      asked.push(question);
      return options.answer ?? '';
    },
    osUser: () => 'os-ana',
    now: () => clock.ms,
    async sleep(ms, signal) {
      slept.push(ms);
      clock.ms += ms;
      if (slept.length > 100) throw new Error('the watch does not end');
      options.onSleep?.(slept.length);
      if (signal.aborted) return;
    },
    onInterrupt(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  };
}

async function* pieces(content: Uint8Array | string): AsyncIterable<Uint8Array> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

/** A tool with one member of every type. */
export const sample = defineTool({
  name: 'sample_tool',
  title: 'Take a sample',
  effect: 'local',
  description: 'Takes one of everything.',
  input: z.strictObject({
    text: z.string().describe('One past-tense fact'),
    incident: z.string().optional(),
    kind: z.enum(['noted', 'resolved', 'deployed', 'linked']).optional().describe('Default noted'),
    started_at: z.string().optional(),
    evidence: z.array(z.string()).optional(),
    limit: z.int().min(1).optional(),
    rate: z.union([z.number(), z.string()]).optional(),
    drill: z.boolean().optional(),
    repo: z.string().optional(),
  }),
  output: z.object({ got: z.unknown() }),
  run: async (input) => ({
    text: `ran\n! careful\nNext: go on`,
    data: { got: input },
    warnings: ['careful'],
  }),
});

export interface World {
  /** Events by incident uid; a test changes them between two looks. */
  incidents: Map<string, RecordedEvent[]>;
  damage: Damage[];
  gitUser: string | null;
  /** What every operation, purge and wiring was called with. */
  calls: unknown[];
  actors: Deps['actor'][];
  roots: unknown[];
  fail: unknown;
  loadFails: number;
  tokens: TokenEntry[];
}

export function fakeWorld(events: RecordedEvent[] = []): World {
  const incidents = new Map(events.length > 0 ? [[UID, events]] : []);
  return {
    incidents,
    damage: [],
    gitUser: 'Ana Git',
    calls: [],
    actors: [],
    roots: [],
    fail: null,
    loadFails: 0,
    tokens: [],
  };
}

export function fakeApp(world: World, io: FakeIo, tools: readonly Tool[] = [sample]): App {
  const unused = (): never => {
    throw new Error('not used by the command line');
  };
  const deps = (actor: Deps['actor']): Deps => ({
    log: {
      append: unused,
      read: async (uid) => ({ uid, events: world.incidents.get(uid) ?? [], damage: [] }),
      lines: async () => '',
      uids: async () => [...world.incidents.keys()],
      withNumbering: unused,
      putBlob: unused,
      archive: unused,
      verify: async () => world.damage,
      async purge(uid, id, by, reason) {
        world.calls.push({ purge: id, by, reason });
        const stone = event('purged', 5, { data: { event: id, reason } });
        world.incidents.set(uid, [...(world.incidents.get(uid) ?? []), stone]);
        return stone;
      },
      notices: () => ['the record is kept in the fallback folder'],
    },
    workspace: {
      root: '/repo',
      read: async (path) => ({ path, state: 'tracked', files: {} }),
      document: unused,
      refresh: async () => ({ files: [], notices: [] }),
      repoFile: async () => ({ state: 'absent' }),
      writeExtra: unused,
      lastGenerated: unused,
    },
    git: { facts: async () => ({ user: world.gitUser, branch: null }) },
    clock: { now: () => io.clock.ms },
    ids: { ulid: unused, sha256: unused, nonce: unused },
    pace: { soon: async (_key, work) => work() },
    settings: {
      ...{ matrix: matrixOf('default'), stability_h: 24, runbook_folder: 'docs/runbooks' },
      postmortem: { preset: 'default', template: null, fault: null },
    },
    templates: { render: unused },
    search: { rank: unused },
    actor,
    redact: (text) => ({ text, removed: [] }),
  });
  const loadAll = async (from: Deps): Promise<Loaded[]> => {
    if (world.loadFails-- > 0) throw new Error('cannot read');
    return [...world.incidents].map(([uid, events]) =>
      settle(foldIncident(uid, events), [...world.damage], from),
    );
  };
  const loadIncident: App['loadIncident'] = async (ref, from) => {
    const all = await loadAll(from);
    const found = all.find(
      ({ incident }) => ref === undefined || ref === incident.label || ref === incident.uid,
    );
    if (!found) throw new PulseError('not_found', 'no incident has that id', 'open: none');
    return found;
  };
  return {
    ...{ version: '1.2.3', tools, loadAll, loadIncident },
    async callTool(tool, args, from) {
      if (world.fail !== null) throw world.fail;
      world.calls.push(args);
      world.actors.push(from.actor);
      return tool.run(args as Record<string, unknown>, from);
    },
    documentsOf: async () => ({ files: { 'hotfix.md': '# Hotfix\x1b[2J\n', 'tasks.md': '# Tasks\n' } }),
    publishIncident: async () => ({
      text: 'Published specs/x. To share it:\n  git add -- specs/x',
      data: { folder: 'specs/x' },
      warnings: [],
    }),
    writeExport: (_folder, files) => Object.keys(files).map((path) => ({ path, result: 'written' })),
    importIncident: async () => ({ text: 'Took over', data: {}, warnings: [] }),
    async refreshFolder(_loaded, _deps, mode) {
      world.calls.push({ refresh: mode });
      return [];
    },
    archiveIncident: async () => [],
    async serveHub(options) {
      world.calls.push({ serve: options });
    },
    async serveBoard({ show, ...options }) {
      world.calls.push({ board: options });
      show('http://127.0.0.1:1/board/open?key=x');
    },
    async openTokens() {
      return {
        workspace: 'local',
        tokens: {
          read: async () => world.tokens,
          append: async (entry) => void world.tokens.push(entry),
        },
      };
    },
    async createSampleRepo(into) {
      world.calls.push({ sample: into });
      return into ?? '/tmp/drill';
    },
    async findRoot(from) {
      world.roots.push(from);
      return from.cwd === null ? null : '/repo';
    },
    createDeps: async ({ actor }) =>
      deps(
        actor.kind === 'agent' && world.gitUser !== null ? { ...actor, on_behalf_of: world.gitUser } : actor,
      ),
  };
}

/** Runs one command line against a world; gives everything there is to see. */
export async function run(
  argv: string[],
  world: World = fakeWorld(),
  options: FakeOptions = {},
  tools?: readonly Tool[],
) {
  const io = fakeIo(options);
  const code = await runCli(argv, io, fakeApp(world, io, tools));
  return { code, stdout: io.written.stdout, stderr: io.written.stderr, io, world };
}
