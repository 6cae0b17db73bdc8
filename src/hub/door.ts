import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from '../core/events.ts';
import type { Team } from '../ports-team.ts';
import type { Deps } from '../tools/tool.ts';
import type { HubCounts } from './metrics.ts';

/** What a door works with: the repository that the hub serves. */
export interface HubContext {
  /** For one caller; settings and secrets are read again where they changed. */
  depsFor(actor: Actor): Promise<Deps>;
  /** Whose tokens open what asks for one; the same for all doors, opened when the first asks. */
  team(): Promise<Team>;
  env: Readonly<Record<string, string | undefined>>;
  /** A line for the person who runs the hub: our own words, no incident text. */
  log(line: string): void;
  /** Counts a tool call that was answered; absent where nobody counts. */
  called?: HubCounts['called'];
  /** Ends what the record and the tokens hold open. */
  close(): Promise<void>;
}

/** Where a request comes from. */
export interface Caller {
  /** As our own proxy wrote it down, else that of the connection. */
  address: string;
}

/** One way in from outside: a service that calls us. It checks who calls before it reads what is said. */
export interface HubDoor {
  /** For the log and for health. */
  name: string;
  /** Exact paths that it answers. */
  paths: readonly string[];
  handle(req: IncomingMessage, res: ServerResponse, from: Caller): Promise<void> | void;
  /** Only POST without it. */
  methods?: readonly string[];
  /** It says who is let in and counts who is refused; otherwise the server counts what a door answers with 4xx. */
  refuses?: 'itself';
  /** Opens connections of its own. */
  start?(): Promise<void>;
  /** Ends answers that would go on for ever: the hub lets what is under way end. */
  drain?(): void;
  /** Ends them; waits for what is under way. */
  stop?(): Promise<void>;
  /** Called about every 15 s while the hub runs, never twice at the same time. */
  tick?(): Promise<void>;
}

/** Null when the settings do not name the service; PulseError not_configured when something is missing. */
export type OpenDoor = (context: HubContext) => Promise<HubDoor | null>;
