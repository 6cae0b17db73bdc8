import { ACTION_TYPES } from '../kinds.ts';
import { parseDue } from '../time.ts';
import { type ImportedAction, isBlank } from './imported.ts';
import { type Line, plain, type Statement, statementsOf, tablesIn } from './markdown-read.ts';
import { columnOf } from './section-names.ts';

const ID = /^AI-\d{1,6}\s*:\s*/i;
const TAIL = /\s*\(owner:\s*([^;()]{1,200});\s*due:\s*([^;()]{1,60})(;\s*dropped)?\)\s*(?:\(done\))?$/i;
const UNDER = /^(owner|assignee|due|due date|type|why)\s*:\s*(.*)$/i;
const DONE = /^(?:\[x\]|x|✅|✔.?|done|closed|completed?|finished|yes|resolved)$/i;
const DROPPED = /^(?:dropped|won'?t ?(?:do|fix)|cancell?ed|rejected)$/i;

type Given = { [K in 'owner' | 'due' | 'type' | 'status']?: string | undefined };

/** Action items as boxes, bullets or a table. A due date that is no date stays in the text. */
export function readActions(lines: readonly Line[]): { actions: ImportedAction[]; rest: string[] } {
  const { tables, rest } = tablesIn(lines);
  const actions = tables.flatMap((table) => {
    const columns = table.columns.map(columnOf);
    const textAt = (['action', 'event'] as const).map((name) => columns.indexOf(name)).find((i) => i >= 0);
    const at = textAt ?? columns.indexOf(null);
    return table.rows.flatMap(({ cells }) => {
      const cell = (name: (typeof columns)[number]) => plain(cells[columns.indexOf(name)] ?? '');
      const extra = cells
        .map((text, i) =>
          i === at || columns[i] === null || columns[i] === 'notes' ? { text: plain(text), i } : null,
        )
        .flatMap((found) =>
          found === null || found.i === at || isBlank(found.text)
            ? []
            : [`${table.columns[found.i]}: ${found.text}`],
        );
      const said = plain(cells[at < 0 ? 0 : at] ?? '');
      const text = [said, ...extra].join('; ');
      return isBlank(said)
        ? []
        : [
            actionOf(text, {
              owner: cell('owner'),
              due: cell('due'),
              type: cell('type'),
              status: cell('status'),
            }),
          ];
    });
  });
  const others: string[] = [];
  for (const statement of statementsOf(rest)) {
    const action = ofStatement(statement);
    if (action !== null) actions.push(action);
    else if (!isBlank(plain(statement.text))) others.push(plain(statement.text));
  }
  return { actions, rest: others };
}

function ofStatement({ text, box, under }: Statement): ImportedAction | null {
  const said = plain(text.replace(/\n/g, ' '));
  if (isBlank(said.replace(ID, '')) || /^action items: UNKNOWN/i.test(said)) return null;
  const given: Given = { status: box === true ? 'x' : '' };
  const more: string[] = [];
  for (const line of under.map(plain)) {
    const [, name = '', value = ''] = UNDER.exec(line) ?? [];
    const key = name.toLowerCase();
    if (key.startsWith('due')) given.due = value;
    else if (key === 'owner' || key === 'assignee') given.owner = value;
    else if (key === 'type') given.type = value;
    else if (key !== 'why' || !isBlank(value)) more.push(line);
  }
  const [tail, owner, due, dropped] = TAIL.exec(said) ?? [];
  const whole = tail === undefined ? said : said.slice(0, -tail.length);
  if (tail !== undefined) Object.assign(given, { owner, due, ...(dropped ? { status: 'dropped' } : {}) });
  return actionOf([whole, ...more].join('; '), given);
}

function actionOf(text: string, { owner = '', due = '', type = '', status = '' }: Given): ImportedAction {
  const date = dateIn(due);
  const kept = date === null && !isBlank(due) ? `${text} (due: ${due})` : text;
  return {
    text: kept.replace(ID, '').replace(/\s*\(dropped\)$/i, ''),
    owner: isBlank(owner) ? null : owner,
    due: date,
    type: ACTION_TYPES.find((known) => type.toLowerCase().startsWith(known.slice(0, 5))) ?? null,
    state: DONE.test(status.trim())
      ? 'done'
      : DROPPED.test(status.trim()) || /\(dropped\)$/i.test(text)
        ? 'dropped'
        : 'open',
  };
}

function dateIn(text: string): string | null {
  const day = /^\d{4}-\d{2}-\d{2}$/.exec(text.trim())?.[0];
  if (day === undefined) return null;
  try {
    return parseDue(day, Date.parse(`${day}T00:00:00Z`)).due;
  } catch {
    return null;
  }
}
