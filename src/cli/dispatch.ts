import { resolve } from 'node:path';
import * as z from 'zod/v4';
import { exitCodeOf, PulseError } from '../core/errors.ts';
import { cleanText } from '../core/untrusted.ts';
import type { Deps } from '../tools/tool.ts';
import { acceptChecks } from './accept-checks.ts';
import { actorOf } from './actor.ts';
import type { App } from './app.ts';
import { approve } from './approve.ts';
import { board } from './board.ts';
import { type Command, EXIT } from './command.ts';
import { doctorCommand } from './doctor.ts';
import { systemDoctor } from './doctor-setup.ts';
import { drill } from './drill.ts';
import { exportCommand } from './export.ts';
import { flagsOf } from './flag-shapes.ts';
import { type Globals, parseFlags, splitCommand } from './flags.ts';
import { commandHelp, overview } from './help.ts';
import { importFolder } from './import.ts';
import { readInput } from './input.ts';
import { installCommand } from './install.ts';
import { systemSetup } from './install-setup.ts';
import { invite } from './invite.ts';
import type { Io } from './io.ts';
import { migrate } from './migrate.ts';
import { moveCommand } from './move.ts';
import { operationCommand } from './operation.ts';
import { createOutput, type Output } from './output.ts';
import { print } from './print.ts';
import { publish } from './publish.ts';
import { purge } from './purge.ts';
import { report } from './report.ts';
import { runbook } from './runbook.ts';
import { serve } from './serve.ts';
import { status } from './status.ts';
import { sync } from './sync.ts';
import { timeline } from './timeline.ts';
import { token } from './token.ts';
import { uninstallCommand } from './uninstall.ts';
import { verify } from './verify.ts';
import { watch } from './watch.ts';

/** The commands that are no operations, in the order of the help. */
export const OTHER_COMMANDS: readonly Command[] = [
  approve,
  acceptChecks,
  status,
  watch,
  board,
  timeline,
  sync,
  print,
  report,
  publish,
  importFolder,
  exportCommand,
  invite,
  runbook,
  verify,
  purge,
  migrate,
  moveCommand('push'),
  moveCommand('pull'),
  drill,
  installCommand(systemSetup),
  uninstallCommand(systemSetup),
  doctorCommand(systemDoctor),
  serve,
  token,
];

/** Runs one command line and gives its exit code. Never throws, never ends the process: a pipe gets all output. */
export async function runCli(argv: readonly string[], io: Io, app: App): Promise<number> {
  const before = optionsIn(argv);
  const out = createOutput(io, {
    json: before.includes('--json'),
    noColour: before.includes('--no-color') || before.includes('--no-colour'),
  });
  const opened: Deps[] = [];
  try {
    const operations = app.tools.map(operationCommand);
    const { command: word, rest } = splitCommand(argv);
    if (word === null || word === 'help') return general(rest, operations, app, out);
    const command = find(word, [...operations, ...OTHER_COMMANDS]);
    // Help comes even when the rest of the line is wrong: that is when it is asked for.
    if (optionsIn(rest).includes('--help')) return say(commandHelp(command), out);
    const { values, globals } = parseFlags(rest, flagsOf(command.input), command.positionals);
    if (globals.help) return say(commandHelp(command), out);
    if (globals.version) return say(app.version, out);
    const given = globals.input === undefined ? {} : await readInput(globals.input, io);
    const { args, repo } = takeRepo({ ...given, ...values }, globals, command);
    const input = operations.includes(command) ? args : checked(args, command);
    const deps = async (): Promise<Deps> => {
      const connected = await connect(io, app, out, repo);
      opened.push(connected);
      return connected;
    };
    return await command.run(input, { io, app, out, repo, deps });
  } catch (error) {
    return failed(error, out, io);
  } finally {
    // A connection left open would keep the process from ending.
    await Promise.all(opened.map(({ close }) => close?.()));
  }
}

/** The words in which an option can still be one: those before a lone `--`. */
function optionsIn(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return end === -1 ? words : words.slice(0, end);
}

function say(text: string, out: Output): number {
  out.text(text);
  return EXIT.ok;
}

/** `hotfix-pulse`, `hotfix-pulse help record`, `hotfix-pulse --version`. */
function general(words: readonly string[], operations: readonly Command[], app: App, out: Output): number {
  const { values, globals } = parseFlags(words, flagsOf(z.strictObject({ command: z.string() })), [
    'command',
  ]);
  if (globals.version) return say(app.version, out);
  if (typeof values.command !== 'string') return say(overview(operations, OTHER_COMMANDS, app.version), out);
  return say(commandHelp(find(values.command, [...operations, ...OTHER_COMMANDS])), out);
}

const shortName = (command: Command): string =>
  OTHER_COMMANDS.includes(command) ? command.name : (command.aliases[0] ?? command.name);

function find(word: string, commands: readonly Command[]): Command {
  const name = word.replaceAll('_', '-');
  const command = commands.find((known) => known.name === name || known.aliases.includes(name));
  if (command) return command;
  throw name === 'mcp'
    ? new PulseError('invalid_input', 'mcp must be the first word.', 'Write: hotfix-pulse mcp')
    : new PulseError(
        'invalid_input',
        'There is no such command.',
        `Commands: ${commands.map(shortName).join(', ')}. To open an incident: hotfix-pulse open "what is wrong".`,
      );
}

/** `repo` picks the record to work on, so it is for this door and not for the operation. */
function takeRepo(
  args: Record<string, unknown>,
  globals: Globals,
  command: Command,
): { args: Record<string, unknown>; repo: string | undefined } {
  if (!('repo' in command.input.shape) || typeof args.repo !== 'string') return { args, repo: globals.repo };
  const { repo, ...rest } = args;
  return { args: rest, repo: globals.repo ?? repo };
}

/** Operations check their own arguments; this is for the other commands. */
function checked(args: Record<string, unknown>, command: Command): Record<string, unknown> {
  const parsed = command.input.safeParse(args);
  if (parsed.success) return parsed.data;
  const valid = Object.keys(command.input.shape);
  const fields = parsed.error.issues
    .map((issue) => String(issue.path[0] ?? ''))
    .filter((name) => valid.includes(name));
  throw new PulseError(
    'invalid_input',
    fields.length > 0
      ? `Missing or wrong: ${[...new Set(fields)].join(', ')}.`
      : 'There is an unknown argument.',
    `Valid: ${valid.join(', ') || 'none'}. See hotfix-pulse ${command.name} --help.`,
  );
}

/** Finds the repository and says who is calling. A person is called as git calls them, which only the wired git knows. */
async function connect(io: Io, app: App, out: Output, repo: string | undefined): Promise<Deps> {
  const explicit = repo === undefined ? undefined : resolve(io.cwd ?? '/', repo);
  const root = await app.findRoot({ explicit, env: io.env, cwd: io.cwd });
  if (root === null) {
    throw new PulseError(
      'not_configured',
      'No repository was found here.',
      'Run the command inside the repository, or name it with --repo DIR.',
    );
  }
  const deps = await app.createDeps({ root, actor: actorOf(io, null), env: io.env });
  for (const notice of deps.log.notices()) out.notice(notice);
  if (deps.actor.kind !== 'human') return deps;
  return { ...deps, actor: actorOf(io, (await deps.git?.facts())?.user ?? null) };
}

/** The one catch of this door. */
function failed(error: unknown, out: Output, io: Io): number {
  if (error instanceof PulseError) {
    out.refusal(error);
    return exitCodeOf(error.code);
  }
  const message = 'hotfix-pulse failed in a way it should not.';
  const hint =
    'This is a bug of ours. What was acknowledged is safe. Please report it with the details on standard error.';
  if (out.json) out.value({ error: { code: 'internal', message, hint } });
  else io.stderr.write(`${message}\n${hint}\n`);
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr.write(`${cleanText(details)}\n`);
  return EXIT.bug;
}
