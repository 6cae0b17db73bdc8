import type * as z from 'zod/v4';
import type { Deps } from '../tools/tool.ts';
import type { App } from './app.ts';
import type { Io } from './io.ts';
import type { Output } from './output.ts';

/** What a command works with during one run. */
export interface Session {
  io: Io;
  app: App;
  out: Output;
  /** `--repo` of the command line. */
  repo?: string | undefined;
  /** The repository and who is calling; found on first use, so that help needs neither. */
  deps(): Promise<Deps>;
}

/** A subcommand. Its flags and its help come from `input`. */
export interface Command {
  name: string;
  aliases: readonly string[];
  /** One line for the list of commands. */
  summary: string;
  /** Longer words for `--help`; may be empty. */
  details: string;
  input: z.ZodObject;
  /** Members of `input` that may be given without a flag, in order. */
  positionals: readonly string[];
  /** Arguments after `hotfix-pulse`, one complete call each. */
  examples: readonly string[];
  /** Gives the exit code. Throws PulseError to refuse. */
  run(args: Record<string, unknown>, session: Session): Promise<number>;
}

/** Exit codes beside those of refusals (2 to 8, see core/errors.ts). */
export const EXIT = { ok: 0, bug: 1, overdue: 10, damage: 11 } as const;
