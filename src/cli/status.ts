import * as z from 'zod/v4';
import { type Clock, overdueClocks } from '../core/clocks.ts';
import { severityLabel } from '../core/incident.ts';
import { pulseOf } from '../core/pulse.ts';
import { cleanText } from '../core/untrusted.ts';
import type { Loaded } from '../tools/support/load.ts';
import type { Paint } from './colour.ts';
import { type Command, EXIT } from './command.ts';
import { concerning, debtsOf, owedClocks, renderClocks, renderHead } from './render.ts';

/** One incident as `status --json` and `watch --json` show it. */
export function statusOf(one: Loaded, nowMs: number) {
  const { incident } = one;
  const pulse = pulseOf(incident);
  return {
    incident: incident.label,
    uid: incident.uid,
    title: incident.title,
    severity: incident.severity?.level ?? null,
    severity_shown: severityLabel(incident),
    status: incident.status,
    pulse: pulse.dots,
    meter: pulse.meter,
    clocks: owedClocks(one).map((clock) => clockOf(clock, nowMs)),
    debts: debtsOf(incident),
    ...(incident.drill ? { drill: true } : {}),
    damaged_lines: one.damage.length,
  };
}

export function clockOf(clock: Clock, nowMs: number) {
  const { name, label, due, state, todo } = clock;
  const late = state === 'overdue' ? { overdue_s: Math.floor((nowMs - Date.parse(due)) / 1000) } : {};
  return { name, label, due, state, todo, ...late };
}

export function overdueIn(all: readonly Loaded[]): number {
  return all.reduce((count, one) => count + overdueClocks(owedClocks(one)).length, 0);
}

export function renderStatus(shown: readonly Loaded[], nowMs: number, paint: Paint): string {
  if (shown.length === 0) return paint.green('No incident is open.');
  return shown
    .map((one) =>
      [
        renderHead(one.incident, paint),
        renderClocks(owedClocks(one), nowMs, paint),
        ...debtsOf(one.incident).map((debt) => paint.yellow(`     Debt: ${cleanText(debt)}`)),
        one.damage.length === 0
          ? ''
          : paint.yellow(
              `  ${one.damage.length} damaged line(s) in its log: hotfix-pulse verify shows where`,
            ),
      ]
        .filter((part) => part !== '')
        .join('\n'),
    )
    .join('\n\n');
}

export const status: Command = {
  name: 'status',
  aliases: ['st'],
  summary:
    'Show all open incidents: severity, status, pulse meter, clocks. Exit code 10 when something is overdue.',
  details:
    'A closed incident is shown too while it owes something: an action item or postmortem that is overdue, a debt that is not paid.',
  input: z.strictObject({}),
  positionals: [],
  examples: ['status', 'status --json'],
  async run(_args, { app, out, deps: connect }) {
    const deps = await connect();
    const nowMs = deps.clock.now();
    const shown = concerning(await app.loadAll(deps));
    const overdue = overdueIn(shown);
    if (out.json) out.value({ incidents: shown.map((one) => statusOf(one, nowMs)), overdue });
    else out.text(renderStatus(shown, nowMs, out.paint));
    return overdue > 0 ? EXIT.overdue : EXIT.ok;
  },
};
