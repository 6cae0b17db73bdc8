import { describe, expect, it } from 'vitest';
import type { App } from '../../src/cli/app.ts';
import { runCli } from '../../src/cli/dispatch.ts';
import { loadAll, loadIncident } from '../../src/tools/support/load.ts';
import { memorySurface } from '../support/memory-surface.ts';
import { memoryTracker } from '../support/memory-tracker.ts';
import { MINUTE_MS, outwardWorld } from '../support/outward-kit.ts';
import { fakeApp, fakeIo, fakeWorld } from './fakes.ts';

type World = Awaited<ReturnType<typeof outwardWorld>>;

async function sync({ deps }: World, ...args: string[]) {
  const io = fakeIo();
  const app: App = {
    ...fakeApp(fakeWorld(), io),
    ...{ loadAll, loadIncident },
    createDeps: async ({ actor }) => ({ ...deps, actor }),
  };
  const code = await runCli(['sync', ...args], io, app);
  return { code, out: io.written.stdout, err: io.written.stderr };
}

describe('hotfix-pulse sync', () => {
  it('sends what waited, once, and says where it is', async () => {
    const stand = memorySurface();
    stand.fault('declined');
    const world = await outwardWorld([stand]);
    expect(stand.shown).toHaveLength(0);
    const first = await sync(world);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toContain('hotfix-001  GitHub: shown there, sent  https://github.example/1');
    const second = await sync(world, '--json');
    expect(JSON.parse(second.out)).toEqual({ ok: true, sent: [], warnings: [] });
    expect(stand.shown).toHaveLength(1);
  });

  it('says what still waits and why, with exit code 7', async () => {
    const stand = memorySurface();
    stand.fault('limited');
    const world = await outwardWorld([stand]);
    const { code, out, err } = await sync(world, 'hotfix-001');
    expect(code).toBe(7);
    expect(out).toContain('GitHub: shown there, waiting');
    expect(err).toContain('GitHub asks for a pause');
    const { sent } = JSON.parse((await sync(world, '--json')).out);
    expect(sent).toEqual([
      {
        ...{ incident: 'hotfix-001', service: 'github', what: 'open', state: 'waiting', url: null },
        retry_at: '2026-01-05T14:10:00.000Z',
      },
    ]);
  });

  it('says what is not connected', async () => {
    const faults = [{ service: 'slack', message: 'no token', hint: 'set SLACK_BOT_TOKEN' }] as const;
    const { code, err } = await sync(await outwardWorld([], { faults }));
    expect(code).toBe(7);
    expect(err).toContain('Slack is not connected: no token; set SLACK_BOT_TOKEN.');
  });

  it('has nothing to do without services', async () => {
    const world = await outwardWorld([]);
    const deps = { ...world.deps };
    delete deps.outward;
    const { code, out } = await sync({ ...world, deps });
    expect(code).toBe(0);
    expect(out).toContain('No service is named');
  });
});

describe('follow-up issues that were approved', () => {
  /** One action item, and the plan of its issue. */
  async function planned() {
    const tracker = memoryTracker();
    const world = await outwardWorld([], { tracker: tracker.tracker });
    await world.record('action_added', 'Test a login without a token', { owner: '@ana', due: '2026-01-19' });
    const { data } = await world.call('create_followup_issues', {});
    return { tracker, world, data };
  }

  it('are made when the tracker takes them, once each', async () => {
    const { tracker, world, data } = await planned();
    tracker.fault('limited');
    const made = await world.call('create_followup_issues', { plan_id: data.plan_id, approval: 'yes' });
    expect(made.data.issues).toMatchObject([{ action: 'AI-001', state: 'not_made' }]);
    expect(await tracker.issues()).toHaveLength(0);
    const { code, out } = await sync(world);
    expect(code).toBe(0);
    expect(out).toContain('hotfix-001  GitHub: AI-001, sent  https://tracker.example/issues/1');
    await sync(world);
    expect(await tracker.issues()).toHaveLength(1);
  });

  it('are made by the next call too, once they have settled', async () => {
    const { tracker, world, data } = await planned();
    tracker.fault('slow');
    await world.call('create_followup_issues', { plan_id: data.plan_id, approval: 'yes' });
    await tracker.settle();
    world.clock.ms += 3 * MINUTE_MS;
    await world.call('get_incident', {});
    expect(await tracker.issues()).toHaveLength(1);
    expect((await world.incident()).actions.get('AI-001')?.issue).toBe('https://tracker.example/issues/1');
  });
});
