import * as z from 'zod/v4';
import { overdueClocks } from '../core/clocks.ts';
import { isOpen, severityLabel } from '../core/incident.ts';
import { pulseOf } from '../core/pulse.ts';
import { oneLine } from '../core/untrusted.ts';
import { type Loaded, loadAll, urgentOf } from './support/load.ts';
import { defineTool } from './tool.ts';

const TITLE = 70;

const Row = z.object({
  incident: z.string(),
  uid: z.string(),
  title: z.string(),
  severity: z.string(),
  status: z.string(),
  pulse: z.string(),
  opened_at: z.string(),
  overdue: z.array(z.string()),
});

/** Incidents of this repository, newest first. */
export default defineTool({
  name: 'list_incidents',
  title: 'List incidents',
  effect: 'read',
  description: 'Open incidents (or status), newest first, with severity, status, overdue clocks.',
  input: z.strictObject({
    status: z.enum(['open', 'closed', 'all']).optional(),
    limit: z.int().min(1).max(100).optional(),
    repo: z.string().optional(),
  }),
  output: z.object({
    incidents: z.array(Row),
    total: z.number(),
    next: z.string(),
    overdue: z.string().nullable(),
  }),
  async run({ status = 'open', limit = 20 }, deps) {
    const wanted = (await loadAll(deps))
      .filter((one) => status === 'all' || isOpen(one.incident) === (status === 'open'))
      .reverse();
    const shown = wanted.slice(0, limit);
    const rows = shown.map(rowFor);
    const next =
      rows.length === 0
        ? 'No such incident. create_hotfix_task opens one.'
        : 'get_incident shows one; pass its id as incident.';
    const overdue = urgentOf(shown, deps.clock.now());
    const text = [
      ...rows.map(
        (row) =>
          `${row.incident} · ${row.severity} · ${row.status} · ${row.pulse} · ${row.title}${row.overdue.length > 0 ? ` · overdue: ${row.overdue.join(', ')}` : ''}`,
      ),
      ...(wanted.length > shown.length ? [`${wanted.length - shown.length} more: raise limit.`] : []),
      `Next: ${next}`,
      ...(overdue ? [overdue] : []),
    ].join('\n');
    return {
      text,
      data: { incidents: rows, total: wanted.length, next, overdue },
      warnings: deps.log.notices(),
    };
  },
});

function rowFor({ incident, clocks }: Loaded): z.input<typeof Row> {
  return {
    incident: incident.label,
    uid: incident.uid,
    title: `${incident.drill ? '[DRILL] ' : ''}${oneLine(incident.title, TITLE)}`,
    severity: severityLabel(incident),
    status: incident.status,
    pulse: pulseOf(incident).meter,
    opened_at: incident.opened?.at ?? '',
    overdue: overdueClocks(clocks).map((clock) => clock.label),
  };
}
