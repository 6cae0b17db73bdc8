import { fullPath } from './places.ts';
import type { Edit } from './plan-types.ts';

/**
 * What an edit changes, for people. Only what we put in or take out is shown, never the lines around it:
 * configurations hold tokens, and an agent may be reading.
 */
export function diffOf(edit: Edit): string[] {
  if (edit.kind === 'command') {
    return edit.calls.map((args) => `$ claude ${args.join(' ')}`);
  }
  const head = `${SIGNS[edit.action]} ${fullPath(edit.spot)}`;
  if (edit.action === 'unchanged' || (edit.what !== 'entry' && edit.what !== 'workflow')) return [head];
  if (edit.splices.length === 0) return [head, ...lines('+', edit.after ?? '')];
  return [
    head,
    ...edit.splices.flatMap(({ offset, replaced, inserted }) => [
      `@@ character ${offset} @@`,
      ...lines('-', masked(replaced)),
      ...lines('+', inserted),
    ]),
  ];
}

const SIGNS: Record<Edit['action'], string> = { create: 'A', update: 'M', remove: 'D', unchanged: '=' };

const masked = (text: string): string => (text.trim() === '' ? text : `(${text.length} characters)`);

function lines(sign: string, text: string): string[] {
  return text
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .map((line) => `${sign}${line}`);
}
