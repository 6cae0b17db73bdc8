import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { planCode } from '../../src/core/ship/plan.ts';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import recordTimelineEvent from '../../src/tools/record-timeline-event.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { loadAll } from '../../src/tools/support/load.ts';
import { storePlan } from '../../src/tools/support/plans.ts';
import type { Deps } from '../../src/tools/tool.ts';
import updateTask from '../../src/tools/update-task.ts';
import { type Board, boardOf, fastestTick } from '../support/board-kit.ts';
import { launch, violations } from '../support/browser-kit.ts';
import { planWith } from '../support/plans.ts';
import { git } from '../support/repo.ts';
import { describeIf } from '../support/requires.ts';

const HOSTILE =
  '<img src=x onerror=alert(1)> </script><script>alert(2)</script> "><svg onload=alert(3)> [x](javascript:alert(4)) \u202Egnp.exe\u2066';

/** A busy machine takes its time, and the page looks at its clock once a second. */
const PATIENT = { timeout: 20_000 };
/** Six pages, each looked at by axe. */
const LONG = { timeout: 240_000 };
const folder = mkdtempSync(join(tmpdir(), 'hotfix-pulse-board-'));
/** Screenshots are left there for people to look at. */
const shots = process.env.HOTFIX_PULSE_SHOTS ?? folder;

describeIf('chromium')('the live board, in Chromium', () => {
  let browser: Browser;
  let board: Board;
  let deps: Deps;
  let uid: string;
  let repos = 0;

  beforeAll(async () => {
    mkdirSync(shots, { recursive: true });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    repos += 1;
    const root = join(folder, `repo-${repos}`);
    mkdirSync(root);
    git(root, ['init', '-q']);
    board = await boardOf(root);
    deps = await board.context.depsFor({ name: 'claude', kind: 'agent', on_behalf_of: 'Ana' });
    uid = await open('Users cannot log in, 500 on /auth');
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await board.stop();
  });

  async function open(description: string, severity = 'P1'): Promise<string> {
    const { data } = await callTool(createHotfixTask, { description, severity, new: true }, deps);
    return String(data.uid);
  }
  const record = (text: string, more: Record<string, unknown> = {}, incident = uid) =>
    callTool(recordTimelineEvent, { incident, kind: 'noted', text, ...more }, deps);
  const incidentOf = async (wanted = uid) => {
    const found = (await loadAll(deps)).find(({ incident }) => incident.uid === wanted);
    if (!found) throw new Error('no such incident');
    return found.incident;
  };

  interface Opened {
    page: Page;
    heard: string[];
    asked: string[];
  }
  /** Nothing moves: a colour that is on its way to another one is neither of them. */
  const newContext = (options: BrowserContextOptions = {}): Promise<BrowserContext> =>
    browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options });
  async function look(path = `/board?incident=${uid}`, options: BrowserContextOptions = {}): Promise<Opened> {
    return lookIn(await newContext(options), path);
  }
  async function lookIn(context: BrowserContext, path = `/board?incident=${uid}`): Promise<Opened> {
    const page = await context.newPage();
    const [heard, asked]: [string[], string[]] = [[], []];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) heard.push(message.text());
    });
    page.on('pageerror', (error) => heard.push(error.message));
    page.on('dialog', async (dialog) => {
      heard.push(`dialog: ${dialog.message()}`);
      await dialog.dismiss();
    });
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${board.at.url}${board.access.link()}`);
    await page.goto(`${board.at.url}${path}`);
    await page.locator('#link.live').waitFor(PATIENT);
    return { page, heard, asked };
  }

  it('a tick on one page shows on another within a second', async () => {
    const [one, two] = [await look(), await look()];
    expect(await fastestTick(one.page, two.page)).toBeLessThan(1_000);
    await two.page.locator('.timeline', { hasText: 'T007' }).waitFor(PATIENT);
    expect((await incidentOf()).recorded.at(-1)).toMatchObject({
      kind: 'task_done',
      by: { name: 'Ana', kind: 'human', via: 'terminal' },
    });
    expect([...one.heard, ...two.heard]).toEqual([]);
  });

  it('comes back after the server was restarted: nothing is lost, nothing is there twice', async () => {
    const { page } = await look();
    const { port } = board.at;
    await record('before the end');
    await page.locator('.timeline', { hasText: 'before the end' }).waitFor(PATIENT);
    await board.stop();
    await page.locator('#link.lost').waitFor(PATIENT);
    for (let i = 0; i < 5; i++) await record(`while it was away ${i}`);
    await board.start(port);
    await page.locator('#link.live').waitFor(PATIENT);
    await record('after it came back');
    await page.locator('.timeline', { hasText: 'after it came back' }).waitFor(PATIENT);
    const { told } = await incidentOf();
    await expect.poll(() => idsOf(page), PATIENT).toEqual(told.map(({ id }) => `ev-${id}`).reverse());
  });

  it('keeps up by asking where no stream gets through', async () => {
    const context = await newContext();
    await context.route('**/board/events*', (route) =>
      route.request().url().includes('poll=1') ? route.continue() : route.fulfill({ status: 502 }),
    );
    const { page } = await lookIn(context);
    await record('without a stream');
    await page.locator('.timeline', { hasText: 'without a stream' }).waitFor(PATIENT);
    await page.locator('#tick-T003').check(PATIENT);
    await page.locator('#task-T003.done').waitFor(PATIENT);
    const { told } = await incidentOf();
    await expect.poll(() => idsOf(page), PATIENT).toEqual(told.map(({ id }) => `ev-${id}`).reverse());
  });

  it('puts late news where they belong, and keeps what somebody is doing', async () => {
    const { page } = await look();
    await page.locator('#task-T003 summary').click();
    const field = page.locator('#task-T003 input[name=reason]');
    await field.fill('half a rea');
    await record('long ago', { kind: 'fact_recorded', type: 'started', at: '-2h', source: 'the log' });
    await page.locator('.timeline > li:last-child', { hasText: 'long ago' }).waitFor(PATIENT);
    await record('Ana took command', {
      kind: 'role_assigned',
      role: 'incident_commander',
      person: 'Ana Ruiz',
    });
    await page.locator('#part-roles', { hasText: 'Ana Ruiz' }).waitFor(PATIENT);
    await expect.poll(() => field.inputValue(), PATIENT).toBe('half a rea');
    await expect.poll(() => page.evaluate('document.activeElement.name'), PATIENT).toBe('reason');
  });

  it('says in place what was refused, and takes nothing back', async () => {
    const { page } = await look();
    await page.locator('#task-T001 .answer').waitFor({ ...PATIENT, state: 'attached' });
    await page.locator('#tick-T003').check(PATIENT);
    await page.locator('#task-T003.done').waitFor(PATIENT);
    await page.locator('#tick-T003').click({ force: true });
    await page.locator('#task-T003 .answer.refused', { hasText: 'not taken back' }).waitFor(PATIENT);
    await expect.poll(() => page.locator('#tick-T003').isChecked(), PATIENT).toBe(true);
    await record('gone', { kind: 'cancelled', reason: 'false alarm' });
    await page.locator('#part-head', { hasText: 'cancelled' }).waitFor(PATIENT);
    await expect.poll(() => page.locator('#part-tasks form').count(), PATIENT).toBe(0);
    const at = { act: 'task', incident: uid, task: 'T005', state: 'done' };
    const told = await page.evaluate(
      `fetch('/board/act', { method: 'POST', headers: { 'content-type': 'application/json', 'x-board-csrf': document.body.dataset.csrf }, body: ${JSON.stringify(JSON.stringify(at))} }).then((answer) => answer.json())`,
    );
    expect(told).toMatchObject({ ok: false, text: expect.stringContaining('cancelled') });
  });

  it('leaves a tick that is on its way alone when other news come', async () => {
    const { page } = await look();
    let goOn = (): void => undefined;
    const held = new Promise<void>((done) => {
      goOn = done;
    });
    await page.route('**/board/act', async (route) => {
      await held;
      await route.continue();
    });
    await page.locator('#tick-T003').check(PATIENT);
    await callTool(updateTask, { incident: uid, task: 'T004', state: 'done' }, deps);
    await page.locator('#task-T004.done').waitFor(PATIENT);
    expect(await page.locator('#tick-T003').isChecked()).toBe(true);
    goOn();
    await page.locator('#task-T003.done').waitFor(PATIENT);
    await expect.poll(() => page.locator('#tick-T003').isChecked(), PATIENT).toBe(true);
  });

  it('declines a plan with a reason and skips a task, and the keyboard stays where one works', async () => {
    const stored = await plan();
    const { page, heard } = await look();
    await page.locator(`#no-${stored.id} > summary`).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('wrong <b>branch</b>');
    await page.keyboard.press('Enter');
    await page.locator('.ask .declined', { hasText: 'Declined by Ana' }).waitFor(PATIENT);
    await page.locator('.ask .declined', { hasText: 'wrong <b>branch</b>' }).waitFor(PATIENT);
    await expect.poll(() => page.evaluate('document.activeElement.name'), PATIENT).toBe('reason');
    expect((await incidentOf()).recorded.at(-1)).toMatchObject({
      ...{ kind: 'noted', by: { name: 'Ana', kind: 'human' } },
      text: expect.stringContaining('wrong <b>branch</b>'),
    });
    await page.locator('#task-T003 summary').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('cannot be made to fail here');
    await page.keyboard.press('Enter');
    await page.locator('#task-T003.skipped').waitFor(PATIENT);
    await expect.poll(() => page.evaluate('document.activeElement.id'), PATIENT).toBe('tick-T003');
    expect(heard).toEqual([]);
  });

  it('opens by a link in a chat, for whoever is signed in', async () => {
    const { page } = await look();
    await page.context().route('http://chat.example/**', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<a href="${board.at.url}/board?incident=${uid}">the board</a>`,
      }),
    );
    await page.goto('http://chat.example/');
    await page.getByRole('link').click();
    await page.locator('#link.live').waitFor(PATIENT);
    expect(page.url()).toBe(`${board.at.url}/board?incident=${uid}`);
  });

  it('signs out: this page, others of the same session, and no other', async () => {
    const [one, other] = [await look(), await look()];
    const same = await one.page.context().newPage();
    await same.goto(`${board.at.url}/board`);
    await same.locator('#link.live').waitFor(PATIENT);
    await one.page.getByRole('button', { name: 'Sign out' }).click();
    await one.page.getByRole('heading', { name: 'You are not signed in' }).waitFor(PATIENT);
    expect(await violations(one.page)).toEqual([]);
    await same.locator('#link', { hasText: 'signed out' }).waitFor(PATIENT);
    expect(await one.page.context().cookies()).toEqual([]);
    await record('still there');
    await other.page.locator('.timeline', { hasText: 'still there' }).waitFor(PATIENT);
  });

  it('leads from the list to what has ended', async () => {
    const over = await open('Search finds nothing', 'P3');
    const { page } = await look('/board');
    await page.locator(`#incident-${over}`).waitFor(PATIENT);
    await record('gone', { kind: 'cancelled', reason: 'false alarm' }, over);
    await page.locator('#part-ended', { hasText: 'Search finds nothing' }).waitFor(PATIENT);
    await page.locator(`#incident-${over}`).waitFor({ ...PATIENT, state: 'detached' });
    await page.goto(`${board.at.url}/board/ended`);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: /Search finds nothing/ }).click();
    await page.locator('#part-head', { hasText: 'cancelled' }).waitFor(PATIENT);
  });

  it('is used with the keyboard alone: a tick, a plan read and approved', async () => {
    const stored = await plan();
    const { page } = await look();
    await page.locator('#tick-T003').focus();
    await page.keyboard.press('Space');
    await page.locator('#task-T003.done').waitFor(PATIENT);
    await expect.poll(() => page.evaluate('document.activeElement.id'), PATIENT).toBe('tick-T003');
    await page.locator(`#code-${stored.id}`).focus();
    await page.keyboard.type('nope');
    await page.keyboard.press('Enter');
    await page.locator('.ask .answer.refused').waitFor(PATIENT);
    await page.locator(`#code-${stored.id}`).fill(planCode(stored.plan, deps.ids.sha256).toLowerCase());
    await page.keyboard.press('Enter');
    await page.locator('.ask', { hasText: 'Approved (terminal)' }).waitFor(PATIENT);
    await expect.poll(() => page.evaluate('document.activeElement.tagName'), PATIENT).toBe('PRE');
    const given = (await incidentOf()).recorded.filter(({ kind }) => kind === 'approval_given');
    expect(given).toMatchObject([
      { by: { name: 'Ana', kind: 'human' }, data: { strength: 'terminal', plan: stored.id } },
    ]);
  });

  it('keeps the keyboard at the plan when the news of its yes come before the answer', async () => {
    const stored = await plan();
    const { page, heard } = await look();
    await page.route('**/board/act', async (route) => {
      const response = await route.fetch();
      await page.locator('.ask', { hasText: 'Approved (terminal)' }).waitFor(PATIENT);
      await route.fulfill({ response });
    });
    await page.locator(`#code-${stored.id}`).fill(planCode(stored.plan, deps.ids.sha256));
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate('document.activeElement.tagName'), PATIENT).toBe('PRE');
    expect(heard).toEqual([]);
  });

  it('drafts an update and copies it', async () => {
    const { page } = await look(undefined, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.locator('select[name=audience]').selectOption('executive');
    await page.getByRole('button', { name: 'Draft' }).click();
    await page.locator('#draft-text').waitFor(PATIENT);
    const text = page.locator('#draft-text');
    await expect.poll(async () => (await text.inputValue()).length, PATIENT).toBeGreaterThan(20);
    const draft = await text.inputValue();
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.locator('#copied', { hasText: 'Copied.' }).waitFor(PATIENT);
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()'), PATIENT).toBe(draft);
    expect((await incidentOf()).recorded.at(-1)).toMatchObject({ kind: 'update_drafted' });
  });

  it('offers to plan the post of a draft where that is possible, and only there', async () => {
    const { page } = await look();
    const wanted: unknown[] = [];
    const drafted = (more = {}) =>
      JSON.stringify({ ok: true, text: 'Drafted.', draft: 'We are on it', ...more });
    const answers = [drafted({ plan_for: 'executive' }), '{"ok":true,"text":"Planned."}', drafted()];
    await page.route('**/board/act', async (route) => {
      wanted.push(route.request().postDataJSON());
      await route.fulfill({ contentType: 'application/json', body: answers.shift() ?? '' });
    });
    const plan = page.getByRole('button', { name: 'Plan to post it' });
    await page.getByRole('button', { name: 'Draft', exact: true }).click();
    await plan.click();
    await page.locator('#plan-post .answer.ok', { hasText: 'Planned.' }).waitFor(PATIENT);
    expect(wanted[1]).toEqual({ act: 'plan_post', incident: uid, audience: 'executive' });
    await page.getByRole('button', { name: 'Draft', exact: true }).click();
    await plan.waitFor({ ...PATIENT, state: 'hidden' });
  });

  it('counts down by the clock of the server, and says it once when something is late', async () => {
    const context = await newContext();
    await context.addInitScript('const real = Date.now; Date.now = () => real() + 7 * 3600 * 1000;');
    const { page } = await lookIn(context);
    const shown = page.locator('#part-clocks .left').first();
    await expect.poll(() => shown.textContent(), PATIENT).toMatch(/^in \d+m \d\ds$/);
    expect(
      await page
        .locator('#part-clocks [aria-live], #part-clocks [role=status], #part-clocks [role=timer]')
        .count(),
    ).toBe(0);
    const before = await shown.textContent();
    await expect.poll(() => shown.textContent(), PATIENT).not.toBe(before);
    // Again as long as nothing is late: what comes from the server meanwhile puts the true time back.
    const late = "document.querySelector('#part-clocks .overdue')";
    await expect
      .poll(async () => {
        await page.evaluate(
          `${late} || (document.querySelector('#part-clocks .running').dataset.due = '1000')`,
        );
        return page.locator('#said').textContent();
      }, PATIENT)
      .toContain('is overdue');
    await expect
      .poll(() => page.locator('#part-clocks .overdue .left').first().textContent(), PATIENT)
      .toMatch(/^overdue by /);
  });

  it('stays words, whatever is recorded', async () => {
    const hostile = await open(HOSTILE);
    const { page, heard, asked } = await look(`/board?incident=${hostile}`);
    await record(HOSTILE, { evidence: [`output: ${HOSTILE}`] }, hostile);
    await record(HOSTILE, { kind: 'role_assigned', role: 'scribe', person: HOSTILE }, hostile);
    await page.locator('#part-roles', { hasText: 'alert(1)' }).waitFor(PATIENT);
    await expect.poll(() => page.locator('.timeline li').count(), PATIENT).toBeGreaterThan(2);
    const made =
      '[...document.querySelectorAll(\'img, iframe, object, embed, base, [onload], [onerror], script:not([src="/board/script.js"])\')].length';
    expect(await page.evaluate(made)).toBe(0);
    await page.goto(`${board.at.url}/board`);
    await page.locator('.card', { hasText: 'alert(1)' }).waitFor(PATIENT);
    expect(await page.evaluate(made)).toBe(0);
    await page.goto(`${board.at.url}/board/postmortem?incident=${hostile}`);
    await page.waitForTimeout(200);
    expect(heard).toEqual([]);
    for (const url of asked) expect(url.startsWith(board.at.url) || url === 'data:,').toBe(true);
  });

  it('shows a new incident in the list, and says who is signed out', async () => {
    const { page } = await look('/board');
    await open('Invoices are generated twice', 'P2');
    await page.locator('.card', { hasText: 'Invoices are generated twice' }).waitFor(PATIENT);
    await page.context().clearCookies();
    await board.stop();
    await board.start(board.at.port);
    await page.locator('#link', { hasText: 'signed out' }).waitFor(PATIENT);
  });

  async function idsOf(page: Page): Promise<string[]> {
    return (await page.evaluate(
      "[...document.querySelectorAll('#timeline > li')].map(({ id }) => id)",
    )) as string[];
  }

  it('looks right on a desktop, a telephone and in the dark, and axe finds nothing', LONG, async () => {
    await tellStory();
    for (const [name, options] of Object.entries({
      desktop: {},
      phone: { viewport: { width: 380, height: 780 } },
      dark: { colorScheme: 'dark' },
    } as const)) {
      for (const path of ['/board', `/board?incident=${uid}`]) {
        const { page, heard, asked } = await look(path, options);
        await page.screenshot({
          path: join(shots, `board-${name}-${path === '/board' ? 'list' : 'incident'}.png`),
          fullPage: true,
        });
        expect(await violations(page)).toEqual([]);
        const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
        expect(width).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
        expect(heard).toEqual([]);
        for (const url of asked) expect(url.startsWith(board.at.url) || url === 'data:,').toBe(true);
      }
    }
  });

  async function tellStory() {
    await record('First 500 in the log', {
      kind: 'fact_recorded',
      type: 'started',
      at: '-40m',
      source: 'log of the load balancer',
    });
    await record('Alert auth-5xx fired', {
      kind: 'fact_recorded',
      type: 'detected',
      at: '-30m',
      source: 'the alert',
    });
    await record('Ana took command', {
      kind: 'role_assigned',
      role: 'incident_commander',
      person: 'Ana Ruiz',
    });
    await record('Ben writes', { kind: 'role_assigned', role: 'scribe', person: 'Ben Okafor' });
    await record('v1.4.0 reads the token before it is set', { kind: 'hypothesis_stated' });
    await record('Turned new-login off', {
      kind: 'mitigation_applied',
      type: 'feature_flag',
      evidence: ['metric: 5xx 40 % -> 2 %'],
    });
    await record('Login is failing for many users; we are on it', {
      kind: 'update_posted',
      type: 'internal',
      at: '-20m',
      source: 'the channel',
    });
    await plan();
    await open('Invoices are generated twice', 'P2');
    const over = await open('Search finds nothing', 'P3');
    await record('It was the test system', { kind: 'cancelled', reason: 'false alarm' }, over);
  }

  async function plan(change = {}) {
    const incident = await incidentOf();
    const made = planWith({ incident: uid, made_at: new Date().toISOString(), ...change });
    return storePlan(
      incident,
      made,
      { kind: 'noted', text: 'Planned the deploy', data: {}, evidence: [] },
      deps,
    );
  }
});
