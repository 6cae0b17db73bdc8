import { Console } from 'node:console';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../version.ts';
import { createFront } from './front.ts';
import { frontAnswers } from './front-answers.ts';
import { createReporter } from './reporter.ts';
import { stdioTransport } from './stdio.ts';

const USAGE = `Usage: hotfix-pulse mcp [--repo DIR]

Speaks MCP on standard input and output; an agent starts it. --repo names the repository to work in,
otherwise the agent's project folder or the git root of the working directory is used.
`;
/** How long calls that are running when the input ends may still take. */
const GRACE_MS = 5_000;
/** More errors that nobody caught than this, and something is broken for good. */
const MOST_UNCAUGHT = 20;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `mcp` may lead, as the bin leaves it there. Null when the arguments are not understood. */
function parseArguments(argv: readonly string[]): { repo: string | undefined; help: boolean } | null {
  const [first, second, ...rest] = argv[0] === 'mcp' ? argv.slice(1) : argv;
  if (first === undefined) return { repo: undefined, help: false };
  if ((first === '--help' || first === '-h') && second === undefined) return { repo: undefined, help: true };
  if (first.startsWith('--repo=') && second === undefined) return { repo: first.slice(7), help: false };
  return first === '--repo' && second !== undefined && rest.length === 0
    ? { repo: second, help: false }
    : null;
}

function currentFolder(): string | null {
  try {
    return process.cwd();
  } catch {
    return null;
  }
}

async function serve(explicit: string | undefined): Promise<void> {
  const { stdin, stdout, stderr, env } = process;
  // Under stdio, stdout is the protocol: whatever a dependency prints goes to people instead.
  globalThis.console = new Console(stderr, stderr);
  stderr.on('error', () => {});

  let redact: ((text: string) => string) | undefined;
  const report = createReporter(
    (line) => stderr.write(line),
    () => redact,
  );
  const options = {
    ...{ explicit, env, version: VERSION, report, cwd: currentFolder() },
    program: dirname(fileURLToPath(import.meta.url)),
    onRedact: (found: typeof redact) => {
      redact = found;
    },
  };
  async function open() {
    // Not before something is asked that the front cannot answer: most sessions have no incident.
    const { createServing } = await import('./serving.ts');
    return createServing(options);
  }

  let uncaught = 0;
  const survive = (error: unknown): void => {
    report('uncaught', error);
    // Every call stands alone and the log is append-only, so one failure does not make the next call unsafe.
    uncaught += 1;
    if (uncaught > MOST_UNCAUGHT) process.exit(1);
  };
  process.on('uncaughtException', survive);
  process.on('unhandledRejection', survive);

  const leave = (): void => {
    // Unreferenced: the process ends by itself as soon as nothing runs any more.
    setTimeout(() => process.exit(0), GRACE_MS).unref();
  };
  const transport = stdioTransport({ drainMs: GRACE_MS });
  stdin.once('end', leave);
  stdin.once('close', leave);
  stdout.once('error', () => stdin.destroy());
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      stdin.destroy();
      // The second one is meant.
      process.once(signal, () => process.exit(1));
    });
  }
  const front = createFront({ transport, answers: await frontAnswers(), open, report });
  await front.start();
  if (stdin.isTTY) stderr.write(`hotfix-pulse ${VERSION}: waiting for an agent on standard input. ${USAGE}`);
}

const parsed = parseArguments(process.argv.slice(2));
if (parsed === null) {
  process.stderr.write(`hotfix-pulse mcp: arguments not understood.\n${USAGE}`);
  process.exitCode = 2;
} else if (parsed.help) {
  process.stdout.write(USAGE);
} else {
  void serve(parsed.repo);
}
