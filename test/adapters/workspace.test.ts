import { spawn } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { takePidLock } from '../../src/adapters/pid-lock.ts';
import { createWorkspace } from '../../src/adapters/workspace.ts';
import { renderAll } from '../../src/core/documents/documents.ts';
import type { RecordedEvent } from '../../src/core/events.ts';
import type { RefreshRequest, Workspace } from '../../src/ports.ts';
import { bundle } from '../support/bundle.ts';
import { type TempRepo, tempFolder, tempRepo } from '../support/repo.ts';
import { openedOnly, SAMPLE_UID, sampleEvents, sampleOf } from '../support/sample-incident.ts';

const FOLDER = 'specs/hotfix-001-users-cant-login';

function filesOf(events: readonly RecordedEvent[]): Record<string, string> {
  const { incident, view } = sampleOf(events);
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  return { ...renderAll(incident, view), 'timeline.jsonl': lines };
}
const EARLY = filesOf(openedOnly());
const LATER = filesOf(sampleEvents().slice(0, 12));

let repo: TempRepo;
let workspace: Workspace;
let state: string;
const at = (...names: string[]) => join(repo.root, FOLDER, ...names);
const text = (name: string) => readFileSync(at(name), 'utf8');
const refresh = (mode: RefreshRequest['mode'], files = EARLY, folder = FOLDER) =>
  workspace.refresh({ uid: SAMPLE_UID, folder, files, mode });
const results = async (...args: Parameters<typeof refresh>) =>
  Object.fromEntries(
    (await refresh(...args)).files.map(({ path, result }) => [path.split('/').at(-1), result]),
  );
const saved = () => (existsSync(join(state, 'saved')) ? readdirSync(join(state, 'saved')).sort() : []);
const status = () => repo.git(['status', '--porcelain', '--untracked-files=all']);

function open(root: string, live: string): Workspace {
  state = join(live, SAMPLE_UID);
  mkdirSync(state, { recursive: true });
  return createWorkspace({
    root,
    places: { live, fallback: join(root, '..', `${SAMPLE_UID}-fallback`), git: true },
  });
}

beforeEach(() => {
  repo = tempRepo({ commits: 1 });
  workspace = open(repo.root, join(repo.root, '.git', 'hotfix-pulse'));
});

const ALL = (result: string, files = EARLY) =>
  Object.fromEntries(Object.keys(files).map((name) => [name, result]));

describe('a private folder', () => {
  it('is made, hidden from git, and refreshed', async () => {
    expect(await results('create')).toEqual(ALL('written'));
    expect(readdirSync(at()).sort()).toEqual([
      '.gitattributes',
      '.gitignore',
      'hotfix.md',
      'tasks.md',
      'timeline.jsonl',
    ]);
    expect(readFileSync(at('.gitignore'), 'utf8')).toBe('*\n');
    expect(readFileSync(at('.gitattributes'), 'utf8')).toBe(
      'timeline.jsonl -text merge=union\n*.ics -text\n',
    );
    expect(status()).toBe('');
    expect((await workspace.read(FOLDER)).state).toBe('private');
    expect(await results('refresh')).toEqual(ALL('unchanged'));
    expect(await results('refresh', LATER)).toEqual(ALL('written'));
    expect((await workspace.read(FOLDER)).files).toEqual(LATER);
    expect(await workspace.lastGenerated(SAMPLE_UID, 'tasks.md')).toBe(LATER['tasks.md']);
  });

  it('takes in a document that did not exist before', async () => {
    await refresh('create');
    const files = filesOf(sampleEvents());
    expect(await results('refresh', files)).toMatchObject({
      'post-mortem.md': 'written',
      'hotfix.md': 'written',
    });
  });

  it('cannot stop a checkout that brings the same files, and the prose is not lost with it', async () => {
    repo.git(['checkout', '-q', '-b', 'other']);
    mkdirSync(at(), { recursive: true });
    repo.commit(`${FOLDER}/hotfix.md`, 'from the other branch\n');
    repo.git(['checkout', '-q', 'main']);
    await refresh('create');
    writeFileSync(at('hotfix.md'), `${text('hotfix.md')}My notes.\n`);
    await refresh('refresh', LATER);
    repo.git(['checkout', '-q', 'other']);
    expect(text('hotfix.md')).toBe('from the other branch\n');
    expect(saved()).toEqual(['hotfix.md.1']);
    expect(readFileSync(join(state, 'saved', 'hotfix.md.1'), 'utf8')).toContain('My notes.');
  });

  it('is not made again by a refresh once it is gone', async () => {
    await refresh('create');
    rmSync(at(), { recursive: true });
    const outcome = await refresh('refresh', LATER);
    expect(outcome.files.map((file) => file.result)).toEqual(['absent', 'absent', 'absent']);
    expect(outcome.notices.join()).toContain('hotfix-pulse publish');
    expect(existsSync(at())).toBe(false);
    expect(await results('create', LATER)).toEqual(ALL('written'));
  });

  it('is a folder without git as well', async () => {
    const root = tempFolder();
    workspace = createWorkspace({
      root,
      places: { live: join(root, '.hotfix-pulse'), fallback: join(root, 'f'), git: false },
    });
    expect(await results('create')).toEqual(ALL('written'));
    expect(await results('refresh', LATER)).toEqual(ALL('written'));
    expect((await workspace.read(FOLDER)).state).toBe('private');
    expect(await results('publish', LATER)).toEqual(ALL('unchanged'));
    expect((await workspace.read(FOLDER)).state).toBe('published');
  });
});

describe('prose and edits', () => {
  const add = (name: string, prose: string, before = '<!-- pulse:begin impact -->') =>
    writeFileSync(at(name), text(name).replace(before, `${prose}\n\n${before}`));

  it('keeps prose in its place and a copy beside the log, once per change', async () => {
    await refresh('create');
    add('hotfix.md', 'We suspect the cache.');
    const outcome = await refresh('refresh', LATER);
    expect(outcome.files[0]?.result).toBe('prose_saved');
    expect(outcome.notices.join()).toContain('.git/hotfix-pulse/');
    for (const files of [LATER, EARLY, LATER]) await refresh('refresh', files);
    expect(text('hotfix.md').split('We suspect the cache.')).toHaveLength(2);
    expect(text('hotfix.md')).toBe(
      LATER['hotfix.md']?.replace(
        '<!-- pulse:begin impact -->',
        'We suspect the cache.\n\n<!-- pulse:begin impact -->',
      ),
    );
    expect(saved()).toEqual(['hotfix.md.1']);
    add('hotfix.md', 'No, the token.');
    await refresh('refresh', LATER);
    expect(saved()).toEqual(['hotfix.md.1', 'hotfix.md.2']);
  });

  it('saves what was changed inside a generated part before it rewrites it', async () => {
    await refresh('create');
    writeFileSync(at('hotfix.md'), text('hotfix.md').replace('**Users**: UNKNOWN', '**Users**: all of them'));
    const outcome = await refresh('refresh', LATER);
    expect(outcome.notices.join()).toContain('impact');
    expect(readFileSync(join(state, 'saved', 'hotfix.md.1'), 'utf8')).toContain('all of them');
    expect(text('hotfix.md')).toBe(LATER['hotfix.md']);
  });

  it('leaves an edited file alone when no copy of it can be kept', async () => {
    await refresh('create');
    const edited = text('hotfix.md').replace('**Users**: UNKNOWN', '**Users**: all of them');
    writeFileSync(at('hotfix.md'), edited);
    writeFileSync(join(state, 'saved'), 'a file in the way');
    writeFileSync(join(repo.root, '..', `${SAMPLE_UID}-fallback`), '');
    expect(await results('refresh', LATER)).toMatchObject({ 'hotfix.md': 'refused', 'tasks.md': 'written' });
    expect(text('hotfix.md')).toBe(edited);
    rmSync(join(repo.root, '..', `${SAMPLE_UID}-fallback`));
  });

  it('keeps the whole text of a file with damaged markers', async () => {
    await refresh('create');
    writeFileSync(at('hotfix.md'), 'I rewrote it all.\n');
    await refresh('refresh', LATER);
    expect(text('hotfix.md')).toContain('## Text kept from an earlier version\n\nI rewrote it all.\n');
    expect(saved()).toEqual(['hotfix.md.1']);
  });

  it('keeps lines that another clone published, and no conflict marks', async () => {
    await refresh('create');
    const [mine = ''] = (EARLY['timeline.jsonl'] ?? '').split('\n');
    const [, theirs = ''] = (LATER['timeline.jsonl'] ?? '').split('\n');
    writeFileSync(at('timeline.jsonl'), `<<<<<<< HEAD\n${mine}\n=======\n${theirs}\n>>>>>>> x\n`);
    await refresh('refresh');
    expect(text('timeline.jsonl')).toBe(`${mine}\n${theirs}\n`);
    expect(saved()).toEqual(['timeline.jsonl.1']);
  });

  it('takes generated text out of the copies when an event is purged', async () => {
    await refresh('create');
    writeFileSync(
      at('hotfix.md'),
      `${text('hotfix.md').replace('- **Users**: UNKNOWN', '- **Users**: hunter2')}My notes.\n`,
    );
    await refresh('refresh', LATER);
    const [first = '', ...rest] = (LATER['timeline.jsonl'] ?? '').split('\n');
    const tomb = JSON.stringify({ ...JSON.parse(first), purged: true, text: '' });
    await refresh('update', { ...LATER, 'timeline.jsonl': [tomb, ...rest].join('\n') });
    const copy = readFileSync(join(state, 'saved', 'hotfix.md.1'), 'utf8');
    expect(copy).toContain('My notes.');
    expect(copy).not.toContain('hunter2');
    expect(text('timeline.jsonl').startsWith(`${tomb}\n`)).toBe(true);
  });
});

describe('publish', () => {
  it('lifts the ignore file and leaves staging to people', async () => {
    await refresh('create');
    expect(await results('publish', LATER)).toEqual(ALL('written'));
    expect(existsSync(at('.gitignore'))).toBe(false);
    expect(status().split('\n').sort()).toEqual(
      ['.gitattributes', 'hotfix.md', 'tasks.md', 'timeline.jsonl'].map((name) => `?? ${FOLDER}/${name}`),
    );
    expect((await workspace.read(FOLDER)).state).toBe('published');
    expect(await results('refresh')).toMatchObject({ 'hotfix.md': 'written' });
  });

  it('leaves an ignore file alone that is not ours', async () => {
    await refresh('create');
    writeFileSync(at('.gitignore'), '*\n!hotfix.md\n');
    await refresh('publish');
    expect(readFileSync(at('.gitignore'), 'utf8')).toBe('*\n!hotfix.md\n');
  });

  it('makes the folder where there was none', async () => {
    expect(await results('publish')).toEqual(ALL('written'));
    expect(status()).toContain(`?? ${FOLDER}/hotfix.md`);
  });

  it('makes a timeline that git keeps byte for byte and merges by union', async () => {
    repo.git(['config', 'core.autocrlf', 'true']);
    await refresh('publish');
    expect(repo.git(['check-attr', 'text', 'merge', '--', `${FOLDER}/timeline.jsonl`])).toBe(
      `${FOLDER}/timeline.jsonl: text: unset\n${FOLDER}/timeline.jsonl: merge: union`,
    );
  });
});

describe('a committed folder', () => {
  beforeEach(async () => {
    await refresh('publish');
    repo.git(['add', '--', FOLDER]);
    repo.git(['commit', '-q', '-m', 'record']);
  });

  it('is left alone by a refresh and brought up to date by update and publish', async () => {
    expect((await workspace.read(FOLDER)).state).toBe('tracked');
    const outcome = await refresh('refresh', LATER);
    expect(outcome.files.map((file) => file.result)).toEqual(['tracked', 'tracked', 'tracked']);
    expect(outcome.notices.join()).toContain('hotfix-pulse publish');
    expect(status()).toBe('');
    expect(await results('update', LATER)).toEqual(ALL('written'));
    expect(status()).toContain('hotfix.md');
    expect(await results('publish', EARLY)).toMatchObject({ 'hotfix.md': 'written' });
  });

  it('has its changed prose saved even by a refresh that does not touch it', async () => {
    writeFileSync(at('hotfix.md'), `${text('hotfix.md')}Mine.\n`);
    expect(await results('refresh', LATER)).toMatchObject({ 'hotfix.md': 'tracked' });
    expect(saved()).toEqual(['hotfix.md.1']);
    await refresh('refresh', LATER);
    expect(saved()).toEqual(['hotfix.md.1']);
  });

  it('is not brought back on a branch without it, except by publish', async () => {
    repo.git(['checkout', '-q', '-b', 'before', 'HEAD~1']);
    expect(existsSync(at())).toBe(false);
    for (const mode of ['refresh', 'update', 'create'] as const) {
      expect(await results(mode, LATER)).toEqual(ALL('absent'));
      expect(existsSync(at())).toBe(false);
    }
    repo.git(['checkout', '-q', 'main']);
    repo.git(['checkout', '-q', 'before']);
    expect(await results('publish', LATER)).toEqual(ALL('written'));
  });

  it('does not get a new file by a refresh when another branch has it', async () => {
    repo.git(['checkout', '-q', '-b', 'with']);
    repo.commit(`${FOLDER}/post-mortem.md`, 'theirs\n');
    repo.git(['checkout', '-q', 'main']);
    const files = filesOf(sampleEvents());
    expect(await results('refresh', files)).toMatchObject({ 'post-mortem.md': 'absent' });
    expect(await results('update', files)).toMatchObject({ 'post-mortem.md': 'written' });
  });

  it('gets a new file by a refresh when nobody has committed it', async () => {
    expect(await results('refresh', filesOf(sampleEvents()))).toMatchObject({
      'post-mortem.md': 'written',
      'tasks.md': 'tracked',
    });
  });

  it('is not touched while git cannot say what is tracked', async () => {
    const broken = { ...repo, git: async () => ({ code: 128, out: '', err: '' }) };
    workspace = createWorkspace({
      root: repo.root,
      places: { live: join(state, '..'), fallback: join(state, 'f'), git: true },
      git: broken.git,
    });
    expect(await results('refresh', LATER)).toEqual(ALL('tracked'));
    expect(status()).toBe('');
  });

  it('shows where it was written in a linked working tree', async () => {
    const tree = join(tempFolder(), 'tree');
    repo.git(['worktree', 'add', '-q', '--detach', tree]);
    const other = createWorkspace({
      root: tree,
      places: { live: join(state, '..'), fallback: join(state, 'f'), git: true },
    });
    const outcome = await other.refresh({ uid: SAMPLE_UID, folder: FOLDER, files: LATER, mode: 'refresh' });
    expect(outcome.files.map((file) => file.result)).toEqual(['tracked', 'tracked', 'tracked']);
  });
});

describe('links and strange names', () => {
  const outside = () => {
    const path = tempFolder();
    mkdirSync(join(path, 'hotfix-001-users-cant-login'));
    writeFileSync(join(path, 'hotfix.md'), 'theirs');
    writeFileSync(join(path, 'hotfix-001-users-cant-login', 'hotfix.md'), 'theirs');
    return path;
  };
  const untouched = (path: string) => {
    expect(readdirSync(path).sort()).toEqual(['hotfix-001-users-cant-login', 'hotfix.md']);
    expect(readdirSync(join(path, 'hotfix-001-users-cant-login'))).toEqual(['hotfix.md']);
  };

  it.each(['create', 'refresh', 'update'] as const)(
    'writes nothing through a linked specs folder (%s)',
    async (mode) => {
      const target = outside();
      symlinkSync(target, join(repo.root, 'specs'));
      const outcome = await refresh(mode);
      expect(outcome.files.map((file) => file.result)).toEqual(['refused', 'refused', 'refused']);
      expect(outcome.notices.join()).toContain('symbolic link');
      expect(await workspace.read(FOLDER)).toEqual({ path: FOLDER, state: 'absent', files: {} });
      untouched(target);
    },
  );

  it('refuses to publish through one, with the way out', async () => {
    symlinkSync(outside(), join(repo.root, 'specs'));
    await expect(refresh('publish')).rejects.toMatchObject({
      code: 'unsafe',
      hint: expect.stringContaining('symbolic link'),
    });
  });

  it('writes nothing through a linked folder, inside the repository neither', async () => {
    const target = outside();
    mkdirSync(join(repo.root, 'specs'));
    symlinkSync(join(target, 'hotfix-001-users-cant-login'), at());
    expect(await results('create')).toEqual(ALL('refused'));
    untouched(target);
    rmSync(at());
    mkdirSync(join(repo.root, 'src'));
    symlinkSync(join(repo.root, 'src'), at());
    expect(await results('create')).toEqual(ALL('refused'));
    expect(readdirSync(join(repo.root, 'src'))).toEqual([]);
  });

  it("leaves a linked file and a folder in a file's place alone", async () => {
    await refresh('create');
    const target = outside();
    rmSync(at('tasks.md'));
    rmSync(at('hotfix.md'));
    symlinkSync(join(target, 'hotfix.md'), at('tasks.md'));
    mkdirSync(at('hotfix.md'));
    expect(await results('refresh', LATER)).toEqual({
      'hotfix.md': 'refused',
      'tasks.md': 'refused',
      'timeline.jsonl': 'written',
    });
    expect(lstatSync(at('tasks.md')).isSymbolicLink()).toBe(true);
    expect((await workspace.read(FOLDER)).files).not.toHaveProperty('tasks.md');
    untouched(target);
  });

  it.each([
    '../x',
    'specs',
    'specs/../.git',
    '/etc',
    'specs/hotfix-001-../../x',
    'specs/hotfix-001-a/b',
    '.git/hooks',
    'specs/hotfix-1-a',
    'specs/hotfix-001-A',
    'specs/hotfix-001-a\0',
    'specs\\hotfix-001-a',
    'specs/hotfix-001-a\n',
    '',
  ])('refuses the folder %j', async (folder) => {
    expect(await results('create', EARLY, folder)).toEqual(ALL('refused'));
    expect((await workspace.read(folder)).state).toBe('absent');
    expect(readdirSync(repo.root).sort()).toEqual(
      readdirSync(repo.root)
        .filter((name) => name !== 'specs')
        .sort(),
    );
  });

  it.each(['../hotfix.md', '.gitignore', 'a/b.md', 'hotfix.md\0', '/etc/x.md', 'x.js', ''])(
    'refuses the file %j',
    async (name) => {
      const outcome = await refresh('create', { [name]: 'x' });
      expect(outcome.files.map((file) => file.result)).toEqual(['refused']);
    },
  );

  it('leaves the folder of another incident alone', async () => {
    await refresh('create');
    const other = {
      uid: '01KB0000000000000000000000',
      folder: FOLDER,
      files: EARLY,
      mode: 'refresh' as const,
    };
    const outcome = await workspace.refresh(other);
    expect(outcome.files.map((file) => file.result)).toEqual(['refused', 'refused', 'refused']);
    await expect(workspace.refresh({ ...other, mode: 'publish' })).rejects.toMatchObject({ code: 'unsafe' });
  });
});

describe('a folder that is swapped for a link while it is written', () => {
  it('never lets a file through', async () => {
    await refresh('create');
    const target = tempFolder();
    const swap = `while :; do mv "$1" "$1.x"; ln -s "$2" "$1"; rm "$1"; mv "$1.x" "$1"; done`;
    const swapper = spawn('bash', ['-c', swap, 'swap', at(), target], { stdio: 'ignore' });
    let refused = 0;
    try {
      for (let i = 0; i < 150; i++) {
        const outcome = await refresh('refresh', i % 2 ? EARLY : LATER);
        if (outcome.files.some(({ result }) => result === 'refused')) refused += 1;
        expect(readdirSync(target).filter((name) => !name.endsWith('.tmp'))).toEqual([]);
      }
    } finally {
      swapper.kill('SIGKILL');
      await new Promise((done) => swapper.on('close', done));
    }
    expect(refused).toBeGreaterThan(0);
    expect(readdirSync(target)).toEqual([]);
  }, 60_000);
});

describe('a disk that fails', () => {
  it('is a notice when the root went away', async () => {
    rmSync(repo.root, { recursive: true });
    mkdirSync(state, { recursive: true });
    rmSync(repo.root, { recursive: true });
    const outcome = await refresh('refresh');
    expect(outcome.notices.join()).toContain('The record is complete');
  });

  it('leaves no temporary file of a writer that died', async () => {
    await refresh('create');
    const dead = '.hotfix-pulse-2147483646-00000000-0000-4000-8000-000000000000.tmp';
    writeFileSync(at(dead), 'half');
    await refresh('refresh', LATER);
    expect(readdirSync(at()).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

interface Ended {
  code: number | null;
  out: string;
}

/** Runs the worker in its own process; `limit` caps the size of every file it writes, in KiB. */
function start(worker: string, job: object, limit?: number): Promise<Ended> {
  const command = `trap '' XFSZ; ulimit -f ${limit}; exec "$0" "$1"`;
  const [file, args] =
    limit === undefined ? [process.execPath, [worker]] : ['bash', ['-c', command, process.execPath, worker]];
  return new Promise((done) => {
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.on('close', (code) => done({ code, out }));
    child.stdin.end(JSON.stringify(job));
  });
}

const jobOf = (mode: RefreshRequest['mode'], versions: object[], rounds: number) => ({
  ...{ root: repo.root, live: join(state, '..'), folder: FOLDER, uid: SAMPLE_UID, versions, rounds, mode },
});

describe('other processes', () => {
  it('wait for each other', async () => {
    await refresh('create');
    const release = await takePidLock(join(state, 'refresh.lock'), { nonce: 'test' });
    let isDone = false;
    const waiting = refresh('refresh', LATER).then(() => {
      isDone = true;
    });
    await new Promise((done) => setTimeout(done, 200));
    expect(isDone).toBe(false);
    release();
    await waiting;
    expect(text('tasks.md')).toBe(LATER['tasks.md']);
  });

  it.each(['refresh', 'update', 'publish'] as const)(
    'leave the old files whole on a full disk (%s)',
    async (mode) => {
      await refresh('create');
      const worker = await bundle('workspace-worker.ts', tempFolder());
      const { out } = await start(worker, jobOf(mode, [LATER], 1), 1);
      const outcome = JSON.parse(out);
      if (mode === 'publish')
        expect(outcome.error).toMatchObject({
          code: 'upstream',
          hint: expect.stringContaining('publish again'),
        });
      else expect(outcome.notices.join()).toContain('The record is complete');
      expect((await workspace.read(FOLDER)).files).toEqual(EARLY);
      expect(readdirSync(at()).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      expect(await results('refresh', LATER)).toEqual(ALL('written'));
    },
  );

  it('leave whole files, one prose, and no false edit behind when they refresh at once', async () => {
    await refresh('create');
    writeFileSync(at('hotfix.md'), `${text('hotfix.md')}My notes.\n`);
    const worker = await bundle('workspace-worker.ts', tempFolder());
    const job = jobOf('refresh', [EARLY, LATER], 15);
    const ended = await Promise.all([start(worker, job), start(worker, job), start(worker, job)]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    await refresh('refresh', LATER);
    expect(text('hotfix.md')).toBe(`${LATER['hotfix.md']}My notes.\n`);
    expect(text('tasks.md')).toBe(LATER['tasks.md']);
    expect(saved()).toEqual(['hotfix.md.1']);
    expect(readdirSync(at()).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  }, 60_000);
});
