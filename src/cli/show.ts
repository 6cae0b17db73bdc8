import { cleanText } from '../core/untrusted.ts';
import type { Loaded } from '../tools/support/load.ts';
import type { Paint } from './colour.ts';
import { owedClocks, renderClocks, renderHead, renderTimeline } from './render.ts';

/** How many of the latest events a person sees at once; `timeline` has them all. */
const LATEST = 8;

/**
 * `get_incident` for a person at a terminal: the same facts as the operation's answer, laid out for eyes and
 * without the fences that keep an agent from obeying what it reads.
 */
export function renderIncident(
  one: Loaded,
  data: Record<string, unknown>,
  nowMs: number,
  paint: Paint,
): string {
  const { told } = one.incident;
  const more =
    told.length > LATEST ? paint.dim(`  ... ${told.length - LATEST} earlier: hotfix-pulse timeline`) : '';
  const listed = (label: string, value: unknown, separator: string) =>
    Array.isArray(value) && value.length > 0
      ? `${label}: ${cleanText(value.map(String).join(separator))}`
      : '';
  const blocks = [
    [renderHead(one.incident, paint), renderClocks(owedClocks(one), nowMs, paint, true)],
    [more, renderTimeline(told.slice(-LATEST), paint)],
    [
      listed('Open tasks', data.open_tasks, ' '),
      listed('Missing to close', data.missing_to_close, ', '),
      listed('Debt', data.debts, '; '),
      typeof data.folder === 'string' ? paint.dim(`Folder: ${cleanText(data.folder)}`) : '',
      typeof data.next === 'string' ? paint.bold(`Next: ${cleanText(data.next)}`) : '',
    ],
  ];
  return blocks
    .map((lines) => lines.filter((line) => line !== '').join('\n'))
    .filter((block) => block !== '')
    .join('\n\n');
}
