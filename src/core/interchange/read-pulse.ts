import { type Line, type Part, plain, tablesIn } from './markdown-read.ts';
import { folded, topicOf } from './section-names.ts';

/** What the form itself says in its cells, before somebody fills them in. */
const PROMPT =
  /^(?:One-line plain-speak description|Detection → Response → Fix → Restore|Human \+ technical factors|Fast detection, solid comms, prior automation, etc|Missed alert, unclear ownership, etc|Code \/ process \/ automation changes)\.?$/;

/** Seed 000 keeps its postmortem in a table, `Section | Prompt`: each row is taken as a section of its own. */
export function unfolded(part: Part): Part[] {
  const { tables } = tablesIn(part.lines);
  const mini = tables.find(({ columns }) => folded(columns[0] ?? '') === 'section' && columns.length === 2);
  if (mini === undefined) return [part];
  const rows = new Set(mini.rows.map(({ line }) => line));
  const first = Math.min(...rows);
  const others = part.lines.filter(({ line }) => !rows.has(line) && line !== first - 1 && line !== first - 2);
  const sections = mini.rows.flatMap(({ line, cells: [name = '', said = ''] }): Part[] =>
    comment(said) === '' || PROMPT.test(comment(said))
      ? []
      : [{ title: plain(name), level: 9, line, lines: linesOf(plain(name), comment(said), line) }],
  );
  return [{ ...part, lines: others }, ...sections];
}

const comment = (text: string): string => text.replace(/\s{0,4}<!--[^<>]{0,4000}-->/g, '').trim();

/** `Detection 13:55 UTC → Restore 15:30 UTC` and `one; another` are lists on one line. */
function linesOf(name: string, said: string, line: number): Line[] {
  const topic = topicOf(name);
  const texts =
    topic === 'timeline'
      ? said.split('→').map((step) => step.trim().replace(/^([A-Za-z]{3,12}) (?=\d)/, '$1: '))
      : topic === 'summary'
        ? [said]
        : split(said);
  return texts.map((text) => ({ line, text: `- ${boxed(text, topic === 'actions')}` }));
}

function boxed(text: string, isAction: boolean): string {
  const bare = text.replace(/ \(narrative\)$/, '');
  return isAction ? `[${/\(done\)$/.test(bare) ? 'x' : ' '}] ${bare.replace(/ \(done\)$/, '')}` : bare;
}

/** At semicolons that stand in no brackets. */
function split(text: string): string[] {
  const found: string[] = [''];
  let depth = 0;
  for (const char of text) {
    if (char === '(') depth += 1;
    if (char === ')') depth = Math.max(0, depth - 1);
    if (char === ';' && depth === 0) found.push('');
    else found[found.length - 1] += char;
  }
  return found.map((one) => one.trim().replace(/ \(narrative\)$/, '')).filter((one) => one !== '');
}
