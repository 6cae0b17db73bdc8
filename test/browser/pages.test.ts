import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openPage, violations } from '../support/browser-kit.ts';
import { realCli } from '../support/real-cli.ts';
import { git } from '../support/repo.ts';
import { describeIf } from '../support/requires.ts';

const HOSTILE =
  '<img src=x onerror=alert(1)> </script><script>alert(2)</script> "><svg onload=alert(3)> [x](javascript:alert(4)) \u202Egnp.exe\u2066';
/** What is left of it for eyes. */
const SHOWN =
  '<img src=x onerror=alert(1)> </script><script>alert(2)</script> "><svg onload=alert(3)> [x](javascript:alert(4)) <U+202E>gnp.exe<U+2066>';

const folder = mkdtempSync(join(tmpdir(), 'hotfix-pulse-browser-'));
/** Where pages, screenshots and prints are left for people to look at; gone afterwards unless it is named. */
const shots = process.env.HOTFIX_PULSE_SHOTS ?? folder;
const pages: Record<'postmortem' | 'review', string> = { postmortem: '', review: '' };

/** Two ordinary incidents and one whose every text is hostile, told to the real command line. */
async function tellStories(root: string): Promise<void> {
  const cli = realCli(root, '2026-01-05T13:00:00Z');
  const record = (time: string, incident: string, kind: string, text: string, ...more: string[]) => {
    cli.at(time);
    return cli.json('record', text, '--kind', kind, '--incident', incident, ...more);
  };
  const day = (n: number, time: string) => `2026-01-${String(n).padStart(2, '0')}T${time}:00Z`;
  const told = [
    {
      id: 'hotfix-001',
      on: 5,
      title: 'Users cannot log in, 500 on /auth',
      words: 'Session cookie renamed in src/auth.ts',
    },
    {
      id: 'hotfix-002',
      on: 9,
      title: 'Checkout answers 502',
      words: 'Session cookie was renamed in src/auth.ts',
    },
    { id: 'hotfix-003', on: 14, title: HOSTILE, words: HOSTILE },
  ];
  for (const { id, on, title, words } of told) {
    cli.at(day(on, '13:00'));
    await cli.json('open', title, '--severity', 'P1', '--new');
    const source = ['--source', words];
    await record(
      day(on, '13:02'),
      id,
      'fact_recorded',
      words,
      '--type',
      'started',
      '--at',
      day(on, '12:40'),
      ...source,
    );
    await record(
      day(on, '13:03'),
      id,
      'fact_recorded',
      words,
      '--type',
      'detected',
      '--at',
      day(on, '12:55'),
      ...source,
    );
    await record(day(on, '13:04'), id, 'fact_recorded', words, '--type', 'detected_by');
    await record(
      day(on, '13:05'),
      id,
      'role_assigned',
      words,
      '--role',
      'incident_commander',
      '--person',
      words,
    );
    await record(day(on, '13:10'), id, 'update_posted', words, '--type', 'public');
    await record(day(on, '13:20'), id, 'cause_identified', words, '--evidence', `metric: ${words}`);
    await record(day(on, '13:25'), id, 'mitigation_applied', words, '--type', 'feature_flag');
    await record(day(on, '13:40'), id, 'deployed', words, '--ref', '1a2b3c4d', '--environment', 'production');
    await record(day(on, '13:44'), id, 'deploy_verified', words, '--evidence', `metric: ${words}`);
    await record(day(on, '13:45'), id, 'fact_recorded', words, '--type', 'impact_ended');
    await record(day(on, '13:50'), id, 'resolved', words, '--evidence', `metric: ${words}`);
    await record(
      day(on, '14:00'),
      id,
      'action_added',
      words,
      '--owner',
      words,
      '--due',
      day(on, '13:00').slice(0, 10),
    );
  }
}

describeIf('chromium', 'pdftotext')('the pages that we write, in Chromium', () => {
  let browser: Browser;

  beforeAll(async () => {
    mkdirSync(shots, { recursive: true });
    const root = join(folder, 'repo');
    mkdirSync(root);
    git(root, ['init', '-q']);
    await tellStories(root);
    const cli = realCli(root, '2026-02-10T09:00:00Z');
    for (const [name, command] of Object.entries({
      postmortem: ['report', 'hotfix-003'],
      review: ['review', '--deployments', '40'],
    })) {
      const { code, out, err } = await cli.run(...command, '--html', '-');
      if (code !== 0) throw new Error(`${command.join(' ')}: exit ${code}\n${err}`);
      pages[name as keyof typeof pages] = join(shots, `${name}.html`);
      writeFileSync(join(shots, `${name}.html`), out);
    }
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('would hear, see and count what a bad page does', async () => {
    const file = join(folder, 'bad.html');
    writeFileSync(
      file,
      '<title>bad</title><img src="http://foreign.example/x.png"><p style="color:#ccc">faint</p><script>alert(1)</script>',
    );
    const { page, heard, asked } = await openPage(browser, file);
    expect(heard).toContain('dialog: 1');
    expect(asked).toEqual(['http://foreign.example/x.png']);
    expect((await violations(page)).join('\n')).toMatch(
      /color-contrast[\s\S]*image-alt|image-alt[\s\S]*color-contrast/,
    );
    await page.context().close();
  });

  describe.each(['postmortem', 'review'] as const)('%s', (name) => {
    it.each(['light', 'dark'] as const)(
      'in %s: nothing runs, nothing is fetched, everybody can read it',
      async (look) => {
        const { page, heard, asked } = await openPage(browser, pages[name], look);
        await page.screenshot({ path: join(shots, `${name}-${look}.png`), fullPage: true });
        expect(heard).toEqual([]);
        expect(asked).toEqual([]);
        const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
        expect(ground === 'rgb(255, 255, 255)').toBe(look === 'light');
        expect(await violations(page)).toEqual([]);
        await page.context().close();
      },
    );

    it('a hostile title is text and nothing else', async () => {
      const { page, heard, asked } = await openPage(browser, pages[name]);
      const made =
        "[...document.querySelectorAll('script, img, iframe, object, embed, link, form, base, [onload], [onerror]')].length";
      expect(await page.evaluate(made)).toBe(0);
      expect(
        await page.evaluate(
          "[...document.querySelectorAll('a')].filter((a) => !a.getAttribute('href').startsWith('#')).length",
        ),
      ).toBe(0);
      const text = String(await page.evaluate('document.body.innerText')).replace(/\s+/g, ' ');
      expect(text).toContain(SHOWN);
      expect(text).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
      // Had anything been able to run, it would have by now.
      await page.waitForTimeout(200);
      expect([...heard, ...asked]).toEqual([]);
      await page.context().close();
    });

    it('fits a telephone without scrolling the whole page sideways', async () => {
      const { page } = await openPage(browser, pages[name]);
      await page.setViewportSize({ width: 360, height: 740 });
      await page.screenshot({ path: join(shots, `${name}-phone.png`) });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
      await page.context().close();
    });

    it('prints with all its text', async () => {
      const { page } = await openPage(browser, pages[name], 'dark');
      const file = join(shots, `${name}.pdf`);
      await page.pdf({ path: file, format: 'A4', printBackground: true });
      const { stdout, status } = spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
      expect(status).toBe(0);
      const printed = stdout.replace(/\s+/g, ' ');
      const headings = await page.evaluate(
        "[...document.querySelectorAll('h1, h2')].map((h) => h.innerText)",
      );
      for (const heading of headings as string[]) {
        const words = heading.split(/\s+/).slice(0, 3).join(' ');
        expect(printed).toContain(words);
      }
      expect(printed).toContain('alert(1)');
      expect(readFileSync(file).subarray(0, 5).toString()).toBe('%PDF-');
      await page.context().close();
    });
  });
});
