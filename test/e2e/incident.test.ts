import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { git, tempRepo } from '../support/repo.ts';
import { bundleSteered, type SteeredServer, startSteered } from '../support/steered-server.ts';

/** One whole incident through the SDK's own client, with the gates biting; every file on disk is compared. */
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hotfix-pulse-e2e-')));
let bundle = '';
beforeAll(async () => {
  bundle = await bundleSteered(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DAY1 = '2026-01-05T';
const record = (server: SteeredServer, kind: string, text: string, more: Record<string, unknown> = {}) =>
  server.call('record_timeline_event', { kind, text, ...more });

describe('an incident from report to postmortem', () => {
  it('is classified, recorded, mitigated, fixed, resolved, written up and closed', async () => {
    const repo = tempRepo({ commits: 2 });
    const before = { head: repo.git(['rev-parse', 'HEAD']), status: repo.git(['status', '--porcelain']) };
    const server = await startSteered(bundle, repo.root, join(folder, 'clock'));
    const done = async (
      answer: Promise<{ text: string; data: Record<string, unknown>; refused: boolean }>,
    ) => {
      const { refused, text, data } = await answer;
      expect(refused, text).toBe(false);
      // Both halves carry everything: agents show their model only one of them.
      for (const part of ['incident', 'status', 'pulse', 'next']) expect(text).toContain(String(data[part]));
      return data;
    };

    server.at(`${DAY1}14:00:00Z`);
    const classified = await server.call('classify_severity', {
      description: "Users can't login - 500 error on auth endpoint",
    });
    expect(classified.data).toMatchObject({ severity: 'P1?', confirmed: false });
    const opened = await done(
      server.call('create_hotfix_task', {
        description: "Users can't login - 500 error on auth endpoint",
        facts: [
          'service: degraded',
          'flow: login',
          'users: many',
          'data: none',
          'security: no',
          'spreading: no',
        ],
        started_at: '2026-01-05T13:40:00Z',
        detected_at: '2026-01-05T14:55:00+01:00',
        detected_by: 'pager alert',
      }),
    );
    expect(opened).toMatchObject({
      incident: 'hotfix-001',
      severity: 'P1',
      pulse: '🟢🟢⚪️⚪️⚪️',
      status: 'investigating',
    });

    server.at(`${DAY1}14:03:00Z`);
    await done(
      record(server, 'role_assigned', 'Ana took command', { role: 'incident_commander', person: 'Ana' }),
    );
    await done(record(server, 'acknowledged', 'Ana is on it', { person: 'Ana' }));
    await done(
      record(server, 'fact_recorded', 'POST /auth with a user without a session answers 500', {
        type: 'reproduced',
      }),
    );
    server.at(`${DAY1}14:10:00Z`);
    await done(record(server, 'update_posted', 'Logins fail since 13:40 UTC. We are on it.'));
    await done(record(server, 'hypothesis_stated', 'The load balancer drops the cookie'));
    server.at(`${DAY1}14:15:00Z`);
    await done(
      record(server, 'hypothesis_refuted', 'It was not the load balancer', {
        reason: 'direct requests fail too',
      }),
    );
    const early = await record(server, 'resolved', 'Looks fine');
    expect(early).toMatchObject({
      refused: true,
      data: { error: { code: 'gate_closed', missing: [{ id: 'verified_with_evidence' }] } },
    });

    server.at(`${DAY1}14:20:00Z`);
    expect(
      await done(record(server, 'mitigation_applied', 'Put v1.0.0 back', { type: 'rollback' })),
    ).toMatchObject({ status: 'mitigated', pulse: '🟢🟢🟢⚪️⚪️' });
    server.at(`${DAY1}14:25:00Z`);
    expect(
      await done(
        record(server, 'deploy_verified', 'Logins work on v1.0.0', {
          evidence: ['metric: login errors 0.1 %'],
        }),
      ),
    ).toMatchObject({ status: 'monitoring' });
    const backdated = await record(
      server,
      'cause_identified',
      'auth.js reads the session of users without one',
      { at: '2026-01-05T14:22:00Z' },
    );
    expect(backdated.refused).toBe(true);
    await done(
      record(server, 'cause_identified', 'auth.js reads the session of users without one', {
        ...{ at: '2026-01-05T14:22:00Z', source: 'Ana, in the channel', evidence: ['commit:1a2b3c4d'] },
      }),
    );
    server.at(`${DAY1}15:00:00Z`);
    const late = await server.call('get_incident');
    expect(late.text.split('\n').at(-1)).toBe(
      '⏰ Next update overdue by 20 minutes: tell the people who wait, then record update_posted.',
    );
    await done(record(server, 'update_posted', 'Logins work again, the fix follows.', { type: 'public' }));
    await done(record(server, 'rollback_planned', 'Redeploy v1.0.0; watch login errors'));
    await done(
      record(server, 'hotfix_started', 'Branched from v1.1.0', { ref: 'hotfix/001-users-cant-login' }),
    );
    await done(record(server, 'fix_committed', 'A missing session is a new one', { ref: '9f8e7d6c' }));
    await done(
      record(server, 'checks_run', 'npm test: 41 passed', {
        type: 'passed',
        ref: '9f8e7d6c',
        evidence: ['output: npm test, exit code 0'],
      }),
    );
    await done(
      server.call('update_task', { task: 'T009', state: 'skipped', reason: 'nobody else is awake' }),
    );
    await done(record(server, 'deployed', 'v1.1.1 to staging', { ref: '9f8e7d6c', environment: 'staging' }));
    await done(
      record(server, 'deploy_verified', 'Works in staging', {
        environment: 'staging',
        evidence: ['output: smoke test passed'],
      }),
    );
    server.at(`${DAY1}15:20:00Z`);
    expect(await done(record(server, 'deployed', 'v1.1.1 to production', { ref: '9f8e7d6c' }))).toMatchObject(
      { pulse: '🟢🟢🟢🟢⚪️' },
    );
    server.at(`${DAY1}15:25:00Z`);
    await done(
      record(server, 'deploy_verified', 'Users without a session log in', {
        evidence: ['metric: login errors 0.1 %'],
      }),
    );
    await done(
      record(server, 'fact_recorded', 'harm ended with the rollback', {
        type: 'impact_ended',
        at: '2026-01-05T14:20:00Z',
        source: 'login dashboard',
      }),
    );
    expect(await done(record(server, 'resolved', 'Logins are back to normal'))).toMatchObject({
      status: 'resolved',
    });
    server.at(`${DAY1}15:30:00Z`);
    await done(record(server, 'update_posted', 'Resolved. Sorry for the trouble.', { type: 'public' }));
    server.at(`${DAY1}17:25:00Z`);
    await done(record(server, 'fact_recorded', 'error rate flat for two hours', { type: 'observation' }));
    await done(record(server, 'fact_recorded', 'keep the fix', { type: 'decision' }));
    await done(
      record(server, 'action_added', 'Test logins without a session', {
        owner: 'Ana',
        due: '+2w',
        type: 'prevent',
      }),
    );
    await done(record(server, 'action_added', 'Alert on login errors within 5 minutes', { type: 'detect' }));

    const open = await server.call('close_incident');
    expect(open.data).toMatchObject({ error: { code: 'gate_closed', gate: 'close' } });
    expect(open.text).toContain('postmortem');
    const written = await done(
      server.call('write_postmortem', {
        summary: 'Users without a session could not log in after v1.1.0.',
        contributing_factors: ['No test covered a user without a session.'],
        went_well: ['The last release was one command away.'],
        went_wrong: ['The alert came fifteen minutes after the first error.'],
        got_lucky: ['Few people log in on a Monday afternoon.'],
        lessons: ['A new field in the token needs a test without that field.'],
      }),
    );
    expect(written).toMatchObject({ errors: 2 });
    await done(
      record(server, 'action_changed', 'Ben takes the alert', {
        ref: 'AI-002',
        owner: 'Ben',
        due: '2026-01-19',
      }),
    );

    server.at('2026-01-06T15:26:00Z');
    await done(
      record(server, 'stability_confirmed', 'No recurrence in a day', {
        evidence: ['metric: login errors 0.1 % for 24 h'],
      }),
    );
    const missing = await server.call('close_incident');
    expect(missing.data).toMatchObject({
      error: { missing: [{ id: 'regression' }, { id: 'long_lived_branches' }] },
    });
    const closed = await done(
      server.call('close_incident', {
        override_reason: 'The user said: the test follows on Thursday',
        override_until: '2026-01-08',
      }),
    );
    expect(closed).toMatchObject({ closed: true, status: 'closed', pulse: '🟢🟢🟢🟢🟢✅' });
    expect((await server.call('get_incident', { incident: '001' })).data).toMatchObject({
      debts: ['close: regression, long_lived_branches until 2026-01-08'],
    });
    const again = await record(server, 'mitigation_applied', 'Too late', { incident: '1', type: 'rollback' });
    expect(again.data).toMatchObject({ error: { code: 'conflict' } });
    expect((await server.call('review_incidents')).text).toContain('Time to mitigate: median 40 minutes');

    const specs = join(repo.root, 'specs', 'hotfix-001-users-cant-login');
    expect(readdirSync(specs).sort()).toEqual([
      '.gitattributes',
      '.gitignore',
      'hotfix.md',
      'post-mortem.md',
      'tasks.md',
      'timeline.jsonl',
    ]);
    for (const file of ['hotfix.md', 'post-mortem.md', 'tasks.md', 'timeline.jsonl']) {
      const text = readFileSync(join(specs, file), 'utf8')
        .replace(/"writer":"[^"]*"/g, '"writer":"w"')
        .replace(/"prev":"[0-9a-f]{64}"/g, '"prev":"..."');
      await expect(text).toMatchFileSnapshot(`__golden__/incident/${file}`);
    }
    await server.client.close();

    const cli = join(import.meta.dirname, '../../dist/hotfix-pulse.js');
    const verified = execFileSync(process.execPath, [cli, 'verify', '--repo', repo.root, '--json'], {
      encoding: 'utf8',
    });
    expect(JSON.parse(verified)).toMatchObject({ ok: true, incidents: [{ damage: [] }] });
    expect({ head: repo.git(['rev-parse', 'HEAD']), status: repo.git(['status', '--porcelain']) }).toEqual(
      before,
    );
    expect(git(repo.root, ['stash', 'list'])).toBe('');
  }, 60_000);
});
