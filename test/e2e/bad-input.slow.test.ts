import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type TempRepo, tempFolder, tempRepo } from '../support/repo.ts';
import { bundleSteered, type SteeredServer, startSteered } from '../support/steered-server.ts';

/** Whatever comes in: a clear refusal with the next step or a healing that is reported, and the server is still up. */
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hotfix-pulse-bad-')));
const servers: SteeredServer[] = [];
let bundle = '';
beforeAll(async () => {
  bundle = await bundleSteered(folder);
}, 60_000);
afterEach(async () => {
  for (const server of servers.splice(0)) {
    // Still there after everything that a test did to it.
    expect((await server.client.listTools()).tools.length).toBeGreaterThan(0);
    await server.client.close();
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(root: string): Promise<SteeredServer> {
  const server = await startSteered(bundle, root, join(folder, `clock-${servers.length}`), servers.length);
  server.at('2026-01-05T14:00:00Z');
  servers.push(server);
  return server;
}

const logOf = (repo: TempRepo) => {
  const live = join(repo.root, '.git', 'hotfix-pulse');
  const [uid = ''] = readdirSync(live).filter((name) => name.length === 26);
  return { file: join(live, uid, 'timeline.jsonl'), folder: join(live, uid) };
};

describe('descriptions', () => {
  const table: [string, string, string][] = [
    ['emoji', '🔥🔥 checkout is 💀 for everyone 👨‍👩‍👧', 'hotfix-001-checkout-is-for-everyone'],
    ['right to left', 'الموقع لا يعمل', 'hotfix-001-incident'],
    [
      'control characters and escapes',
      'pay\u0007ments \u001b[31mfail\u001b[0m \u202eevil',
      'hotfix-001-payments-fail-u-202e-evil',
    ],
    ['a path', '../../etc/passwd is shown', 'hotfix-001-etc-passwd-is-shown'],
    ['markers and markdown', '<!-- pulse:end header --> # x | y `z` ![i](http://e.example/x.png)', ''],
    ['an option', '--output=/tmp/x is printed', 'hotfix-001-output-tmp-x-is-printed'],
  ];
  it.each(table)('%s', async (_name, description, expected) => {
    const repo = tempRepo();
    const server = await start(repo.root);
    const opened = await server.call('create_hotfix_task', { description });
    expect(opened.refused, opened.text).toBe(false);
    const [name = ''] = readdirSync(join(repo.root, 'specs'));
    if (expected !== '') expect(name).toBe(expected);
    expect(name).toMatch(/^hotfix-001-[a-z0-9]+(-[a-z0-9]+)*$/);
    const page = readFileSync(join(repo.root, 'specs', name, 'hotfix.md'), 'utf8');
    expect(page).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f\u202e]/);
    const [, body = ''] = page.split(/\n---\n/);
    expect(body.match(/<!-- pulse:end header -->/g)).toHaveLength(1);
    expect(body || page).not.toMatch(/!\[i\]\(http/);
  });

  it.each(['', '   ', '\n\t'])('an empty one (%j) is refused with an example', async (description) => {
    const server = await start(tempRepo().root);
    const answer = await server.call('create_hotfix_task', { description });
    expect(answer.data).toMatchObject({
      error: { code: 'invalid_input', hint: expect.stringContaining('for example') },
    });
  });

  it('100 kB of it opens an incident, and no byte is lost', async () => {
    const repo = tempRepo();
    const server = await start(repo.root);
    const description = `Everything fails. ${'word '.repeat(20_000)}the very end`;
    const opened = await server.call('create_hotfix_task', { description });
    expect(opened.refused, opened.text).toBe(false);
    const blobs = join(logOf(repo).folder, 'blobs');
    const [blob = ''] = readdirSync(blobs);
    expect(readFileSync(join(blobs, blob), 'utf8')).toBe(description);
    expect(opened.text.length).toBeLessThan(4_000);
  });
});

describe('arguments', () => {
  const refusals: [string, string, Record<string, unknown>, string, RegExp][] = [
    [
      'unknown argument',
      'record_timeline_event',
      { text: 'x', txet: 'y' },
      'invalid_input',
      /txet.*valid arguments: text, incident\?/s,
    ],
    ['missing argument', 'record_timeline_event', {}, 'invalid_input', /text must be a string/],
    ['wrong type', 'get_incident', { incident: 7 }, 'invalid_input', /incident must be a string/],
    ['id with a path', 'get_incident', { incident: '../../etc' }, 'not_found', /open: hotfix-001/],
    ['unknown id', 'get_incident', { incident: 'hotfix-999' }, 'not_found', /list_incidents/],
    [
      'missing field of a kind',
      'record_timeline_event',
      { text: 'x', kind: 'mitigation_applied' },
      'invalid_input',
      /needs: type.*"kind":"mitigation_applied"/s,
    ],
    [
      'wrong value of a kind',
      'record_timeline_event',
      { text: 'x', kind: 'mitigation_applied', type: 'magic' },
      'invalid_input',
      /rollback, feature_flag/,
    ],
    [
      'a time without zone',
      'record_timeline_event',
      { text: 'x', at: '2026-01-05 13:00', source: 'log' },
      'invalid_input',
      /2026-01-05T13:00:00.*Z/,
    ],
    [
      'a time ahead',
      'record_timeline_event',
      { text: 'x', at: '2026-01-06T13:00:00Z', source: 'log' },
      'invalid_input',
      /future/,
    ],
    [
      'a past time without source',
      'record_timeline_event',
      { text: 'x', at: '-30m' },
      'invalid_input',
      /source/,
    ],
    [
      'evidence in no form',
      'record_timeline_event',
      { text: 'x', evidence: ['trust me'] },
      'invalid_input',
      /metric:/,
    ],
    [
      'a fact with a wrong value',
      'record_timeline_event',
      { text: 'kaputt', kind: 'fact_recorded', type: 'service' },
      'invalid_input',
      /down, degraded/,
    ],
    ['an unknown task', 'update_task', { task: 'T099', state: 'done' }, 'not_found', /T001 to T028/],
    ['a skip without reason', 'update_task', { task: 'T009', state: 'skipped' }, 'invalid_input', /reason/],
  ];
  it.each(refusals)('%s', async (_name, tool, args, code, words) => {
    const server = await start(tempRepo().root);
    await server.call('create_hotfix_task', { description: 'Login is broken' });
    const answer = await server.call(tool, args);
    expect(answer.refused).toBe(true);
    expect(answer.data).toMatchObject({ error: { code } });
    expect(answer.text).toMatch(words);
    expect(answer.text).toContain('Next: ');
  });

  it('several open incidents are listed when none is named, and two numbers are told apart', async () => {
    const server = await start(tempRepo().root);
    await server.call('create_hotfix_task', { description: 'Login is broken' });
    await server.call('create_hotfix_task', { description: 'Checkout is slow' });
    const answer = await server.call('record_timeline_event', { text: 'which one?' });
    expect(answer.text).toMatch(/hotfix-001.*hotfix-002/s);
    expect(
      (await server.call('record_timeline_event', { text: 'this one', incident: '2' })).data,
    ).toMatchObject({ incident: 'hotfix-002' });
  });
});

describe('the same call again', () => {
  it('within ten seconds is one event; a key makes it one at any time; another text under the key is refused', async () => {
    const server = await start(tempRepo().root);
    await server.call('create_hotfix_task', { description: 'Login is broken', idempotency_key: 'open-1' });
    const first = await server.call('record_timeline_event', { text: 'seen' });
    expect((await server.call('record_timeline_event', { text: 'seen' })).data).toMatchObject({
      replayed: true,
      event: first.data.event,
    });
    server.at('2026-01-05T14:00:11Z');
    expect((await server.call('record_timeline_event', { text: 'seen' })).data).toMatchObject({
      replayed: false,
    });
    const keyed = {
      kind: 'mitigation_applied',
      type: 'rollback',
      text: 'Put v1 back',
      idempotency_key: 'k',
      also: ['told the team'],
    };
    const once = await server.call('record_timeline_event', keyed);
    server.at('2026-01-05T15:00:00Z');
    expect((await server.call('record_timeline_event', keyed)).data).toMatchObject({
      replayed: true,
      event: once.data.event,
    });
    expect((await server.call('record_timeline_event', { ...keyed, text: 'other' })).data).toMatchObject({
      error: { code: 'conflict' },
    });
    expect(
      (await server.call('create_hotfix_task', { description: 'Login is broken', idempotency_key: 'open-1' }))
        .data,
    ).toMatchObject({ opened: false, incident: 'hotfix-001' });
    expect(
      (await server.call('create_hotfix_task', { description: 'Else', idempotency_key: 'open-1' })).data,
    ).toMatchObject({ error: { code: 'conflict' } });
    const resolving = { kind: 'resolved', text: 'over', evidence: ['metric: fine'], idempotency_key: 'r' };
    await server.call('record_timeline_event', resolving);
    expect((await server.call('record_timeline_event', resolving)).data).toMatchObject({
      replayed: true,
      status: 'resolved',
    });
  });
});

describe('places', () => {
  it('a symlinked specs folder is left alone, and the record is complete without it', async () => {
    const repo = tempRepo();
    const target = tempFolder();
    symlinkSync(target, join(repo.root, 'specs'));
    const server = await start(repo.root);
    const opened = await server.call('create_hotfix_task', { description: 'Login is broken' });
    expect(opened.refused).toBe(false);
    expect(opened.text).toMatch(/symbolic link/);
    expect(readdirSync(target)).toEqual([]);
    expect((await server.call('get_incident')).data).toMatchObject({ incident: 'hotfix-001' });
  });

  it('a folder without git, a detached HEAD and a worktree all keep a record', async () => {
    const bare = tempFolder();
    const detached = tempRepo({ commits: 2 });
    detached.git(['checkout', '-q', '--detach', 'HEAD~1']);
    const tree = join(tempFolder(), 'tree');
    detached.git(['worktree', 'add', '-q', '--detach', tree]);
    for (const [root, number] of [
      [bare, 'hotfix-001'],
      [detached.root, 'hotfix-001'],
      // A worktree shares the record of its repository.
      [tree, 'hotfix-002'],
    ] as const) {
      const server = await start(root);
      const opened = await server.call('create_hotfix_task', { description: `Broken in ${number} ${root}` });
      expect(opened.data).toMatchObject({ incident: number });
    }
  });

  it('a torn line is reported, and what comes after it is kept', async () => {
    const repo = tempRepo();
    const server = await start(repo.root);
    await server.call('create_hotfix_task', { description: 'Login is broken' });
    const { file } = logOf(repo);
    spawnSync('sh', ['-c', 'printf \'\\n{"v":1,"id":"01KE77A8R\' >> "$0"', file]);
    await server.call('record_timeline_event', { text: 'after the tear' });
    const answer = await server.call('get_incident');
    expect(answer.text).toContain('after the tear');
    expect(answer.text).toMatch(/1 damaged line.*hotfix-pulse verify/);
  });

  it('two servers opening at once give two numbers', async () => {
    const repo = tempRepo();
    const [one, two] = [await start(repo.root), await start(repo.root)];
    const answers = await Promise.all([
      one.call('create_hotfix_task', { description: 'Login is broken' }),
      two.call('create_hotfix_task', { description: 'Checkout is slow' }),
    ]);
    expect(answers.map(({ data }) => data.incident).sort()).toEqual(['hotfix-001', 'hotfix-002']);
  });
});
