import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api';
import type * as z from 'zod/v4';
import { PulseError } from '../../core/errors.ts';
import type { Refusal, SendOutcome } from '../../core/outward/sending.ts';
import { slackFailure } from '../../core/outward/slack-failures.ts';
import { boundedFetch, failureOf } from '../http.ts';

/** One attempt per call, and nothing of it in a log: whoever calls knows what may be repeated. */

export type SlackFailure = Exclude<SendOutcome, { outcome: 'done' }>;
export type SlackAnswer<T> = { outcome: 'done'; body: T } | SlackFailure;

export interface SlackClient {
  /** Never throws for what the network or Slack does. An answer of another form counts as none. */
  call<T>(method: string, args: Record<string, unknown>, answer: z.ZodType<T>): Promise<SlackAnswer<T>>;
}

const nothing = () => {};
/** The package would write to stdout, which belongs to the protocol. */
const SILENT: NonNullable<WebClientOptions['logger']> = {
  ...{ debug: nothing, info: nothing, warn: nothing, error: nothing },
  ...{ setLevel: nothing, setName: nothing },
  getLevel: () => 'error' as ReturnType<NonNullable<WebClientOptions['logger']>['getLevel']>,
};

/** @param base address of the API without the last slash */
export function createSlackClient(token: string, base: string): SlackClient {
  const web = new WebClient(token, {
    ...{ slackApiUrl: `${base}/`, allowAbsoluteUrls: false, logger: SILENT },
    ...{ retryConfig: { retries: 0 }, rejectRateLimitedCalls: true },
    fetch: (url, init) => boundedFetch(url, init),
  });
  return {
    async call(method, args, answer) {
      try {
        const parsed = answer.safeParse(await web.apiCall(method, args));
        return parsed.success ? { outcome: 'done', body: parsed.data } : { outcome: 'unknown' };
      } catch (error) {
        return failed(error);
      }
    },
  };
}

/**
 * What was read.
 * @throws PulseError upstream, in our own words
 */
export function readOf<T>(answer: SlackAnswer<T>): T {
  if (answer.outcome === 'done') return answer.body;
  const why = answer.outcome === 'declined' ? answer.why : answer.outcome;
  throw new PulseError('upstream', `Slack ${SAID[why]}`, 'hotfix-pulse doctor slack says what to set');
}

function failed(error: unknown): SlackFailure {
  if (error instanceof WebAPIRateLimitedError) {
    return { outcome: 'limited', retry_after_s: Math.max(0, error.retryAfter) };
  }
  if (error instanceof WebAPIPlatformError) {
    // Something else answered in Slack's place.
    if (typeof error.data.error !== 'string') return { outcome: 'unknown' };
    const why = slackFailure(error.data.error);
    if (why === 'limited') return { outcome: 'limited', retry_after_s: null };
    return why === 'unknown' ? { outcome: 'unknown' } : { outcome: 'declined', why };
  }
  if (error instanceof WebAPIHTTPError) {
    const status = error.statusCode;
    return failureOf({ state: 'answered', status, retry_after_s: null, body: null, header: () => null });
  }
  return { outcome: 'unknown' };
}

/** Why a read gave nothing. */
const SAID: Record<Refusal | 'limited' | 'unknown', string> = {
  not_allowed: 'does not accept the token, or it lacks a right',
  not_found: 'does not know the channel, or the bot is not in it',
  invalid: 'does not understand the question',
  gone: 'has the message or its channel no longer',
  nothing_there: 'has nothing there',
  limited: 'asks for a pause',
  unknown: 'does not answer',
};
