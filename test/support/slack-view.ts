import { viewOf } from '../../src/core/documents/view.ts';
import type { Incident } from '../../src/core/incident.ts';
import type { OpenAsk, SurfaceView } from '../../src/core/outward/sending.ts';
import { matrixOf, rowOf } from '../../src/core/severity.ts';
import { planLines, planTitle } from '../../src/core/ship/plan.ts';
import { hours } from './events.ts';
import { planWith } from './plans.ts';

/** What a surface is shown of an incident. */
export function slackView(incident: Incident, more: Partial<SurfaceView> = {}): SurfaceView {
  const row = incident.severity ? rowOf(matrixOf('default'), incident.severity.level) : null;
  return {
    incident,
    ...viewOf(incident, { nowMs: hours(1), row, settings: { stability_h: 24 } }),
    asks: [],
    redact: (text) => text.replaceAll('hunter2', '[REDACTED]'),
    ...more,
  };
}

export const ASK_ID = '0123456789ab';

export function ask(more: Partial<OpenAsk> = {}): OpenAsk {
  const plan = planWith();
  return { id: ASK_ID, title: planTitle(plan), lines: planLines(plan), need: 'named', plan, ...more };
}
