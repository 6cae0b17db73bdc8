import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { cursorOf, type Shown, textsOf } from '../core/board/change.ts';
import { incidentParts } from '../core/board/incident.ts';
import { concerns, ENDED_PATH, endedPart, listPart } from '../core/board/list.ts';
import { endedPage, incidentPage, listPage, SCRIPT_PATH, styleTexts } from '../core/board/page.ts';
import type { BoardRow, Parts } from '../core/board/view.ts';
import { postmortemPage } from '../core/report/postmortem-page.ts';
import { reportOf } from '../tools/support/postmortem.ts';
import type { Deps } from '../tools/tool.ts';
import type { BoardAccess, Visitor } from './board-access.ts';
import { actOn, ULID } from './board-act.ts';
import { FORBIDDEN, isMeant, jsonOf, nobody, noSuch, send } from './board-http.ts';
import { boardIncident, createLook, type Listed, type Seen } from './board-look.ts';
import { plansHere } from './board-plans.ts';
import { BOARD_SCRIPT } from './board-script.ts';
import { createStreams } from './board-streams.ts';
import { answer, readBody } from './body.ts';
import { HUB } from './context.ts';
import type { HubContext, HubDoor } from './door.ts';
import { kindOf } from './hub-log.ts';

const EVENTS = '/board/events';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const STYLES = styleTexts().map(hashOf).join(' ');
const PAGES = ['/board', ENDED_PATH, '/board/postmortem'];
const ENDED_AT_ONCE = 50;
const HEADERS = {
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

/** The live board: pages, their stream, and what is done on them. Everybody is asked who they are, at every request. */
export function createBoardDoor(
  context: Pick<HubContext, 'depsFor' | 'log'>,
  access: BoardAccess,
  now: () => number = Date.now,
): HubDoor {
  const look = createLook(() => performance.now());
  const streams = createStreams({
    look: async (watched) => {
      const deps = await context.depsFor(HUB);
      const uids = [...watched].flatMap((uid) => uid ?? []);
      return lookOf(watched.has(null) ? await look.list(deps) : null, await look.only(uids, deps));
    },
    whoIs: access.whoIs,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    now,
    failed: (error) => context.log(`board: a look failed (${kindOf(error).kind})`),
  });

  function lookOf(listed: Listed | null, seen: readonly Seen[]) {
    const found = (uid: string): Seen | undefined => seen.find(({ incident }) => incident.uid === uid);
    return {
      stampOf: (uid: string | null): string | null =>
        uid !== null ? (found(uid)?.stamp ?? null) : listed === null ? null : stampOfList(listed),
      async shownOf(uid: string | null, visitor: Visitor): Promise<Shown> {
        const one = uid === null ? undefined : found(uid);
        if (!one) return { parts: textsOf(listed === null ? {} : listParts(listed)), recorded: [] };
        const parts = await partsOf(one, visitor, await context.depsFor(visitor.actor));
        return { parts: textsOf(parts), recorded: one.incident.recorded };
      },
    };
  }

  async function page({ res, deps, visitor, uid }: Asked): Promise<void> {
    const [one] = uid === null ? [] : await look.only([uid], deps);
    if (uid !== null && !one) return noSuch(res);
    const parts = one ? await partsOf(one, visitor, deps) : listParts(await look.list(deps));
    const shown = { parts: textsOf(parts), recorded: one?.incident.recorded ?? [] };
    const nonce = randomBytes(16).toString('base64');
    const state = {
      ...{ cursor: cursorOf(shown, deps.ids.sha256), nowMs: now(), nonce },
      ...{ csrf: visitor.csrf, events: EVENTS, who: visitor.actor.name },
    };
    const text = one
      ? incidentPage(one.incident, parts, { may: visitor, plans: plansHere(one.incident, deps) }, state)
      : listPage(parts, state);
    const policy = `${FORBIDDEN}; connect-src 'self'; script-src 'nonce-${nonce}'; style-src ${STYLES}`;
    send(res, 200, 'text/html', text, policy);
  }

  async function ended({ res, deps, query }: Asked): Promise<void> {
    const before = query.get('before');
    if (before !== null && !ULID.test(before)) return noSuch(res);
    const { shown, older } = await look.ended(before, ENDED_AT_ONCE, deps);
    send(res, 200, 'text/html', endedPage(shown.map(rowOf), older), `${FORBIDDEN}; style-src ${STYLES}`);
  }

  async function events({ req, res, visitor, uid, query }: Asked): Promise<void> {
    const cursor = String(req.headers['last-event-id'] ?? query.get('after') ?? '');
    if (query.get('poll') === null) {
      if (!streams.begin({ req, res, uid, visitor, cursor })) answer(res, 503, { 'retry-after': '5' });
      return;
    }
    const change = await streams.once(uid, visitor, cursor);
    if (change === null || change === 'gone') return answer(res, change === null ? 204 : 404);
    send(res, 200, 'application/json', JSON.stringify(change));
  }

  async function postmortem({ res, deps, uid }: Asked): Promise<void> {
    const [one] = uid === null ? [] : await look.only([uid], deps);
    if (!one) return noSuch(res);
    const { doc, prose } = await reportOf(one, deps);
    send(res, 200, 'text/html', postmortemPage({ doc, prose }), `${FORBIDDEN}; style-src ${STYLES}`);
  }

  async function act({ req, res, deps, visitor }: Asked): Promise<void> {
    if (!isMeant(req, res, visitor.csrf)) return;
    const body = await readBody(req);
    const done = await actOn(jsonOf(body), visitor, deps);
    look.forget();
    streams.nudge();
    send(res, done.status, 'application/json', JSON.stringify(done.body));
  }

  function leave({ req, res, visitor }: Asked): void {
    if (!isMeant(req, res, visitor.csrf)) return;
    res.setHeader('set-cookie', access.leave(req));
    streams.recheck();
    send(res, 200, 'application/json', '{"ok":true}');
  }

  const routes: Readonly<Record<string, { method: string; handle(asked: Asked): Promise<void> | void }>> = {
    '/board': { method: 'GET', handle: page },
    [EVENTS]: { method: 'GET', handle: events },
    [ENDED_PATH]: { method: 'GET', handle: ended },
    '/board/postmortem': { method: 'GET', handle: postmortem },
    '/board/act': { method: 'POST', handle: act },
    '/board/sign-out': { method: 'POST', handle: leave },
  };

  return {
    name: 'board',
    paths: [...Object.keys(routes), SCRIPT_PATH, ...(access.entrance ? [access.entrance.path] : [])],
    methods: ['GET', 'POST'],
    async handle(req, res) {
      const url = new URL(req.url ?? '', 'http://board');
      for (const [name, value] of Object.entries(HEADERS)) res.setHeader(name, value);
      if (url.pathname === access.entrance?.path) {
        // With no referrer at all, a browser sends the form with the origin `null`, which is refused.
        if (access.entrance.isAForm) res.setHeader('referrer-policy', 'same-origin');
        return access.entrance.handle(req, res);
      }
      if (url.pathname === SCRIPT_PATH) return send(res, 200, 'text/javascript', BOARD_SCRIPT);
      const route = routes[url.pathname];
      if (route === undefined || route.method !== req.method)
        return answer(res, 405, { connection: 'close' });
      const visitor = await access.whoIs(req);
      const uid = url.searchParams.get('incident');
      const isKnown = uid === null || ULID.test(uid);
      if (visitor === null && access.entrance?.isAForm && PAGES.includes(url.pathname)) {
        const query = uid !== null && isKnown ? `?incident=${uid}` : '';
        return answer(res, 303, { location: `${access.entrance.path}${query}` });
      }
      if (visitor === null) return nobody(res, 401, 'You are not signed in', access.howToGetIn);
      if (!isKnown) return noSuch(res);
      const deps = await context.depsFor(visitor.actor);
      await route.handle({ req, res, deps, visitor, uid, query: url.searchParams });
    },
    drain: streams.endAll,
  };
}

interface Asked {
  req: IncomingMessage;
  res: ServerResponse;
  deps: Deps;
  visitor: Visitor;
  uid: string | null;
  query: URLSearchParams;
}

const rowOf = ({ incident, row, clocks, damage }: Seen): BoardRow => ({
  ...{ incident, row, clocks },
  damage: damage.length,
});

const listParts = ({ now, ended, hasMore }: Listed): Parts => ({
  list: listPart(now.map(rowOf)),
  ended: endedPart(ended.map(rowOf), hasMore),
});

const stampOfList = ({ now, ended, hasMore }: Listed): string =>
  [...now.filter(concerns), ...ended].map(({ stamp }) => stamp).join() + String(hasMore);

async function partsOf(one: Seen, visitor: Visitor, deps: Deps): Promise<Parts> {
  return incidentParts(await boardIncident(one, deps), visitor);
}
