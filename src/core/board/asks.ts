import type { Decline } from '../declines.ts';
import { ROLLBACK_TARGETS } from '../kinds.ts';
import { type Html, html } from '../report/html.ts';
import { isEnough, needWords } from '../ship/policy.ts';
import { moment } from './pieces.ts';
import type { BoardAsk, BoardMay } from './view.ts';

/** What can be planned on the page. */
export interface BoardPlans {
  rollback: boolean;
  /** A draft for posting. */
  post: boolean;
}

/** Plans that wait for a yes, whole, and those that have one and wait to be carried out. */
export function asksPart(asks: readonly BoardAsk[], may: BoardMay, isDrill: boolean): Html {
  const waiting = asks.filter(({ isApproved }) => !isApproved);
  const approved = asks.filter(({ isApproved }) => isApproved);
  if (asks.length === 0) return html`<p class="soft">No plan waits for a yes.</p>`;
  return html`${waiting.map((ask) => article(ask, waitingPart(ask, may, isDrill)))}${approved.map((ask) =>
    article(ask, approvedPart(ask, may)),
  )}`;
}

function article({ id, title, lines, declines }: BoardAsk, below: Html): Html {
  return html`<article id="plan-${id}" class="ask" aria-labelledby="plan-title-${id}"><h3 id="plan-title-${id}">${title}</h3>
<p class="soft">Plan <code>${id}</code></p>
<pre tabindex="0" aria-label="The whole plan">${lines.join('\n')}</pre>
${declines.map(declined)}${below}</article>
`;
}

const declined = ({ by, at, why }: Decline): Html =>
  html`<p class="declined">Declined by ${by}, ${moment(at)}${why === null ? '' : html`: ${why}`}</p>
`;

function waitingPart(ask: BoardAsk, may: BoardMay, isDrill: boolean): Html {
  if (isDrill) return html`<p class="soft">A rehearsal: the plan is as far as it goes.</p>`;
  const can = may.approve !== null && isEnough(may.approve, ask.need);
  return html`<p class="soft">${may.approve === null ? 'You may not approve here. ' : ''}Waits for ${needWords(ask.need)}${commandOf(ask)}. ${whoMay(ask, may)}</p>
${can ? yesForm(ask) : ''}${may.write ? noForm(ask) : ''}`;
}

function commandOf({ id, need }: BoardAsk): Html | string {
  const command = html`<code>hotfix-pulse approve ${id}</code>`;
  if (need === 'terminal') return html` (${command})`;
  return need === 'word' ? html`, or ${command} in a terminal` : '';
}

/** Who can be asked. A review is given where the code is, and nowhere else. */
function whoMay({ need }: BoardAsk, { approvers }: BoardMay): Html | string {
  if (need === 'review' || approvers === undefined) return '';
  return approvers.length === 0
    ? html`Nobody may say yes on this board yet: <code>hotfix-pulse token create --name NAME --kind person --scope approve</code>.`
    : html`On this board it can be given by ${approvers.join(', ')}.`;
}

function yesForm({ id, code }: BoardAsk): Html {
  return html`<form data-act="approve"><input type="hidden" name="plan" value="${id}"><p>Read the plan. The yes is for exactly this one: when anything in it changes, it is another plan.</p>
<label>Type <strong class="code">${code}</strong> to approve <input id="code-${id}" type="text" name="code" size="6" maxlength="8" required autocomplete="off" autocapitalize="characters" spellcheck="false"></label> <button type="submit">Approve</button><p class="answer" data-own></p></form>
`;
}

function noForm({ id }: BoardAsk): Html {
  return html`<details id="no-${id}" class="no"><summary>Decline<span class="hidden"> plan ${id}</span></summary><form data-act="decline"><input type="hidden" name="plan" value="${id}"><label>Why <input type="text" name="reason" maxlength="300" required autocomplete="off"></label> <button type="submit">Decline</button><p class="answer" data-own></p></form></details>
`;
}

function approvedPart({ id, given, isPost }: BoardAsk, { write }: BoardMay): Html {
  if (!isPost || !write)
    return html`<p class="good">Approved (${given ?? ''}); whoever made it can carry it out with this id.</p>`;
  return html`<p class="good">Approved (${given ?? ''}).</p><form data-act="post"><input type="hidden" name="plan" value="${id}"><button type="submit">Post it now</button><p class="answer" data-own></p></form>`;
}

/** Stands on the page once. Others who make plans: agents, and operations in a terminal. */
export function planForm({ rollback }: BoardPlans): Html | string {
  if (!rollback) return '';
  return html`<details><summary>Plan a rollback</summary><form data-act="plan_rollback"><p class="soft">Makes the plan and changes nothing. It then waits here for its yes.</p><label>Of <select name="target"><option value="">what went live last</option>${ROLLBACK_TARGETS.map((one) => html`<option value="${one}">the ${one}</option>`)}</select></label>
<label>Range, if it is known <input type="text" name="range" maxlength="300" placeholder="good..bad" autocomplete="off" autocapitalize="none" spellcheck="false"></label> <button type="submit">Plan it</button><p class="answer" data-own></p></form></details>`;
}
