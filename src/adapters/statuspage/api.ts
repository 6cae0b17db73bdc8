import * as z from 'zod/v4';
import { METADATA, type Ours } from '../../core/outward/statuspage.ts';
import { createHttp, type Http } from '../http.ts';
import { readFrom, readValue } from '../http-read.ts';

export const STATUSPAGE = 'Statuspage';
export const STATUSPAGE_API = 'https://api.statuspage.io/v1';
/** One request per second. Source: documentation of the API, "Rate Limiting". */
const GAP_MS = 1_000;
/** Its other word for 429. */
const CALM = 420;
const PER_PAGE = 100;
const PAGES = 10;

const OursShape = z.object({
  uid: z.string(),
  state: z.enum(['operational', 'degraded_performance', 'partial_outage', 'major_outage']),
  components: z.array(z.string()),
  posts: z.array(z.string()),
});
export const PageIncident = z.object({
  id: z.string().regex(/^[A-Za-z0-9]{1,60}$/),
  shortlink: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  components: z.array(z.object({ id: z.string() })).nullish(),
});
export type PageIncident = z.infer<typeof PageIncident>;
const Component = z.object({ id: z.string() });

/** What we keep in its metadata; null where there is nothing of ours. */
export function oursOf({ metadata }: PageIncident): Ours | null {
  const parsed = OursShape.safeParse(metadata?.[METADATA]);
  return parsed.success ? parsed.data : null;
}

export interface StatusPage {
  http: Http;
  /** `/pages/<id>` */
  root: string;
  /** What is not over, then the newest hundred. @throws PulseError upstream */
  incident(fits: (incident: PageIncident) => boolean): Promise<PageIncident | null>;
  /** @throws PulseError upstream */
  componentIds(): Promise<string[]>;
}

export interface Timing {
  now(): number;
  pause(ms: number): Promise<void>;
}

export function statusPage(base: string, key: string, page: string, timing: Timing): StatusPage {
  const http = spaced(createHttp(base, { authorization: `OAuth ${key}` }), timing);
  const root = `/pages/${page}`;
  /** Every page of a list; `path` ends where the number of the page goes. */
  const all = async <S extends z.ZodType>(path: string, shape: S): Promise<z.infer<S>[]> => {
    const found: z.infer<S>[] = [];
    for (let number = 1; number <= PAGES; number++) {
      const some = readValue(STATUSPAGE, await readFrom(http, `${path}${number}`, z.array(shape)));
      found.push(...some);
      if (some.length < PER_PAGE) break;
    }
    return found;
  };
  return {
    ...{ http, root },
    async incident(fits) {
      const open = await all(`${root}/incidents/unresolved?per_page=${PER_PAGE}&page=`, PageIncident);
      const one = open.find(fits);
      if (one) return one;
      const path = `${root}/incidents?limit=${PER_PAGE}&page=1`;
      const recent = readValue(STATUSPAGE, await readFrom(http, path, z.array(PageIncident)));
      return recent.find(fits) ?? null;
    },
    async componentIds() {
      const found = await all(`${root}/components?per_page=${PER_PAGE}&page=`, Component);
      return found.map(({ id }) => id);
    },
  };
}

/** One request after the other, a second apart. */
function spaced(http: Http, { now, pause }: Timing): Http {
  let last = Number.NEGATIVE_INFINITY;
  let queue: Promise<unknown> = Promise.resolve();
  return {
    send(method, path, body) {
      const turn = queue.then(async () => {
        const wait = last + GAP_MS - now();
        if (wait > 0) await pause(wait);
        last = now();
        const result = await http.send(method, path, body);
        return result.state === 'answered' && result.status === CALM ? { ...result, status: 429 } : result;
      });
      queue = turn.catch(() => {});
      return turn;
    },
  };
}
