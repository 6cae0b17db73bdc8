import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempRepo } from '../support/repo.ts';
import { bundleSteered, startSteered } from '../support/steered-server.ts';

/** A fix that made it worse: taken back, and tried again. Source: seed 004, rollback procedure. */
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hotfix-pulse-second-')));
let bundle = '';
beforeAll(async () => {
  bundle = await bundleSteered(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const AGAIN = ['T004', 'T005', 'T006', 'T007', 'T008', 'T009', 'T010', 'T011', 'T012', 'T013'];

describe('a second attempt after a failed fix', () => {
  it('opens T004 to T013 again, on a branch of its own, and keeps what was known', async () => {
    const repo = tempRepo({ commits: 1 });
    const server = await startSteered(bundle, repo.root, join(folder, 'clock'));
    let minute = 0;
    const record = async (kind: string, text: string, more: Record<string, unknown> = {}) => {
      minute += 1;
      server.at(new Date(Date.parse('2026-01-05T14:00:00Z') + minute * 60_000).toISOString());
      const {
        refused,
        text: said,
        data,
      } = await server.call('record_timeline_event', { kind, text, ...more });
      expect(refused, said).toBe(false);
      return data;
    };
    const open = async () => {
      const { data } = await server.call('get_incident');
      return Array.isArray(data.open_tasks) ? data.open_tasks.map(String) : [];
    };
    const file = (name: string) =>
      readFileSync(join(repo.root, 'specs/hotfix-001-users-cant-login', name), 'utf8');
    const attempt = async (commit: string) => {
      await record('hypothesis_stated', `The cookie, ${commit}`);
      await record('cause_identified', 'auth.js', { evidence: [`commit:${commit}`] });
      await record('rollback_planned', 'Redeploy v1.0.0');
      await record('fix_committed', 'Read the token later', { ref: commit });
      await record('checks_run', 'npm test', {
        type: 'passed',
        ref: commit,
        evidence: ['output: exit code 0'],
      });
      await server.call('update_task', {
        task: 'T009',
        state: 'skipped',
        reason: `nobody awake for ${commit}`,
      });
      await record('deploy_verified', 'Works in staging', {
        environment: 'staging',
        evidence: ['output: ok'],
      });
      await record('deployed', 'To production', { ref: commit });
      await record('deploy_verified', 'Works', { evidence: ['metric: 5xx 0.1 %'] });
    };

    server.at('2026-01-05T14:00:00Z');
    await server.call('create_hotfix_task', { description: "Users can't login", severity: 'P1' });
    await record('fact_recorded', 'POST /auth answers 500', { type: 'reproduced' });
    await attempt('1a2b3c4d');
    const first = await open();
    for (const task of AGAIN) expect(first).not.toContain(task);
    expect(file('hotfix.md')).toMatch(/\*\*Branch\*\*: .*hotfix\/001-users-cant-login(?!-2)/);

    const taken = await record('rolled_back', 'It made checkout fail', { type: 'hotfix', ref: '1a2b3c4d' });
    // The cause that was believed still stands, so the incident is identified and not contained any more.
    expect(taken.status).toBe('identified');
    expect(String(taken.next)).toMatch(/^Mitigate first/);
    const reopened = await open();
    expect(reopened).toEqual(expect.arrayContaining(AGAIN));
    expect(reopened).not.toContain('T003');
    expect((await server.call('get_incident')).text).not.toContain('Rollback checkpoint');

    await record('hotfix_started', 'Branched again', { ref: 'hotfix/001-users-cant-login-2' });
    server.at('2026-01-05T15:00:00Z');
    await server.call('get_incident');
    expect(file('hotfix.md')).toContain('hotfix/001-users-cant-login-2');
    expect(file('hotfix.md')).toContain('**Attempt**: 2');
    expect(file('tasks.md')).toContain('**Attempt**: 2');
    expect(file('tasks.md')).toMatch(/- \[ \] \*\*T007\*\*/);
    // The branch of either attempt names the incident.
    for (const ref of ['hotfix/001-users-cant-login', 'hotfix/001-users-cant-login-2'])
      expect((await server.call('get_incident', { incident: ref })).data.incident).toBe('hotfix-001');

    minute = 70;
    await attempt('5e6f7a8b');
    const second = await open();
    for (const task of AGAIN) expect(second).not.toContain(task);
    expect((await record('resolved', 'Over')).status).toBe('resolved');
    // What the first attempt did stays in the record.
    expect(file('timeline.jsonl')).toContain('nobody awake for 1a2b3c4d');
    await server.client.close();
  }, 60_000);
});
