import { describe, expect, it } from 'vitest';
import { reviewPage } from '../../../src/core/report/review-page.ts';
import { type Story, story } from '../../support/events.ts';
import { another, at, review, rowsOf } from '../../support/review-kit.ts';

const HOSTILE = '</script><img src=x onerror=alert(1)>"\'&\u202Egnp.exe';
const pageOf = (...stories: Story[]) => reviewPage(review(stories), rowsOf(...stories));
const textOf = (page: string) => page.replace(/<style>[\s\S]*?<\/style>/, '').replace(/<[^>]*>/g, ' ');

/** An incident with every text that a record can hold. */
function full(n: number, words: string): Story {
  return at(at(at(another(n, words), 'started', -20), 'detected', -8), 'impact_ended', 42)
    .add('fact_recorded', { minute: 1, data: { name: 'detected_by', value: words } })
    .add('cause_identified', { text: `${words} in src/auth.ts` })
    .add('mitigation_applied', { text: words })
    .add('update_posted', { minute: 10 })
    .add('deployed', { minute: 40 })
    .add('action_added', { text: words, data: { owner: words, due: '2026-03-02' } })
    .add('gate_overridden', { data: { missing: [words], reason: words, until: words } });
}

describe('the review page', () => {
  it('shows what the review holds', () => {
    const text = textOf(pageOf(full(1, 'Login fails'), full(2, 'Login fails'), story('P2')));
    for (const said of [
      'Time to detect 12m 12m to 12m - - 2 1 0',
      'Detected, impact ended 50m',
      'Deployment rework rate (DORA): unknown (2 unplanned deployment(s): 2 hotfix, 0 rollback',
      '2 Login fails in src/auth.ts hotfix-001, hotfix-002',
      'hotfix-001 AI-001 Login fails Login fails 2026-03-02',
      'kept 0, missed 0, still running 2',
    ])
      expect(text.replace(/\s+/g, ' ')).toContain(said);
  });

  it('lets no text of the record act or turn the line around', () => {
    const page = pageOf(full(1, HOSTILE), full(2, HOSTILE));
    expect(page).not.toMatch(/<(?:script|img|iframe|object|embed|link|base|form)\b/i);
    expect(page.match(/<a /g)).toHaveLength(1);
    expect(page).not.toMatch(/<[^>]*\son\w+=/i);
    expect(page).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
    expect(page).toContain(
      '&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;&lt;U+202E&gt;gnp.exe',
    );
  });

  it('names no other place and runs nothing', () => {
    const page = pageOf(full(1, 'See https://evil.example/x'));
    expect(page).not.toMatch(/(?:src|href|action|data|poster|srcset)\s*=\s*["'](?!#)/i);
    expect(page).not.toMatch(/url\(|@import/i);
    expect(page).toContain("default-src 'none'");
  });

  it('draws every chart with its words, its numbers inside the drawing', () => {
    const page = pageOf(...Array.from({ length: 12 }, (_, i) => full(i + 1, `Fault ${i}`)));
    const charts = page.match(/<svg[\s\S]*?<\/svg>/g) ?? [];
    expect(charts).toHaveLength(4);
    for (const chart of charts) {
      expect(chart).toMatch(/role="img" aria-label="[^"]{20,}"/);
      expect(chart).not.toMatch(/NaN|Infinity|undefined/);
      const [, width = 0, height = 0] = (/viewBox="0 0 (\d+) (\d+)"/.exec(chart) ?? []).map(Number);
      for (const [, x] of chart.matchAll(/ x="(-?[\d.]+)"/g)) expect(Number(x)).toBeLessThanOrEqual(width);
      for (const [, y] of chart.matchAll(/ y="(-?[\d.]+)"/g)) expect(Number(y)).toBeLessThanOrEqual(height);
      for (const [, n] of chart.matchAll(/ (?:x|y|width|height)="(-?[\d.]+)"/g))
        expect(Number(n)).toBeGreaterThanOrEqual(0);
    }
  });

  it('is a page without any incident, and with one that says nothing', () => {
    expect(textOf(pageOf())).toContain('No incident was opened in this period.');
    const text = textOf(pageOf(story()));
    expect(text).toContain('unknown');
    expect(text).not.toMatch(/NaN|undefined|null/);
  });
});
