import type { Actor } from '../core/events.ts';
import type { Io } from './io.ts';

/**
 * Who is calling. A person only when both ends of the conversation are a terminal: what they type and what they
 * are told. Anything else (a pipe, a script, an agent's shell, CI) is an agent, whatever the environment says.
 * Source: domain page, section 3, "Who may say what".
 */
export function actorOf(io: Io, gitUser: string | null): Actor {
  if (io.stdin.isTTY && io.stderr.isTTY) {
    return { kind: 'human', name: gitUser ?? io.osUser() ?? 'unknown person', via: 'terminal' };
  }
  return { kind: 'agent', name: 'cli', ...(gitUser === null ? {} : { on_behalf_of: gitUser }) };
}
