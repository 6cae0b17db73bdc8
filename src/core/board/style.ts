import { html } from '../report/html.ts';

/** What the board adds to the style of the reports; the same variables, so dark mode and contrasts hold. */
export const BOARD_STYLE = html`<style>
:root { --p0: #b3261e; --p1: #9a4a00; --p2: #6b3fa0; --p3: #0b57d0; --good: #1a7f37; --field: #767d88; }
@media (prefers-color-scheme: dark) {
  :root { --p0: #f28b82; --p1: #f0a35e; --p2: #c4a1f0; --p3: #8ab4f8; --good: #6fcf8a; --field: #8b93a0; }
}
body { max-width: 78rem; padding-top: 1rem; }
h1 { font-size: 1.5rem; }
h2 { margin-top: 1.5rem; font-size: 1.15rem; }
#link { float: right; margin: 0; padding: .1rem .6rem; border: 1px solid var(--line); border-radius: 1rem; font-size: .85rem; }
#link.live { color: var(--good); } #link.lost { color: var(--bad); font-weight: 600; }
#said { position: absolute; left: -100rem; }
.columns { display: grid; grid-template: auto 1fr / minmax(0, 3fr) minmax(0, 2fr); gap: 0 2rem; align-items: start; }
.side { grid-column: 2; grid-row: 1 / 3; }
.log { grid-column: 1; min-width: 0; }
#part-chart svg { min-width: 38rem; }
.who { margin: 0; } .who button { min-height: 0; padding: .1rem .6rem; font-size: .85rem; margin-left: .4rem; }
.incidents, .clocks, .tasks, .timeline, .ended { list-style: none; padding: 0; }
.incidents { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); gap: 1rem; }
.card { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .9rem; margin: 0; }
.card.late { border-color: var(--bad); border-width: 2px; }
.card h2 { border: 0; margin: 0; padding: 0; }
.facts { display: flex; flex-wrap: wrap; gap: .3rem .9rem; align-items: baseline; }
[class^="tag-"] { color: var(--ground); background: var(--soft); border-radius: .3rem; padding: 0 .45rem; font-weight: 700; }
.tag-P0 { background: var(--p0); } .tag-P1 { background: var(--p1); } .tag-P2 { background: var(--p2); } .tag-P3 { background: var(--p3); }
.clock { padding: .2rem 0 .2rem .6rem; border-left: 3px solid var(--line); }
.clock .what { font-weight: 600; }
.clock .soft { display: block; font-size: .92rem; }
.clock .left { font-variant-numeric: tabular-nums; }
.clock.overdue { border-color: var(--bad); } .clock.overdue .left { color: var(--bad); font-weight: 600; }
.ended li { margin: .35rem 0; overflow-wrap: anywhere; }
.declined { border-left: 3px solid var(--bad); padding-left: .6rem; overflow-wrap: anywhere; }
.notice { border-left: 3px solid var(--warn); padding-left: .6rem; color: var(--warn); font-weight: 600; }
.timeline > li { border-left: 3px solid var(--line); padding: .1rem 0 .5rem .7rem; margin: 0; overflow-wrap: anywhere; }
.timeline > li.new { border-color: var(--accent); background: var(--band); }
.timeline .at { color: var(--soft); font-variant-numeric: tabular-nums; }
.evidence { font-size: .92rem; color: var(--soft); }
.tasks li { margin: .35rem 0; }
.tasks label { padding-left: 1.8rem; text-indent: -1.8rem; }
.tasks .done label, .tasks .skipped label { color: var(--soft); }
.steps { margin: .1rem 0 .1rem 1.6rem; font-size: .9rem; }
details.pass { margin-left: 1.6rem; font-size: .9rem; }
details > summary { cursor: pointer; padding: .25rem 0; }
form { margin: 0; }
form label { display: inline-block; margin: .15rem .5rem .15rem 0; max-width: 100%; }
input, select, textarea, button { font: inherit; color: var(--text); background: var(--ground); border: 1px solid var(--field); border-radius: .3rem; padding: .3rem .5rem; max-width: 100%; }
input[type="checkbox"] { margin: 0 .4rem 0 .15rem; width: 1.15rem; height: 1.15rem; vertical-align: -.15rem; accent-color: var(--accent); }
button { background: var(--band); font-weight: 600; cursor: pointer; min-height: 2.2rem; }
textarea { display: block; width: 100%; }
:is(input, select, textarea, button, summary, pre):focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.answer:empty { display: none; }
.answer { margin: .3rem 0; } .answer.refused { color: var(--bad); font-weight: 600; } .answer.ok, .good { color: var(--good); }
.ask { border: 1px solid var(--warn); border-radius: .5rem; padding: .5rem .8rem; margin: .6rem 0; }
.ask h3 { margin: 0; }
.ask pre { overflow: auto; max-height: 24rem; background: var(--band); padding: .5rem; font: .85rem/1.45 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.code { font-family: ui-monospace, Menlo, Consolas, monospace; letter-spacing: .15em; }
dl div { display: flex; gap: .6rem; } dt { color: var(--soft); min-width: 11rem; } dd { margin: 0; unicode-bidi: isolate; overflow-wrap: anywhere; }
[hidden] { display: none; }
@media (max-width: 48rem) {
  .columns { display: block; }
  body { padding: .75rem .75rem 2rem; }
  dl div { flex-wrap: wrap; gap: 0 .6rem; }
  button, input[type="text"], select, .who button { min-height: 2.75rem; }
  .tasks label { padding-block: .3rem; }
}
@media (prefers-reduced-motion: no-preference) { .timeline > li { transition: background-color .6s; } }
@media (forced-colors: active) { .clock, .card, .timeline > li { border-color: CanvasText; } }
</style>`;
