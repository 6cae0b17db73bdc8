import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createOhno } from '../../src/adapters/ohno.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { importIncident } from '../../src/tools/support/import-incident.ts';
import { createDeps } from '../../src/wire.ts';
import { fakeOhno } from '../support/fake-ohno.ts';
import { tempFolder, tempRepo } from '../support/repo.ts';

const REF = '01K00000000000000000000000';
const WANTED = { title: "HOTFIX: Users can't --login", description: `hotfix-001, P1, ${REF}`, ref: REF };

function world(timeoutMs?: number) {
  const root = tempFolder();
  const ohno = fakeOhno(root, tempFolder());
  const board = createOhno({
    root,
    home: join(root, 'home'),
    env: ohno.env,
    ...(timeoutMs ? { timeoutMs } : {}),
  });
  if (board === null) throw new Error('no board');
  return { root, ohno, board };
}

describe('ohno', () => {
  it('is there only where somebody wanted it', () => {
    expect(createOhno({ root: tempFolder(), home: '/nowhere', env: {} })).toBeNull();
  });

  it('makes and starts one task per incident, and finishes it once', async () => {
    const { board, ohno } = world();
    const first = await board.begin(WANTED);
    expect(first).toEqual({ id: 'task-00000001' });
    expect(await board.begin(WANTED)).toEqual(first);
    expect(ohno.tasks()).toMatchObject([
      { title: WANTED.title, status: 'in_progress', task_type: 'bug', description: WANTED.description },
    ]);
    expect(ohno.calls().flat()).not.toContain('-p');
    expect(await board.finish('task-00000001', '-n Mitigated: x')).toEqual(first);
    expect(await board.finish('task-00000001', 'again')).toEqual(first);
    expect(ohno.tasks()).toMatchObject([{ status: 'done', handoff_notes: '-n Mitigated: x' }]);
    expect(await board.list()).toMatchObject([
      { id: 'task-00000001', status: 'done', notes: '-n Mitigated: x' },
    ]);
  });

  it('one writer at a time', async () => {
    const { board, ohno } = world();
    const refs = ['a', 'b'];
    await Promise.all(refs.map((ref) => board.begin({ title: `HOTFIX: ${ref}`, description: ref, ref })));
    expect(
      ohno
        .tasks()
        .map(({ title, status }) => `${title} ${status}`)
        .sort(),
    ).toEqual(refs.map((ref) => `HOTFIX: ${ref} in_progress`));
  });

  it.each([
    ['broken', /no usable answer/],
    ['forgets', /did not keep/],
    ['hang', /in time/],
  ] as const)('that %s is told in our own words', async (how, says) => {
    const { board, ohno } = world(how === 'hang' ? 300 : undefined);
    ohno.mode(how);
    expect(await board.begin(WANTED)).toMatchObject({ problem: expect.stringMatching(says) });
  });

  it('believes success only from the JSON, not from the exit code', async () => {
    const { board } = world();
    expect(await board.finish('task-00000009', 'x')).toMatchObject({ problem: expect.any(String) });
  });

  it('does not run a program that the checkout brings along', async () => {
    const root = tempFolder();
    const bin = join(root, 'node_modules/.bin');
    mkdirSync(bin, { recursive: true });
    mkdirSync(join(root, '.ohno'));
    writeFileSync(join(bin, 'ohno'), `#!/bin/sh\ntouch ${join(root, 'ran')}\n`);
    chmodSync(join(bin, 'ohno'), 0o755);
    const board = createOhno({ root, home: join(root, 'home'), env: { PATH: `${bin}:node_modules/.bin` } });
    expect(await board?.begin(WANTED)).toMatchObject({ problem: expect.stringContaining('npm install') });
    expect(existsSync(join(root, 'ran'))).toBe(false);
  });
});

describe('an incident on the board', () => {
  async function incident(args: Record<string, unknown> = {}) {
    const { root } = tempRepo({ commits: 1 });
    const ohno = fakeOhno(root, tempFolder());
    const actor = { name: 'test', kind: 'agent', on_behalf_of: 'Ana' } as const;
    const deps = await createDeps({ root, actor, env: ohno.env });
    const call = (name: string, given: Record<string, unknown>) => {
      const tool = TOOLS.find((one) => one.name === name);
      if (!tool) throw new Error(name);
      return callTool(tool, given, deps);
    };
    const opened = await call('create_hotfix_task', {
      description: 'Users cannot log in',
      severity: 'P1',
      ...args,
    });
    return { ohno, call, deps, opened };
  }

  it('is created and started when it opens, finished with notes when it is resolved', async () => {
    const { ohno, call, deps, opened } = await incident();
    expect(opened.warnings).toEqual([]);
    expect(ohno.tasks()).toMatchObject([
      {
        title: 'HOTFIX: Users cannot log in',
        status: 'in_progress',
        description: expect.stringContaining(String(opened.data.uid)),
      },
    ]);
    const { events } = await deps.log.read(String(opened.data.uid));
    expect(events.at(-1)).toMatchObject({
      kind: 'linked',
      text: 'ohno task-00000001',
      by: { kind: 'system' },
    });
    await call('record_timeline_event', {
      text: 'Put v1 back',
      kind: 'mitigation_applied',
      type: 'rollback',
    });
    await call('record_timeline_event', {
      text: 'Logins work',
      kind: 'deploy_verified',
      evidence: ['metric: 5xx 0 %'],
    });
    await call('record_timeline_event', { text: 'Over', kind: 'resolved', evidence: ['metric: 5xx 0 %'] });
    expect(ohno.tasks()).toMatchObject([
      { status: 'done', handoff_notes: expect.stringContaining('Mitigated: Put v1 back (rollback)') },
    ]);
    // Its own tasks are no news to it.
    const again = await importIncident({ paths: ['.ohno'] }, deps);
    expect(again.data).toMatchObject({ imported: 0, records: [{ result: 'nothing', uid: opened.data.uid }] });
  });

  it('a failure is a warning and nothing else', async () => {
    const { deps, call, ohno } = await incident();
    ohno.mode('broken');
    const { warnings, data } = await call('create_hotfix_task', { description: 'Checkout is down' });
    expect(warnings).toEqual([expect.stringContaining('ohno')]);
    expect((await deps.log.read(String(data.uid))).events[0]?.kind).toBe('opened');
  });

  it('a rehearsal is kept off the board', async () => {
    const { ohno } = await incident({ drill: true });
    expect(ohno.calls()).toEqual([]);
  });

  it('tasks that stood there before come over as history', async () => {
    const { deps, ohno } = await incident({ drill: true });
    ohno.put('Payments fail', 'done');
    ohno.put('Write docs', 'todo');
    const { data } = await importIncident({ paths: ['.ohno'] }, deps);
    expect(data).toMatchObject({
      status: 'closed',
      records: [{ source: '.ohno task-00000001', form: 'ohno', result: 'new' }],
    });
    expect((await importIncident({ paths: ['.ohno'] }, deps)).data).toMatchObject({ imported: 0 });
  });
});
