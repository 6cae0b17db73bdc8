import { mdInline } from '../untrusted.ts';

/** What nobody recorded is said, never left blank. */
export const UNKNOWN = 'UNKNOWN';

/** One bullet, its label ours and its text somebody's. */
export function field(label: string, text: string | null | undefined): string {
  return `- **${label}**: ${told(text)}`;
}

/** Somebody's text as one safe line, or UNKNOWN. */
export function told(text: string | null | undefined): string {
  const line = text == null ? '' : mdInline(text);
  return line === '' ? UNKNOWN : line;
}

export function box(checked: boolean, text: string): string {
  return `- [${checked ? 'x' : ' '}] ${text}`;
}

/** A choice on one line, the way seed 004 writes it: `[X] this | [ ] that`. */
export function choice(options: readonly string[], chosen: string | null): string {
  return options.map((option) => `[${option === chosen ? 'X' : ' '}] ${option}`).join(' | ');
}

/**
 * The events behind a line, hidden from readers and there for whoever asks where it comes from. Ids are
 * letters and digits, so nothing can end the comment early.
 */
export function sourceMark(events: readonly string[]): string {
  const ids = events.filter((id) => /^[0-9A-Z]{1,40}$/.test(id));
  return ids.length === 0 ? '' : ` <!-- ev:${ids.join(' ')} -->`;
}

/** Cells are finished Markdown on one line, with `|` already escaped (`mdInline` does that). */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Sections of one block, one blank line between them; empty ones leave nothing. */
export function stack(...sections: readonly (string | readonly string[])[]): string {
  return sections
    .map((section) => (typeof section === 'string' ? section : section.join('\n')))
    .filter((section) => section !== '')
    .join('\n\n');
}
