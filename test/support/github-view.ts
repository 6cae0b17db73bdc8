import { viewOf } from '../../src/core/documents/view.ts';
import type { RecordedEvent } from '../../src/core/events.ts';
import { foldIncident } from '../../src/core/incident.ts';
import type { SurfaceView } from '../../src/core/outward/sending.ts';
import { matrixOf, rowOf } from '../../src/core/severity.ts';

/** What a surface gets of these events at that time. */
export function surfaceView(
  events: readonly RecordedEvent[],
  nowMs: number,
  redact: (text: string) => string = (text) => text,
): SurfaceView {
  const incident = foldIncident(events[0]?.incident ?? '', events);
  const row = incident.severity === null ? null : rowOf(matrixOf('default'), incident.severity.level);
  return {
    ...viewOf(incident, { nowMs, row, settings: { stability_h: 24 } }),
    ...{ incident, asks: [], redact },
  };
}
