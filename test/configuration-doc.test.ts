import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/v4';
import { ConfigFile, parseConfig } from '../src/config.ts';
import { SERVICE_NAMES } from '../src/core/outward/services.ts';
import { MatrixOverride, matrixOf, PRESETS } from '../src/core/severity.ts';

const page = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8');

describe('docs/configuration.md', () => {
  it('shows a file that is accepted', () => {
    const [, json = ''] = /```json\n([\s\S]*?)\n```/.exec(page) ?? [];
    const config = parseConfig(json);
    expect(config.matrix.levels.find(({ level }) => level === 'P1')?.respond_within_min).toBe(10);
    expect(config.redaction.allow).toEqual(['support@example.com']);
  });

  it('lists every setting', () => {
    const keys = Object.keys(ConfigFile.shape).filter(
      (key) =>
        !['severity', 'redaction', 'action_items', 'runbook', 'postmortem', 'git'].includes(key) &&
        !SERVICE_NAMES.some((name) => name === key),
    );
    const nested = [
      'severity.preset',
      'redaction.allow',
      'action_items.priority_weeks',
      'runbook.folder',
      'git.production',
      'git.release_tags',
    ];
    for (const part of ['deploy', 'policy', 'check_limits'] as const) {
      const members = Object.keys(ConfigFile.shape[part].unwrap().shape);
      expect(members.filter((member) => !page.includes(`\`${member}\``))).toEqual([]);
    }
    const postmortem = Object.keys(ConfigFile.shape.postmortem.unwrap().shape).map(
      (key) => `postmortem.${key}`,
    );
    const settings = [...keys, ...nested, ...postmortem];
    for (const key of settings) expect(page).toContain(`| \`${key}\` |`);
    const levels = MatrixOverride.shape.levels.unwrap().shape.P0.unwrap();
    expect(levels).toBeInstanceOf(z.ZodObject);
    for (const member of Object.keys(levels.shape)) expect(page).toContain(`| \`${member}\` |`);
  });

  it('has one row per form of the postmortem', () => {
    const [, table = ''] = page.split('## Postmortem forms');
    const rows = [...(table.split('## ')[0] ?? '').matchAll(/^\| `([a-z0-9-]+)` \| \S.{10,} \|$/gm)];
    expect(rows.map(([, name]) => name)).toEqual([...PRESETS]);
  });

  it('has one row per level of every preset, with its clocks', () => {
    const span = (minutes: number | null): string => {
      if (minutes === null) return 'none';
      return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
    };
    const wanted = PRESETS.flatMap((preset) =>
      matrixOf(preset).levels.map((row) =>
        [
          ...[`\`${preset}\``, row.level, `${row.colour} ${row.word}`],
          ...[row.respond_within_min, row.resolve_within_min].map(span),
          ...[row.first_update_min, row.update_every_min].map(span),
          row.postmortem_within_h === null ? 'optional' : `${row.postmortem_within_h} h`,
        ].join(' | '),
      ),
    );
    const rows = [...page.matchAll(/^\| (`[a-z0-9-]+` \| P\d \|.*) \|$/gm)].map(([, row]) => row);
    expect(rows).toEqual(wanted);
  });
});
