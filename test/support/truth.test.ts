import { describe, expect, it } from 'vitest';
import { narrativeOf, renderAll } from '../../src/core/documents/documents.ts';
import { buildPostmortem } from '../../src/core/documents/postmortem.ts';
import { renderPreset } from '../../src/core/documents/presets.ts';
import type { RecordedEvent } from '../../src/core/events.ts';
import { PRESETS } from '../../src/core/severity.ts';
import { hostileEvents, openedOnly, sampleEvents, sampleOf } from './sample-incident.ts';
import { tracer } from './truth.ts';

const documentsOf = (events: RecordedEvent[]) => {
  const { incident, view } = sampleOf(events);
  const model = buildPostmortem(incident, narrativeOf(incident), view);
  const forms = PRESETS.map((preset) => [`post-mortem.md (${preset})`, renderPreset(model, preset)] as const);
  return {
    trace: tracer(incident, view),
    documents: [...Object.entries(renderAll(incident, view)), ...forms],
  };
};
const full = documentsOf(sampleEvents());
const textOf = (name: string) => full.documents.find(([known]) => known === name)?.[1] ?? '';

describe('the tracer', () => {
  it.each([
    ['a whole incident', sampleEvents],
    ['one that was only opened', openedOnly],
    ['one with hostile texts', hostileEvents],
  ])('traces everything in the documents of %s', (_name, events) => {
    const { trace, documents } = documentsOf(events());
    expect(documents.flatMap(([name, text]) => trace(name, text))).toEqual([]);
  });

  it.each<[string, string, string, string]>([
    ['a duration', 'hotfix.md', '**Total Duration**: ', '**Total Duration**: 1 hour '],
    ['a count of events', 'tasks.md', '_Made from ', '_Made from 1'],
    ['a number out of nowhere', 'hotfix.md', '## Impact\n', '## Impact\n\nAbout 4,200 users.\n'],
    ['a percentage', 'post-mortem.md', '## Impact\n', '## Impact\n\n- **Error rate**: 7.5 %\n'],
    ['a time of no event', 'post-mortem.md', '- **Began**: 2026-11-20 13', '- **Began**: 2026-11-20 12'],
    ['a level that never was', 'hotfix.md', '## Impact\n', '## Impact\n\nThis was a P3.\n'],
    ['an action item that is none', 'hotfix.md', '## Related Work\n', '## Related Work\n\n- AI-009\n'],
    ['another task', 'tasks.md', '**T007** Make the fix', '**T008** Make the fix'],
  ])('finds %s', (_what, name, from, to) => {
    const text = textOf(name);
    expect(text).toContain(from);
    const found = full.trace(name, text.replace(from, to));
    const line = text.slice(0, text.indexOf(from)).split('\n').length;
    expect(found.length).toBeGreaterThan(0);
    for (const one of found) {
      expect(one.document).toBe(name);
      expect(Math.abs(one.line - line)).toBeLessThan(3);
    }
  });

  it('finds a right time in the wrong place', () => {
    const text = textOf('hotfix.md');
    const shown = (label: string) =>
      new RegExp(`\\*\\*${label}\\*\\*: (\\S+ \\S+) UTC`).exec(text)?.[1] ?? '';
    const swapped = text.replace(
      `**Incident Start**: ${shown('Incident Start')}`,
      `**Incident Start**: ${shown('Fix Deployed')}`,
    );
    expect(swapped).not.toBe(text);
    expect(full.trace('hotfix.md', swapped)).toMatchObject([
      { why: 'not the recorded time of "Incident Start"' },
    ]);
    const [row = '', time = ''] = /^\| (\S+ \S+) \| Acknowledged.*$/m.exec(text) ?? [];
    const moved = text.replace(row, row.replace(time, shown('Fix Deployed')));
    expect(full.trace('hotfix.md', moved)).toMatchObject([{ why: 'no event of this row happened then' }]);
  });

  it('finds almost any digit that is changed', () => {
    const alive = full.documents.flatMap(([name, text]) =>
      [...text.matchAll(/\d+/g)]
        .filter((_, i) => i % 6 === 0)
        .flatMap(({ 0: digits, index }) => {
          const other = String((Number(digits.slice(-6)) + 3) % 10 ** Math.min(digits.length, 6));
          const planted = digits.slice(0, -6) + other.padStart(Math.min(digits.length, 6), '0');
          const bad = text.slice(0, index) + planted + text.slice(index + digits.length);
          if (full.trace(name, bad).length > 0) return [];
          const line = bad.split('\n')[bad.slice(0, index).split('\n').length - 1] ?? '';
          // Hidden ids have a test of their own: test/core/documents/provenance.test.ts.
          const inMark = text.lastIndexOf('<!-- ', index) > text.lastIndexOf('-->', index);
          // Another true duration in a narrative is a true duration; whether it is meant, no program can say.
          return inMark || line.includes('_(narrative)_') ? [] : [`${name}: ${line}`];
        }),
    );
    expect(alive).toEqual([]);
  });
});
