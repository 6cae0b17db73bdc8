import { narrativeOf } from '../documents/documents.ts';
import { renderHotfix } from '../documents/hotfix-md.ts';
import { buildPostmortem } from '../documents/postmortem.ts';
import { renderPreset } from '../documents/presets.ts';
import { renderTasks } from '../documents/tasks-md.ts';
import type { DocumentView } from '../documents/view.ts';
import { folderOf, type Incident, standingResolution } from '../incident.ts';
import { labelOf } from '../reduce.ts';
import { fileStem } from '../slug.ts';
import { dateOf } from '../time.ts';
import { pulsePage } from './pulse-page.ts';

/** The forms that an incident can be written in for other tools: those of the five sources. */
export const EXPORT_FORMS = ['spec-kit', 'incident-hotfix', 'hatch3r', 'pokayokay', 'pulse'] as const;
export type ExportForm = (typeof EXPORT_FORMS)[number];

/** Relative path to whole text. What nobody recorded or wrote is UNKNOWN in it. */
export function exportFiles(
  incident: Incident,
  view: DocumentView,
  form: ExportForm,
): Record<string, string> {
  const postmortem = dated(
    renderPreset(buildPostmortem(incident, narrativeOf(incident), view), form),
    incident,
  );
  const folder = folderOf(incident).split('/').at(-1) ?? incident.slug;
  if (form === 'spec-kit') {
    return {
      [`${folder}/hotfix.md`]: renderHotfix(incident, view),
      [`${folder}/tasks.md`]: renderTasks(incident, view),
      [`${folder}/post-mortem.md`]: postmortem,
    };
  }
  if (form === 'pulse') return { [`${folder}.md`]: pulsePage(incident, postmortem) };
  const at = standingResolution(incident)?.at ?? incident.opened?.at;
  const stem =
    at === undefined ? fileStem(incident.slug, labelOf(incident.number)) : `${dateOf(at)}-${incident.slug}`;
  return { [`${stem}.md`]: postmortem };
}

/** Times of an incident of one day are written without it in some forms: the front matter says it. */
function dated(text: string, incident: Incident): string {
  const days = new Set(incident.told.map(({ at }) => dateOf(at)));
  const [day] = days;
  return days.size === 1 && day !== undefined && text.startsWith('---\n')
    ? text.replace('---\n', () => `---\ndate: "${day}"\n`)
    : text;
}

const MARK = /\n<!-- written by hotfix-pulse export: ([0-9a-f]{64}) -->\n$/;

/** The text with a line at its end by which a later export knows that nobody changed it. */
export function marked(text: string, sha256: (text: string) => string): string {
  return `${text.trimEnd()}\n<!-- written by hotfix-pulse export: ${sha256(text.trimEnd())} -->\n`;
}

/** Whether an export wrote this text and nobody changed it since. */
export function isUntouched(text: string, sha256: (text: string) => string): boolean {
  const clean = text.replaceAll('\r\n', '\n');
  const [mark, hash] = MARK.exec(clean) ?? [];
  return mark !== undefined && sha256(clean.slice(0, -mark.length)) === hash;
}
