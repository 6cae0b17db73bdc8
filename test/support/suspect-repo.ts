import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import findSuspectChanges from '../../src/tools/find-suspect-changes.ts';
import { callTool } from '../../src/tools/support/call.ts';
import type { Deps } from '../../src/tools/tool.ts';
import { createDeps } from '../../src/wire.ts';
import { handClock } from './log-kit.ts';
import { tempRepo } from './repo.ts';

export const DAY = 24 * 3_600_000;
/** When the harm begins in these stories. */
export const HARM = Date.parse('2026-03-10T12:00:00Z');

export interface Story {
  root: string;
  git(...args: string[]): string;
  /** Writes files (null deletes one) and commits them at a time. */
  commit(at: number, message: string, files: Readonly<Record<string, string | null>>): string;
  head(): string;
  deps: Deps;
  open(description?: string): Promise<string>;
  find(args?: Record<string, unknown>, deps?: Deps): Promise<Found>;
}

export interface Found {
  text: string;
  warnings: string[];
  suspects: { commit: string; score: number; reasons: string[]; revertable: string; author_role: string }[];
  range: {
    good: string | null;
    bad: string;
    basis: string;
    name: string | null;
    changes: number;
    depth: string;
  } | null;
  compare: string | null;
  event: string | null;
  bisect: {
    outcome: string;
    commit: string | null;
    candidates: string[];
    runs: number;
    event: string | null;
    untrusted: { output: string };
  } | null;
  job: { id: string; state: string; note: string } | null;
}

/** A real repository with its own clock, and the operation on it. */
export async function suspectStory(env: Readonly<Record<string, string | undefined>> = {}): Promise<Story> {
  const { root } = tempRepo();
  const clock = handClock(HARM + 20 * 60_000);
  let now = HARM - 10 * DAY;
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'protocol.file.allow=always', ...args], {
      cwd: root,
      env: {
        ...process.env,
        GIT_COMMITTER_DATE: `@${now / 1000} +0000`,
        GIT_AUTHOR_DATE: `@${now / 1000} +0000`,
      },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  const passed = { PATH: process.env.PATH, HOME: process.env.HOME, ...env };
  const story: Story = {
    root,
    git,
    head: () => git('rev-parse', 'HEAD'),
    commit(at, message, files) {
      now = at;
      for (const [name, text] of Object.entries(files)) {
        const path = join(root, name);
        if (text === null) rmSync(path);
        else {
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, text);
        }
      }
      git('add', '-A', '--', ...Object.keys(files));
      git('commit', '-q', '--allow-empty', '-m', message);
      return story.head();
    },
    deps: await createDeps(
      { root, actor: { kind: 'agent', name: 'tester' }, env: passed },
      { clock, ids: systemIds },
    ),
    async open(description = 'Something answers 500') {
      const args = { description, started_at: new Date(HARM).toISOString() };
      const { data } = await callTool(createHotfixTask, args, story.deps);
      return String(data.uid);
    },
    async find(args = {}, deps = story.deps) {
      const { text, data, warnings } = await callTool(findSuspectChanges, args, deps);
      return { ...(data as unknown as Found), text, warnings };
    },
  };
  return story;
}

/** A hash of everything of the user's that must stay as it is: files, index, refs, stash, worktrees, objects. */
export function fingerprint(root: string): string {
  const hash = createHash('sha256');
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' },
    });
  const gitDir = git('rev-parse', '--absolute-git-dir').trim();
  const common = join(root, git('rev-parse', '--git-common-dir').trim());
  hash.update(
    git('rev-parse', 'HEAD') +
      git('for-each-ref') +
      git('stash', 'list') +
      git('worktree', 'list', '--porcelain'),
  );
  hash.update(git('status', '--porcelain=v2', '--branch', '-z'));
  for (const name of ['index', 'HEAD']) hash.update(readFileSync(join(gitDir, name)));
  hash.update(readFileSync(join(gitDir === common ? gitDir : gitDir, 'HEAD')));
  for (const file of filesBelow(root, root)) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** Names of all objects: a search must not add one. */
export function objectNames(root: string): string {
  const all = ['cat-file', '--batch-check', '--batch-all-objects', '--unordered'];
  return execFileSync('git', all, { cwd: root, encoding: 'utf8' }).split('\n').sort().join('\n');
}

function filesBelow(folder: string, root: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      // The incident's own folder is written again by every operation.
      if (entry.name === '.git' || path === join(root, 'specs')) return [];
      return entry.isDirectory()
        ? filesBelow(path, root)
        : entry.isFile()
          ? [path.slice(root.length + 1)]
          : [];
    })
    .sort();
}
