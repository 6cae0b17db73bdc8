import * as z from 'zod/v4';
import type { GitHub } from './client.ts';
import { sameName } from './lookup.ts';

/** Six hexadecimal digits. What is not here is grey. */
const COLOURS: Readonly<Record<string, string>> = {
  P0: 'b60205',
  P1: 'd93f0b',
  P2: 'fbca04',
  P3: '0e8a16',
  'hotfix-pulse': '1d76db',
  'incident-follow-up': '5319e7',
};
const GREY = 'ededed';
const Named = z.array(z.object({ name: z.string() }));

/** Makes labels that are missing. */
export interface Labels {
  /** Best effort: an issue takes the labels that are there, and its answer tells which. */
  ensure(names: readonly string[], end: AbortSignal): Promise<void>;
}

export function createLabels(github: GitHub): Labels {
  let known: string[] | null = null;
  return {
    async ensure(names, end) {
      if (known !== null && names.every((name) => known?.some((one) => sameName(one, name)))) return;
      const there = await listed(github, end);
      if (there === null) return;
      for (const name of names) {
        if (there.some((one) => sameName(one, name))) continue;
        const made = await github.write(
          z.object({ name: z.string() }),
          (rest, at) => rest.issues.createLabel({ ...at, name, color: COLOURS[name] ?? GREY }),
          end,
        );
        // Without the right to label, the next one fails as well.
        if (made.outcome !== 'done') break;
        there.push(made.data.name);
      }
      known = there;
    },
  };
}

async function listed(github: GitHub, end: AbortSignal): Promise<string[] | null> {
  const names: string[] = [];
  try {
    const rows = github.pages(Named, (rest, at) => rest.issues.listLabelsForRepo(at), end);
    for await (const { name } of rows) names.push(name);
    return names;
  } catch {
    return null;
  }
}
