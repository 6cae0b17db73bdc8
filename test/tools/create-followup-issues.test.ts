import { describe, expect, it } from 'vitest';
import { PulseError } from '../../src/core/errors.ts';
import { followUpWorld, MINUTE_MS, withTwo } from '../support/followup-kit.ts';
import { memoryTracker } from '../support/memory-tracker.ts';

const DAY_MS = 24 * 60 * MINUTE_MS;

describe('without a tracker', () => {
  it('gives finished texts for use by hand, names the setting, and records nothing', async () => {
    const { follow, incident } = await withTwo(null);
    const before = (await incident()).recorded.length;
    const { plan_id, issues, texts, text, warnings } = await follow();
    expect(plan_id).toBeNull();
    expect(issues).toMatchObject([
      { action: 'AI-001', state: 'by_hand', url: null },
      { action: 'AI-002', state: 'by_hand', url: null },
    ]);
    const { uid } = await incident();
    expect(texts).toMatchObject([
      {
        ...{ action: 'AI-001', labels: ['incident-follow-up', 'P1'], assignee: 'ana', due: '2026-01-19' },
        title: 'hotfix-001 AI-001: Test a login without a token',
      },
      { action: 'AI-002', assignee: null, due: '2026-01-08' },
    ]);
    expect(texts[0]?.body).toContain('> Test a login without a token');
    expect(texts[0]?.body).toContain('specs/hotfix-001-users-cant-login/post-mortem.md');
    expect(texts[0]?.body).toMatch(new RegExp(`<!-- hotfix-pulse:${uid}:AI-001 -->$`));
    expect(text).toContain(texts[0]?.body ?? '?');
    expect(text).toContain('{"kind": "linked", "type": "issue", "ref": "AI-001"');
    expect(warnings[0]).toMatch(/^not_configured: .*"github": \{\}/);
    expect((await incident()).recorded).toHaveLength(before);
  });

  it('counts what was linked by hand as tracked', async () => {
    const { follow, record, incident } = await withTwo(null);
    await record('linked', 'AI-001 is tracked', {
      ...{ type: 'issue', ref: 'AI-001', evidence: ['https://tracker.example/issues/7'] },
    });
    expect((await incident()).actions.get('AI-001')?.issue).toBe('https://tracker.example/issues/7');
    const { issues, texts } = await follow();
    expect(issues).toMatchObject([
      { action: 'AI-001', state: 'tracked', url: 'https://tracker.example/issues/7' },
      { action: 'AI-002', state: 'by_hand' },
    ]);
    expect(texts.map(({ action }) => action)).toEqual(['AI-002']);
    // The sister's page stands in the text that is left.
    expect(texts[0]?.body).toContain(
      '- AI-001 Test a login without a token: https://tracker.example/issues/7',
    );
  });
});

describe('plan and yes', () => {
  it('the first call creates nothing; the second creates what was approved and records it', async () => {
    const stand = memoryTracker();
    const { follow, incident } = await withTwo(stand);
    const plan = await follow();
    expect(plan.plan_id).toMatch(/^[0-9a-f]{12}$/);
    expect(plan.text).toContain(`call with plan_id ${plan.plan_id} and approval: their words`);
    expect(await stand.issues()).toEqual([]);

    const done = await follow({ plan_id: plan.plan_id, approval: 'yes, both please' });
    expect(done.issues.map(({ state }) => state)).toEqual(['created', 'created']);
    const issues = await stand.issues();
    expect(issues.map(({ title }) => title)).toEqual(plan.texts.map(({ title }) => title));
    expect(issues[0]?.body).toBe(plan.texts[0]?.body);
    // The later one names the page of the earlier one.
    expect(issues[1]?.body).toContain(`AI-001 Test a login without a token: ${issues[0]?.url}`);
    const kinds = (await incident()).recorded.slice(-4).map(({ kind }) => kind);
    expect(kinds).toEqual(['approval_given', 'noted', 'linked', 'linked']);
    expect((await incident()).recorded.find(({ kind }) => kind === 'approval_given')).toMatchObject({
      data: { strength: 'word', plan: plan.plan_id, words: 'yes, both please' },
    });
    expect((await follow()).text).toContain('Every open action item has its issue.');
  });

  it('is refused without the words, and with a plan that says something else by now', async () => {
    const stand = memoryTracker();
    const { follow, record } = await withTwo(stand);
    const { plan_id } = await follow();
    await expect(follow({ plan_id })).rejects.toMatchObject({ code: 'gate_closed' });
    await expect(follow({ plan_id, approval: ' ' })).rejects.toMatchObject({ code: 'gate_closed' });
    await expect(follow({ plan_id: 'ffffffffffff', approval: 'yes' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await record('action_changed', 'Later', { ref: 'AI-002', due: '+9d' });
    await expect(follow({ plan_id, approval: 'yes' })).rejects.toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining('without plan_id'),
    });
    expect(await stand.issues()).toEqual([]);
  });

  it('makes those that were named, and refuses what is no open action item', async () => {
    const stand = memoryTracker();
    const { follow, record, approve } = await withTwo(stand);
    await expect(follow({ actions: ['AI-009'] })).rejects.toMatchObject({ code: 'not_found' });
    await record('action_changed', 'No need', { ref: 'AI-002', type: 'dropped', reason: 'covered' });
    await expect(follow({ actions: ['AI-002'] })).rejects.toMatchObject({ code: 'conflict' });
    await record('action_added', 'Third', { owner: 'Ana', due: '+3d', type: 'process' });
    const { plan_id } = await follow({ actions: ['ai-003'] });
    await follow({ actions: ['AI-003'], plan_id, approval: 'that one' });
    expect((await stand.issues()).map(({ title }) => title)).toEqual(['hotfix-001 AI-003: Third']);
    await approve();
    expect(await stand.issues()).toHaveLength(2);
  });

  it('twenty at a time, and says how many are left', async () => {
    const stand = memoryTracker();
    const { follow, record } = await followUpWorld(stand);
    const also = { owner: 'Ana', due: '+3d', type: 'prevent' };
    for (let n = 0; n < 21; n++) await record('action_added', `Follow-up ${n}`, also);
    const plan = await follow();
    expect(plan.texts).toHaveLength(20);
    expect(plan.text).toContain('1 more: call again after these.');
    await follow({ plan_id: plan.plan_id, approval: 'yes' });
    expect(await stand.issues()).toHaveLength(20);
    expect((await follow()).texts.map(({ action }) => action)).toEqual(['AI-021']);
  });

  it('goes on after the close, when an approval can only be a note', async () => {
    const stand = memoryTracker();
    const { approve, record, incident } = await withTwo(stand);
    await record('cancelled', 'False alarm', { reason: 'the probe was broken' });
    const { issues } = await approve({ incident: '001' });
    expect(issues.map(({ state }) => state)).toEqual(['created', 'created']);
    const { status, recorded } = await incident();
    expect(status).toBe('cancelled');
    expect(recorded.some(({ kind }) => kind === 'approval_given')).toBe(false);
    expect(recorded.some(({ text }) => text.includes('the user said: "yes, create them"'))).toBe(true);
  });
});

describe('what never happens', () => {
  it('a rehearsal does not leave the machine', async () => {
    const stand = memoryTracker();
    const { follow, record } = await followUpWorld(stand, { drill: true });
    await record('action_added', 'Follow up', { owner: 'Ana', due: '+3d', type: 'prevent' });
    await expect(follow()).rejects.toMatchObject({ code: 'unsafe' });
    expect(await stand.issues()).toEqual([]);
  });

  it('a create after the process died with the intent written, before it has settled', async () => {
    const stand = memoryTracker();
    const { follow, clock, incident } = await withTwo(stand);
    const { plan_id } = await follow();
    const { find } = stand.tracker;
    stand.tracker.find = () => Promise.reject(new Error('the process died'));
    await expect(follow({ plan_id, approval: 'yes' })).rejects.toThrow('died');
    stand.tracker.find = find;
    expect((await incident()).recorded.at(-1)).toMatchObject({
      kind: 'noted',
      data: { follow_ups: { state: 'intended', plan: plan_id } },
    });

    clock.ms += MINUTE_MS;
    const early = await follow({ plan_id });
    expect(early.issues.map(({ state }) => state)).toEqual(['unknown', 'unknown']);
    expect((await follow()).plan_id).toBeNull();
    expect(await stand.issues()).toEqual([]);
    clock.ms += 2 * MINUTE_MS;
    await follow({ plan_id });
    expect(await stand.issues()).toHaveLength(2);
  });

  it('an error of a tracker that throws: the outcome is open', async () => {
    const stand = memoryTracker();
    const { follow } = await withTwo(stand);
    const { plan_id } = await follow();
    stand.tracker.create = () => Promise.reject(new PulseError('upstream', 'x', 'y'));
    const { issues } = await follow({ plan_id, approval: 'yes' });
    expect(issues.map(({ state }) => state)).toEqual(['unknown', 'not_made']);
  });

  it('a refused record, when the tracker cannot be asked', async () => {
    const stand = memoryTracker();
    const { follow, record } = await withTwo(stand);
    const { plan_id } = await follow();
    stand.reachable(false);
    await expect(follow()).rejects.toMatchObject({ code: 'upstream' });
    const { issues } = await follow({ plan_id, approval: 'yes' });
    expect(issues.map(({ state, note }) => [state, note])).toEqual([
      ['not_made', 'the tracker did not answer; call again'],
      ['not_made', 'the tracker did not answer; call again'],
    ]);
    await record('noted', 'Still recording');
    stand.reachable(true);
    await follow({ plan_id });
    expect(await stand.issues()).toHaveLength(2);
  });

  it('a secret, an address, a mention or a reference in a text', async () => {
    const stand = memoryTracker();
    const { deps, approve, record, follow } = await followUpWorld(stand);
    const text = 'Fixes #12, closes acme/web#7, resolves https://github.com/acme/web/issues/3 for @acme/ops';
    await record('action_added', text, { owner: 'Ana', due: '+3d', type: 'prevent' });
    // A value that became known as a secret after it was recorded.
    await record('action_added', 'Rotate horse-battery-staple\n/close\n# Heading', {
      ...{ owner: 'ben@example.org', due: '+3d', type: 'prevent' },
    });
    const { redact } = deps;
    Object.assign(deps, {
      redact: (raw: string) => {
        const { text: safe, removed } = redact(raw);
        const without = safe.replaceAll('horse-battery-staple', '[gone]');
        return { text: without, removed: without === safe ? removed : [{ type: 'known', token: '[gone]' }] };
      },
    });
    const { warnings } = await follow();
    expect(warnings.join()).toMatch(/^2 secret or personal value.*\((?:known, email|email, known)\)/);
    await approve();
    const [first, second] = await stand.issues();
    const all = `${first?.title}\n${first?.body}\n${second?.title}\n${second?.body}`;
    expect(all).not.toMatch(/@[\p{L}\p{N}]/u);
    expect(all).not.toMatch(/#\d/);
    expect(all).not.toMatch(/https?:\/\/github/);
    expect(all).not.toContain('horse-battery');
    expect(all).not.toContain('ben@example.org');
    expect(second?.body).not.toMatch(/^(?:> )?(?:\/close|# Heading)/m);
    expect(first?.body).toContain('acme/ops');
  });
});

describe('what is told', () => {
  it('what the tracker did not take over, and the pause that it asks for', async () => {
    const stand = memoryTracker();
    const { follow } = await withTwo(stand);
    const { plan_id } = await follow();
    stand.fault('limited');
    const limited = await follow({ plan_id, approval: 'yes' });
    expect(limited.warnings).toContain('The tracker asks for a pause of 60 s.');
    stand.fault('drops_assignee');
    expect((await follow({ plan_id })).warnings).toContain('The tracker did not take over: assignee.');
  });

  it('the service level of a priority item, as the settings have it', async () => {
    const { follow, call, clock } = await withTwo(null, {
      config: { action_items: { priority_weeks: 8 } },
    });
    const { texts } = await follow();
    expect(texts[0]?.body).toContain('- **Service level**: 8 weeks, until 2026-03-02');
    clock.ms += 60 * DAY_MS;
    const { text } = await call('get_incident');
    expect(text).toMatch(/Action item AI-001: overdue by/);
  });

  it('a finished action item needs evidence, also on the way in from a terminal', async () => {
    const { record, incident } = await withTwo(null);
    await expect(record('action_changed', 'Done', { ref: 'AI-001', type: 'done' })).rejects.toMatchObject({
      code: 'invalid_input',
      message: 'action_changed also needs: evidence',
    });
    await expect(
      record('action_changed', 'Done', { ref: 'AI-001', type: 'done', evidence: ['looks fine'] }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await incident()).actions.get('AI-001')?.state).toBe('open');
  });
});

describe('an incident about security', () => {
  it('is not tracked where not only the team reads', async () => {
    for (const visibility of ['public', 'unknown'] as const) {
      const stand = memoryTracker();
      const world = await withTwo({
        ...stand,
        tracker: { ...stand.tracker, visibility: async () => visibility },
      });
      await world.record('fact_recorded', 'yes', { type: 'security' });
      await expect(world.follow()).rejects.toMatchObject({ code: 'unsafe' });
      expect(await stand.issues()).toEqual([]);
    }
    const inside = memoryTracker();
    const world = await withTwo({
      ...inside,
      tracker: { ...inside.tracker, visibility: async () => 'private' },
    });
    await world.record('fact_recorded', 'yes', { type: 'security' });
    expect((await world.follow()).plan_id).not.toBeNull();
  });
});
