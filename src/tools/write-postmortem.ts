import * as z from 'zod/v4';
import { narrativeOf } from '../core/documents/documents.ts';
import { mergeNarratives, type Narrative } from '../core/documents/narrative.ts';
import type { EventDraft } from '../core/events.ts';
import { folderOf } from '../core/incident.ts';
import { checkLegal } from '../core/record.ts';
import { cleanText } from '../core/untrusted.ts';
import { answered, Standing, standingOf } from './support/answer.ts';
import { viewFor, writeFolder } from './support/documents.ts';
import { loadIncident, loadUid } from './support/load.ts';
import { countOf, formOf, lintNow, postmortemText } from './support/postmortem.ts';
import { hashOf, removedWarning, sentTwice } from './support/write.ts';
import { defineTool } from './tool.ts';

const text = z.string().max(16_000).optional();
const list = z.array(z.string().min(1).max(4_000)).max(30).optional();

/** Renders the postmortem from the record; the narrative around it is the caller's. Unknown stays UNKNOWN. */
export default defineTool({
  name: 'write_postmortem',
  title: 'Write the postmortem',
  effect: 'local',
  description:
    'Write post-mortem.md: timeline and numbers from the record, your narrative around them. Again: adds or replaces fields. Returns findings.',
  input: z.strictObject({
    incident: z.string().optional(),
    summary: text,
    impact: text,
    trigger: text,
    detected_earlier: text,
    contributing_factors: list,
    five_whys: list,
    went_well: list,
    went_wrong: list,
    got_lucky: list,
    lessons: list,
  }),
  output: Standing.extend({
    path: z.string(),
    paths: z.array(z.string()),
    preset: z.string(),
    findings: z.array(z.object({ level: z.string(), where: z.string(), text: z.string() })),
    errors: z.number(),
    warnings_found: z.number(),
  }),
  async run(input, deps) {
    const loaded = await loadIncident(input.incident, deps);
    checkLegal('postmortem_written', loaded.incident);
    const { incident: _ref, ...given } = input;
    const safe = cleaned(given, (value) => deps.redact(cleanText(value)));
    const narrative = mergeNarratives([narrativeOf(loaded.incident) ?? {}, safe.narrative]) ?? {};
    const preset = formOf(deps);
    // A template that cannot be used is told before anything is recorded.
    const view = viewFor(loaded, deps);
    await postmortemText(loaded.incident, view, narrative, deps);
    const findings = await lintNow(loaded, narrative, deps);
    const errors = countOf(findings, 'error');
    const warned = countOf(findings, 'warning');
    const inputHash = hashOf('write_postmortem', input, deps);
    const draft: EventDraft = {
      ...{
        kind: 'postmortem_written',
        text: 'Postmortem written',
        evidence: [],
        basis: 'measured',
        at_source: 'observed',
      },
      input_hash: inputHash,
      data: { errors, warnings: warned, preset, narrative: safe.narrative },
    };
    if (sentTwice(loaded, inputHash, deps.actor, deps.clock.now()).length === 0) {
      await deps.log.append({ incident: loaded.incident.uid, by: deps.actor, drafts: [draft] });
    }
    const after = await loadUid(loaded.incident.uid, deps);
    const { notices, extra } = await writeFolder(after, deps, 'update', narrative);
    const path = `${folderOf(after.incident)}/post-mortem.md`;
    const paths = extra === null ? [path] : [path, extra];
    const lines = [
      `Postmortem (${preset}): ${paths.join(' and ')} (also resource incident://${after.incident.uid}/post-mortem.md). ${errors} error(s), ${warned} warning(s), ${countOf(findings, 'note')} note(s).`,
      ...findings.map((finding) => `- ${finding.level} · ${finding.where}: ${finding.text}`),
    ];
    return answered(
      await standingOf(after, deps),
      lines,
      { path, paths, preset, findings, errors, warnings_found: warned },
      [...removedWarning(safe.removed), ...notices],
    );
  },
});

type Given = { [Field in keyof Narrative]?: string | string[] | undefined };

function cleaned(
  given: Given,
  redact: (value: string) => { text: string; removed: { type: string; token: string }[] },
) {
  const removed: { type: string; token: string }[] = [];
  const one = (value: string) => {
    const result = redact(value);
    removed.push(...result.removed);
    return result.text;
  };
  const entries = Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => [field, Array.isArray(value) ? value.map(one) : one(value ?? '')]);
  return { narrative: Object.fromEntries(entries) as Narrative, removed };
}
