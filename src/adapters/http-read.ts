import type * as z from 'zod/v4';
import type { SendOutcome } from '../core/outward/sending.ts';
import { cannotAsk, failureOf, type Http, type HttpResult } from './http.ts';

/** What was asked for, or the answer that was none. */
export type Read<T> = { state: 'read'; value: T } | { state: 'failed'; result: HttpResult };

/** A success that fits the shape; anything else is `failed`. */
export function readAs<S extends z.ZodType>(result: HttpResult, shape: S): Read<z.infer<S>> {
  if (result.state === 'lost' || result.status < 200 || result.status > 299)
    return { state: 'failed', result };
  const parsed = shape.safeParse(result.body);
  return parsed.success ? { state: 'read', value: parsed.data } : { state: 'failed', result };
}

export async function readFrom<S extends z.ZodType>(
  http: Http,
  path: string,
  shape: S,
): Promise<Read<z.infer<S>>> {
  return readAs(await http.send('GET', path), shape);
}

/** @throws PulseError upstream */
export function readValue<T>(service: string, read: Read<T>): T {
  if (read.state === 'failed') throw cannotAsk(service, read.result);
  return read.value;
}

export const isSuccess = (result: HttpResult): boolean =>
  result.state === 'answered' && result.status >= 200 && result.status < 300;

/** Like `failureOf`; a success whose answer nobody can read leaves open what it did. */
export function outcomeOf(result: HttpResult): Exclude<SendOutcome, { outcome: 'done' }> {
  return isSuccess(result) ? { outcome: 'unknown' } : failureOf(result);
}

export const statusOf = (result: HttpResult): number | null =>
  result.state === 'answered' ? result.status : null;
