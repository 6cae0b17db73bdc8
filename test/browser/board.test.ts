import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
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
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
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
  void planCode;
  void HOSTILE;
});
