import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'vitest';
import { AGENT_CLIS } from './agents-table.ts';
import { AGENTS } from './requires.ts';

type Kind = 'headless' | 'terminal' | 'lists';

/** Whether this folder of `.ci/agents` is in place. */
export const isAgentHere = (name: string): boolean => existsSync(join(AGENTS, name, '.installed'));

/** HOTFIX_PULSE_AGENT_RUNS: `quick` leaves the four agents that are the quickest without a terminal; else all. */
export function isAsked(agent: string, kind: Kind, runs = process.env.HOTFIX_PULSE_AGENT_RUNS): boolean {
  return runs !== 'quick' || (kind === 'headless' && AGENT_CLIS[agent]?.isQuick === true);
}

/**
 * `it` for a run that is asked for; a printed skip where the agent is missing, which is an error when everything is
 * demanded. A run that nobody asked for is no test at all.
 */
export function itIfAsked(agent: string, kind: Kind) {
  if (!isAsked(agent, kind)) return () => {};
  const absent = ['node22', 'node24', agent].filter((name) => !isAgentHere(name));
  if (absent.length === 0) return it;
  const why = `${absent.join(', ')} is missing: .ci/agents ${agent}`;
  if (process.env.HOTFIX_PULSE_REQUIRE === 'all') throw new Error(`HOTFIX_PULSE_REQUIRE=all, but ${why}`);
  process.stderr.write(`skipped: ${why}\n`);
  return it.skip;
}
