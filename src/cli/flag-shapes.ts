import * as z from 'zod/v4';

/** `either` is text or a number; `other` cannot be written as a flag. */
type FlagType = 'string' | 'number' | 'either' | 'boolean' | 'list' | 'other';

/** One member of an input shape, as a flag. */
export interface Flag {
  /** As in the shape: `started_at`. The flag is `--started-at`. */
  name: string;
  type: FlagType;
  /** Set for a closed list of words. */
  values: readonly string[];
  required: boolean;
  description: string;
}

interface Node {
  type?: unknown;
  enum?: unknown;
  const?: unknown;
  anyOf?: unknown;
  items?: unknown;
  description?: unknown;
}

/** The flags of a shape, in its order. */
export function flagsOf(input: z.ZodObject): Flag[] {
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const node = typeof property === 'object' ? (property as Node) : {};
    return {
      name,
      ...typeOf(node),
      required: required.has(name),
      description: typeof node.description === 'string' ? node.description : '',
    };
  });
}

const SCALARS: Record<string, FlagType> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  array: 'list',
};

function typeOf(node: Node): { type: FlagType; values: readonly string[] } {
  const words = Array.isArray(node.enum) ? node.enum : node.const === undefined ? [] : [node.const];
  const values = words.filter((word): word is string => typeof word === 'string');
  if (values.length > 0) return { type: 'string', values };
  // A union of plain types may come as `type: [...]` instead of `anyOf`.
  const union = Array.isArray(node.type) ? node.type.map((type: unknown) => ({ type })) : node.anyOf;
  if (Array.isArray(union)) {
    const branches = union.map((branch: Node) => typeOf(branch)).filter(({ type }) => type !== 'other');
    const types = new Set(branches.map(({ type }) => type));
    if (types.has('string') && types.has('number')) return { type: 'either', values: [] };
    return branches.find(({ type }) => type === 'string') ?? branches[0] ?? { type: 'other', values: [] };
  }
  const type = SCALARS[String(node.type)] ?? 'other';
  const items = type === 'list' && typeof node.items === 'object' ? typeOf(node.items as Node) : null;
  return { type: items && items.type !== 'string' ? 'other' : type, values: items?.values ?? [] };
}

export const flagName = (name: string): string => `--${name.replaceAll('_', '-')}`;

/** Prose may be typed without quotes: further words belong to it. Names and ids are one word each. */
export const PROSE = ['text', 'description'];

/** Which members of an operation's input may be given without a flag: what it must have, else what it is about. */
export function positionalsOf(flags: readonly Flag[]): string[] {
  const required = flags.filter((flag) => flag.required && flag.type === 'string').map((flag) => flag.name);
  if (required.length > 0)
    return [...required.filter((n) => !PROSE.includes(n)), ...required.filter((n) => PROSE.includes(n))];
  const main = [...PROSE, 'incident'].find((name) => flags.some((flag) => flag.name === name));
  return main === undefined ? [] : [main];
}
