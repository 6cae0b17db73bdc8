import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { CHROMIUM } from './requires.ts';

export function launch(): Promise<Browser> {
  // Chromium refuses its sandbox to root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: CHROMIUM, args: [...asRoot, '--disable-dev-shm-usage'] });
}

export interface Opened {
  page: Page;
  /** Errors and warnings of the console, exceptions, dialogs: whatever shows that something ran or was refused. */
  heard: string[];
  /** Every address that was asked for beside the page itself; none is let through. */
  asked: string[];
}

/** Opens a file as a double click would, with everything that it might want blocked and counted. */
export async function openPage(
  browser: Browser,
  file: string,
  look: 'light' | 'dark' = 'light',
): Promise<Opened> {
  const context = await browser.newContext({ colorScheme: look, viewport: { width: 1100, height: 900 } });
  const page = await context.newPage();
  const own = pathToFileURL(file).href;
  const [heard, asked]: [string[], string[]] = [[], []];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) heard.push(message.text());
  });
  page.on('pageerror', (error) => heard.push(error.message));
  page.on('dialog', async (dialog) => {
    heard.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== own) asked.push(request.url());
  });
  await context.route(/^https?:|^wss?:|^ftp:/, (route) => route.abort());
  await page.goto(own);
  return { page, heard, asked };
}

interface Violation {
  id: string;
  impact: string | null;
  nodes: { target: string[] }[];
}

/** What axe finds: `serious color-contrast: .soft`. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found: { violations: Violation[] } = await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] })",
  );
  return found.violations.map(
    ({ id, impact, nodes }) =>
      `${impact} ${id}: ${nodes
        .slice(0, 3)
        .map(({ target }) => target.join(' '))
        .join(', ')}`,
  );
}
