import { parseBlocks } from '../../core/documents/blocks.ts';
import { narrativeOf } from '../../core/documents/documents.ts';
import { type LintFinding, lintOf } from '../../core/documents/lint.ts';
import type { Narrative } from '../../core/documents/narrative.ts';
import { buildPostmortem } from '../../core/documents/postmortem.ts';
import { renderTemplated } from '../../core/documents/postmortem-md.ts';
import { renderPreset } from '../../core/documents/presets.ts';
import { templateView } from '../../core/documents/template-view.ts';
import { type DocumentView, viewOf } from '../../core/documents/view.ts';
import { folderOf, type Incident, standingResolution } from '../../core/incident.ts';
import { dateOf } from '../../core/time.ts';
import type { Deps } from '../tool.ts';
import type { Loaded } from './load.ts';

/** What `post-mortem.md` is written in: `template` for the repository's own, else the name of the preset. */
export function formOf({ settings: { postmortem } }: Deps): string {
  return postmortem.template === null && postmortem.fault === null ? postmortem.preset : 'template';
}

/**
 * The text of `post-mortem.md` in the form that the repository chose.
 * @throws PulseError invalid_input when its own template cannot be used
 */
export async function postmortemText(
  incident: Incident,
  view: DocumentView,
  narrative: Narrative,
  deps: Deps,
): Promise<string> {
  const { preset, template, fault } = deps.settings.postmortem;
  if (fault !== null) throw fault;
  const doc = buildPostmortem(incident, narrative, view);
  if (template === null) return renderPreset(doc, preset);
  return renderTemplated(doc, await deps.templates.render(template, templateView(doc)));
}

/** Where the pokayokay preset wants a second copy; null under every other. Source: seed 003, step 9. */
export function extraPathOf(incident: Incident, { settings }: Deps): string | null {
  const at = standingResolution(incident)?.at ?? incident.opened?.at;
  if (settings.postmortem.preset !== 'pokayokay' || at === undefined) return null;
  return `.claude/postmortems/${dateOf(at)}-${incident.slug}.md`;
}

/** What people wrote in `post-mortem.md` between the generated parts, by the part it follows. */
async function proseIn(incident: Incident, deps: Deps): Promise<Map<string, string>> {
  const { files } = await deps.workspace.read(folderOf(incident));
  const parsed = parseBlocks(files['post-mortem.md'] ?? '');
  const parts = parsed === null ? [] : [{ name: '', gap: parsed.before }, ...parsed.parts];
  return new Map(parts.flatMap(({ name, gap }) => (gap.trim() === '' ? [] : [[name, gap.trim()] as const])));
}

/** The lint with everything that can be looked at here: the file's prose, the redactor, the tracker. */
export async function lintNow(
  { incident, row }: Loaded,
  narrative: Narrative,
  deps: Deps,
): Promise<LintFinding[]> {
  const view = viewOf(incident, { nowMs: deps.clock.now(), row, settings: deps.settings });
  return lintOf(incident, narrative, view, {
    scan: (text) => deps.redact(text).removed.map(({ type }) => type),
    prose: [...(await proseIn(incident, deps)).values()].join('\n\n'),
    tracker: deps.tracker !== undefined,
  });
}

export function countOf(findings: readonly LintFinding[], level: LintFinding['level']): number {
  return findings.filter((finding) => finding.level === level).length;
}

/** The postmortem as data with its findings, and the prose of its file without secrets. Writes nothing. */
export async function reportOf(loaded: Loaded, deps: Deps) {
  const { incident, row } = loaded;
  const narrative = narrativeOf(incident) ?? {};
  const view = viewOf(incident, { nowMs: deps.clock.now(), row, settings: deps.settings });
  const removed: string[] = [];
  const safe = (text: string) => {
    const result = deps.redact(text);
    removed.push(...result.removed.map(({ type }) => type));
    return result.text;
  };
  const prose = new Map([...(await proseIn(incident, deps))].map(([name, text]) => [name, safe(text)]));
  return {
    doc: buildPostmortem(incident, narrative, view),
    findings: await lintNow(loaded, narrative, deps),
    prose,
    removed: [...new Set(removed)],
  };
}
