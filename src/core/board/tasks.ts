import { type Html, html } from '../report/html.ts';
import { PHASES, type TaskState } from '../tasks.ts';

/** The checklist. A tick is an event by whoever ticks; what facts have ticked cannot be unticked. */
export function tasksPart(tasks: readonly TaskState[], mayWrite: boolean): Html {
  const current = tasks.find(({ state }) => state === 'open')?.phase;
  return html`${PHASES.map(({ number, title }) => {
    const own = tasks.filter(({ phase }) => phase === number);
    const left = own.filter(({ state }) => state === 'open').length;
    const inside = html`<summary>${title} <span class="soft">${left === 0 ? 'done' : `${left} open`}</span></summary>
<ul class="tasks">
${own.map((task) => taskItem(task, mayWrite))}</ul>`;
    return number === current
      ? html`<details id="phase-${number}" open>${inside}</details>
`
      : html`<details id="phase-${number}">${inside}</details>
`;
  })}`;
}

const MARKS = { done: '☑', skipped: '☒', open: '☐' } as const;

function taskItem(task: TaskState, mayWrite: boolean): Html {
  const { id, title, state, note, steps } = task;
  const isOpen = state === 'open';
  const noted =
    note === null ? '' : html` <span class="soft">(${state === 'skipped' ? 'skipped: ' : ''}${note})</span>`;
  if (!mayWrite) {
    return html`<li id="task-${id}" class="${state}"><span aria-hidden="true">${MARKS[state]}</span> <span class="hidden">${state}: </span>${id} ${title}${noted}</li>
`;
  }
  // Not disabled when ticked: a disabled box would take the focus from whoever has just ticked it.
  const box = isOpen
    ? html`<input type="checkbox" id="tick-${id}">`
    : html`<input type="checkbox" id="tick-${id}" checked aria-disabled="true">`;
  const skip = html`<details class="pass"><summary>Skip<span class="hidden"> ${id}</span></summary><form data-act="task"><input type="hidden" name="task" value="${id}"><input type="hidden" name="state" value="skipped"><label>Why <input type="text" name="reason" maxlength="300" required autocomplete="off"></label> <button type="submit">Skip ${id}</button><p class="answer" data-own></p></form></details>`;
  return html`<li id="task-${id}" class="${state}"><form data-act="task"><input type="hidden" name="task" value="${id}"><input type="hidden" name="state" value="done"><label>${box} ${id} ${title}</label>${noted}<p class="answer" data-own></p></form>${isOpen ? html`<p class="soft steps">${steps.join('; ')}</p>${skip}` : ''}</li>
`;
}
