import { describe, expect, it } from 'vitest';
import { courseOf, mermaidOf, phaseCells, phaseIds } from '../../../src/core/documents/course.ts';
import { anchorIds } from '../../../src/core/documents/sources.ts';
import type { RecordedEvent } from '../../../src/core/events.ts';
import { anchorsOf } from '../../../src/core/intervals.ts';
import {
  hostileEvents,
  numbered,
  openedOnly,
  sampleEvents,
  sampleOf,
  tell,
} from '../../support/sample-incident.ts';

const MINUTE = 60_000;
const courseIn = (events: readonly RecordedEvent[]) => courseOf(sampleOf(events).incident);
const without = (...kinds: string[]) => sampleEvents().filter(({ kind }) => !kinds.includes(kind));
const msOf = (events: readonly RecordedEvent[]) =>
  courseIn(events).map(({ ms }) => (ms === null ? null : ms / MINUTE));

describe('the course', () => {
  it('is measured between recorded moments, each with its event', () => {
    expect(msOf(sampleEvents())).toEqual([16, 20, 32, 20]);
    const { incident } = sampleOf(sampleEvents());
    for (const phase of courseOf(incident))
      expect(phaseIds(phase).map((id) => incident.recorded.find((event) => event.id === id)?.at)).toEqual([
        phase.from?.at,
        phase.to?.at,
      ]);
  });

  it.each<[string, RecordedEvent[], (number | null)[]]>([
    ['a mitigation', without('mitigation_applied'), [16, null, 52, 20]],
    ['a deployed fix', without('deployed'), [16, 20, null, 52]],
    ['a resolution', without('resolved'), [16, 20, 32, null]],
    ['anything but the opening', openedOnly(), [null, null, null, null]],
  ])('draws no phase that needs what is missing: %s', (_what, events, expected) => {
    expect(msOf(events)).toEqual(expected);
    for (const phase of courseIn(events)) {
      expect(phase.why === null).toBe(phase.ms !== null);
      if (phase.ms === null) expect(phaseCells(phase)[3]).toMatch(/^UNKNOWN - ask the .*: nobody recorded "/);
    }
  });

  it('draws no phase that ends before it begins', () => {
    const late = tell('2026-11-20T14:30:00Z', 'fact_recorded', '', { name: 'detected', value: 'x' });
    const [, mitigate] = courseIn(numbered([...sampleEvents(), late]));
    expect(mitigate).toMatchObject({
      ms: null,
      why: 'impossible: "mitigated" is recorded before "detected"',
    });
  });

  it('names the events of the very times that the intervals use', () => {
    const { incident } = sampleOf(sampleEvents());
    for (const [anchor, at] of Object.entries(anchorsOf(incident))) {
      const [id] = anchorIds(incident, anchor as 'started');
      expect(incident.recorded.find((event) => event.id === id)?.at).toBe(at);
    }
  });
});

describe('its Mermaid chart', () => {
  const LINE =
    /^(?:gantt| {2}accTitle: [\w ]+| {2}accDescr: [\w ]+| {2}dateFormat YYYY-MM-DD HH:mm| {2}axisFormat %(?:m-%d %)?H:%M| {2}section UTC| {2}(?:Detect|Mitigate|Repair|Monitor), [\w ]+ :(?:detect|mitigate|repair|monitor)(?:, \d{4}-\d{2}-\d{2} \d{2}:\d{2}){2})$/;

  it('holds our own words and recorded times only, whatever was said', () => {
    const chart = mermaidOf(courseIn(sampleEvents()));
    for (const line of chart) expect(line).toMatch(LINE);
    expect(mermaidOf(courseIn(hostileEvents()))).toEqual(chart);
    expect(chart).toContain('  Detect, 16 minutes :detect, 2026-11-20 13:42, 2026-11-20 13:58');
  });

  it('is none when nothing can be drawn, and leaves out what cannot', () => {
    expect(mermaidOf(courseIn(openedOnly()))).toEqual([]);
    expect(mermaidOf(courseIn(without('deployed'))).join('\n')).not.toContain('Repair');
  });
});
