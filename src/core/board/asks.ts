import { type Html, html } from '../report/html.ts';
import { isEnough, needWords } from '../ship/policy.ts';
import type { BoardAsk, BoardMay } from './view.ts';

/** Plans that wait for a yes, whole, and those that have one and wait to be carried out. */
export function asksPart(asks: readonly BoardAsk[], may: BoardMay, isDrill: boolean): Html {
  const waiting = asks.filter(({ isApproved }) => !isApproved);
  const approved = asks.filter(({ isApproved }) => isApproved);
  if (asks.length === 0) return html`<p class="soft">No plan waits for a yes.</p>`;
  return html`${waiting.map((ask) => article(ask, answerForm(ask, may, isDrill)))}${approved.map((ask) =>
    article(
      ask,
      html`<p class="good">Approved (${ask.given ?? ''}); whoever made it can carry it out with this id.</p>`,
    ),
  )}`;
}

function article({ id, title, lines }: BoardAsk, below: Html): Html {
  return html`<article id="plan-${id}" class="ask" aria-labelledby="plan-title-${id}"><h3 id="plan-title-${id}">${title}</h3>
<p class="soft">Plan <code>${id}</code></p>
<pre tabindex="0" aria-label="The whole plan">${lines.join('\n')}</pre>
${below}</article>
`;
}

function answerForm({ id, need, code }: BoardAsk, { approve }: BoardMay, isDrill: boolean): Html {
  if (isDrill) return html`<p class="soft">A rehearsal: the plan is as far as it goes.</p>`;
  if (approve === null || !isEnough(approve, need)) {
    const here = approve === null ? 'You may not approve here. ' : '';
    return html`<p class="soft">${here}It needs ${needWords(need)}.</p>`;
  }
  return html`<form data-act="approve"><input type="hidden" name="plan" value="${id}"><p>Read the plan. The yes is for exactly this one: when anything in it changes, it is another plan.</p>
<label>Type <strong class="code">${code}</strong> to approve <input id="code-${id}" type="text" name="code" size="6" maxlength="8" required autocomplete="off" autocapitalize="characters" spellcheck="false"></label> <button type="submit">Approve</button><p class="answer" data-own></p></form>`;
}
