import type { Incident } from '../incident.ts';
import { type Html, html } from '../report/html.ts';
import { STYLE } from '../report/style.ts';
import { type BoardPlans, planForm } from './asks.ts';
import { draftForm, rolesForm } from './incident.ts';
import { ENDED_PATH, endedList } from './list.ts';
import { BOARD_STYLE } from './style.ts';
import { timelineList } from './timeline.ts';
import type { BoardMay, BoardRow, Parts } from './view.ts';

/** What every page of the board carries for its script. */
export interface PageState {
  cursor: string;
  nowMs: number;
  /** Against requests that another site's page makes; belongs to the session. */
  csrf: string;
  /** Where the stream is. */
  events: string;
  /** Name of whoever is signed in. */
  who: string;
  /** Random, of this answer; the policy lets no script run without it. */
  nonce: string;
}

export const SCRIPT_PATH = '/board/script.js';

/** The texts of the style sheets as they stand in every page, for the policy that names their hashes. */
export function styleTexts(): string[] {
  return [STYLE, BOARD_STYLE].map(({ markup }) => markup.replace(/^<style>|<\/style>$/g, ''));
}

export function listPage(parts: Parts, state: PageState): string {
  return shell('Incidents', state, [
    html`<header>${link()}${who(state)}<h1>Incidents</h1></header>
<main id="main"><section id="part-list" aria-label="Open incidents">
${parts.list ?? ''}</section>${section('ended', 'Ended', parts)}</main>`,
  ]);
}

/** A page of what is over; nothing on it changes, so it has no script. */
export function endedPage(ended: readonly BoardRow[], older: string | null): string {
  return html`${head('Ended incidents')}
<body><a class="skip" href="#main">Skip to the content</a>
<header><p><a href="/board">All incidents</a></p><h1>Ended incidents</h1><p class="soft">The newest first. Times are UTC.</p></header>
<main id="main">${ended.length === 0 ? html`<p>There are no more.</p>` : endedList(ended)}
${older === null ? '' : html`<p><a href="${ENDED_PATH}?before=${older}">Older ones</a></p>`}</main></body></html>
`.markup;
}

const section = (name: string, title: string, parts: Parts, more: Html | string = '') =>
  html`<section aria-labelledby="h-${name}"><h2 id="h-${name}">${title}</h2>
<div id="part-${name}">${parts[name] ?? ''}</div>${more}</section>
`;

/** @param parts what `incidentParts` made */
export function incidentPage(
  incident: Incident,
  parts: Parts,
  { may, plans }: { may: BoardMay; plans: BoardPlans },
  state: PageState,
): string {
  const { uid, label, title, told } = incident;
  const canSay = may.write ? 'yes' : 'no';
  return shell(`${label}: ${title}`, state, [
    html`<header>${link()}${who(state)}<p><a href="/board">All incidents</a></p><h1>${label}: ${title}</h1>
<div id="part-head">${parts.head ?? ''}</div></header>
<main id="main" data-incident="${uid}" data-write="${canSay}"><div class="columns"><div>
${section('next', 'Next', parts)}${section('asks', 'Approvals', parts, may.write ? planForm(plans) : '')}</div><div class="side">
${section('clocks', 'Clocks', parts)}${section('tasks', 'Tasks', parts)}${section('roles', 'Roles', parts, may.write ? rolesForm() : '')}${
  may.write
    ? html`<section aria-labelledby="h-draft"><h2 id="h-draft">Updates</h2>${draftForm()}</section>`
    : ''
}<section aria-labelledby="h-pm"><h2 id="h-pm">Postmortem</h2><p><a href="/board/postmortem?incident=${uid}">Preview of the postmortem</a>, made from what is recorded so far.</p></section>
</div><div class="log">${section('chart', 'Course', parts)}<section aria-labelledby="h-log"><h2 id="h-log">Timeline</h2><ol id="timeline" class="timeline" reversed>
${timelineList(told)}</ol></section></div></div></main>`,
  ]);
}

/** Announces itself when it changes. */
const link = (): Html => html`<p id="link" role="status">connecting</p>`;

const who = ({ who }: PageState): Html =>
  html`<p class="soft who">You are ${who}. Times are UTC. <button type="button" id="leave">Sign out</button></p>`;

/** A page of one sentence: who is not let in, what is not there. */
export function plainPage(title: string, text: string): string {
  return bare(title, html`<p>${text}</p>`);
}

function bare(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>${title}</title></head>
<body><main><h1>${title}</h1>${body}</main></body></html>
`.markup;
}

/** @param refused why the last try was refused */
export function signInPage(path: string, refused: string | null): string {
  return bare(
    'Sign in',
    html`${refused === null ? '' : html`<p role="alert">${refused}</p>`}<form method="post" action="${path}"><p><label>Your token <input type="password" name="token" required autocomplete="current-password" size="50" maxlength="100"></label></p><p><button type="submit">Sign in</button></p></form><p>Whoever runs this hub makes one: <code>hotfix-pulse token create --name YOU --kind person --scope write</code></p>`,
  );
}

function head(title: string): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
${STYLE}
${BOARD_STYLE}
</head>`;
}

function shell(
  title: string,
  { cursor, nowMs, csrf, events, nonce }: PageState,
  body: readonly Html[],
): string {
  return html`${head(title)}
<body data-cursor="${cursor}" data-now="${nowMs}" data-csrf="${csrf}" data-events="${events}">
<a class="skip" href="#main">Skip to the content</a>
${body}
<p id="said" aria-live="polite"></p>
<noscript><p class="notice">This page keeps itself up to date with a script; without it, load it again.</p></noscript>
<script src="${SCRIPT_PATH}" nonce="${nonce}"></script>
</body>
</html>
`.markup;
}
