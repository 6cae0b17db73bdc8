import { PulseError } from '../core/errors.ts';
import { missingOf } from '../core/outward/variables.ts';
import { HUB } from './context.ts';
import type { OpenDoor } from './door.ts';

/** Slack: a command, a checklist, reactions and buttons. Signed requests to us, or a connection of ours to it. */
export const openSlackDoor: OpenDoor = async (context) => {
  const deps = await context.depsFor(HUB);
  if (deps.settings.outward?.slack === undefined) return null;
  const secret = context.env.SLACK_SIGNING_SECRET?.trim() ?? '';
  const appToken = context.env.SLACK_APP_TOKEN?.trim() ?? '';
  const missing = [
    ...missingOf('slack', context.env),
    ...(appToken === '' ? missingOf('slack', context.env, 'webhooks') : []),
  ];
  if (missing.length > 0) {
    throw new PulseError(
      'not_configured',
      `Slack cannot call in: ${missing.map(({ name }) => name).join(' and ')} not set`,
      missing.map(({ name, what }) => `set ${name}: ${what}`).join('; '),
    );
  }
  // The address that the token goes to has been checked there.
  const fault = (await deps.outward?.())?.faults.find(({ service }) => service === 'slack');
  if (fault) throw new PulseError('not_configured', fault.message, fault.hint);
  // Bolt is large, and only who needs it waits for it.
  if (secret !== '') return (await import('./slack-http.ts')).createHttpDoor(context, secret);
  return (await import('./slack-socket.ts')).createSocketDoor(context, appToken);
};
