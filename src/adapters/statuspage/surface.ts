import { isPage } from '../../core/followup-issue.ts';
import { markerParts } from '../../core/outward/marker.ts';
import type { Place, SendOutcome } from '../../core/outward/sending.ts';
import type { OutwardSettings } from '../../core/outward/services.ts';
import {
  componentsOf,
  openBody,
  postBody,
  type StatusDraft,
  stateOf,
} from '../../core/outward/statuspage.ts';
import type { SurfaceOf } from '../../ports-outward.ts';
import { isSuccess, outcomeOf, readAs, readFrom, readValue, statusOf } from '../http-read.ts';
import { oursOf, PageIncident, STATUSPAGE, type StatusPage } from './api.ts';

export type StatuspageSettings = NonNullable<OutwardSettings['statuspage']>;

const ID = /^[A-Za-z0-9]{1,60}$/;
const placeOf = ({ id, shortlink }: PageIncident): Place => ({
  ...{ ref: id, url: shortlink && isPage(shortlink) ? shortlink : null },
});

/** One incident of one page. Nothing goes there but texts that somebody approved. */
export function statuspageSurface(
  page: StatusPage,
  { page: name, components = {} }: StatuspageSettings,
): SurfaceOf<StatusDraft> {
  const { http, root } = page;
  const droppedOf = (unknown: boolean): string[] => (unknown ? ['components'] : []);
  return {
    ...{ service: 'statuspage', name: `the status page ${name}`, audience: 'public' },
    ...{ mirrors: false, opens: 'message' },
    // A page may be for signed-in readers only; it is still not for the team alone.
    visibility: async () => 'public',
    draft: ({ incident }) => ({ state: stateOf(incident.severity?.level) }),
    async find(marker) {
      const uid = markerParts(marker)?.uid;
      if (uid === undefined) return null;
      const found = await page.incident((one) => oursOf(one)?.uid === uid);
      return found ? placeOf(found) : null;
    },
    async open(draft, marker, first) {
      const uid = markerParts(marker)?.uid;
      if (uid === undefined || first === null || first.audience !== 'public') return INVALID;
      const { ids, unknown } = componentsOf(first.systems, components);
      const result = await http.send('POST', `${root}/incidents`, openBody(uid, draft, first, ids));
      const made = readAs(result, PageIncident);
      return made.state === 'read'
        ? { outcome: 'done', place: placeOf(made.value), dropped: droppedOf(unknown) }
        : outcomeOf(result);
    },
    // Whatever changes there is read by everybody, so nothing changes by itself.
    refresh: async (place) => ({ outcome: 'done', place, dropped: [] }),
    async findPost({ ref }, marker) {
      const parts = markerParts(marker);
      if (!ID.test(ref) || !parts?.key) return null;
      const read = await readFrom(http, `${root}/incidents/${ref}`, PageIncident);
      if (read.state === 'failed' && statusOf(read.result) === 404) return null;
      const incident = readValue(STATUSPAGE, read);
      const ours = oursOf(incident);
      return ours?.uid === parts.uid && ours.posts.includes(parts.key) ? placeOf(incident) : null;
    },
    async post({ ref, url }, message, marker) {
      const parts = markerParts(marker);
      if (!parts?.key || message.audience !== 'public') return INVALID;
      if (!ID.test(ref)) return { outcome: 'declined', why: 'not_found' };
      const read = await readFrom(http, `${root}/incidents/${ref}`, PageIncident);
      if (read.state === 'failed') return outcomeOf(read.result);
      const ours = oursOf(read.value);
      // Somebody else's incident of the same page: a text of ours has no place there.
      if (ours?.uid !== parts.uid) return { outcome: 'declined', why: 'gone' };
      if (ours.posts.includes(parts.key)) return { outcome: 'done', place: placeOf(read.value), dropped: [] };
      const { ids, unknown } = componentsOf(message.systems, components);
      const body = postBody(nowOf(read.value), ours, parts.key, message, ids);
      const result = await http.send('PATCH', `${root}/incidents/${ref}`, body);
      return isSuccess(result)
        ? { outcome: 'done', place: { ref, url }, dropped: droppedOf(unknown) }
        : outcomeOf(result);
    },
  };
}

const INVALID: SendOutcome = { outcome: 'declined', why: 'invalid' };

const nowOf = ({ metadata, components }: PageIncident) => ({
  ...{ metadata: metadata ?? {}, components: (components ?? []).map(({ id }) => id) },
});
