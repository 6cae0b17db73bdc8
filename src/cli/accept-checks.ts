import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { branchOf, isOpen, lastOf } from '../core/incident.ts';
import type { CheckPlan, PlannedCommand } from '../core/ship/check-run.ts';
import { showCommand } from '../core/ship/plan.ts';
import { cleanText, oneLine } from '../core/untrusted.ts';
import type { Checks } from '../ports-ship.ts';
import type { Loaded } from '../tools/support/load.ts';
import type { Deps } from '../tools/tool.ts';
import { type Command, EXIT } from './command.ts';

const input = z.strictObject({
  commit: z
    .string()
    .optional()
    .describe(
      'Commit, branch or tag whose commands are shown; without it what is checked out and what the open hotfixes need',
    ),
});

/** Of a text that defines a command. */
const MOST_LINES = 40;

/** The commits whose commands may soon have to run: what is checked out, and of each open hotfix both ends. */
async function commitsNow(all: readonly Loaded[], deps: Deps): Promise<string[]> {
  const names = ['HEAD'];
  for (const { incident } of all.filter((one) => isOpen(one.incident))) {
    const started = lastOf(incident, 'hotfix_started', ({ id }) => id > incident.attemptSince)?.data;
    const tip = (await deps.git?.branches?.state(started?.branch ?? branchOf(incident)))?.tip;
    names.push(...[tip, started?.base_commit].filter((name) => name !== undefined));
  }
  return names;
}

async function plansFor(names: readonly string[], checks: Checks, deps: Deps): Promise<CheckPlan[]> {
  const commits = await Promise.all(names.map((name) => checks.commitOf(name)));
  const known = [...new Set(commits.filter((commit) => commit !== null))];
  return Promise.all(known.map((commit) => checks.plan(commit, deps.settings.ship ?? {})));
}

/** A command with what it does, as a person reads it before saying yes. */
function shownCommand({ what, name, command, defines }: PlannedCommand): string[] {
  const texts = textsOf(defines)
    .flatMap((text) => cleanText(text).split('\n'))
    .filter((line) => line.trim() !== '');
  const more = texts.length - MOST_LINES;
  return [
    `${what} ${oneLine(name, 60)}: ${oneLine(showCommand(command), 500)}`,
    ...texts.slice(0, MOST_LINES).map((line) => `    ${oneLine(line, 300)}`),
    ...(more > 0 ? [`    and ${more} more lines`] : []),
  ];
}

/** Scripts of a package.json come as an object of names and texts; anything else is a text already. */
function textsOf(defines: string): string[] {
  try {
    const value: unknown = JSON.parse(defines);
    if (typeof value === 'object' && value !== null)
      return Object.entries(value).map(([name, text]) => `${name}: ${String(text)}`);
  } catch {
    // A Makefile, or settings of a tool.
  }
  return [defines];
}

/** What was only detected runs after a person has seen it, on this machine, once for each text of each command. */
export const acceptChecks: Command = {
  name: 'accept-checks',
  aliases: [],
  summary: "Let the repository's own checks and tests run: shows every command and asks.",
  details:
    'Needed once for commands that were detected, or that stand in settings which are not committed. The yes is for these very commands and the scripts behind them; when one changes, it has to be given again. Commands in a committed hotfix-pulse.config.json need none. Needs a terminal.',
  input,
  positionals: ['commit'],
  examples: ['accept-checks', 'accept-checks v1.4.0'],
  async run(args, { io, app, out, deps: connect }) {
    const { commit } = input.parse(args);
    const deps = await connect();
    const { checks } = deps;
    if (!checks) {
      throw new PulseError(
        'not_configured',
        'There are no checks to accept: this needs a git repository.',
        'Run it in the repository of the service.',
      );
    }
    const names = commit === undefined ? await commitsNow(await app.loadAll(deps), deps) : [commit];
    const plans = await plansFor(names, checks, deps);
    if (plans.length === 0) {
      throw new PulseError(
        'not_found',
        'That names no commit of this repository.',
        'Name a commit, branch or tag, or leave it out for what is checked out.',
      );
    }
    const open = new Map<string, PlannedCommand>();
    for (const { commands } of plans)
      for (const one of commands) if (one.standing === 'open' && !open.has(one.pin)) open.set(one.pin, one);
    if (open.size === 0) {
      if (out.json) out.value({ accepted: 0 });
      else out.text('Nothing waits: every command is committed in the settings or was accepted before.');
      return EXIT.ok;
    }
    if (deps.actor.kind !== 'human' || !io.stdin.isTTY || !io.stderr.isTTY) {
      throw new PulseError(
        'unsafe',
        'Accepting needs a terminal: somebody has to read what will run.',
        'Run hotfix-pulse accept-checks in a terminal of your own, not through an agent or a pipe.',
      );
    }
    io.stderr.write(`${[...open.values()].flatMap(shownCommand).join('\n')}\n`);
    const typed = (await io.ask(`Let these ${open.size} commands run on this machine? [y/N] `))
      .trim()
      .toLowerCase();
    if (typed !== 'y' && typed !== 'yes') {
      throw new PulseError('gate_closed', 'Not accepted; nothing was changed.', 'Type y to accept.');
    }
    const at = new Date(deps.clock.now()).toISOString();
    for (const plan of plans) await checks.accept(plan, deps.actor.name, at);
    if (out.json) out.value({ accepted: open.size });
    else out.text(`Accepted: ${open.size} commands. Whoever asked for them can call again.`);
    return EXIT.ok;
  },
};
