import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { git } from './repo.ts';

/** A user's checkout to the byte: files (the incident's folder apart), index, HEAD, stash, settings, local branches. */
export function checkoutPrint(root: string, except: readonly string[] = []): Record<string, string> {
  const print: Record<string, string> = {};
  const dir = git(root, ['rev-parse', '--absolute-git-dir']);
  const common = join(root, git(root, ['rev-parse', '--path-format=relative', '--git-common-dir']));
  walk(root, '', print);
  const files = [join(dir, 'index'), join(dir, 'HEAD'), join(common, 'config'), join(dir, 'FETCH_HEAD')];
  for (const file of files) print[file] = existsSync(file) ? sha(readFileSync(file)) : 'none';
  print.stash = git(root, ['stash', 'list', '--format=%H']);
  const refs = git(root, ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads', 'refs/tags']);
  print.refs = refs
    .split('\n')
    .filter((row) => !except.some((name) => row.startsWith(`refs/heads/${name} `)))
    .join('\n');
  return print;
}

function walk(root: string, below: string, print: Record<string, string>): void {
  for (const name of readdirSync(join(root, below)).sort()) {
    const path = join(below, name);
    if (name === '.git' || path === 'specs') continue;
    const stat = lstatSync(join(root, path));
    if (stat.isDirectory()) walk(root, path, print);
    else if (stat.isSymbolicLink()) print[path] = readlinkSync(join(root, path));
    else print[path] = `${stat.mode} ${stat.mtimeMs} ${sha(readFileSync(join(root, path)))}`;
  }
}

function sha(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
