import { cleanText } from '../core/untrusted.ts';
import type { Command } from './command.ts';
import { type Flag, flagName, flagsOf, PROSE } from './flag-shapes.ts';

const WIDTH = 100;
const GLOBAL: readonly (readonly [string, string])[] = [
  ['--input FILE', 'Read all arguments from a JSON file, or from standard input with -; flags win'],
  ['--json', 'One JSON value on standard output, for refusals too'],
  ['--repo DIR', 'The repository; else found from the environment and the current folder'],
  ['--no-color', 'No colour; NO_COLOR and FORCE_COLOR are heeded too'],
  ['--help', 'This text'],
];

const EXITS = `Exit codes: 0 done; 2 invalid input, 3 not found, 4 conflict, 5 not configured, 6 gate closed,
7 outside system failed, 8 unsafe; 10 something is overdue (status, watch --once), 11 damage found
(verify); 1 a bug of ours.`;

/** The list of commands. */
export function overview(
  operations: readonly Command[],
  others: readonly Command[],
  version: string,
): string {
  const rows = (commands: readonly Command[]) =>
    commands.map((command) => [[command.name, ...command.aliases].join(', '), command.summary] as const);
  return `hotfix-pulse ${version}: run a production incident from the first report to the postmortem.

Usage: hotfix-pulse COMMAND [words] [flags]

Operations (the same as the MCP tools; names may be written with underscores):
${table(rows(operations))}

More commands:
${table([...rows(others), ['mcp', 'Start the MCP server over standard input and output, for an agent.']])}

Flags of every command:
${table(GLOBAL)}

Examples:
  hotfix-pulse open "Users cannot log in, 500 on /auth"
  hotfix-pulse record "Rolled back to v1.3.9" --kind rolled_back --type release
  hotfix-pulse status
  hotfix-pulse COMMAND --help

${EXITS}
`;
}

/** Everything about one command, made from its shape. */
export function commandHelp(command: Command): string {
  const flags = flagsOf(command.input);
  const words = command.positionals.map((name) => {
    const required = flags.find((flag) => flag.name === name)?.required ?? false;
    const shown = PROSE.includes(name) ? `"${name.toUpperCase()}"` : name.toUpperCase();
    return required ? shown : `[${shown}]`;
  });
  const also = command.aliases.length === 0 ? '' : `\nAlso: ${command.aliases.join(', ')}`;
  const own = flags
    .filter((flag) => flag.name !== 'repo')
    .map((flag) => [usage(flag), meaning(flag)] as const);
  return [
    `Usage: hotfix-pulse ${[command.name, ...words].join(' ')} [flags]${also}`,
    wrap([command.summary, cleanText(command.details)].filter((part) => part !== '').join('\n'), WIDTH, ''),
    ...(own.length === 0 ? [] : [`Flags:\n${table(own)}`]),
    `Flags of every command:\n${table(GLOBAL)}`,
    `Examples:\n${command.examples.map((example) => `  hotfix-pulse ${example}`).join('\n')}\n`,
  ].join('\n\n');
}

function usage(flag: Flag): string {
  const shown: Record<Flag['type'], string> = {
    boolean: '',
    number: ' N',
    either: ' VALUE',
    list: ' TEXT ...',
    string: flag.values.length > 0 && flag.values.length <= 3 ? ` ${flag.values.join('|')}` : ' TEXT',
    other: ' (--input only)',
  };
  return `${flagName(flag.name)}${shown[flag.type]}`;
}

function meaning(flag: Flag): string {
  const parts = [
    cleanText(flag.description),
    flag.values.length > 3 ? `One of: ${flag.values.join(', ')}` : '',
    flag.required ? 'Required' : '',
    flag.type === 'list' ? 'Repeat it for more' : '',
  ];
  return parts
    .filter((part) => part !== '')
    .map((part) => part.replace(/\.$/, ''))
    .join('. ');
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(28, Math.max(0, ...rows.map(([left]) => left.length)));
  return rows
    .map(([left, right]) => {
      const indent = `\n${' '.repeat(width + 4)}`;
      const text = wrap(right, WIDTH - width - 4, indent);
      return `  ${left.length > width ? `${left}${indent}` : `${left.padEnd(width)}  `}${text}`.trimEnd();
    })
    .join('\n');
}

/** Broken between words; `indent` (with its line break) goes before every further line. */
function wrap(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines.join(indent === '' ? '\n' : indent);
}
