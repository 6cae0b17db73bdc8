import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Actor } from '../../src/core/events.ts';
import { createToken } from '../../src/hub/auth/tokens.ts';
import { createHubContext } from '../../src/hub/context.ts';
import { DOORS, type Doors } from '../../src/hub/doors.ts';
import { type HubProcess, serve } from '../../src/hub/serve.ts';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import recordTimelineEvent from '../../src/tools/record-timeline-event.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { loadUid } from '../../src/tools/support/load.ts';
import type { Deps } from '../../src/tools/tool.ts';
import { openTokens } from '../../src/wire.ts';
import { again, fastestTick } from '../support/board-kit.ts';
import { launch, violations } from '../support/browser-kit.ts';
import { useTeamDatabase } from '../support/postgres-kit.ts';
import { tempRepo } from '../support/repo.ts';
import { describeIf } from '../support/requires.ts';

const PATIENT = { timeout: 20_000 };
const KEY = 'a session key that several hubs share';
const BOARD: Doors = DOORS.board ? { board: DOORS.board } : {};
const AGENT: Actor = { name: 'claude', kind: 'agent', on_behalf_of: 'Ana' };

/** A hub process in all but name: a clone of its own, its own connections, stopped and started again at its port. */
async function hubOf(databaseUrl: string, workspace: string, name: string) {
  const { root } = tempRepo({ commits: 1 });
  const env = {
    ...{ HOTFIX_PULSE_DATABASE_URL: databaseUrl, HOTFIX_PULSE_WORKSPACE: workspace },
    HOTFIX_PULSE_SESSION_KEY: KEY,
  };
  const team = await openTokens(root, env);
  const wanted = { name, kind: 'person', scope: 'write', expires_at: null } as const;
  const token = (await createToken(wanted, team, Date.now())).text;
  const at = { port: 0, url: '' };
  let interrupt = (): void => undefined;
  let ended: Promise<void> = Promise.resolve();

  async function start(): Promise<void> {
    const system: HubProcess = {
      ...{ env, write: () => undefined, now: () => Date.now() },
      sleep: (_ms, signal) =>
        new Promise((done) => signal.addEventListener('abort', () => done(), { once: true })),
      onInterrupt(handler) {
        interrupt = handler;
        return () => undefined;
      },
    };
    const options = { root, host: '127.0.0.1', port: at.port, json: true };
    await new Promise<void>((done, fail) => {
      ended = serve({ ...options, behindProxy: false, publicHosts: [] }, system, {
        ...{ doors: BOARD, everyTick: () => async () => undefined },
        onListening(port) {
          Object.assign(at, { port, url: `http://127.0.0.1:${port}` });
          done();
        },
      });
      ended.catch(fail);
    });
  }
  const stop = (): Promise<void> => {
    interrupt();
    return ended;
  };
  const context = await createHubContext({ root, env }, () => undefined, { now: () => Date.now() });
  const deps = await context.depsFor(AGENT);
  await start();
  onTestFinished(async () => {
    await stop();
    await deps.close?.();
  });
  return { at, token, deps, stop, start: () => again(start) };
}
type Hub = Awaited<ReturnType<typeof hubOf>>;

describeIf('chromium', 'postgres')('the board of two hubs over one database, in Chromium', () => {
  const database = useTeamDatabase();
  let browser: Browser;
  let count = 0;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  async function world() {
    count += 1;
    const hubs = [];
    for (const name of ['Ana', 'Ben']) hubs.push(await hubOf(database().appUrl, `board/${count}`, name));
    const [one, two] = hubs;
    if (!one || !two) throw new Error('there are two');
    const { data } = await callTool(
      createHotfixTask,
      { description: 'Users cannot log in', severity: 'P1', new: true },
      one.deps,
    );
    const uid = String(data.uid);
    return { one, two, uid, pages: [await signIn(one, uid), await signIn(two, uid)] as const };
  }

  /** As somebody who follows a link to the incident: the form is asked for first, and leads on to it. */
  async function signIn({ at, token }: Hub, uid: string): Promise<Page> {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(`${at.url}/board?incident=${uid}`);
    await page.locator('input[name=token]').fill(token);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('#link.live').waitFor(PATIENT);
    expect(page.url()).toBe(`${at.url}/board?incident=${uid}`);
    return page;
  }

  const note = (text: string, incident: string, deps: Deps) =>
    callTool(recordTimelineEvent, { incident, kind: 'noted', text }, deps);

  async function expectWhole(page: Page, uid: string, deps: Deps): Promise<void> {
    const { incident } = await loadUid(uid, deps);
    const ids = incident.told.map(({ id }) => `ev-${id}`).reverse();
    await expect
      .poll(
        () => page.evaluate("[...document.querySelectorAll('#timeline > li')].map(({ id }) => id)"),
        PATIENT,
      )
      .toEqual(ids);
  }

  it('a tick at one hub shows at the other within a second', async () => {
    const { one, uid, pages } = await world();
    const [here, there] = pages;
    expect(await fastestTick(here, there)).toBeLessThan(1_000);
    await expectWhole(there, uid, one.deps);
    await expectWhole(here, uid, one.deps);
    const { incident } = await loadUid(uid, one.deps);
    expect(incident.recorded.at(-1)?.by).toMatchObject({ name: 'Ana', kind: 'human', via: 'hub token' });
  });

  it('comes back after one hub was restarted: nothing is lost, nothing is there twice', async () => {
    const { one, two, uid, pages } = await world();
    const [here, there] = pages;
    await note('before the end', uid, two.deps);
    await there.locator('.timeline', { hasText: 'before the end' }).waitFor(PATIENT);
    await two.stop();
    await there.locator('#link.lost').waitFor(PATIENT);
    await here.locator('#tick-T003').check();
    for (let i = 0; i < 3; i++) await note(`while it was away ${i}`, uid, i === 1 ? two.deps : one.deps);
    await here.locator('.timeline', { hasText: 'while it was away 2' }).waitFor(PATIENT);
    await two.start();
    await there.locator('#link.live').waitFor(PATIENT);
    await there.locator('#task-T003.done').waitFor({ ...PATIENT, state: 'attached' });
    await note('after it came back', uid, one.deps);
    await there.locator('.timeline', { hasText: 'after it came back' }).waitFor(PATIENT);
    await expectWhole(there, uid, one.deps);
    await expectWhole(here, uid, one.deps);
  });
});
