import { isAbsolute, relative, resolve } from 'node:path';
import * as z from 'zod/v4';
import { type Command, EXIT } from './command.ts';
import { showAnswer } from './operation.ts';

const input = z.strictObject({
  paths: z.array(z.string()).min(1).max(500).describe('Folders or files in the repository, or .ohno'),
  zone: z.string().optional().describe('Zone of times that name none: UTC, +01:00, Europe/Copenhagen'),
  check: z.boolean().optional().describe('Read and report only'),
});

export const importFolder: Command = {
  name: 'import',
  aliases: [],
  summary: 'Take over records that were kept elsewhere, as history.',
  details:
    'Reads folders kept by hand (references/by-hand.md of the hotfix skill) and by spec-kit, postmortems with a timeline, Pulse pages, and the HOTFIX tasks of ohno. Files stay as they are, the same again adds nothing, what could not be read is told by line, and gates count only what is recorded afterwards. A time without a zone is kept as reported unless --zone says it.',
  input,
  positionals: ['paths'],
  examples: [
    'import specs/hotfix-001-users-cant-login',
    'import specs/hotfix/003-checkout-is-slow --check',
    'import .claude/postmortems/2026-01-05-login.md --zone Europe/Copenhagen',
    'import .ohno',
  ],
  async run(args, { io, app, out, deps: connect }) {
    const { paths, zone, check } = input.parse(args);
    const deps = await connect();
    const fromRoot = paths.map((path) => pathFromRoot(path, deps.workspace.root, io.cwd));
    showAnswer(await app.importIncident({ paths: fromRoot, zone, check }, deps), out);
    return EXIT.ok;
  },
};

/** A path as the shell gave it: from where the person stands when that lies in the repository, else from its root. */
function pathFromRoot(path: string, root: string, cwd: string | null): string {
  const inside = cwd === null ? '' : relative(root, cwd);
  if (!isAbsolute(path) && (inside === '' || inside.startsWith('..') || isAbsolute(inside))) return path;
  const found = relative(root, resolve(cwd ?? root, path));
  return found.startsWith('..') || isAbsolute(found) ? path : found;
}
