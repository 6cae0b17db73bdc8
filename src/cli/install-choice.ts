import { PulseError } from '../core/errors.ts';
import { chosenByDefault, type Detected } from '../install/detect.ts';
import { HOST_IDS, type HostId, SCOPES, type Scope } from '../install/host.ts';
import type { Refusal } from '../install/plan-types.ts';
import type { Io } from './io.ts';
import type { Output } from './output.ts';

/** Somebody is there to be asked: both ends are a terminal and nobody wants JSON. */
export function canAsk(io: Io, out: Output): boolean {
  return io.stdin.isTTY && io.stderr.isTTY && !out.json;
}

/** Typed again while it is none of the words; an empty line takes the first. */
export async function askScope(io: Io): Promise<Scope> {
  for (let tries = 0; tries < 3; tries++) {
    const typed = (
      await io.ask('For this project (shared by commit) or for yourself? [project/user] ')
    ).trim();
    const scope = SCOPES.find((known) => typed === '' || known === typed.toLowerCase());
    if (scope) return scope;
  }
  throw notChosen();
}

/** A list with the detected agents ticked; numbers tick and untick, an empty line goes on. */
export async function askHosts(io: Io, detected: readonly Detected[], scope: Scope): Promise<HostId[]> {
  const chosen = new Set(chosenByDefault(detected, scope));
  for (let tries = 0; tries < 20; tries++) {
    const rows = detected.map(({ id, label, signs }, at) => {
      const found = signs.length > 0 ? '  (found)' : '';
      return `  [${chosen.has(id) ? 'x' : ' '}] ${String(at + 1).padStart(2)}  ${label}${found}`;
    });
    io.stderr.write(`Agents:\n${rows.join('\n')}\n`);
    const typed = (await io.ask('Numbers to tick or untick, Enter to go on: ')).trim();
    if (typed === '') return HOST_IDS.filter((id) => chosen.has(id));
    for (const word of typed.split(/[\s,]+/)) {
      const id = detected[Number(word) - 1]?.id;
      if (id !== undefined && !chosen.delete(id)) chosen.add(id);
    }
  }
  throw notChosen();
}

/** Which of the files that a person edited may be overwritten: asked one by one. */
export async function askReplace(io: Io, refusals: readonly Refusal[]): Promise<Set<string>> {
  const replace = new Set<string>();
  for (const { path, message, may_replace } of refusals) {
    if (!may_replace) continue;
    if (
      await isYes(io, `${path} ${message.replace(/; it was left alone$/, '')}. Overwrite it? [y/N] `, false)
    ) {
      replace.add(path);
    }
  }
  return replace;
}

async function isYes(io: Io, question: string, otherwise: boolean): Promise<boolean> {
  const typed = (await io.ask(question)).trim().toLowerCase();
  return typed === '' ? otherwise : typed === 'y' || typed === 'yes';
}

/** @throws PulseError unsafe when nobody can be asked, or the answer is no */
export async function confirm(io: Io, out: Output, question: string): Promise<void> {
  if (!canAsk(io, out)) {
    throw new PulseError(
      'unsafe',
      'Without a terminal this must be confirmed.',
      'Look at it with --dry-run, then repeat the command with --yes once the person agrees.',
    );
  }
  if (await isYes(io, question, false)) return;
  throw new PulseError('unsafe', 'Not confirmed; nothing was changed.', 'Type y to go on.');
}

function notChosen(): PulseError {
  return new PulseError('invalid_input', 'Nothing was chosen.', 'Name it: --scope project, --agent codex.');
}
