import { PulseError } from '../../core/errors.ts';
import { markerFor } from '../../core/outward/audience.ts';
import { hasMark, tagOf, visibleMark } from '../../core/outward/clickup-draft.ts';
import { missingOf } from '../../core/outward/variables.ts';
import type { Inbox } from '../../ports-outward.ts';
import type { Connect } from '../connection.ts';
import { baseAddress } from '../http.ts';
import { wordsOf } from './changes.ts';
import { checkClickUp } from './check.ts';
import { CLICKUP_API, type ClickUp, createClickUp, pageOf } from './client.ts';
import { createTaskSurface } from './surface.ts';

/** ClickUp as the settings and the environment name it. Makes no request. */
export const connectClickUp: Connect = async ({ settings: { clickup: settings = {} }, env }) => {
  const [missing] = missingOf('clickup', env);
  if (missing) {
    throw new PulseError(
      'not_configured',
      `ClickUp cannot be used: ${missing.name} is not set`,
      `set ${missing.name}: ${missing.what}`,
    );
  }
  const address = env.CLICKUP_API_URL?.trim();
  const base = address ? baseAddress('CLICKUP_API_URL', address) : CLICKUP_API;
  const clickUp = createClickUp(base, env.CLICKUP_API_TOKEN?.trim() ?? '');
  return {
    surfaces: [createTaskSurface(clickUp, settings)],
    inbox: createInbox(clickUp, tagOf(settings)),
    check: () => checkClickUp(clickUp, settings, env),
  };
};

/** Tasks that people tag. */
function createInbox(clickUp: ClickUp, tag: string): Inbox {
  return {
    service: 'clickup',
    async read(ref) {
      const task = await clickUp.task(ref);
      if (task === null) return null;
      const isOurs = task.creator?.id === (await clickUp.me());
      return {
        ...{
          title: task.name,
          text: task.markdown_description ?? task.description ?? '',
          url: pageOf(task.url),
        },
        isCall: task.tags.some(({ name }) => name.trim().toLowerCase() === tag),
        parents: [task.parent, task.top_level_parent].flatMap((id) => (id ? [id] : [])),
        shows: (uid) => isOurs && hasMark(wordsOf(task), visibleMark(markerFor(uid))),
      };
    },
  };
}
