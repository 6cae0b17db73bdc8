import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeExport } from '../../src/adapters/export-folder.ts';
import { exportFiles } from '../../src/core/interchange/export-forms.ts';
import { storedSlug } from '../../src/core/slug.ts';
import { createDeps } from '../../src/wire.ts';
import { story, UID } from '../support/events.ts';
import { viewFor } from '../support/interchange-kit.ts';
import { tempFolder } from '../support/repo.ts';

const SLUG = 'x/../../../out/planted';

it('an export writes no name that leads out of its folder', () => {
  const box = tempFolder();
  const names = [
    '../planted.md',
    '/planted.md',
    'a/../../planted.md',
    'a\\planted.md',
    '.git.md',
    'a/b/c.md',
  ];
  const files = writeExport(join(box, 'to'), Object.fromEntries(names.map((name) => [name, 'text'])));
  expect(files.map(({ result }) => result)).toEqual(names.map(() => 'kept'));
  expect(readdirSync(box, { recursive: true })).toEqual(['to']);
});

it('a published copy with a hostile slug is an incident like any other', async () => {
  const box = tempFolder();
  const root = join(box, 'clone');
  for (const folder of ['out', 'clone/specs/hotfix-001-x']) mkdirSync(join(box, folder), { recursive: true });
  const told = story('P1').add('resolved');
  Object.assign(told.events[0]?.data ?? {}, { slug: SLUG });
  const lines = told.events.map(({ live: _, ...event }) => `${JSON.stringify(event)}\n`).join('');
  writeFileSync(join(root, 'specs/hotfix-001-x/timeline.jsonl'), lines);
  const { log } = await createDeps({ root, actor: { name: 'test', kind: 'agent' }, env: {} });
  expect(await log.uids()).toEqual([UID]);
  const incident = told.fold();
  expect(incident.slug).toBe(storedSlug(SLUG));
  const to = join(box, 'clone', 'to');
  const files = exportFiles(incident, viewFor(incident), 'pokayokay');
  expect(writeExport(to, files).map(({ result }) => result)).toEqual(['written']);
  expect(readdirSync(join(box, 'out'))).toEqual([]);
  expect(readdirSync(to)).toEqual([`2026-03-01-${storedSlug(SLUG)}.md`]);
});
