import { describe, expect, it } from 'vitest';
import { memorySurface, type SurfaceFault } from '../support/memory-surface.ts';
import { MINUTE_MS, outwardWorld } from '../support/outward-kit.ts';

const link = { service: 'github', ref: 'github#1' };

describe('a service that shows incidents by itself', () => {
  it('shows it from the opening on, once, and the record says where', async () => {
    const stand = memorySurface();
    const { kinds, incident, next } = await outwardWorld([stand]);
    expect(stand.shown).toHaveLength(1);
    expect(stand.shown[0]?.marker).toBe(`<!-- hotfix-pulse:${(await incident()).uid} -->`);
    const [linked] = await kinds('linked');
    expect(linked).toMatchObject({
      by: { name: 'github', kind: 'system' },
      data: { type: 'issue', surface: link, url: 'https://github.example/1' },
      evidence: ['https://github.example/1'],
    });
    await next();
    expect(stand.writes).toEqual(['open']);
    expect(await kinds('linked')).toHaveLength(1);
  });

  it('follows the record, and is left alone when nothing that it shows has changed', async () => {
    const stand = memorySurface();
    const { record } = await outwardWorld([stand]);
    await record('cause_identified', 'The session cookie was renamed');
    expect(stand.shown[0]?.draft).toMatchObject({ status: 'identified' });
    await record('noted', 'Looked at the dashboard');
    expect(stand.writes).toEqual(['open', 'refresh']);
  });

  it.each<[SurfaceFault, string]>([
    ['reply_lost', 'sent'],
    ['throws', 'sent'],
    ['slow', 'waiting'],
    ['not_made', 'waiting'],
    ['limited', 'waiting'],
    ['declined', 'refused'],
  ])('%s at the opening: exactly one in the end, and the incident goes on', async (fault, state) => {
    const stand = memorySurface();
    stand.fault(fault);
    const { opened, record, next, kinds } = await outwardWorld([stand]);
    expect(opened.data.opened).toBe(true);
    expect(opened.warnings).toHaveLength(1);
    expect(opened.warnings[0]?.startsWith('Shown in the github of the tests: https://')).toBe(
      state === 'sent',
    );
    await record('noted', 'Still looking');
    stand.settle();
    for (const minutes of [1, 2, 10, 20]) await next(minutes);
    expect(stand.shown).toHaveLength(1);
    expect(await kinds('linked')).toHaveLength(1);
  });

  it('tries a lost answer again only when it can have settled', async () => {
    const stand = memorySurface();
    stand.fault('not_made');
    const { next } = await outwardWorld([stand]);
    await next(1);
    expect(stand.writes).toEqual(['open']);
    await next(1.5);
    expect(stand.writes).toEqual(['open', 'open']);
  });

  it('keeps the pause that the service asks for, and no longer than an hour', async () => {
    const stand = memorySurface();
    stand.fault('limited');
    const { opened, next } = await outwardWorld([stand]);
    expect(opened.warnings).toEqual([
      'GitHub asks for a pause: the incident for the github of the tests is queued until 2026-01-05T14:10:00.000Z.',
    ]);
    await next(9);
    expect(stand.shown).toHaveLength(0);
    await next(2);
    expect(stand.shown).toHaveLength(1);
  });

  it('tries at once what was refused, when it has changed', async () => {
    const stand = memorySurface();
    stand.fault('declined');
    const { record } = await outwardWorld([stand]);
    await record('noted', 'Nothing that it shows');
    expect(stand.writes).toEqual(['open']);
    await record('cause_identified', 'The session cookie was renamed');
    expect(stand.writes).toEqual(['open', 'open']);
    expect(stand.shown).toHaveLength(1);
  });

  it('does not lose its place over a failed refresh', async () => {
    const stand = memorySurface();
    const { record, next } = await outwardWorld([stand]);
    stand.fault('not_made', 'refresh');
    await record('cause_identified', 'The session cookie was renamed');
    await next(3);
    expect(stand.shown).toHaveLength(1);
    expect(stand.shown[0]?.draft).toMatchObject({ status: 'identified' });
  });

  it('finds what another machine has shown, and brings it up to date', async () => {
    const stand = memorySurface();
    stand.reachable(false);
    const { incident, next, kinds } = await outwardWorld([stand]);
    expect(stand.writes).toEqual([]);
    stand.reachable(true);
    const marker = `<!-- hotfix-pulse:${(await incident()).uid} -->`;
    const place = { ref: 'github#1', url: 'https://github.example/1' };
    stand.shown.push({ place, marker, draft: { title: 'older' }, posts: [] });
    await next(3);
    expect(stand.writes).toEqual(['refresh']);
    expect(stand.shown[0]?.draft).toMatchObject({ status: 'investigating' });
    expect(await kinds('linked')).toHaveLength(1);
  });

  it('is told once by two processes at the same moment', async () => {
    const stand = memorySurface();
    stand.reachable(false);
    const { next, connect, clock } = await outwardWorld([stand]);
    stand.reachable(true);
    clock.ms += 3 * MINUTE_MS;
    await Promise.all([next(0), next(0, connect()), next(0, connect())]);
    expect(stand.writes).toEqual(['open']);
  });

  it('shows what came while another process was sending', async () => {
    const stand = memorySurface();
    const { record, incident, deps, outbox } = await outwardWorld([stand]);
    const { uid } = await incident();
    await outbox.exclusively(uid, async () => {
      await record('cause_identified', 'The session cookie was renamed');
      return null;
    });
    expect(stand.writes).toEqual(['open']);
    const { sendWaiting } = await import('../../src/tools/support/mirror.ts');
    await sendWaiting(uid, deps);
    expect(stand.shown[0]?.draft).toMatchObject({ status: 'identified' });
  });
});

describe('what is not shown', () => {
  it('a rehearsal', async () => {
    const stand = memorySurface();
    const { record, next } = await outwardWorld([stand], { drill: true });
    await record('cause_identified', 'The session cookie was renamed');
    await next(5);
    expect(stand.writes).toEqual([]);
  });

  it('an incident where the settings say ask or off', async () => {
    for (const show of ['ask', 'off'] as const) {
      const stand = memorySurface();
      const { record } = await outwardWorld([stand], { settings: { github: { show } } });
      await record('cause_identified', 'The session cookie was renamed');
      expect(stand.writes).toEqual([]);
    }
  });

  it('one about security where not only the team can read, until a person says so', async () => {
    const facts = ['service: working', 'security: yes', 'users: some'];
    for (const visibility of ['public', 'unknown'] as const) {
      const stand = memorySurface({ visibility: async () => visibility });
      const { opened, record } = await outwardWorld([stand], { facts });
      expect(opened.warnings.join('\n')).toMatch(/Not sent to the github of the tests: .*about security/);
      await record('noted', 'An access token was in the log');
      expect(stand.writes).toEqual([]);
    }
    const inside = memorySurface();
    await outwardWorld([inside], { facts });
    expect(inside.shown).toHaveLength(1);
  });

  it('more of one that turns out to be about security', async () => {
    const stand = memorySurface({ visibility: async () => 'public' });
    const { record } = await outwardWorld([stand]);
    expect(stand.shown).toHaveLength(1);
    await record('fact_recorded', 'yes', { type: 'security' });
    await record('cause_identified', 'An attacker had the session key');
    expect(stand.shown[0]?.draft).toMatchObject({ status: 'investigating' });
  });

  it('what the settings name and cannot be used: it is told at the opening', async () => {
    const faults = [{ service: 'github', message: 'no token', hint: 'set GH_TOKEN' }] as const;
    const { opened } = await outwardWorld([], { faults });
    expect(opened.warnings).toEqual(['GitHub is not connected: no token; set GH_TOKEN.']);
    expect(opened.text).toContain('! GitHub is not connected');
  });
});
