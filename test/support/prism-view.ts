import { viewOf } from '../../src/core/documents/view.ts';
import type { RecordedEvent } from '../../src/core/events.ts';
import { foldIncident } from '../../src/core/incident.ts';
import type { Message, SurfaceView } from '../../src/core/outward/sending.ts';
import { matrixOf, rowOf } from '../../src/core/severity.ts';
import { SAMPLE_NOW, SAMPLE_UID } from './sample-incident.ts';

/** What a surface is asked to show. `redact` takes the word `hunter2` out, so that a test sees where it went. */
export function viewOfEvents(
  events: readonly RecordedEvent[],
  { nowMs = SAMPLE_NOW, asks = [] }: { nowMs?: number; asks?: SurfaceView['asks'] } = {},
): SurfaceView {
  const incident = foldIncident(events[0]?.incident ?? SAMPLE_UID, events);
  const row = incident.severity ? rowOf(matrixOf('default'), incident.severity.level) : null;
  const settings = { stability_h: 24 };
  return {
    ...viewOf(incident, { nowMs, row, settings }),
    ...{ incident, asks, redact: (text) => text.replaceAll('hunter2', '[REDACTED]') },
  };
}

export const message = (over: Partial<Message> = {}): Message => ({
  ...{ text: 'We see errors at login.\n\nNext update in 30 minutes.', audience: 'internal', systems: [] },
  ...{ public_status: 'investigating', title: 'Login fails for some users', ...over },
});
