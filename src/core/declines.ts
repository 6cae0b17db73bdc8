import type { Incident } from './incident.ts';

/** Somebody's no to a plan. It takes nothing back and does not forbid: a yes can still follow, and another plan too. */
export interface Decline {
  /** Name of whoever said it. */
  by: string;
  at: string;
  /** Null where none was asked for (a button in a chat). */
  why: string | null;
}

const KEY = /^(?:board|slack)\/decline\/([0-9a-f]{12})\//;
const WHY = /: plan [0-9a-f]{12} declined on the board: (.+)$/s;

/** Key of the event that says no on the board; the same no by the same person is one. */
export function declineKey(plan: string, said: string, sha256: (text: string) => string): string {
  return `board/decline/${plan}/${sha256(said).slice(0, 12)}`;
}

/** @param title of the plan */
export function declineText(title: string, plan: string, why: string): string {
  return `${title}: plan ${plan} declined on the board: ${why}`;
}

/** Every no to this plan, on the board and in Slack, in recorded order. */
export function declinesOf({ recorded }: Incident, plan: string): Decline[] {
  return recorded.flatMap(({ key, kind, live, by, at, text }) =>
    kind === 'noted' && live && KEY.exec(key ?? '')?.[1] === plan
      ? [{ by: by.name, at, why: WHY.exec(text)?.[1] ?? null }]
      : [],
  );
}
