import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { cursorOf, type Shown, textsOf } from '../core/board/change.ts';
import { incidentParts } from '../core/board/incident.ts';
import { concerns, listPart } from '../core/board/list.ts';
import { incidentPage, listPage, SCRIPT_PATH, styleTexts } from '../core/board/page.ts';
import type { Parts } from '../core/board/view.ts';
import { postmortemPage } from '../core/report/postmortem-page.ts';
import { reportOf } from '../tools/support/postmortem.ts';
import type { Deps } from '../tools/tool.ts';
import type { BoardAccess, Visitor } from './board-access.ts';
import { actOn, ULID } from './board-act.ts';
import { FORBIDDEN, isJson, isSameOrigin, jsonOf, nobody, sameText, send } from './board-http.ts';
import { boardIncident, createLook, type Seen } from './board-look.ts';
import { BOARD_SCRIPT } from './board-script.ts';
import { createStreams } from './board-streams.ts';
import { answer, readBody } from './body.ts';
import { HUB } from './context.ts';
import type { HubContext, HubDoor } from './door.ts';
import { kindOf } from './hub-log.ts';

const EVENTS = '/board/events';
/** Of a request that does something. The largest field has 300 characters. */
const MOST_BODY = 16 * 1024;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const STYLES = styleTexts().map(hashOf).join(' ');
const PAGES = ['/board', '/board/postmortem'];
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
    look: async (watched) => lookOf(await look.all(await context.depsFor(HUB), watched)),
    whoIs: access.whoIs,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    now,
    failed: (error) => context.log(`board: a look failed (${kindOf(error).kind})`),
  });

  function lookOf(all: readonly Seen[]) {
    const found = (uid: string | null): Seen | undefined => all.find(({ incident }) => incident.uid === uid);
    return {
      stampOf: (uid: string | null): string | null =>
        uid === null
          ? all
              .filter(concerns)
              .map(({ stamp }) => stamp)
              .join()
          : (found(uid)?.stamp ?? null),
      async shownOf(uid: string | null, visitor: Visitor): Promise<Shown> {
        const one = found(uid);
        if (!one) return { parts: textsOf(listParts(all)), recorded: [] };
        const parts = await partsOf(one, visitor, await context.depsFor(visitor.actor));
        return { parts: textsOf(parts), recorded: one.incident.recorded };
      },
    };
  }

  async function page({ res, deps, visitor, uid }: Asked): Promise<void> {
    const all = await look.all(deps, new Set(uid === null ? [] : [uid]));
    const nonce = randomBytes(16).toString('base64');
    const one = all.find(({ incident }) => incident.uid === uid);
    if (uid !== null && !one)
      return nobody(res, 404, 'There is no such incident', 'The board lists those that are open: /board');
    const parts = one ? await partsOf(one, visitor, deps) : listParts(all);
    const shown = { parts: textsOf(parts), recorded: one?.incident.recorded ?? [] };
    const state = {
      ...{ cursor: cursorOf(shown, deps.ids.sha256), nowMs: now(), nonce },
      ...{ csrf: visitor.csrf, events: EVENTS },
    };
    const text = one
      ? incidentPage(one.incident, parts, visitor, state)
      : listPage(parts, visitor.actor.name, state);
    const policy = `${FORBIDDEN}; connect-src 'self'; script-src 'nonce-${nonce}'; style-src ${STYLES}`;
    send(res, 200, 'text/html', text, policy);
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
    const one = (await look.all(deps)).find(({ incident }) => incident.uid === uid);
    if (!one)
      return nobody(res, 404, 'There is no such incident', 'The board lists those that are open: /board');
    const { doc, prose } = await reportOf(one, deps);
    send(res, 200, 'text/html', postmortemPage({ doc, prose }), `${FORBIDDEN}; style-src ${STYLES}`);
  }

  async function act({ req, res, deps, visitor }: Asked): Promise<void> {
    const isOurs =
      isSameOrigin(req) && isJson(req) && sameText(String(req.headers['x-board-csrf'] ?? ''), visitor.csrf);
    if (!isOurs) return answer(res, 403, { connection: 'close' });
    if (Number(req.headers['content-length'] ?? MOST_BODY + 1) > MOST_BODY)
      return answer(res, 413, { connection: 'close' });
    const body = await readBody(req);
    const done = await actOn(jsonOf(body), visitor, deps);
    look.forget();
    streams.nudge();
    send(res, done.status, 'application/json', JSON.stringify(done.body));
  }

  const routes: Readonly<Record<string, { method: string; handle(asked: Asked): Promise<void> }>> = {
    '/board': { method: 'GET', handle: page },
    [EVENTS]: { method: 'GET', handle: events },
    '/board/postmortem': { method: 'GET', handle: postmortem },
    '/board/act': { method: 'POST', handle: act },
  };

  return {
    name: 'board',
    paths: [...Object.keys(routes), SCRIPT_PATH, ...(access.entrance ? [access.entrance.path] : [])],
    methods: ['GET', 'POST'],
    async handle(req, res) {
      const url = new URL(req.url ?? '', 'http://board');
      for (const [name, value] of Object.entries(HEADERS)) res.setHeader(name, value);
      if (url.pathname === access.entrance?.path) return access.entrance.handle(req, res);
      if (url.pathname === SCRIPT_PATH) return send(res, 200, 'text/javascript', BOARD_SCRIPT);
      const route = routes[url.pathname];
      if (route === undefined || route.method !== req.method)
        return answer(res, 405, { connection: 'close' });
      const visitor = await access.whoIs(req);
      if (visitor === null && access.entrance?.isAForm && PAGES.includes(url.pathname))
        return answer(res, 303, { location: access.entrance.path });
      if (visitor === null) return nobody(res, 401, 'You are not signed in', access.howToGetIn);
      const uid = url.searchParams.get('incident');
      if (uid !== null && !ULID.test(uid))
        return nobody(res, 404, 'There is no such incident', 'The board lists those that are open: /board');
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

const listParts = (all: readonly Seen[]): Parts => ({
  list: listPart(
    all.map(({ incident, row, clocks, damage }) => ({ incident, row, clocks, damage: damage.length })),
  ),
});

async function partsOf(one: Seen, visitor: Visitor, deps: Deps): Promise<Parts> {
  return incidentParts(await boardIncident(one, deps), visitor);
}
