import { describe, expect, it } from 'vitest';
import { narrativeOf } from '../../../src/core/documents/documents.ts';
import { buildPostmortem } from '../../../src/core/documents/postmortem.ts';
import { renderTemplated } from '../../../src/core/documents/postmortem-md.ts';
import { renderPreset } from '../../../src/core/documents/presets.ts';
import type { RecordedEvent } from '../../../src/core/events.ts';
import { PRESETS } from '../../../src/core/severity.ts';
import { hostileEvents, openedOnly, sampleEvents, sampleOf } from '../../support/sample-incident.ts';
import { tracer } from '../../support/truth.ts';
import { timeForms, wordsOf } from '../../support/truth-facts.ts';
import { toldTexts, withoutTold } from '../../support/truth-sources.ts';

const MARK = / <!-- ev:([0-9A-Z ]+) -->/;
const DURATION = /\b\d+ (?:day|hour|minute|second)s?(?: \d+ (?:day|hour|minute|second)s?)?\b/g;
const FULL_TIME = /\d{4}-\d{2}-\d{2} \d{2}:\d{2}/g;

/** Lines whose numbers belong to the form: headings, markers, front matter, the chart (its table has the marks). */
const FORM =
  /^(?:#|<!--|---$|[a-z_]+: |```|_Made from|\| ---|\| Time|Lines marked| {2}(?:accTitle|accDescr|dateFormat|axisFormat|section|Detect|Mitigate|Repair|Monitor)\b)/;
/** Statements about the list of action items as a whole, and questions of a form. */
const WHOLE =
  /not among the action items|asked for at P0 and P1|UNKNOWN - ask|^- \[[ x]\] (?:\*\*)?[A-Z][^0-9]*$/;

const rendered = (events: RecordedEvent[]) => {
  const { incident, view } = sampleOf(events);
  const doc = buildPostmortem(incident, narrativeOf(incident), view);
  const texts = PRESETS.map((preset) => [preset, renderPreset(doc, preset)] as const);
  return { incident, view, doc, texts };
};

/** What is wrong with the events that a line names. */
function faultsOf(line: string, byId: ReadonlyMap<string, RecordedEvent>): string[] {
  // The chart is made of the same moments as the table below it, which has the marks.
  if (/^ {2}\w+, [^|]* :\w+, /.test(line)) return [];
  const ids = MARK.exec(line)?.[1]?.split(' ') ?? [];
  const events = ids.flatMap((id) => byId.get(id) ?? []);
  const faults = ids.filter((id) => !byId.has(id)).map((id) => `no event ${id}`);
  // What an event says in words may hold times and durations of its own.
  const body = toldTexts(events)
    .sort((a, b) => b.length - a.length)
    .reduce((text, said) => text.replaceAll(said, ''), line.replace(MARK, ''));
  const ats = events.map(({ at }) => at);
  const isDue = /Postmortem due|Post-Mortem Date/.test(line);
  for (const [time] of body.matchAll(FULL_TIME))
    if (!isDue && !ats.flatMap(timeForms).includes(time)) faults.push(`${time} is not theirs`);
  const spans = ats.flatMap((a) => ats.map((b) => wordsOf(Math.max(0, Date.parse(b) - Date.parse(a)))));
  for (const [words] of body.matchAll(DURATION))
    if (!/within 48 hours/.test(line) && !spans.includes(words)) faults.push(`${words} is not between them`);
  const [, row] = /^\| (\d{4}-\d{2}-\d{2} \d{2}:\d{2}|\d{2}:\d{2}) \|/.exec(line) ?? [];
  if (row !== undefined && !ats.some((at) => timeForms(at).concat(at.slice(11, 16)).includes(row)))
    faults.push(`no event of the row at ${row}`);
  return faults;
}

describe.each([
  ['a whole incident', sampleEvents],
  ['one that was only opened', openedOnly],
  ['one with hostile texts', hostileEvents],
])('the events behind %s', (_name, story) => {
  const { incident, texts } = rendered(story());
  const byId = new Map(incident.recorded.map((event) => [event.id, event]));

  it.each(texts)('are named on every line of %s that states something', (_preset, text) => {
    const lines = text.split('\n');
    // A narrative of several lines has its mark at its end; what it says is nobody's number but its own.
    const masked = withoutTold(text, toldTexts(incident.recorded), []).split('\n');
    const bare = lines.filter(
      (line, i) => /\d/.test(masked[i] ?? '') && !MARK.test(line) && !FORM.test(line) && !WHOLE.test(line),
    );
    expect(bare).toEqual([]);
    const rows = lines.filter((line) => /^\| (?:\d{4}-\d{2}-\d{2} )?\d{2}:\d{2} \|/.test(line));
    for (const row of rows) expect(row).toMatch(MARK);
  });

  it.each(texts)('are those that %s says', (_preset, text) => {
    const faults = text.split('\n').flatMap((line) => faultsOf(line, byId).map((why) => `${why}: ${line}`));
    expect(faults).toEqual([]);
  });
});

describe('a mark', () => {
  const { incident, view, doc, texts } = rendered(sampleEvents());
  const byId = new Map(incident.recorded.map((event) => [event.id, event]));

  it('that names other events is found', () => {
    const text = texts.find(([preset]) => preset === 'default')?.[1] ?? '';
    const other = incident.recorded.at(-1)?.id ?? '';
    const states = (line: string) =>
      MARK.test(line) && /\d{2}:\d{2} (?:UTC|\|)|\*\*Duration|Time to|\| Duration/.test(line);
    const lines = text.split('\n').filter((line) => states(line) && !line.includes(other));
    expect(lines.length).toBeGreaterThan(40);
    const alive = lines.filter((line) => {
      if (/Postmortem due/.test(line)) return false;
      return faultsOf(line.replace(MARK, ` <!-- ev:${other} -->`), byId).length === 0;
    });
    expect(alive).toEqual([]);
  });

  it('is the only HTML besides our markers, and shows nothing', () => {
    for (const [, text] of texts)
      for (const [comment] of text.matchAll(/<!--[^\n]*/g))
        expect(comment).toMatch(/^<!-- (?:pulse:(?:begin|end) [a-z0-9-]+|ev:[0-9A-Z ]+) -->(?: \|)?$/);
  });

  it("stands by name below a repository's own template", () => {
    const text = renderTemplated(doc, '# Ours\n\n1 hour 13 minutes');
    expect(text).toContain(`<!-- duration ev:${incident.facts.get('started')?.event} `);
    expect(text).toContain(`<!-- milestones.opened ev:${incident.opened?.id} -->`);
    expect(tracer(incident, view)('post-mortem.md', text)).toEqual([]);
  });
});
