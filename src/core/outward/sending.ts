import type { DocumentView } from '../documents/view.ts';
import type { Incident } from '../incident.ts';
import type { AUDIENCES } from '../kinds.ts';
import type { AnyPlan } from '../ship/plan.ts';
import type { Need } from '../ship/policy.ts';

/** What goes out and how it ended, in words that every service shares. */

type Audience = (typeof AUDIENCES)[number];

/** Where the incident, or one message about it, stands in a service. */
export interface Place {
  /** What the adapter needs to find it again: `acme/shop#12`, `C024BE91L/1700000000.000100`, `OPS-7`. No secret. */
  ref: string;
  /** Its page for people, `https://...`; null where it has none. */
  url: string | null;
}

/** Why a service would not: our own table, never its words. */
export const REFUSALS = {
  not_allowed: 'the token has no right to do this',
  not_found: 'what the settings name is not there, or the token may not see it',
  invalid: 'the service does not accept it as it is',
  gone: 'what was there has been deleted or closed for good',
  nothing_there: 'there is nothing to attach to',
} as const;
export type Refusal = keyof typeof REFUSALS;

/**
 * How one attempt ended. After `declined` and `limited` nothing was made; after `unknown` it may have been, now or in a
 * moment, and only looking tells. `dropped` names what the service did not take over.
 */
export type SendOutcome =
  | { outcome: 'done'; place: Place; dropped: readonly string[] }
  | { outcome: 'declined'; why: Refusal }
  | { outcome: 'limited'; retry_after_s: number | null }
  | { outcome: 'unknown' };

/** A plan that waits for somebody's yes, for surfaces that can ask. */
export interface OpenAsk {
  /** Twelve hexadecimal digits. */
  id: string;
  title: string;
  /** The whole plan, redacted. */
  lines: readonly string[];
  need: Need;
  plan: AnyPlan;
}

/** Everything that a surface may show of an incident. */
export interface SurfaceView extends DocumentView {
  incident: Incident;
  asks: readonly OpenAsk[];
  /** Takes secrets and personal data out; idempotent. */
  redact(text: string): string;
}

/** One message to people who wait. Redacted plain text; each surface escapes it and takes mentions out of force. */
export interface Message {
  text: string;
  audience: Audience;
  /** Affected systems, as the update names them. */
  systems: readonly string[];
  /** What a status page calls the present state. Source: domain page, section 3. */
  public_status: 'investigating' | 'identified' | 'monitoring' | 'resolved';
  title: string;
}

/** Plain JSON: what is sent, compared by its hash. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
