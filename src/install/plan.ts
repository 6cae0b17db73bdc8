import { hostOf } from './hosts.ts';
import { planEntries } from './plan-entries.ts';
import { planTexts } from './plan-texts.ts';
import type { Plan, Request } from './plan-types.ts';

/** What an installation changes, decided before anything is touched. Calling it again after applying changes nothing. */
export function planInstall(request: Request): Plan {
  const texts = planTexts(request);
  const entries = planEntries(request);
  return {
    scope: request.scope,
    // Texts first: an entry must never name what is not there yet.
    edits: [...texts.edits, ...entries.edits],
    refusals: [...texts.refusals, ...entries.refusals],
    notices: noticesOf(request),
  };
}

const START_NOTES: Readonly<Record<Request['launch']['kind'], string>> = {
  installed:
    'The entries start a copy of this version, below the data folder of hotfix-pulse; install again after an update.',
  dependency:
    'The entry starts ./node_modules/hotfix-pulse, relative to the folder that the agent is started in: start it in the root of the project.',
  npx: 'The entry starts the server through npx, which fetches the package on first use: the first start is slow, and an agent that waits a second or two goes on without the tools. To avoid that: npm install --save-dev hotfix-pulse, then install again.',
};

const UNTESTED = 'set up from its documentation; not tested with the real program.';

/** What a person has to do or to know, agent by agent. */
function noticesOf({ hosts, scope, launch, name }: Request): string[] {
  const perHost = hosts
    .map(hostOf)
    .flatMap(({ id, label, approve, limits, withheld, notes, typed, evidence }) => [
      `${label}: type ${typed.replaceAll('{name}', name)}`,
      ...[
        evidence === 'documentation' && id !== 'generic' ? UNTESTED : '',
        approve[scope],
        limits,
        withheld,
        ...notes[scope],
      ]
        .filter((text) => text !== '')
        .map((text) => named(label, text)),
    ]);
  return [START_NOTES[launch.kind], ...perHost].filter((text) => text !== '');
}

/** With the agent's name in front, unless the sentence begins with it. */
const named = (label: string, text: string): string =>
  text.startsWith(label.split(' ')[0] ?? label) ? text : `${label}: ${text}`;
