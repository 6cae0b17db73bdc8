import type { Actor } from '../core/events.ts';
import type { ApprovalAnswer, ApprovalRequest, Approvals } from '../ports-ship.ts';
import type { Io } from './io.ts';

/**
 * Asks in the terminal, where the four characters have to be typed. Without one nobody can be asked: a pipe answers
 * whatever was put into it.
 */
export function terminalApprovals(io: Io, actor: Actor): Approvals | undefined {
  if (actor.kind !== 'human') return undefined;
  return {
    async ask({ title, lines, code }: ApprovalRequest): Promise<ApprovalAnswer> {
      io.stderr.write(`${[`${title}?`, '', ...lines, ''].join('\n')}\n`);
      const typed = await io.ask(`Type ${code} to approve, anything else to refuse: `);
      return typed.trim().toUpperCase() === code
        ? { answer: 'yes', strength: 'terminal', by: actor }
        : { answer: 'no' };
    },
  };
}
