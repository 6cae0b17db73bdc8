import { describe, expect, it } from 'vitest';
import { parseBlocks } from '../../../src/core/documents/blocks.ts';
import { narrativeOf, renderAll } from '../../../src/core/documents/documents.ts';
import { buildPostmortem } from '../../../src/core/documents/postmortem.ts';
import { renderPreset } from '../../../src/core/documents/presets.ts';
import {
  hostileEvents,
  numbered,
  openedOnly,
  SAMPLE_NARRATIVE,
  sampleEvents,
  sampleId,
  sampleOf,
  tell,
} from '../../support/sample-incident.ts';

const STORIES = { full: sampleEvents, minimal: openedOnly, hostile: hostileEvents };

/** Lines outside of fences that a Markdown reader would take for a row of the table below `heading`. */
function rowsBelow(text: string, heading: string): string[] {
  const from = text.indexOf(heading);
  const lines = text.slice(from).split('\n').slice(1);
  const start = lines.findIndex((line) => line.startsWith('|'));
  const rest = lines.slice(start);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(2, end);
}

describe.each(Object.entries(STORIES))('the documents of the %s incident', (name, story) => {
  const { incident, view } = sampleOf(story());
  const files = renderAll(incident, view);

  it.each(Object.keys(files))('%s is as it was', async (file) => {
    await expect(files[file]).toMatchFileSnapshot(`./__golden__/${name}.${file}`);
  });

  it('are the same for the same events in any order', () => {
    const again = sampleOf([...story()].reverse());
    expect(renderAll(again.incident, again.view)).toEqual(files);
  });

  it('can be taken apart again', () => {
    for (const text of Object.values(files)) expect(parseBlocks(text)).not.toBeNull();
  });

  it('do not change while only time passes', () => {
    const later = sampleOf(story(), Date.parse('2027-01-01T00:00:00Z'));
    expect(renderAll(later.incident, later.view)).toEqual(files);
  });
});

describe('hostile text', () => {
  const full = sampleOf(sampleEvents());
  const hostile = sampleOf(hostileEvents());
  const files = renderAll(hostile.incident, hostile.view);
  const tame = renderAll(full.incident, full.view);

  it.each(Object.keys(tame))('changes no structure of %s', (file) => {
    const shape = (text = '') =>
      text
        .split('\n')
        .filter((line) => /^(#|<!--|---$|```)/.test(line))
        .map((line) => line.replace(/^# .*/, '# title'));
    expect(shape(files[file])).toEqual(shape(tame[file]));
  });

  it.each(Object.keys(tame))('brings no HTML, link or image into %s', (file) => {
    const body = (files[file] ?? '')
      .replace(/^---\n[\s\S]*?\n---\n/, '')
      .replace(/^<!-- pulse:\w+ [\w-]+ -->$/gm, '')
      .replace(/ <!-- ev:[0-9A-Z ]+ -->/g, '');
    expect(body).not.toMatch(/<[a-z!/]/i);
    expect(body).not.toMatch(/(?<!\\)\]\(/);
  });

  it('keeps one table row per event with as many cells as columns', () => {
    for (const [file, heading] of [
      ['hotfix.md', '### Recorded events'],
      ['post-mortem.md', '## Timeline'],
    ] as const) {
      const rows = rowsBelow(files[file] ?? '', heading);
      expect(rows).toHaveLength(hostile.incident.told.length);
      for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(5);
    }
  });

  it('ticks no task', () => {
    const ticked = (text = '') => text.match(/^- \[x\] \*\*T\d{3}\*\*/gm) ?? [];
    expect(ticked(tame['tasks.md'])).toEqual(expect.arrayContaining(ticked(files['tasks.md'])));
  });
});

describe('post-mortem.md', () => {
  it('exists only once it was written, or for the operation that writes it', () => {
    const { incident, view } = sampleOf(
      sampleEvents().filter((event) => event.kind !== 'postmortem_written'),
    );
    expect(Object.keys(renderAll(incident, view))).toEqual(['hotfix.md', 'tasks.md']);
    expect(Object.keys(renderAll(incident, view, SAMPLE_NARRATIVE))).toContain('post-mortem.md');
  });

  it('joins the narratives of several writings, later fields first', () => {
    const writing = (narrative: object) =>
      tell('2026-11-21T16:00:00Z', 'postmortem_written', '', {
        errors: 0,
        warnings: 0,
        preset: 'default',
        narrative,
      });
    const { incident } = sampleOf(
      numbered([...openedOnly(), writing({ summary: 'a', lessons: ['b'] }), writing({ summary: 'c' })]),
    );
    expect(narrativeOf(incident)).toEqual({ summary: 'c', lessons: ['b'] });
  });

  it('says whom to ask for what nobody recorded', () => {
    const { incident, view } = sampleOf(openedOnly());
    const text = renderPreset(buildPostmortem(incident, {}, view), 'default');
    expect(text).toContain('UNKNOWN - ask the subject-matter expert');
    expect(text).toContain('UNKNOWN - ask the ops lead: nobody recorded started and detected');
  });

  it('names the events behind every recorded statement', () => {
    const { incident, view } = sampleOf(sampleEvents());
    const { sections } = buildPostmortem(incident, SAMPLE_NARRATIVE, view);
    const ids = new Set(incident.recorded.map((event) => event.id));
    const items = sections.flatMap((section) => section.items).filter((item) => item.source === 'record');
    expect(items.length).toBeGreaterThan(20);
    for (const item of items) for (const id of item.events) expect(ids).toContain(id);
    expect(sections.find((section) => section.id === 'cause')?.items[0]?.events).toEqual([sampleId(14)]);
  });

  it('shows an impossible order instead of a number', () => {
    const events = [
      ...openedOnly(),
      tell('2026-11-20T15:00:00Z', 'fact_recorded', '', { name: 'started', value: 'x' }),
      tell('2026-11-20T14:00:00Z', 'fact_recorded', '', { name: 'detected', value: 'x' }),
    ];
    const { incident, view } = sampleOf(numbered(events));
    expect(renderPreset(buildPostmortem(incident, {}, view), 'default')).toContain(
      '| Time to detect | started | detected | impossible: the end is recorded before the beginning <!-- ev:',
    );
  });
});
