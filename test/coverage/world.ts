import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../src/cli/dispatch.ts';
import { type DocumentView, viewOf } from '../../src/core/documents/view.ts';
import type { Incident } from '../../src/core/incident.ts';
import { type Matrix, type PresetName, rowOf } from '../../src/core/severity.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { archiveIncident } from '../../src/tools/support/archive.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { PRINTS } from '../../src/tools/support/completion.ts';
import { documentsOf, publishIncident, refreshFolder } from '../../src/tools/support/documents.ts';
import { importIncident } from '../../src/tools/support/import-incident.ts';
import { loadAll, loadIncident } from '../../src/tools/support/load.ts';
import { createDeps, createSampleRepo, type WiredDeps, writeExport } from '../../src/wire.ts';
import { fakeIo } from '../cli/fakes.ts';
import { git } from '../support/repo.ts';
import { type Moment, STORY, TIMES } from './story.ts';

const CHECKOUT = join(import.meta.dirname, '../..');

export type Answered = Awaited<ReturnType<typeof callTool>>;

/** Everything that the product says at one moment of the story. */
export interface Snapshot {
  nowMs: number;
  incident: Incident;
  view: DocumentView;
  /** Documents by file name, `timeline`, and what is printed on demand: completion, checklist, pre-deploy. */
  files: Record<string, string>;
  /** `get_incident`. */
  standing: Answered;
  /** What the call that made this moment answered. */
  answer: Answered;
}

/** A repository under one preset in which a whole incident was played through the operations. */
export interface World {
  preset: PresetName;
  matrix: Matrix;
  root: string;
  deps: WiredDeps;
  uid: string;
  moment(name: Moment): Snapshot;
  /** What a step of the story answered that keeps its answer, such as a draft. */
  answer(name: string): Answered;
  /** Another call, at the end of the story unless `at` says when. */
  call(tool: string, args?: Record<string, unknown>, at?: string): Promise<Answered>;
  /** A command line of the same repository; gives what it prints, and throws when it refuses. */
  cli(...argv: string[]): Promise<string>;
  /** Opens a second incident at the end of the story; gives its uid. */
  another(description: string, more?: Record<string, unknown>): Promise<string>;
  /** One such incident for everybody, about which nothing else is known. */
  bare(): Promise<string>;
  /** A text of the pack as it ships, by its path in the checkout; line breaks become spaces. */
  text(path: string): string;
  remove(): void;
}

export async function playWorld(preset: PresetName): Promise<World> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'hotfix-pulse-coverage-')));
  git(root, ['init', '-q', '-b', 'main']);
  writeFileSync(join(root, 'hotfix-pulse.config.json'), JSON.stringify({ severity: { preset } }));
  let now = Date.parse(TIMES.opened);
  const actor = { name: 'test-agent', kind: 'agent', on_behalf_of: 'Ana' } as const;
  const deps = await createDeps({ root, actor, env: {} }, { clock: { now: () => now } });
  const cli = cliOf(deps);
  const call = async (tool: string, args: Record<string, unknown> = {}): Promise<Answered> => {
    if (tool === 'cli')
      return { text: await cli(args.argv as string[]), data: { uid: args.incident }, warnings: [] };
    const found = TOOLS.find(({ name }) => name === tool);
    if (!found) throw new Error(`${tool} is not a tool`);
    return callTool(found, args, deps);
  };
  const kept = new Map<Moment, Snapshot>();
  let uid = '';
  const answers = new Map<string, Answered>();
  for (const { at, tool, args, moment, as } of STORY) {
    now = Date.parse(at);
    const answer = await call(tool, uid === '' ? args : { incident: uid, ...args });
    uid = String(answer.data.uid);
    if (as !== undefined) answers.set(as, answer);
    if (moment !== undefined) kept.set(moment, await snapshot(deps, call, answer));
  }
  let more = 0;
  const another: World['another'] = async (description, given = {}) => {
    more += 1;
    const args = { description: `${description} (${more})`, new: true, ...given };
    return String((await call('create_hotfix_task', args)).data.uid);
  };
  let bare: Promise<string> | undefined;
  return {
    ...{ preset, root, deps, uid, matrix: deps.settings.matrix },
    moment(name) {
      const found = kept.get(name);
      if (!found) throw new Error(`the story has no moment ${name}`);
      return found;
    },
    answer(name) {
      const found = answers.get(name);
      if (!found) throw new Error(`the story keeps no answer ${name}`);
      return found;
    },
    call(tool, args, at) {
      if (at !== undefined) now = Date.parse(at);
      return call(tool, args);
    },
    another,
    bare: () => {
      bare = bare ?? another('Something is broken');
      return bare;
    },
    text: (path) => readFileSync(join(CHECKOUT, path), 'utf8').replace(/\s+/g, ' '),
    cli: (...argv) => cli(argv),
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** The command line door, in this process, on the same repository. */
function cliOf(deps: WiredDeps): (argv: readonly string[]) => Promise<string> {
  return async (argv) => {
    const io = fakeIo();
    const code = await runCli(argv, io, {
      ...{ version: '0.0.0', tools: TOOLS, callTool, loadIncident, loadAll },
      ...{
        documentsOf,
        publishIncident,
        importIncident,
        refreshFolder,
        archiveIncident,
        createSampleRepo,
        writeExport,
      },
      findRoot: () => Promise.resolve(deps.workspace.root),
      createDeps: () => Promise.resolve(deps),
      serveHub: () => Promise.reject(new Error('no document asks for a hub')),
      openTokens: () => Promise.reject(new Error('no document asks for a token')),
      serveBoard: () => Promise.reject(new Error('no document asks for a board')),
    });
    if (code !== 0) throw new Error(`${argv.join(' ')}: exit code ${code}\n${io.written.stderr}`);
    return `${io.written.stdout}${io.written.stderr}`;
  };
}

async function snapshot(
  deps: WiredDeps,
  call: (tool: string, args?: Record<string, unknown>) => Promise<Answered>,
  answer: Answered,
): Promise<Snapshot> {
  const uid = String(answer.data.uid);
  const loaded = await loadIncident(uid, deps);
  const { incident } = loaded;
  const nowMs = deps.clock.now();
  const row = incident.severity && rowOf(deps.settings.matrix, incident.severity.level);
  const view = viewOf(incident, { nowMs, row, settings: deps.settings });
  const { files } = await documentsOf(uid, deps);
  for (const [name, print] of Object.entries(PRINTS)) files[name] = await print(loaded, deps);
  return { nowMs, incident, view, files, answer, standing: await call('get_incident', { incident: uid }) };
}
