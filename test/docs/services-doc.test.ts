import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigFile, parseConfig } from '../../src/config.ts';
import { SERVICE_NAMES, SERVICES } from '../../src/core/outward/services.ts';
import { VARIABLES } from '../../src/core/outward/variables.ts';

const page = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const NEEDED = { yes: 'yes', webhooks: 'for `hotfix-pulse serve`', no: 'no' } as const;

describe('docs/services.md', () => {
  it('lists every variable as doctor knows it', () => {
    const rows = SERVICE_NAMES.flatMap((service) =>
      VARIABLES[service].map(
        ({ name, what, needed }) => `| ${SERVICES[service]} | \`${name}\` | ${NEEDED[needed]} | ${what} |`,
      ),
    );
    const shown = page('services.md')
      .split('\n')
      .filter((line) => /^\| \w+ \| `[A-Z_]+` \|/.test(line));
    expect(shown).toEqual(rows);
  });

  it('shows settings that are accepted', () => {
    const [, json = ''] = /```json\n([\s\S]*?)\n```/.exec(page('services.md')) ?? [];
    expect(parseConfig(json).outward.slack?.channel).toBe('C024BE91L');
  });

  it.each(SERVICE_NAMES)('has a page of %s that names each of its settings', (service) => {
    const text = page('configuration.md');
    for (const member of Object.keys(ConfigFile.shape[service].unwrap().shape)) {
      expect(text).toContain(`| \`${service}.${member}\` |`);
    }
    expect(page(`${service}.md`).length).toBeGreaterThan(500);
    expect(page('services.md')).toContain(`(${service}.md)`);
  });
});
