import { describe, expect, it } from 'vitest';
import { TOOLS } from '../../src/tools/index.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { loadIncident } from '../../src/tools/support/load.ts';
import { createDeps } from '../../src/wire.ts';
import { tempRepo } from '../support/repo.ts';

const HOUR = 3_600_000;

/** A real record in a real repository, at a clock that the test turns. */
async function opened(config: object = {}) {
  const repo = tempRepo({ commits: 1 });
  repo.write('hotfix-pulse.config.json', JSON.stringify(config));
  const clock = { ms: Date.parse('2026-01-05T14:00:00Z') };
  const actor = { name: 'test-agent', kind: 'agent' } as const;
  const deps = await createDeps({ root: repo.root, actor, env: {} }, { clock: { now: () => clock.ms } });
  const call = (name: string, args: Record<string, unknown> = {}) => {
    const tool = TOOLS.find((known) => known.name === name);
    if (!tool) throw new Error(`${name} is not a tool`);
    return callTool(tool, args, deps);
  };
  const record = (kind: string, text: string, more: Record<string, unknown> = {}) =>
    call('record_timeline_event', { kind, text, ...more });
  await call('create_hotfix_task', {
    description: "Users can't login - 500 error on auth endpoint",
    facts: ['service: degraded', 'flow: login', 'users: many', 'data: none', 'security: no', 'spreading: no'],
    started_at: '-20m',
    detected_at: '-5m',
  });
  const events = async () => (await loadIncident('001', deps)).incident.recorded;
  return { call, record, clock, events };
}

/** From the first report to the moment at which only the close is left. */
async function readyToClose(config: object = {}) {
  const world = await opened(config);
  const { record, call, clock } = world;
  await record('mitigation_applied', 'Put v1.0.0 back', { type: 'rollback' });
  await record('deploy_verified', 'Logins work', { evidence: ['metric: login errors 0.1 %'] });
  await record('cause_identified', 'auth.js reads a session that is not there', {
    evidence: ['commit:1a2b3c4d'],
  });
  await record('resolved', 'Logins are back to normal', { evidence: ['metric: login errors 0.1 %'] });
  await record('update_posted', 'It is over.', { type: 'public' });
  await record('action_added', 'Test logins without a session', {
    owner: 'Ana',
    due: '+2w',
    type: 'prevent',
  });
  await call('write_postmortem', {
    ...{ summary: 'Logins failed.', contributing_factors: ['No test.'], went_well: ['Fast.'] },
    ...{ went_wrong: ['Late.'], got_lucky: ['Monday.'], lessons: ['Test it.'] },
  });
  clock.ms += 49 * HOUR;
  return world;
}

describe('draft_update', () => {
  it('drafts what fits the status, keeps it, and posts nothing', async () => {
    const { call, events, clock } = await opened();
    const answer = await call('draft_update');
    expect(answer.data).toMatchObject({
      form: 'initial',
      audience: 'internal',
      posted: false,
      replayed: false,
    });
    expect(answer.data.draft).toMatch(
      /^🚨 \[P1\] Investigating issues with login\n\nImpact: users: many; service: degraded/,
    );
    expect(answer.data.draft).toContain('Next update in 30 minutes. That is at 2026-01-05 14:30 UTC.');
    expect(answer.text).toContain(`\`\`\`\`text\n${answer.data.draft}\n\`\`\`\``);
    expect(answer.text).toContain('Nothing was posted.');
    expect(answer.text).toContain('record_timeline_event {"kind": "update_posted", "type": "internal"}');
    const [draft] = (await events()).slice(-1);
    expect(draft).toMatchObject({ kind: 'update_drafted', data: { form: 'initial', audience: 'internal' } });
    expect(draft?.text).toBe(answer.data.draft);
    expect((await events()).map((event) => event.kind)).not.toContain('update_posted');

    const count = (await events()).length;
    expect((await call('draft_update')).data).toMatchObject({ replayed: true });
    expect(await events()).toHaveLength(count);
    clock.ms += 60_000;
    expect((await call('draft_update')).data).toMatchObject({ replayed: false });
    expect(await events()).toHaveLength(count + 1);
  });

  it('does not stop the clock of the next update, which only a posted one does', async () => {
    const { call, record, clock } = await opened();
    clock.ms += HOUR;
    expect((await call('draft_update', { audience: 'public' })).data.overdue).toMatch(/Next update overdue/);
    expect((await record('update_posted', 'We are on it.')).data.overdue).not.toMatch(/Next update/);
  });

  it('takes secrets out of every argument, and mentions nobody', async () => {
    const { call, events } = await opened();
    const secret = `ghp_${'a1B2c3D4e5'.repeat(3)}F6g7H8`;
    const args = {
      system: 'the login',
      eta: '15:00 UTC',
      impact: `token ${secret}`,
      text: 'cc @team ana@example.com',
    };
    const answer = await call('draft_update', { audience: 'public', ...args });
    for (const text of [answer.text, JSON.stringify(answer.data), JSON.stringify(await events())]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain('ana@example.com');
    }
    expect(answer.data.draft).toContain('@\u200Dteam');
    expect(answer.text).toContain('@\u200Dteam');
    expect((await events()).at(-1)?.text).toContain('cc @team');
    expect(answer.warnings.join()).toMatch(/taken out before storing/);
    expect(answer.data.draft).toContain('ETA: 15:00 UTC');
  });

  it('warns of what a person must decide', async () => {
    const { call, record } = await opened();
    await record('fact_recorded', 'suspected', { type: 'security' });
    const answer = await call('draft_update', { audience: 'public' });
    expect(answer.warnings).toContain(
      'Security: post nothing public before the people in charge of security agree.',
    );
  });

  it.each([
    [
      'a resolution before it is resolved',
      { form: 'resolution' },
      /not true while the incident is investigating/,
    ],
    ['an unknown form', { form: 'rumour' }, /form must be one of/],
    ['an unknown argument', { subject: 'x' }, /unknown argument subject/],
  ])('refuses %s and writes nothing', async (_name, args, message) => {
    const { call, events } = await opened();
    const before = await events();
    await expect(call('draft_update', args)).rejects.toThrow(message);
    expect(await events()).toEqual(before);
  });
});

describe('after the close', () => {
  it.each(['default', 'spec-kit'])(
    'close_incident prints the completion block and the checklist of %s',
    async (preset) => {
      const { call } = await readyToClose({ severity: { preset } });
      const answer = await call('close_incident');
      expect(answer.data).toMatchObject({ closed: true, status: 'closed' });
      expect(answer.data.completion).toMatch(
        /^## Hotfix Complete\n\n\*\*Incident\*\*: hotfix-001 .*\n\*\*Severity\*\*: P1\n\*\*Duration\*\*: 20 minutes\n/,
      );
      expect(answer.text).toContain(String(answer.data.completion));
      expect(answer.text).toContain(String(answer.data.checklist));
      const last =
        preset === 'default'
          ? '- [x] Incident closed (2026-01-07 15:00 UTC)'
          : '- [x] Post-mortem complete (';
      expect(answer.data.checklist).toContain(last);
      expect(answer.data.checklist).toMatch(/^## Completion: hotfix-001\n/);
      const again = await call('close_incident', { incident: '001' });
      expect(again.text).not.toContain('## Hotfix Complete');
    },
  );

  it('a refused close prints no block', async () => {
    const { call } = await opened();
    await expect(call('close_incident')).rejects.toThrow(/the close gate is closed/);
  });

  it('the closure notice is kept as a note, since nothing else may follow the end', async () => {
    const { call, events } = await readyToClose();
    await call('close_incident');
    const answer = await call('draft_update', { incident: '001', audience: 'executive' });
    expect(answer.data).toMatchObject({ form: 'closure', status: 'closed' });
    expect(answer.data.draft).toMatch(/^🏁 \[P1\] Closed: login issue\n/);
    expect(answer.text).toContain('record_timeline_event {"kind": "noted"}');
    expect((await events()).at(-1)).toMatchObject({
      kind: 'noted',
      data: { form: 'closure', drafted: true },
    });
  });
});
