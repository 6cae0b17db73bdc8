import { viewOf } from '../../src/core/documents/view.ts';
import { foldIncident } from '../../src/core/incident.ts';
import type { PresetName } from '../../src/core/severity.ts';
import type { World } from './world.ts';

const refuse = () => Promise.reject(new Error('a blank world does nothing'));
const NOTHING = { text: '', data: {}, warnings: [] };

/** A world that says nothing at all: a row that passes in it would pass whatever the product did. */
export function blankWorld(preset: PresetName, deps: World['deps']): World {
  const incident = foldIncident('01KE77A8R00000000000000000', []);
  const view = viewOf(incident, { nowMs: 0, row: null, settings: { stability_h: 1 } });
  const snapshot = { nowMs: 0, incident, view, files: {}, standing: NOTHING, answer: NOTHING };
  return {
    ...{ preset, deps, matrix: { preset, levels: [] }, root: '/nowhere', uid: incident.uid },
    ...{ moment: () => snapshot, answer: () => NOTHING, text: () => '', remove: () => undefined },
    ...{ call: refuse, cli: refuse, another: refuse, bare: refuse },
  };
}
