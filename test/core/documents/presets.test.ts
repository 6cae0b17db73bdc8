import { describe, expect, it } from 'vitest';
import { parseBlocks } from '../../../src/core/documents/blocks.ts';
import { narrativeOf, renderAll } from '../../../src/core/documents/documents.ts';
import { buildPostmortem } from '../../../src/core/documents/postmortem.ts';
import { renderPreset } from '../../../src/core/documents/presets.ts';
import type { RecordedEvent } from '../../../src/core/events.ts';
import { PRESETS, type PresetName } from '../../../src/core/severity.ts';
import {
  hostileEvents,
  numbered,
  openedOnly,
  SAMPLE_NARRATIVE,
  sampleEvents,
  sampleOf,
  tell,
} from '../../support/sample-incident.ts';

const STORIES = { full: sampleEvents, minimal: openedOnly, hostile: hostileEvents };
const CASES = PRESETS.flatMap((preset) =>
  Object.entries(STORIES).map(([story, events]) => [preset, story, events] as const),
);

const docOf = (events: readonly RecordedEvent[], narrative = {}, nowMs?: number) => {
  const { incident, view } = sampleOf(events, nowMs);
  return buildPostmortem(incident, { ...narrativeOf(incident), ...narrative }, view);
};
const rendered = (preset: PresetName, events: readonly RecordedEvent[], narrative = {}) =>
  renderPreset(docOf(events, narrative), preset);

describe.each(CASES)('the %s postmortem of the %s incident', (preset, story, events) => {
  const text = rendered(preset, events());

  it('is as it was', async () => {
    await expect(text).toMatchFileSnapshot(`./__golden__/presets/${preset}/${story}.post-mortem.md`);
  });

  it('is the same for the same events in any order, and at any later time', () => {
    expect(rendered(preset, [...events()].reverse())).toBe(text);
    expect(renderPreset(docOf(events(), {}, Date.parse('2027-03-01T00:00:00Z')), preset)).toBe(text);
  });

  it('can be taken apart again, each block once', () => {
    const names = parseBlocks(text)?.parts.map(({ name }) => name) ?? [];
    expect(names.length).toBeGreaterThan(2);
    expect(new Set(names).size).toBe(names.length);
  });
});

/** Headings, header lines, boxes and table heads: what makes a format. Source: the section lists of the domain page. */
const FORMATS: Record<PresetName, string[]> = {
  default: ['# Postmortem: ', '## Trigger', '## Detection', '## Where We Got Lucky', '## Debt'],
  'incident-hotfix': [
    ...['# Incident Postmortem: ', '## Summary', '| Field | Value |', '| Date | ', '| Duration | '],
    ...['| Severity | ', '| Author | ', '## Impact', '## Timeline (UTC)', '| Time | Event |'],
    ...['Issue first detected', 'Team alerted', 'Root cause identified', 'Fix deployed', 'Issue resolved'],
    ...['## Root Cause', '## Detection', 'How was the incident detected?', 'Monitoring alert'],
    ...['Customer report', 'Internal discovery', 'Could we have detected it earlier?', '## Resolution'],
    ...['What fixed the issue?', 'Was it a rollback or hotfix?', '## Lessons Learned'],
    ...['### What Went Well', '### What Went Wrong', '### Where We Got Lucky', '## Action Items'],
    ...['| Action | Owner | Due Date | Status |', '## Prevention'],
    ...['How do we prevent this class of issue?', '**Add monitoring for**', '**Add test for**'],
    '**Improve process for**',
  ],
  hatch3r: [
    ...['# Post-Mortem: ', '## Summary', '## Timeline', 'Detection: ', 'Mitigation: ', 'Resolution: '],
    ...['## Root cause', '## Impact', '**Users affected**', '**Duration**', '**Business impact**'],
    ...['## Action items', '## Lessons learned', '## Definition of Done', 'mitigated, and the mitigation'],
    ...['Post-mortem written', 'Follow-ups', 'Stakeholders notified', 'No sensitive data'],
  ],
  pokayokay: [
    ...['# Postmortem: ', '**Date**: ', '**Duration**: ', '**Severity**: ', '**Impact**: ', '## Timeline'],
    ...['Incident detected', 'Investigation started', 'Mitigation applied', 'Root cause identified'],
    ...['Fix deployed', 'Incident resolved', '## Root Cause', '## Resolution', '## Lessons Learned'],
    '## Action Items',
  ],
  'spec-kit': [
    ...['# Post-Mortem: ', '**Hotfix ID**: ', '**Incident Date**: ', '**Post-Mortem Date**: '],
    ...['**Participants**: ', '**Incident Commander**: ', '## Executive Summary', '## Incident Details'],
    ...['### What Happened', '### Impact Analysis', '#### Users', '#### Business', '#### Engineering'],
    ...['### Timeline', '| Time | Event | Who | Notes |', 'Incident began', 'First detection'],
    ...['Investigation started', 'Root cause identified', 'Fix implemented', 'Fix deployed'],
    ...['Verification complete', 'Incident closed', 'Post-incident monitoring', '## Root Cause Analysis'],
    ...['### Technical Root Cause', '### Contributing Factors', '### Five Whys', '## What Went Well'],
    ...['### Detection', '### Response', '### Communication', '### Remediation', '## What Went Wrong'],
    ...['### Detection Issues', '### Response Issues', '### Communication Issues', '### Remediation Issues'],
    ...['## Action Items', '### Immediate (This Week)', '### Short-Term (This Month)'],
    ...['### Long-Term (This Quarter)', '## Prevention Measures', '### Tests Added', '### Monitoring Added'],
    ...['### Process Changes', '### Architecture Changes', '### Documentation Updates'],
    ...['## Lessons Learned', '### Technical Lessons', '### Process Lessons', '### Communication Lessons'],
    ...['## Acknowledgments', '## Appendix'],
  ],
  pulse: [
    ...['# Post-Mortem: ', '## 🧠 Post-Mortem Mini-Template', '| Section | Prompt |', '| Summary | '],
    ...['| Timeline | Detection ', '→ Response ', '→ Fix ', '→ Restore ', '| Root cause | '],
    ...['| What worked | ', '| What failed | ', '| Prevent repeat | ', '## ✅ Completion Criteria'],
    ...['Service metrics are normal', 'Fix merged', 'Post-mortem logged', 'knowledge base', 'Pulse meter'],
  ],
};

describe.each(PRESETS)('the %s format', (preset) => {
  it.each(['full', 'minimal'] as const)('has every part in its order, %s or not', (story) => {
    const text = rendered(preset, STORIES[story]());
    // The timeline of some formats is ordered by time: only headings and table heads keep the format's order.
    const isFixed = (part: string) => /^[#|]/.test(part);
    let at = -1;
    for (const part of FORMATS[preset]) {
      expect(text, part).toContain(part);
      if (!isFixed(part)) continue;
      const next = text.indexOf(`\n${part}`, at + 1);
      expect(next, `${part} in order`).toBeGreaterThan(at);
      at = next;
    }
  });

  it('marks every statement of the narrative and says UNKNOWN where there is none', () => {
    const full = rendered(preset, sampleEvents());
    for (const words of ['A release read the session token', 'Watch what users do']) {
      for (const line of full.split('\n').filter((one) => one.includes(words))) {
        expect(line).toMatch(/\(narrative\)/);
      }
    }
    expect(full).toContain('_(narrative)_');
    expect(rendered(preset, openedOnly())).toContain('UNKNOWN - ask the incident commander');
  });

  it('keeps its shape whatever the texts say', () => {
    const shape = (text: string) =>
      text
        .split('\n')
        .filter((line) => /^(#|<!--|---$|```| *- \[)/.test(line))
        .map((line) => line.replace(/^# .*/, '# title').replace(/^( *- \[.\]).*/, '$1'));
    const hostile = rendered(preset, hostileEvents());
    const kept = (lines: string[]) => lines.filter((line) => !line.includes('- ['));
    expect(kept(shape(hostile))).toEqual(kept(shape(rendered(preset, sampleEvents()))));
    const body = hostile
      .replace(/^---\n[\s\S]*?\n---\n/, '')
      .replace(/^<!-- pulse:\w+ [\w-]+ -->$/gm, '')
      .replace(/ <!-- ev:[0-9A-Z ]+ -->/g, '');
    expect(body).not.toMatch(/<[a-z!/]/i);
    expect(body).not.toMatch(/(?<!\\)\]\(/);
    for (const table of body.matchAll(/(?:^\|.*\n)+/gm)) {
      const widths = table[0]
        .trim()
        .split('\n')
        .map((row) => row.match(/(?<!\\)\|/g)?.length);
      expect(new Set(widths).size).toBe(1);
    }
  });
});

describe('spec-kit', () => {
  it('puts what is tagged with a part under it and the rest above', () => {
    const text = rendered('spec-kit', openedOnly(), {
      went_well: ['Detection: the alert came first', 'Everybody stayed calm'],
    });
    const part = text.slice(text.indexOf('## What Went Well'), text.indexOf('<!-- pulse:end went-well'));
    expect(part.split('\n').filter((line) => line !== '')).toEqual([
      ...['## What Went Well', '- Everybody stayed calm _(narrative)_'],
      ...['### Detection', '- the alert came first _(narrative)_'],
      ...[
        '### Response',
        '- UNKNOWN - ask the responder',
        '### Communication',
        '- UNKNOWN - ask the responder',
      ],
      ...['### Remediation', '- UNKNOWN - ask the responder'],
    ]);
  });

  it.each([
    ['2026-11-27', 'Immediate (This Week)'],
    ['2026-11-28', 'Short-Term (This Month)'],
    ['2026-12-21', 'Short-Term (This Month)'],
    ['2027-02-01', 'Long-Term (This Quarter)'],
    [undefined, 'Without a due date'],
  ])('files an action item due %s under %s', (due, title) => {
    const events = [
      ...sampleEvents().filter(({ kind }) => kind !== 'action_added' && kind !== 'action_changed'),
      tell('2026-11-20T16:00:00Z', 'action_added', 'Watch it', { action: 'A7', ...(due ? { due } : {}) }),
    ];
    const text = rendered('spec-kit', numbered(events));
    const below = text
      .slice(text.indexOf(`### ${title}`))
      .split('\n')
      .slice(2, 4)
      .map((line) => line.replace(/ <!-- ev:.* -->$/, ''));
    const ask = 'UNKNOWN - ask the incident commander (Ana Ruiz)';
    expect(below).toEqual(['- [ ] **A7**: Watch it', `  - **Owner**: ${ask}`]);
  });
});

describe('boxes', () => {
  const boxesOf = (preset: PresetName, events: readonly RecordedEvent[], heading: string) =>
    rendered(preset, numbered(events))
      .split(heading)[1]
      ?.match(/^- \[[ x]\]/gm)
      ?.map((box) => box === '- [x]');

  it('of the definition of done are ticked by facts alone', () => {
    expect(boxesOf('hatch3r', sampleEvents(), '## Definition of Done')).toEqual([
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(boxesOf('hatch3r', openedOnly(), '## Definition of Done')).toEqual(Array(5).fill(false));
    const without = (kind: string) => sampleEvents().filter((event) => event.kind !== kind);
    expect(boxesOf('hatch3r', without('closed'), '## Definition of Done')?.at(-1)).toBe(false);
    expect(boxesOf('hatch3r', without('update_posted'), '## Definition of Done')?.at(3)).toBe(false);
  });

  it('of the completion criteria are ticked by facts alone', () => {
    const heading = '## ✅ Completion Criteria';
    expect(boxesOf('pulse', sampleEvents(), heading)).toEqual([true, true, false, false, true]);
    expect(boxesOf('pulse', openedOnly(), heading)).toEqual(Array(5).fill(false));
    const shared = (type: 'meeting' | 'runbook') =>
      tell('2026-11-22T10:00:00Z', 'linked', 'x', { type }, { evidence: ['https://example.org/1'] });
    const events = [...sampleEvents(), shared('meeting'), shared('runbook')];
    expect(boxesOf('pulse', events, heading)).toEqual([true, true, true, true, true]);
  });

  it.each([
    ['monitoring alert', 0],
    ['a customer wrote to support', 1],
    ['a developer saw it', 2],
    ['the moon', -1],
  ])('of detection: %s', (value, ticked) => {
    const events = [
      ...openedOnly(),
      tell('2026-11-20T14:10:00Z', 'fact_recorded', value, { name: 'detected_by', value }),
    ];
    const boxes = boxesOf('incident-hotfix', events, 'How was the incident detected?')?.slice(0, 3);
    expect(boxes).toEqual([0, 1, 2].map((i) => i === ticked));
  });
});

describe('renderAll', () => {
  it('writes the postmortem in the preset that it is given', () => {
    const { incident, view } = sampleOf(sampleEvents());
    const files = (preset?: PresetName) => renderAll(incident, view, SAMPLE_NARRATIVE, preset);
    expect(files('spec-kit')['post-mortem.md']).toBe(rendered('spec-kit', sampleEvents()));
    expect(files()['post-mortem.md']).toBe(rendered('default', sampleEvents()));
    expect(files('spec-kit')['hotfix.md']).toBe(files()['hotfix.md']);
  });
});
