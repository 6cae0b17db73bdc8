import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/v4';
import type { Actor } from '../core/events.ts';
import { oneLine } from '../core/untrusted.ts';

/** What ClickUp sends. Source: https://developer.clickup.com/docs/webhooktaskpayloads. */

const TAG_EVENT = 'taskTagUpdated';
/** A task may carry the tag from its beginning. */
const NEW_EVENT = 'taskCreated';
const NAME = 80;

const Tags = z.array(z.object({ name: z.string() }));
const Item = z.object({
  field: z.string().nullish(),
  after: z.unknown().optional(),
  user: z.object({ username: z.string().nullish() }).nullish().catch(null),
});
const Delivery = z.object({
  event: z.string(),
  task_id: z.string().optional(),
  history_items: z.array(z.unknown()).catch([]),
});

/** Ids become paths. */
const TASK = /^[A-Za-z0-9_-]{1,40}$/;

/** `other`: nothing for us, which ClickUp has to be told with a success, or it stops sending. */
export type Delivered =
  | { what: 'garbled' }
  | { what: 'other' }
  /** `tags`: those that were added; null where only the task tells. */
  | { what: 'tagged'; task: string; tags: readonly string[] | null; by: Actor };

/** Hex HMAC-SHA256 of the bytes as they came. Source: https://developer.clickup.com/docs/webhooksignature. */
export function isSigned(body: Buffer, signature: unknown, secret: string): boolean {
  if (typeof signature !== 'string' || !/^[0-9a-f]{64}$/i.test(signature)) return false;
  const wanted = createHmac('sha256', secret).update(body).digest();
  return timingSafeEqual(wanted, Buffer.from(signature, 'hex'));
}

export function readDelivery(body: Buffer): Delivered {
  const parsed = Delivery.safeParse(jsonOf(body));
  if (!parsed.success) return { what: 'garbled' };
  const { event, task_id: task = '', history_items } = parsed.data;
  const items = history_items.flatMap((item) => Item.safeParse(item).data ?? []);
  if (event !== TAG_EVENT && event !== NEW_EVENT) return { what: 'other' };
  if (!TASK.test(task)) return { what: 'garbled' };
  if (event === NEW_EVENT) return { what: 'tagged', task, tags: null, by: actorOf(items[0]?.user?.username) };
  const added = items.filter(({ field }) => field === 'tag');
  const tags = added.flatMap(({ after }) => Tags.safeParse(after).data ?? []).map(({ name }) => name);
  if (tags.length === 0) return { what: 'other' };
  return { what: 'tagged', task, tags, by: actorOf(added[0]?.user?.username) };
}

/** ClickUp vouches for who it was; without a name it was ClickUp. */
function actorOf(username: string | null | undefined): Actor {
  const name = oneLine(username ?? '', NAME);
  return name === '' ? { name: 'clickup', kind: 'system' } : { name, kind: 'human', via: 'clickup' };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
