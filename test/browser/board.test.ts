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
import { type Board, boardOf } from '../support/board-kit.ts';
import { launch, violations } from '../support/browser-kit.ts';
import { planWith } from '../support/plans.ts';
import { git } from '../support/repo.ts';
import { describeIf } from '../support/requires.ts';

const HOSTILE =
  '<img src=x onerror=alert(1)> </script><script>alert(2)</script> "><svg onload=alert(3)> [x](javascript:alert(4)) \u202Egnp.exe\u2066';

/** The page looks at its clock once a second. */
const PATIENT = { timeout: 10_000 };
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
  async function look(path = `/board?incident=${uid}`, options: BrowserContextOptions = {}): Promise<Opened> {
    return lookIn(await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options }), path);
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
    await page.locator('#link.live').waitFor();
    return { page, heard, asked };
  }

  it('a tick on one page shows on another within a second', async () => {
    const [one, two] = [await look(), await look()];
    const begun = performance.now();
    await one.page.locator('#tick-T003').check();
    await two.page.locator('#task-T003.done').waitFor();
    expect(performance.now() - begun).toBeLessThan(1_000);
    await two.page.locator('.timeline', { hasText: 'T003' }).waitFor();
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
    await page.locator('.timeline', { hasText: 'before the end' }).waitFor();
    await board.stop();
    await page.locator('#link.lost').waitFor();
    for (let i = 0; i < 5; i++) await record(`while it was away ${i}`);
    await board.start(port);
    await page.locator('#link.live').waitFor({ timeout: 15_000 });
    await record('after it came back');
    await page.locator('.timeline', { hasText: 'after it came back' }).waitFor();
    const { told } = await incidentOf();
    expect(await idsOf(page)).toEqual(told.map(({ id }) => `ev-${id}`).reverse());
  });

  it('keeps up by asking where no stream gets through', async () => {
    const context = await browser.newContext();
    await context.route('**/board/events*', (route) =>
      route.request().url().includes('poll=1') ? route.continue() : route.fulfill({ status: 502 }),
    );
    const { page } = await lookIn(context);
    await record('without a stream');
    await page.locator('.timeline', { hasText: 'without a stream' }).waitFor({ timeout: 5_000 });
    await page.locator('#tick-T003').check();
    await page.locator('#task-T003.done').waitFor();
    const { told } = await incidentOf();
    expect(await idsOf(page)).toEqual(told.map(({ id }) => `ev-${id}`).reverse());
  });

  it('puts late news where they belong, and keeps what somebody is doing', async () => {
    const { page } = await look();
    await page.locator('#task-T003 summary').click();
    const field = page.locator('#task-T003 input[name=reason]');
    await field.fill('half a rea');
    await record('long ago', { kind: 'fact_recorded', type: 'started', at: '-2h', source: 'the log' });
    await page.locator('.timeline > li:last-child', { hasText: 'long ago' }).waitFor();
    await record('Ana took command', {
      kind: 'role_assigned',
      role: 'incident_commander',
      person: 'Ana Ruiz',
    });
    await page.locator('#part-roles', { hasText: 'Ana Ruiz' }).waitFor();
    expect(await field.inputValue()).toBe('half a rea');
    expect(await page.evaluate('document.activeElement.name')).toBe('reason');
  });

  it('says in place what was refused, and takes nothing back', async () => {
    const { page } = await look();
    await page.locator('#task-T001 .answer').waitFor({ state: 'attached' });
    await page.locator('#tick-T003').check();
    await page.locator('#task-T003.done').waitFor();
    await page.locator('#tick-T003').click({ force: true });
    await page.locator('#task-T003 .answer.refused', { hasText: 'not taken back' }).waitFor();
    expect(await page.locator('#tick-T003').isChecked()).toBe(true);
    await record('gone', { kind: 'cancelled', reason: 'false alarm' });
    await page.locator('#part-head', { hasText: 'cancelled' }).waitFor();
    expect(await page.locator('#part-tasks form').count()).toBe(0);
    const at = { act: 'task', incident: uid, task: 'T005', state: 'done' };
    const told = await page.evaluate(
      `fetch('/board/act', { method: 'POST', headers: { 'content-type': 'application/json', 'x-board-csrf': document.body.dataset.csrf }, body: ${JSON.stringify(JSON.stringify(at))} }).then((answer) => answer.json())`,
    );
    expect(told).toMatchObject({ ok: false, text: expect.stringContaining('cancelled') });
  });

  it('is used with the keyboard alone: a tick, a plan read and approved', async () => {
    const stored = await plan();
    const { page } = await look();
    await page.locator('#tick-T003').focus();
    await page.keyboard.press('Space');
    await page.locator('#task-T003.done').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('tick-T003');
    await page.locator(`#code-${stored.id}`).focus();
    await page.keyboard.type('nope');
    await page.keyboard.press('Enter');
    await page.locator('.ask .answer.refused').waitFor();
    await page.locator(`#code-${stored.id}`).fill(planCode(stored.plan, deps.ids.sha256).toLowerCase());
    await page.keyboard.press('Enter');
    await page.locator('.ask', { hasText: 'Approved (terminal)' }).waitFor();
    expect(await page.evaluate('document.activeElement.tagName')).toBe('PRE');
    const given = (await incidentOf()).recorded.filter(({ kind }) => kind === 'approval_given');
    expect(given).toMatchObject([
      { by: { name: 'Ana', kind: 'human' }, data: { strength: 'terminal', plan: stored.id } },
    ]);
  });

  it('drafts an update and copies it', async () => {
    const { page } = await look(undefined, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.locator('select[name=audience]').selectOption('executive');
    await page.getByRole('button', { name: 'Draft' }).click();
    await page.locator('#draft-text').waitFor();
    const draft = await page.locator('#draft-text').inputValue();
    expect(draft.length).toBeGreaterThan(20);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.locator('#copied', { hasText: 'Copied.' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(draft);
    expect((await incidentOf()).recorded.at(-1)).toMatchObject({ kind: 'update_drafted' });
  });

  it('counts down by the clock of the server, and says it once when something is late', async () => {
    const context = await browser.newContext();
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
    await page.evaluate("document.querySelector('#part-clocks .running').dataset.due = '1000'");
    await page.locator('#said', { hasText: 'is overdue' }).waitFor({ state: 'attached' });
    expect(await page.locator('#part-clocks .overdue .left').first().textContent()).toMatch(/^overdue by /);
  });

  it('stays words, whatever is recorded', async () => {
    const hostile = await open(HOSTILE);
    const { page, heard, asked } = await look(`/board?incident=${hostile}`);
    await record(HOSTILE, { evidence: [`output: ${HOSTILE}`] }, hostile);
    await record(HOSTILE, { kind: 'role_assigned', role: 'scribe', person: HOSTILE }, hostile);
    await page.locator('#part-roles', { hasText: 'alert(1)' }).waitFor();
    expect(await page.locator('.timeline li').count()).toBeGreaterThan(2);
    const made =
      '[...document.querySelectorAll(\'img, iframe, object, embed, base, [onload], [onerror], script:not([src="/board/script.js"])\')].length';
    expect(await page.evaluate(made)).toBe(0);
    await page.goto(`${board.at.url}/board`);
    await page.locator('.card', { hasText: 'alert(1)' }).waitFor();
    expect(await page.evaluate(made)).toBe(0);
    await page.goto(`${board.at.url}/board/postmortem?incident=${hostile}`);
    await page.waitForTimeout(200);
    expect(heard).toEqual([]);
    for (const url of asked) expect(url.startsWith(board.at.url) || url === 'data:,').toBe(true);
  });

  it('shows a new incident in the list, and says who is signed out', async () => {
    const { page } = await look('/board');
    await open('Invoices are generated twice', 'P2');
    await page.locator('.card', { hasText: 'Invoices are generated twice' }).waitFor();
    await page.context().clearCookies();
    await board.stop();
    await board.start(board.at.port);
    await page.locator('#link', { hasText: 'signed out' }).waitFor({ timeout: 15_000 });
  });

  async function idsOf(page: Page): Promise<string[]> {
    return (await page.evaluate(
      "[...document.querySelectorAll('#timeline > li')].map(({ id }) => id)",
    )) as string[];
  }

  it('looks right on a desktop, a telephone and in the dark, and axe finds nothing', async () => {
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
