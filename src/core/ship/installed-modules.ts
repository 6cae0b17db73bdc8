import * as z from 'zod/v4';

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      optional: z.boolean().optional(),
      devOptional: z.boolean().optional(),
      peer: z.boolean().optional(),
    }),
  ),
});

/**
 * Whether a node_modules folder holds something else than its lock file says, by npm's own list of what it installed.
 * False when that cannot be told: other managers keep no such list.
 * @param lock text of package-lock.json
 * @param installed text of node_modules/.package-lock.json
 */
export function isStaleInstall(lock: string | null, installed: string | null): boolean {
  const [wanted, there] = [packagesOf(lock), packagesOf(installed)];
  if (!wanted || !there) return false;
  const isOther = Object.entries(there).some(([path, { version }]) => wanted[path]?.version !== version);
  const isIncomplete = Object.entries(wanted).some(
    ([path, one]) =>
      path.includes('node_modules/') &&
      !one.optional &&
      !one.devOptional &&
      !one.peer &&
      !Object.hasOwn(there, path),
  );
  return isOther || isIncomplete;
}

function packagesOf(text: string | null): z.infer<typeof Lock>['packages'] | null {
  try {
    return text === null ? null : (Lock.safeParse(JSON.parse(text)).data?.packages ?? null);
  } catch {
    return null;
  }
}
