import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createTemplates } from '../../src/adapters/mustache.ts';
import { buildPostmortem } from '../../src/core/documents/postmortem.ts';
import { FIELDS, LISTS } from '../../src/core/documents/postmortem-names.ts';
import {
  TEMPLATE_ENTRY,
  TEMPLATE_HEAD,
  TEMPLATE_ROWS,
  type TemplateView,
  templateView,
} from '../../src/core/documents/template-view.ts';
import { SAMPLE_NARRATIVE, sampleEvents, sampleOf } from '../support/sample-incident.ts';

const page = readFileSync(new URL('../../docs/templates.md', import.meta.url), 'utf8');
const sample = sampleOf(sampleEvents());
const view = templateView(buildPostmortem(sample.incident, SAMPLE_NARRATIVE, sample.view));
const names = (members: readonly string[]) => members.map((name) => `\`${name}\``).join(', ');

/** The tables of the page, made from the code. */
const wanted = [
  ...Object.entries({ ...TEMPLATE_HEAD, ...FIELDS }).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`),
  ...Object.entries(LISTS).map(
    ([name, meaning]) => `| \`${name}\` | ${meaning} | ${names(TEMPLATE_ENTRY)} |`,
  ),
];

describe('docs/templates.md', () => {
  it('has one row for every name of the view, and no other', () => {
    const rows = page.split('\n').filter((line) => /^\| `/.test(line));
    const tables = Object.entries(TEMPLATE_ROWS).map(([name, members]) => {
      const row = rows.find((line) => line.startsWith(`| \`${name}\` |`));
      expect(row, name).toMatch(new RegExp(`\\| ${names(members).replaceAll('`', '`')} \\|$`));
      return row;
    });
    expect(rows).toEqual([...wanted, ...tables]);
    const documented = rows.map((line) => /`([a-z_]+)`/.exec(line)?.[1]);
    expect(documented.sort()).toEqual(Object.keys(view).sort());
  });

  it('shows a template that works', async () => {
    const [, template = ''] = /```mustache\n([\s\S]*?)\n```/.exec(page) ?? [];
    const text = await createTemplates().render(template, view);
    expect(text).toContain("# hotfix-001: Users can't login - 500 error");
    expect(text).toContain('- [x] A2 Lint rule for reads before await (Ben, 2026-12-11)');
    expect(text).toContain('(narrative)');
    expect(text).not.toContain('{{');
    expect(text).not.toContain('No action items yet');
  });
});

describe('the view', () => {
  it.each(Object.entries(TEMPLATE_ROWS))('has entries of %s with the documented members', (name, members) => {
    const entries = view[name] as readonly TemplateView[];
    expect(entries.length).toBeGreaterThan(0);
    for (const entry of entries) expect(Object.keys(entry)).toEqual([...members]);
  });

  it('holds plain data only, and says of every narrative text that it is one', () => {
    expect(JSON.parse(JSON.stringify(view))).toEqual(view);
    expect(view.summary).toMatch(/\(narrative\)$/);
    for (const { text } of view.lessons as readonly TemplateView[]) expect(text).toMatch(/\(narrative\)$/);
  });
});
