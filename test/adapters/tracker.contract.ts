import { describe, expect, it } from 'vitest';
import type { IssueDraft } from '../../src/core/followup-issue.ts';
import { MINUTE_MS, type Row, withTwo } from '../support/followup-kit.ts';
import type { Fault, TrackerStand } from '../support/memory-tracker.ts';

type Open = () => TrackerStand | Promise<TrackerStand>;

const marker = (action: string) => `<!-- hotfix-pulse:01KJM4YG00STRY000000000000:${action} -->`;
const draft = (action: string): IssueDraft => ({
  title: `hotfix-001 ${action}: Test a login`,
  body: `> Test a login\n\n- **Owner**: Ana\n\n${marker(action)}`,
  ...{ labels: ['incident-follow-up', 'P1'], assignee: null, due: '2026-01-19' },
});

/** What every tracker must do, whatever it is made of. */
export function trackerContract(name: string, open: Open): void {
  describe(`${name}: tracker contract`, () => {
    it('has what was created at once, by its marker, and no other', async () => {
      const { tracker, issues } = await open();
      expect(await tracker.find(marker('AI-001'))).toEqual([]);
      const made = await tracker.create(draft('AI-001'));
      expect(made).toMatchObject({ outcome: 'created', dropped: [] });
      const url = made.outcome === 'created' ? made.issue.url : '';
      expect(url).toMatch(/^https?:\/\/\S+$/);
      expect(await tracker.find(marker('AI-001'))).toEqual([{ url }]);
      expect(await tracker.find(marker('AI-0010'))).toEqual([]);
      expect(await tracker.find(marker('AI-00'))).toEqual([]);
      const [issue] = await issues();
      expect(issue).toMatchObject({ title: draft('AI-001').title, labels: draft('AI-001').labels });
      expect(issue?.body).toContain(draft('AI-001').body);
    });

    it('finds it when it is closed', async () => {
      const { tracker, seed } = await open();
      const url = await seed(draft('AI-001'), 'closed');
      expect(await tracker.find(marker('AI-001'))).toEqual([{ url }]);
    });

    it('finds all that carry a marker, oldest first', async () => {
      const { tracker, seed } = await open();
      const urls = [await seed(draft('AI-001')), await seed(draft('AI-002')), await seed(draft('AI-001'))];
      expect(await tracker.find(marker('AI-001'))).toEqual([{ url: urls[0] }, { url: urls[2] }]);
    });

    it('finds it among many newer ones', async () => {
      const { tracker, seed } = await open();
      const url = await seed(draft('AI-001'));
      for (let n = 0; n < 130; n++) await seed({ body: `other ${n}` });
      expect(await tracker.find(marker('AI-001'))).toEqual([{ url }]);
    });

    it.each<[Fault, 'unknown' | 'limited' | 'declined', number, number]>([
      ['reply_lost', 'unknown', 1, 1],
      ['bad_gateway_after', 'unknown', 1, 1],
      ['bad_gateway_before', 'unknown', 0, 0],
      ['slow', 'unknown', 0, 1],
      ['limited', 'limited', 0, 0],
      ['declined', 'declined', 0, 0],
    ])('%s: is %s, and sends nothing twice', async (fault, outcome, atOnce, settled) => {
      const stand = await open();
      stand.fault(fault);
      const answer = await stand.tracker.create(draft('AI-001'));
      expect(answer.outcome).toBe(outcome);
      if (answer.outcome === 'limited') expect(answer.retry_after_s).toBeGreaterThan(0);
      expect(await stand.tracker.find(marker('AI-001'))).toHaveLength(atOnce);
      await stand.settle();
      expect(await stand.tracker.find(marker('AI-001'))).toHaveLength(settled);
      expect(await stand.issues()).toHaveLength(settled);
    });

    it('says what it did not take over', async () => {
      const stand = await open();
      stand.fault('drops_assignee');
      const answer = await stand.tracker.create({ ...draft('AI-001'), assignee: 'nobody-here' });
      expect(answer).toMatchObject({ outcome: 'created', dropped: ['assignee'] });
    });

    it('says that it cannot be asked', async () => {
      const stand = await open();
      stand.reachable(false);
      await expect(stand.tracker.find(marker('AI-001'))).rejects.toMatchObject({ code: 'upstream' });
    });
  });
}

/** Exactly one issue for each action item, whatever happens on the way: the tool on a tracker of this kind. */
export function exactlyOnceContract(name: string, open: Open): void {
  const states = (rows: Row[]) => Object.fromEntries(rows.map(({ action, state }) => [action, state]));

  async function settledWorld(fault: Fault | null) {
    const stand = await open();
    const world = await withTwo(stand);
    const { plan_id } = await world.follow();
    if (fault !== null) stand.fault(fault);
    const first = await world.follow({ plan_id, approval: 'yes' });
    return { ...world, stand, plan_id, first };
  }

  /** One issue per action item, and the record knows it. */
  async function expectOne({ stand, incident }: Awaited<ReturnType<typeof settledWorld>>) {
    const issues = await stand.issues();
    const { actions, uid } = await incident();
    for (const { id, issue } of actions.values()) {
      const own = issues.filter(({ body }) => body.includes(`<!-- hotfix-pulse:${uid}:${id} -->`));
      expect(own.map(({ url }) => url)).toEqual([issue]);
    }
    expect(issues).toHaveLength(actions.size);
  }

  describe(`${name}: one issue for each action item`, () => {
    it.each<[Fault | null, Record<string, string>, Record<string, string>]>([
      [null, { 'AI-001': 'created', 'AI-002': 'created' }, {}],
      ['reply_lost', { 'AI-001': 'created', 'AI-002': 'created' }, {}],
      ['bad_gateway_after', { 'AI-001': 'created', 'AI-002': 'created' }, {}],
      [
        'bad_gateway_before',
        { 'AI-001': 'unknown', 'AI-002': 'not_made' },
        { 'AI-001': 'unknown', 'AI-002': 'created' },
      ],
      ['slow', { 'AI-001': 'unknown', 'AI-002': 'not_made' }, { 'AI-001': 'unknown', 'AI-002': 'created' }],
      [
        'limited',
        { 'AI-001': 'not_made', 'AI-002': 'not_made' },
        { 'AI-001': 'created', 'AI-002': 'created' },
      ],
      ['declined', { 'AI-001': 'not_made', 'AI-002': 'created' }, { 'AI-001': 'created' }],
    ])('%s', async (fault, first, second) => {
      const world = await settledWorld(fault);
      expect(states(world.first.issues)).toEqual(first);
      const again = await world.follow({ plan_id: world.plan_id });
      const untracked = again.issues.filter(({ state }) => state !== 'tracked');
      expect(states(untracked)).toEqual(second);
      await world.stand.settle();
      world.clock.ms += 3 * MINUTE_MS;
      await world.follow({ plan_id: world.plan_id });
      await world.follow({ plan_id: world.plan_id });
      await expectOne(world);
    });

    it('looks for it in a plain call too, once it may have settled', async () => {
      const world = await settledWorld('slow');
      await world.stand.settle();
      const looked = await world.follow();
      expect(states(looked.issues)).toEqual({ 'AI-001': 'found', 'AI-002': 'planned' });
      await world.follow({ plan_id: looked.plan_id, approval: 'yes' });
      await expectOne(world);
    });

    it('of two calls at the same moment one creates', async () => {
      const stand = await open();
      const world = await withTwo(stand, { onDisk: true });
      const { plan_id } = await world.follow();
      const other = await world.connect();
      const args = { plan_id, approval: 'yes' };
      const both = await Promise.all([world.follow(args), world.follow(args), world.follow(args, other)]);
      expect(both.filter(({ issues }) => issues.some(({ state }) => state === 'created'))).toHaveLength(1);
      await expectOne({ ...world, stand, plan_id, first: both[0] });
    });

    it('links the oldest where there are two, and says so', async () => {
      const stand = await open();
      const world = await withTwo(stand);
      const { texts } = await world.follow();
      const [text] = texts;
      const oldest = await stand.seed({ body: text?.body ?? '' });
      await stand.seed({ body: text?.body ?? '' });
      const { issues, warnings } = await world.follow();
      expect(issues[0]).toMatchObject({ action: 'AI-001', state: 'found', url: oldest });
      expect(warnings).toContain(
        '2 issues carry the marker of AI-001; the oldest was linked, close the others.',
      );
    });
  });
}
