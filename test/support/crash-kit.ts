import type { CrashCase } from './crash-worlds.ts';
import { startGateway } from './github-gateway.ts';
import { issuesIn } from './github-stand.ts';

/** A GitHub of its own for a call that asks it; `made` are the issues there, each with its number of comments. */
export async function withGitHub<T>(
  { asksGitHub }: CrashCase,
  work: (address: string, made: () => Promise<string[]>) => Promise<T>,
): Promise<T> {
  if (!asksGitHub) return work('', async () => []);
  const gateway = await startGateway();
  try {
    return await work(gateway.url, async () => {
      const issues = await issuesIn(gateway);
      return issues.map(({ title, comments }) => `${title}: ${comments}`).sort();
    });
  } finally {
    await gateway.close();
  }
}

/** Several at once, in no particular order. */
export async function each<T>(
  list: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...list];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Counts by kind, added up. */
export function sum(...counts: Record<string, number>[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const [kind, count] of counts.flatMap(Object.entries)) all[kind] = (all[kind] ?? 0) + count;
  return all;
}
