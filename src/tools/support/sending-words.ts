import { REFUSALS } from '../../core/outward/sending.ts';
import { SERVICES } from '../../core/outward/services.ts';
import type { OutwardFault } from '../../ports-outward.ts';
import { OPEN } from './send-attempts.ts';
import type { Delivered } from './send-once.ts';

/** Where the incident has just begun to be shown. */
export function shownNow(delivered: readonly Delivered[]): string[] {
  return delivered
    .filter(({ key, state }) => key === OPEN && state === 'sent')
    .map(({ surface, place }) => `Shown in ${surface.name}${place?.url ? `: ${place.url}` : '.'}`);
}

/** What a person should know about what did not go out; nothing about what did. Our own words only. */
export function sendingWarnings(delivered: readonly Delivered[]): string[] {
  return [...new Set(delivered.flatMap(warningOf))];
}

function warningOf({ surface, key, state, why, retry_at, dropped }: Delivered): string[] {
  const { name, service } = surface;
  const what = key.startsWith('post/') ? 'the update' : key === OPEN ? 'the incident' : 'the latest state';
  const label = SERVICES[service];
  switch (state) {
    case 'already':
      return [];
    case 'sent':
      return dropped.length === 0 ? [] : [`${label} did not take over: ${dropped.join(', ')}.`];
    case 'waiting':
      return why === 'limited'
        ? [`${label} asks for a pause: ${what} for ${name} is queued until ${retry_at ?? 'later'}.`]
        : [
            `${label} did not answer: ${what} for ${name} is queued; the next call or hotfix-pulse sync sends it.`,
          ];
    case 'refused': {
      // Nobody asked for it: it is attached as soon as there is something.
      if (why === 'nothing_there' && key === OPEN) return [];
      const reason = !why || why === 'unknown' || why === 'limited' ? 'invalid' : why;
      return [
        `${label} refused ${what} for ${name}: ${REFUSALS[reason]}. hotfix-pulse doctor ${service} says what to set, then hotfix-pulse sync.`,
      ];
    }
    case 'withheld':
      return [
        `Not sent to ${name}: the incident is about security and not only the team can read there. A person may decide otherwise: post_update to ${service}, approved in a dialog or terminal.`,
      ];
    case 'stale':
      return [
        `An update for ${name} could not be sent for two hours and is given up: draft and post a new one.`,
      ];
  }
}

/** What is named in the settings and cannot be used. */
export function faultWarnings(faults: readonly OutwardFault[]): string[] {
  return faults.map(
    ({ service, message, hint }) => `${SERVICES[service]} is not connected: ${message}; ${hint}.`,
  );
}
