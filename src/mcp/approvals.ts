import type { Actor } from '../core/events.ts';
import type { ApprovalAnswer, ApprovalRequest, Approvals } from '../ports-ship.ts';

/** What a client answers to elicitation/create. */
export interface Elicited {
  action: string;
  content?: Record<string, unknown> | undefined;
}

/** Sends one elicitation/create and gives the answer; rejects when the client cannot, or nobody answers in time. */
export type Elicit = (params: { message: string; requestedSchema: object }) => Promise<Elicited>;

/** The members of the form; a client shows them as they are. */
const FORM = (code: string) => ({
  type: 'object',
  properties: {
    code: {
      type: 'string',
      title: `Type ${code} to approve`,
      description: 'Anything else approves nothing.',
      maxLength: 10,
    },
  },
  required: ['code'],
});

/**
 * Asks in the client's own dialog. Headless clients answer by themselves with "cancel" or "decline": neither is a yes,
 * and only the typed code is one. Source: MCP, elicitation in form mode.
 * @param person the name that the yes is recorded under
 */
export function clientApprovals(elicit: Elicit, person: string): Approvals {
  const by: Actor = { kind: 'human', name: person, via: 'elicitation' };
  return {
    async ask({ title, lines, code }: ApprovalRequest): Promise<ApprovalAnswer> {
      const message = [`hotfix-pulse: ${title}?`, '', ...lines].join('\n');
      const said = await elicit({ message, requestedSchema: FORM(code) }).catch(() => null);
      if (said === null || said.action === 'cancel') return { answer: 'none' };
      const typed = said.content?.code;
      const isYes =
        said.action === 'accept' && typeof typed === 'string' && typed.trim().toUpperCase() === code;
      return isYes ? { answer: 'yes', strength: 'elicitation', by } : { answer: 'no' };
    },
  };
}
