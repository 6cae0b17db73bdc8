import { describe, expect, it } from 'vitest';
import * as z from 'zod/v4';
import { event, fakeWorld, opened, run, sample, severity, T0, UID, type World } from './fakes.ts';

const EVIL = '\x1b]52;c;ZXZpbA==\x07\x1b[2J\u009b1mred\u202e\r\b';
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/;

/** Fifty minutes after a P1 was opened: respond and update are overdue, resolution is not. */
function late(): World {
  return fakeWorld([
    { ...opened(), at: new Date(T0 - 50 * 60_000).toISOString() },
    severity('P1', -50),
    event('noted', -10, { text: `Error rate rose ${EVIL}`, evidence: [`metric: 5xx 40 %${EVIL}`] }),
  ]);
}

describe('status', () => {
  it('says that nothing is open', async () => {
    expect(await run(['status'])).toMatchObject({ code: 0, stdout: 'No incident is open.\n' });
    expect(JSON.parse((await run(['status', '--json'])).stdout)).toEqual({ incidents: [], overdue: 0 });
  });

  it('shows severity, status, pulse and clocks; overdue first and exit 10', async () => {
    const { code, stdout } = await run(['status'], late());
    expect(code).toBe(10);
    expect(stdout).toMatchInlineSnapshot(`
      "hotfix-001  Users cannot log in
        P1  investigating  🟢🟢⚪️⚪️⚪️ confirmed and triaged
        ⏰ Next update        overdue by 35m: tell the people who wait, then record update_posted
        ⏰ Respond            overdue by 35m: record that somebody took the incident (acknowledged)
           Resolution target  due in 3h10 (2026-11-20 17:10 UTC)
      "
    `);
  });

  it('paints what is overdue red', async () => {
    const { stdout } = await run(['status'], late(), { tty: true });
    const red = stdout.split('\n').filter((line) => line.includes('\x1b[31m'));
    expect(red).toHaveLength(2);
    expect(red.every((line) => line.includes('overdue by'))).toBe(true);
  });

  it('exits with 0 while everything is in time', async () => {
    const { code, stdout } = await run(['status'], fakeWorld([opened(), severity('P1')]));
    expect(code).toBe(0);
    expect(stdout).toContain('due in 15m');
  });

  it('gives the same as data', async () => {
    const { code, stdout } = await run(['status', '--json'], late());
    expect(code).toBe(10);
    const data = JSON.parse(stdout);
    expect(data).toMatchObject({
      overdue: 2,
      incidents: [{ incident: 'hotfix-001', uid: UID, severity: 'P1', status: 'investigating', pulse: 2 }],
    });
    const overdue = data.incidents[0].clocks.filter((clock: { state: string }) => clock.state === 'overdue');
    expect(
      overdue.map((clock: { name: string; overdue_s: number }) => [clock.name, clock.overdue_s]),
    ).toEqual([
      ['next_update', 35 * 60],
      ['respond', 35 * 60],
    ]);
  });

  it('forgets the clocks of a closed incident, but not its promises', async () => {
    const ended = [opened(), severity('P1'), event('resolved', -4000), event('closed', -3990)];
    expect(await run(['status'], fakeWorld(ended))).toMatchObject({ code: 10 });
    const written = event('postmortem_written', 1, { data: { errors: 0, warnings: 0, preset: 'default' } });
    expect((await run(['status'], fakeWorld([...ended, written]))).code).toBe(0);
    const item = event('action_added', 1, { text: 'Alert', data: { action: 'AI-001', due: '2026-11-01' } });
    const { code, stdout } = await run(['status'], fakeWorld([...ended, written, item]));
    expect(code).toBe(10);
    expect(stdout).toContain('Action item AI-001');
    expect(stdout).not.toContain('Respond');
  });
});

describe('show', () => {
  const tool = {
    ...sample,
    name: 'get_incident',
    input: z.strictObject({ handoff: z.boolean().optional() }),
    run: async () => ({
      text: '[begin fence]\nthe words for agents\n[end fence]',
      data: {
        uid: UID,
        next: 'mitigate',
        open_tasks: ['T001', 'T002'],
        missing_to_close: ['resolved'],
        debts: [],
      },
      warnings: ['careful'],
    }),
  };
  it('lays the incident out for a person at a terminal', async () => {
    const { code, stdout, stderr } = await run(['show', '--no-color'], late(), { tty: true }, [tool]);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "hotfix-001  Users cannot log in
        P1  investigating  🟢🟢⚪️⚪️⚪️ confirmed and triaged
        ⏰ Next update        overdue by 35m: tell the people who wait, then record update_posted
        ⏰ Respond            overdue by 35m: record that somebody took the incident (acknowledged)
           Resolution target  due in 3h10 (2026-11-20 17:10 UTC)

      2026-11-20 (UTC)
        13:10  Incident opened: Users cannot log in (Ana, recorded 2026-11-20 14:00 UTC)
        13:10  Severity changed: Severity P1 (Ana)
        13:50  Note: Error rate rose red<U+202E> (Ana)
               = metric: 5xx 40 %red<U+202E>

      Open tasks: T001 T002
      Missing to close: resolved
      Next: mitigate
      "
    `);
    expect(stderr).toContain('warning: careful');
  });
  it.each<[string, string[], Parameters<typeof run>[2]]>([
    ['an agent', ['show'], {}],
    ['a pipe', ['show'], { tty: { stdin: true, stderr: true } }],
    ['--handoff', ['show', '--handoff', '--no-color'], { tty: true }],
  ])('gives the words of the operation to %s', async (_name, argv, options) => {
    expect((await run(argv, late(), options, [tool])).stdout).toContain('the words for agents');
  });
});

describe('timeline', () => {
  it('tells what happened, without anything a terminal obeys', async () => {
    const world = late();
    world.incidents.get(UID)?.push(
      event('deployed', -5, { text: 'v1.4.1', data: { environment: 'production', commit: '1a2b3c4d' } }),
      event('fact_recorded', -1440, {
        ...{ text: 'First 500\nin the log', data: { name: 'started', value: '' }, at_source: 'reported' },
        by: { name: 'claude-code', kind: 'agent', on_behalf_of: 'Ana' },
      }),
      event('noted', 0, { text: 'from the other clone', live: false }),
    );
    const { code, stdout } = await run(['timeline', 'hotfix-001'], world);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(CONTROLS);
    expect(stdout).toMatchInlineSnapshot(`
      "hotfix-001  Users cannot log in
        P1  monitoring  🟢🟢🟢🟢⚪️ repaired and deployed

      2026-11-19 (UTC)
        14:00  Fact recorded (started): First 500
               in the log (claude-code for Ana, reported)
      2026-11-20 (UTC)
        13:10  Incident opened: Users cannot log in (Ana, recorded 2026-11-20 14:00 UTC)
        13:10  Severity changed: Severity P1 (Ana)
        13:50  Note: Error rate rose red<U+202E> (Ana)
               = metric: 5xx 40 %red<U+202E>
        13:55  Deployed: v1.4.1 (stated by Ana)
        14:00  Note: from the other clone (Ana, from a published copy)
      "
    `);
  });

  it('shows ids where asked, and both orders', async () => {
    const [first, second] = [event('noted', 5, { text: 'later' }), event('noted', 1, { text: 'earlier' })];
    const world = fakeWorld([opened(), first, second]);
    const told = (await run(['timeline', '--ids'], world)).stdout;
    expect(told).toContain(first.id);
    expect(told.indexOf('earlier')).toBeLessThan(told.indexOf('later'));
    const recorded = (await run(['timeline', '--recorded'], world)).stdout;
    expect(recorded.indexOf('later')).toBeLessThan(recorded.indexOf('earlier'));
    const data = JSON.parse((await run(['timeline', '--json'], world)).stdout);
    expect(data.events.map((item: { text: string }) => item.text)).toEqual([
      'Users cannot log in',
      'earlier',
      'later',
    ]);
  });

  it('refuses an unknown incident', async () => {
    expect(await run(['timeline', 'hotfix-999'], late())).toMatchObject({ code: 3, stdout: '' });
  });
});

describe('print', () => {
  it.each([['hotfix.md'], ['hotfix'], ['HOTFIX.md']])('%s, cleaned', async (name) => {
    expect(await run(['print', name])).toMatchObject({ code: 0, stdout: '# Hotfix\n' });
  });
  it('says what makes a missing document', async () => {
    const { code, stderr } = await run(['print', 'postmortem']);
    expect(code).toBe(3);
    expect(stderr).toContain('write-postmortem');
  });
  it('wraps it as JSON', async () => {
    expect(JSON.parse((await run(['print', 'tasks', '--json'])).stdout)).toEqual({
      document: 'tasks.md',
      text: '# Tasks\n',
    });
  });
});

describe('publish', () => {
  it('prints the commands and runs none', async () => {
    const { code, stdout } = await run(['publish', 'hotfix-001'], late());
    expect(code).toBe(0);
    expect(stdout).toContain('git add -- specs/x');
  });
});

describe('verify', () => {
  const torn = { where: 'live', line: 14, problem: 'torn', detail: 'set aside' } as const;
  it('is content with sound logs', async () => {
    expect(await run(['verify'], late())).toMatchObject({
      code: 0,
      stdout: 'hotfix-001  3 event(s)  sound\n',
    });
    expect(await run(['verify'])).toMatchObject({ code: 0, stdout: 'There is no incident to check.\n' });
  });
  it('says where the damage is, once, and exits with 11', async () => {
    const { code, stdout } = await run(['verify', 'hotfix-001'], { ...late(), damage: [torn, torn] });
    expect(code).toBe(11);
    expect(stdout).toBe(
      'hotfix-001  3 event(s)  DAMAGED\n  live log, line 14: torn line (a write that was cut off); set aside\n',
    );
    const json = await run(['verify', '--json'], { ...late(), damage: [torn] });
    expect(json.code).toBe(11);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      incidents: [{ incident: 'hotfix-001', damage: [torn] }],
    });
  });
  it('finds an incident by uid even when its first line is lost', async () => {
    const world = { ...fakeWorld([event('noted', 1)]), damage: [torn] };
    const { code, stdout } = await run(['verify', UID.toLowerCase()], world);
    expect(code).toBe(11);
    expect(stdout).toContain(UID);
  });
});

describe('purge', () => {
  const world = () => late();
  const idOf = (from: World) => from.incidents.get(UID)?.[2]?.id ?? '';
  const person = { tty: { stdin: true, stderr: true } };
  const purged = (from: World) =>
    from.calls.filter((call) => typeof call === 'object' && call !== null && 'purge' in call);

  it('asks a person, purges, refreshes tracked copies too, and says what is left', async () => {
    const from = world();
    const { code, stdout, stderr, io } = await run(
      ['purge', idOf(from), '--reason', 'token, rotated'],
      from,
      {
        ...{ ...person, answer: 'y' },
      },
    );
    expect(code).toBe(0);
    expect(io.asked).toEqual(['Purge this event? [y/N] ']);
    expect(from.calls).toEqual([
      {
        purge: idOf(from),
        by: { kind: 'human', name: 'Ana Git', via: 'terminal' },
        reason: 'token, rotated',
      },
      { refresh: 'update' },
    ]);
    expect(stderr).toMatch(/Rotate the secret first/);
    expect(stdout).toMatch(/Git history still holds/);
    expect(stdout).toMatch(/Outside systems keep/);
    expect(stdout + stderr).not.toContain('Error rate rose');
  });

  it.each<[string, string[], Parameters<typeof run>[2], number, RegExp]>([
    ['an answer that is no yes', ['--reason', 'x'], { ...person, answer: 'nope' }, 8, /nothing was changed/],
    ['the end of input', ['--reason', 'x'], person, 8, /nothing was changed/],
    ['no terminal and no --yes', ['--reason', 'x'], { answer: 'y' }, 8, /--yes/],
    ['no reason', ['--yes'], {}, 2, /--reason/],
    ['an empty reason', ['--yes', '--reason', ' '], {}, 2, /--reason/],
  ])('does nothing on %s', async (_name, words, options, exit, message) => {
    const from = world();
    const { code, stderr } = await run(['purge', idOf(from), ...words], from, options);
    expect([code, purged(from)]).toEqual([exit, []]);
    expect(stderr).toMatch(message);
  });

  it('needs no terminal with --yes, and answers as JSON', async () => {
    const from = world();
    const { code, stdout } = await run(
      ['purge', idOf(from).toLowerCase(), '--yes', '--reason', 'x', '--json'],
      from,
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ purged: idOf(from), incident: 'hotfix-001', warnings: [] });
    expect(purged(from)).toHaveLength(1);
  });

  it('refuses an unknown event, and one that is purged already', async () => {
    const from = world();
    expect((await run(['purge', '01K99999999999999999999999', '--yes', '--reason', 'x'], from)).code).toBe(3);
    const stone = { ...event('noted', 1), line_sha256: 'a' };
    from.incidents.get(UID)?.push(stone);
    expect((await run(['purge', stone.id, '--yes', '--reason', 'x'], from)).code).toBe(4);
    expect(purged(from)).toEqual([]);
  });
});
