import { PulseError } from '../core/errors.ts';
import { type Flag, flagName, PROSE } from './flag-shapes.ts';

/** Flags that every command has. */
export interface Globals {
  json: boolean;
  help: boolean;
  version: boolean;
  noColour: boolean;
  repo: string | undefined;
  input: string | undefined;
}

export interface Parsed {
  values: Record<string, unknown>;
  globals: Globals;
}

/** Text such as `-5% revenue` or `--- stack` is no option: an option is dashes, a name, perhaps `=value`. */
const OPTION = /^(--?)([A-Za-z][\w-]*)(?:=([\s\S]*))?$/;
const SWITCHES: Record<string, 'json' | 'help' | 'version' | 'noColour'> = {
  json: 'json',
  help: 'help',
  h: 'help',
  version: 'version',
  no_color: 'noColour',
  no_colour: 'noColour',
};
const PATHS = ['repo', 'input'] as const;
const TRUTH: Record<string, boolean> = {
  true: true,
  yes: true,
  '1': true,
  false: false,
  no: false,
  '0': false,
};

function refuse(message: string, hint: string): never {
  throw new PulseError('invalid_input', message, hint);
}

/** Takes the command out of the words: the first one that is neither an option nor an option's value. */
export function splitCommand(argv: readonly string[]): { command: string | null; rest: string[] } {
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--') break;
    const option = OPTION.exec(word);
    if (!option) return { command: word, rest: argv.filter((_, index) => index !== i) };
    if (PATHS.some((name) => name === option[2]) && option[3] === undefined) i++;
  }
  return { command: null, rest: [...argv] };
}

/**
 * Words after the command to arguments. Types are read here, values are judged by the operation.
 * @throws PulseError `invalid_input` for an unknown flag (listing the valid ones), a missing value, a repeated flag.
 */
export function parseFlags(
  words: readonly string[],
  flags: readonly Flag[],
  positionals: readonly string[],
): Parsed {
  const values: Record<string, unknown> = {};
  const globals: Globals = {
    ...{ json: false, help: false, version: false, noColour: false },
    ...{ repo: undefined, input: undefined },
  };
  const loose: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') {
      loose.push(...words.slice(i + 1));
      break;
    }
    const option = OPTION.exec(word);
    if (!option) {
      loose.push(word);
      continue;
    }
    const [, dashes, spelled = '', given] = option;
    const name = spelled.replaceAll('-', '_');
    const value = (): string => {
      if (given !== undefined) return given;
      const next = words[++i];
      const isOption = next === '--' || (next?.startsWith('--') === true && OPTION.test(next));
      if (next !== undefined && !isOption) return next;
      return refuse(
        `--${spelled} needs a value.`,
        `Write --${spelled} VALUE, or --${spelled}=VALUE when the value begins with two dashes.`,
      );
    };
    const global = SWITCHES[name];
    const path = PATHS.find((known) => known === name);
    const flag = dashes === '--' ? flags.find((known) => known.name === name) : undefined;
    const negated = flags.find((known) => known.type === 'boolean' && `no_${known.name}` === name);
    if (path && dashes === '--') globals[path] = once(globals[path], value(), spelled);
    else if (global && given === undefined && (dashes === '--' || name === 'h')) globals[global] = true;
    else if (flag) values[name] = taken(flag, values[name], given, value);
    else if (negated && given === undefined && dashes === '--') {
      values[negated.name] = once(values[negated.name], false, spelled);
    } else refuseUnknown(spelled, dashes ?? '--', flags);
  }
  place(loose, positionals, flags, values);
  return { values, globals };
}

function taken(flag: Flag, before: unknown, given: string | undefined, value: () => string): unknown {
  const spelled = flag.name.replaceAll('_', '-');
  switch (flag.type) {
    case 'boolean': {
      const truth = given === undefined ? true : TRUTH[given.toLowerCase()];
      if (truth === undefined)
        refuse(`--${spelled} takes true or false.`, `Write --${spelled} or --no-${spelled}.`);
      return once(before, truth, spelled);
    }
    case 'list':
      return [...(Array.isArray(before) ? before : []), value()];
    case 'number': {
      const text = value();
      if (text.trim() === '' || !Number.isFinite(Number(text))) {
        refuse(`--${spelled} takes a number.`, `Write --${spelled} 5, for example.`);
      }
      return once(before, Number(text), spelled);
    }
    case 'either': {
      const text = value();
      return once(before, /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text, spelled);
    }
    case 'string':
      return once(before, value(), spelled);
    case 'other':
      return refuse(
        `--${spelled} cannot be written as a flag.`,
        'Put it into a JSON file and pass --input FILE.',
      );
  }
}

function once<T>(before: unknown, value: T, spelled: string): T {
  if (before === undefined) return value;
  return refuse(`--${spelled} is given twice.`, 'Give it once.');
}

function refuseUnknown(spelled: string, dashes: string, flags: readonly Flag[]): never {
  const shown = spelled.length <= 40 ? `${dashes}${spelled}` : 'One flag';
  const valid = [
    ...flags.map((flag) => flagName(flag.name)),
    '--input',
    '--json',
    '--repo',
    '--no-color',
    '--help',
  ];
  refuse(
    `${shown} is not a flag of this command.`,
    `Valid: ${valid.join(', ')}. Text that begins with a dash goes after a lone --.`,
  );
}

function place(
  loose: readonly string[],
  positionals: readonly string[],
  flags: readonly Flag[],
  values: Record<string, unknown>,
): void {
  let used = 0;
  for (const name of positionals) {
    if (used >= loose.length) return;
    const flag = flags.find((known) => known.name === name);
    const rest = loose.slice(used);
    const taken = PROSE.includes(name) || flag?.type === 'list' ? rest : rest.slice(0, 1);
    used += taken.length;
    if (values[name] !== undefined) {
      refuse(
        `${name} is given twice: as a flag and without one.`,
        `Give it once, or quote the text of ${name}.`,
      );
    }
    values[name] = flag?.type === 'list' ? taken : taken.join(' ');
  }
  if (used < loose.length) {
    const takes = positionals.length === 0 ? 'no words without a flag' : `at most: ${positionals.join(' ')}`;
    refuse('There are more words than this command takes.', `It takes ${takes}. Quote text that has spaces.`);
  }
}
