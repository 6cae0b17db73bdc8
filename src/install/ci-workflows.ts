/** Which workflows of a repository are its CI: those that a push to the default branch starts. */

export interface CiWorkflow {
  /** File name in `.github/workflows`. */
  file: string;
  /** What `workflow_run` calls it: its name, or its path where it has none. */
  name: string;
}

type Yaml = Readonly<Record<string, unknown>>;

const isYaml = (value: unknown): value is Yaml =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter(
    (one): one is string => typeof one === 'string' && one !== '',
  );

/** Null for a workflow that a push to `branch` does not start. */
export function ciWorkflow(file: string, workflow: Yaml, branch: string): CiWorkflow | null {
  const name = typeof workflow.name === 'string' && workflow.name !== '' ? workflow.name : pathOf(file);
  return startsOnPush(workflow.on, branch) ? { file, name } : null;
}

const pathOf = (file: string): string => `.github/workflows/${file}`;

function startsOnPush(on: unknown, branch: string): boolean {
  if (!isYaml(on)) return listOf(on).includes('push');
  if (!Object.hasOwn(on, 'push')) return false;
  const push = isYaml(on.push) ? on.push : {};
  const has = (key: string): boolean => Object.hasOwn(push, key);
  if (has('branches')) return takes(listOf(push.branches), branch);
  if (has('branches-ignore')) return !takes(listOf(push['branches-ignore']), branch);
  // Filters of tags alone leave branches out.
  return !has('tags') && !has('tags-ignore');
}

/** In order: a later pattern with `!` takes back what an earlier one took. */
function takes(patterns: readonly string[], branch: string): boolean {
  let taken = false;
  for (const pattern of patterns) {
    const isNot = pattern.startsWith('!');
    if (globOf(isNot ? pattern.slice(1) : pattern).test(branch)) taken = !isNot;
  }
  return taken;
}

/** GitHub's filter patterns: `*` stops at a slash, `**` does not, `?` and `+` repeat the character before. */
function globOf(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|\*\*|\*|\[[^\]\\]*\]|[?+]|[\s\S]/g, (part, escaped?: string) => {
    if (escaped !== undefined) return literal(escaped);
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?' || part === '+' || (part.length > 1 && part.startsWith('['))) return part;
    return literal(part);
  });
  try {
    return new RegExp(`^(?:${source})$`);
  } catch {
    // What cannot be read as a pattern takes nothing.
    return /^(?!)/;
  }
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
