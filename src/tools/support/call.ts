import type * as z from 'zod/v4';
import { PulseError } from '../../core/errors.ts';
import type { Answer, Deps, Tool } from '../tool.ts';
import { answeredAndSent } from './send-soon.ts';

/**
 * The one way into an operation, for every door: arguments checked, unknown ones refused by name with the
 * valid ones, then the operation itself; what it recorded is shown in the connected services. Throws PulseError and nothing else that is expected.
 */
export async function callTool(
  tool: Tool,
  args: unknown,
  deps: Deps,
): Promise<Answer<Record<string, unknown>>> {
  return answeredAndSent(await tool.run(checkedArguments(tool, args), deps), deps);
}

/** Arguments after validation. A refusal names arguments, never their values. */
export function checkedArguments(tool: Tool, args: unknown): Record<string, unknown> {
  const parsed = tool.input.safeParse(args ?? {});
  if (parsed.success) return parsed.data;
  const problems = [...new Set(parsed.error.issues.map((issue) => describe(issue, tool)))];
  throw new PulseError(
    'invalid_input',
    `${tool.name}: ${problems.slice(0, 5).join('; ')}`,
    `valid arguments: ${signature(tool)}`,
  );
}

/** `text, incident?, kind?`: required ones first, as declared. */
function signature(tool: Tool): string {
  return Object.entries(tool.input.shape)
    .map(([name, schema]) => (schema.safeParse(undefined).success ? `${name}?` : name))
    .join(', ');
}

function describe(issue: z.core.$ZodIssue, tool: Tool): string {
  const field = issue.path.map(String).join('.');
  // Names that come from the caller are shown only when they look like a name.
  const safe = (name: string) => (/^[\w-]{1,40}$/.test(name) ? name : '(unprintable name)');
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown argument ${issue.keys.map(safe).join(', ')}`;
    case 'invalid_type':
      return field === '' ? 'arguments must be an object' : `${field} must be ${article(issue.expected)}`;
    case 'invalid_value':
      return `${field} must be one of: ${issue.values.map(String).join(', ')}`;
    case 'too_big':
      return `${field} is too long (at most ${issue.maximum})`;
    case 'too_small':
      return `${field} must not be empty`;
    default:
      return field in tool.input.shape || field === ''
        ? `${field || 'arguments'} not understood`
        : `${field} is wrong`;
  }
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
