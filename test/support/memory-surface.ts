import { PulseError } from '../../src/core/errors.ts';
import type { OutboxEntry } from '../../src/core/outward/outbox.ts';
import type { Json, Message, Place, SendOutcome } from '../../src/core/outward/sending.ts';
import type { Outbox, Surface } from '../../src/ports-outward.ts';

/** What can go wrong with the next write. `slow`: it is made when `settle` is called. */
export type SurfaceFault = 'reply_lost' | 'not_made' | 'slow' | 'limited' | 'declined' | 'throws';

interface Shown {
  place: Place;
  marker: string;
  draft: Json;
  posts: { marker: string; text: string; place: Place }[];
}

/** A service that shows incidents, in memory, and the levers that a test needs. */
export function memorySurface(more: Partial<Surface> = {}) {
  const shown: Shown[] = [];
  const late: (() => void)[] = [];
  const writes: string[] = [];
  let fault: SurfaceFault | undefined;
  let faultOn: 'refresh' | 'new' = 'new';
  let isReachable = true;
  const service = more.service ?? 'github';

  function attempt(what: string, make: () => Place): SendOutcome {
    writes.push(what);
    const hit = faultOn === (what === 'refresh' ? 'refresh' : 'new') ? fault : undefined;
    if (hit) fault = undefined;
    switch (hit) {
      case undefined:
        return { outcome: 'done', place: make(), dropped: [] };
      case 'reply_lost':
        make();
        return { outcome: 'unknown' };
      case 'throws':
        make();
        throw new Error('an adapter that breaks its word');
      case 'slow':
        late.push(make);
        return { outcome: 'unknown' };
      case 'not_made':
        return { outcome: 'unknown' };
      case 'limited':
        return { outcome: 'limited', retry_after_s: 600 };
      case 'declined':
        return { outcome: 'declined', why: 'not_allowed' };
    }
  }
  const ask = (): void => {
    if (!isReachable) throw new PulseError('upstream', 'the service does not answer', 'call again');
  };
  const at = ({ ref }: Place): Shown | undefined => shown.find(({ place }) => place.ref === ref);
  const placeAt = (number: number): Place => ({
    ref: `${service}#${number}`,
    url: `https://${service}.example/${number}`,
  });

  const surface: Surface = {
    ...{ service, name: `the ${service} of the tests`, audience: 'internal', mirrors: true, opens: 'view' },
    visibility: async () => 'private',
    draft: ({ incident, asks }) => ({
      title: incident.title,
      status: incident.status,
      asks: asks.map(({ id }) => id),
    }),
    async find(marker) {
      ask();
      return shown.find((one) => one.marker === marker)?.place ?? null;
    },
    async open(draft, marker, first) {
      return attempt('open', () => {
        const place = placeAt(shown.length + 1);
        const posts = first === null ? [] : [{ marker: 'with the opening', text: first.text, place }];
        shown.push({ place, marker, draft, posts });
        return place;
      });
    },
    async refresh(place, draft) {
      return attempt('refresh', () => {
        const one = at(place);
        if (one) one.draft = draft;
        return place;
      });
    },
    async findPost(place, marker) {
      ask();
      return at(place)?.posts.find((post) => post.marker === marker)?.place ?? null;
    },
    async post(place: Place, message: Message, marker: string) {
      return attempt('post', () => {
        const one = at(place);
        const posted = { ref: `${place.ref}/${one?.posts.length}`, url: `${place.url}#${one?.posts.length}` };
        one?.posts.push({ marker, text: message.text, place: posted });
        return posted;
      });
    },
    ...more,
  };
  return {
    surface,
    shown,
    writes,
    fault(next: SurfaceFault, on: 'refresh' | 'new' = 'new') {
      fault = next;
      faultOn = on;
    },
    settle() {
      for (const make of late.splice(0)) make();
    },
    reachable(is: boolean) {
      isReachable = is;
    },
  };
}
export type SurfaceStand = ReturnType<typeof memorySurface>;

/** An outbox without a disk. */
export function memoryOutbox(): Outbox & { entries: Map<string, OutboxEntry[]> } {
  const entries = new Map<string, OutboxEntry[]>();
  const held = new Set<string>();
  return {
    entries,
    read: async (uid) => [...(entries.get(uid) ?? [])],
    async append(uid, entry) {
      entries.set(uid, [...(entries.get(uid) ?? []), entry]);
    },
    async exclusively(uid, work) {
      if (held.has(uid)) return null;
      held.add(uid);
      try {
        return await work();
      } finally {
        held.delete(uid);
      }
    },
  };
}
