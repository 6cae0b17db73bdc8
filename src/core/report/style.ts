import { html } from './html.ts';

/**
 * The one style sheet. Every pair of text and ground has a contrast of at least 4.5, of bars and ground at
 * least 3; on paper everything is dark on white. Bars are told apart by their labels, never by colour alone.
 */
export const STYLE = html`<style>
:root { color-scheme: light dark; --ground: #ffffff; --text: #1b1f24; --soft: #4b5563; --line: #c9ced6; --band: #f3f5f8;
  --accent: #0b57d0; --bar1: #9a4a00; --bar2: #6b3fa0; --bar3: #0b57d0; --bar4: #1a7f37; --warn: #8a3b00; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171c; --text: #e8eaed; --soft: #b3bac4; --line: #3c444f; --band: #1d2229;
    --accent: #8ab4f8; --bar1: #f0a35e; --bar2: #c4a1f0; --bar3: #8ab4f8; --bar4: #6fcf8a; --warn: #f0a35e; --bad: #f28b82; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 62rem; background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .25rem; unicode-bidi: isolate; }
h2 { font-size: 1.3rem; margin: 2.25rem 0 .5rem; padding-top: .5rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.08rem; margin: 1.5rem 0 .4rem; }
h4 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
p, ul, dl { margin: .5rem 0; }
ul { padding-left: 1.3rem; }
li { margin: .25rem 0; unicode-bidi: isolate; }
a { color: var(--accent); }
a:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.lead, footer, .soft { color: var(--soft); }
.skip, .hidden { position: absolute; left: -100rem; }
.by-hand { border-left: 3px solid var(--line); padding-left: .8rem; margin: 1rem 0; }
.skip:focus { left: 1rem; top: .5rem; background: var(--ground); padding: .25rem .5rem; }
.scroll { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .94rem; }
caption { text-align: left; color: var(--soft); padding: .25rem 0; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line); unicode-bidi: isolate; }
th { font-weight: 600; }
tbody th { font-weight: 400; white-space: nowrap; }
thead th { background: var(--band); white-space: nowrap; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
.tag { color: var(--soft); font-size: .85em; font-style: italic; }
.unknown { color: var(--warn); font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
.ref { font-size: .72em; vertical-align: super; line-height: 0; margin-left: .3em; }
td.time { white-space: nowrap; }
.boxes { list-style: none; padding-left: .2rem; }
figure { margin: 1rem 0; }
figcaption { color: var(--soft); font-size: .9rem; }
svg { width: 100%; height: auto; display: block; }
svg text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--text); }
svg .soft { fill: var(--soft); }
svg .axis { stroke: var(--line); stroke-width: 1; }
svg .bar1 { fill: var(--bar1); } svg .bar2 { fill: var(--bar2); } svg .bar3 { fill: var(--bar3); } svg .bar4 { fill: var(--bar4); }
svg .mark { fill: var(--bad); }
svg .on { fill: var(--ground); }
time { white-space: nowrap; }
code { font: .92em ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .5rem; font-size: .9rem; }
:target { background: var(--band); outline: 2px solid var(--accent); }
@media print {
  :root { --ground: #ffffff; --text: #000000; --soft: #333333; --line: #999999; --band: #eeeeee; --accent: #000000;
    --bar1: #9a4a00; --bar2: #6b3fa0; --bar3: #0b57d0; --bar4: #1a7f37; --warn: #5a2500; --bad: #7a0f0a; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  .skip { display: none; }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; }
  th, td, tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 4.2em; }
  @page { margin: 14mm; }
  h2, h3, h4 { break-after: avoid; }
  tr, figure, li { break-inside: avoid; }
  thead { display: table-header-group; }
}
</style>`;
