import type { PresetName } from '../severity.ts';
import { type Layout, renderLayout } from './postmortem-md.ts';
import type { PostmortemDoc } from './postmortem-model.ts';
import { defaultLayout } from './preset-default.ts';
import { hatch3rLayout } from './preset-hatch3r.ts';
import { incidentHotfixLayout } from './preset-incident-hotfix.ts';
import { pokayokayLayout } from './preset-pokayokay.ts';
import { pulseLayout } from './preset-pulse.ts';
import { specKitLayout } from './preset-spec-kit.ts';

const LAYOUTS: Record<PresetName, (doc: PostmortemDoc) => Layout> = {
  default: defaultLayout,
  pulse: pulseLayout,
  'incident-hotfix': incidentHotfixLayout,
  hatch3r: hatch3rLayout,
  pokayokay: pokayokayLayout,
  'spec-kit': specKitLayout,
};

/** `post-mortem.md` in the form of a preset. */
export function renderPreset(doc: PostmortemDoc, preset: PresetName): string {
  return renderLayout(doc, LAYOUTS[preset](doc));
}
